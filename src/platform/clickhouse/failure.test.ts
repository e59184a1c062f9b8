import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { ClickHouseError } from '@clickhouse/client'
import { Problem } from '../problem.ts'
import { openClickHouse } from './clickhouse.ts'
import { failure } from './failure.ts'

const thrown = async (run: Promise<unknown>): Promise<unknown> =>
  run.then(
    () => assert.fail('nothing was thrown'),
    (error: unknown) => error,
  )

test('an insert is refused as unavailable when the disk has too little room', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'zhiyin-full-'))
  const ch = await openClickHouse({ dir, database: 'zhiyin' })
  await ch.command(
    'create table full (a UInt8) engine = MergeTree order by a settings min_free_disk_bytes_to_perform_insert = 1000000000000000',
  )
  const error = await thrown(ch.insert('full', '1\n'))
  assert.ok(error instanceof Problem && error.code === 'platform.unavailable')
  assert.deepEqual(error.detail, { store: 'clickhouse', reason: 'NOT_ENOUGH_SPACE' })
  await ch.close()
  await rm(dir, { recursive: true })
})

test('a full or read-only disk and a server that is away are unavailable; a wrong statement stays what it is', async () => {
  const unavailable = [
    'Code: 75. DB::Exception: Cannot write to file: , errno: 28, strerror: No space left on device. (CANNOT_WRITE_TO_FILE_DESCRIPTOR)',
    'Code: 76. DB::ErrnoException: Cannot open file: , errno: 30, strerror: Read-only file system. (CANNOT_OPEN_FILE)',
    'Code: 252. DB::Exception: Too many parts (3001). Merges are processing slower than inserts. (TOO_MANY_PARTS)',
    'Code: 279. DB::Exception: All connection tries failed. (ALL_CONNECTION_TRIES_FAILED)',
    'connect ECONNREFUSED 127.0.0.1:8123',
  ]
  for (const message of unavailable) {
    const error = failure(new Error(message))
    assert.ok(error instanceof Problem && error.code === 'platform.unavailable', message)
    assert.equal(error.retryAfterSeconds, 5)
  }
  const wrong = failure(new Error('Code: 62. DB::Exception: Syntax error. (SYNTAX_ERROR)'))
  assert.ok(wrong instanceof ClickHouseError && wrong.code === '62')
  const away = await thrown(openClickHouse({ urls: ['http://127.0.0.1:1'], database: 'zhiyin' }))
  assert.ok(away instanceof Problem && away.code === 'platform.unavailable')
})
