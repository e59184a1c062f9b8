import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { loadMasterKey, replaceMasterKeyFile } from './master-key.ts'

const root = mkdtempSync(join(tmpdir(), 'zhiyin-master-key-'))
after(() => rmSync(root, { recursive: true }))
const aDir = () => join(mkdtempSync(join(root, 'data-')), 'new')

test('the first start makes a key file that only its owner can read; the next start reads the same key', () => {
  const dir = aDir()
  const key = loadMasterKey({ dir })
  assert.equal(statSync(join(dir, 'master.key')).mode & 0o777, 0o600)
  assert.ok(loadMasterKey({ dir }).equals(key))
  assert.equal(loadMasterKey({ dir: aDir() }).equals(key), false)
})

test('a key file that others can read is refused', () => {
  const dir = aDir()
  loadMasterKey({ dir })
  for (const mode of [0o640, 0o604, 0o620]) {
    chmodSync(join(dir, 'master.key'), mode)
    assert.throws(() => loadMasterKey({ dir }), { code: 'vault.masterKeyExposed' })
  }
})

test('the setting wins over the file, in hexadecimal, base64 and base64url; anything else is refused', () => {
  const dir = aDir()
  const bytes = Buffer.alloc(32, 0xfb)
  for (const encoding of ['hex', 'base64', 'base64url'] as const)
    assert.deepEqual(loadMasterKey({ given: bytes.toString(encoding), dir }).export(), bytes)
  assert.equal(existsSync(dir), false)
  for (const given of ['secret', 'f'.repeat(63), 'f'.repeat(66), bytes.subarray(1).toString('base64')])
    assert.throws(() => loadMasterKey({ given, dir }), { code: 'vault.masterKeyShape' })
})

test('replacing the key file keeps the old key until the new one is in force', async () => {
  const dir = aDir()
  const old = loadMasterKey({ dir })
  await assert.rejects(
    replaceMasterKeyFile(dir, async () => {
      throw new Error('the database is gone')
    }),
    /gone/,
  )
  assert.ok(loadMasterKey({ dir }).equals(old))
  await replaceMasterKeyFile(dir, async (next) => {
    assert.ok(loadMasterKey({ dir }).equals(old))
    assert.match(
      readFileSync(join(dir, 'master.key.next'), 'utf8'),
      new RegExp(next.export().toString('base64').slice(0, 8).replace(/[+/]/g, '.')),
    )
  })
  assert.equal(loadMasterKey({ dir }).equals(old), false)
  assert.equal(statSync(join(dir, 'master.key')).mode & 0o777, 0o600)
  assert.equal(existsSync(join(dir, 'master.key.next')), false)
})
