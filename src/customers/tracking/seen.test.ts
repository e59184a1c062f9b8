import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { ch } from '#platform'
import { aCtx } from '#test'
import { growingFilter, messageHash, seenInOneProcess } from './seen.ts'

test('the filter never forgets what was added, and seldom takes a new one for an old', () => {
  const filter = growingFilter()
  const halvesOf = (i: number): [low: number, high: number] => {
    const hash = messageHash(`message-${i}`)
    return [Number(hash & 0xffffffffn), Number(hash >> 32n)]
  }
  // Over the size of the first layer, so that a second one is made.
  const added = 300_000
  for (let i = 0; i < added; i++) filter.add(...halvesOf(i))
  for (let i = 0; i < added; i++) if (!filter.mayHold(...halvesOf(i))) assert.fail(`message-${i} is forgotten`)
  let wrong = 0
  for (let i = added; i < added * 2; i++) if (filter.mayHold(...halvesOf(i))) wrong++
  assert.ok(wrong < added / 10_000, `${wrong} of ${added} new ids look old`)
})

test('message hashes are the ones ClickHouse computes, so that its tables can be asked with ours', async () => {
  const ctx = await aCtx()
  for (const id of ['', 'a', 'message-1', '消息', 'x'.repeat(256)]) {
    const row = await ctx.ch.one<{ hash: string }>(ch.sql`select toString(xxh3(${ch.str(id)})) as hash`)
    assert.equal(row?.hash, String(messageHash(id)))
  }
})

test('after a start every stored id is known, zero bytes in its hash or not', async () => {
  const ctx = await aCtx()
  // Hashes with zero bytes at either end, in the middle, and plain ones between them.
  const odd = [
    0n,
    1n,
    0xffn,
    0x00ff000000000000n,
    0x0100000000000000n,
    0x00000000ffffffffn,
    0xffffffff00000000n,
    2n ** 64n - 1n,
  ]
  const plain = Array.from({ length: 5_000 }, (_, i) => messageHash(`stored-${i}`))
  const hashes = [...odd, ...plain]
  const row = (hash: bigint, i: number) =>
    `E\t1\t2026-01-01 00:00:00.000\t${hash}\tm${i}\ttrack\t1\t0\t2026-01-01 00:00:00.000\t\\N\t{}\t{}\n`
  await ctx.ch.insert('events', hashes.map(row).join(''), {
    columns: [
      'event',
      'customer_no',
      'ts',
      'message_hash',
      'message_id',
      'type',
      'source_id',
      'import_id',
      'received_at',
      'sent_at',
      'properties',
      'context',
    ],
  })
  const seen = seenInOneProcess(ctx)
  // Before the filter is full the table itself is asked; both must say the same.
  assert.equal((await seen.stored(hashes)).size, hashes.length)
  await sleep(1_000)
  assert.deepEqual(await seen.stored(hashes), new Set(hashes))
  assert.equal((await seen.stored([messageHash('never stored')])).size, 0)
  await seen.stop()
})
