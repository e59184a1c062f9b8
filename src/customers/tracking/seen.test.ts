import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { ch } from '#platform'
import { aCtx, startPostgresServer } from '#test'
import { growingFilter, messageHash, seenAcrossProcesses, seenInOneProcess } from './seen.ts'

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
  assert.equal((await seen.look(hashes)).stored.size, hashes.length)
  await sleep(1_000)
  assert.deepEqual((await seen.look(hashes)).stored, new Set(hashes))
  assert.equal((await seen.look([messageHash('never stored')])).stored.size, 0)
  await seen.stop()
})

test('processes that share a PostgreSQL server: each message is claimed by one, and nobody waits for another inside the database', async () => {
  const { url } = await startPostgresServer()
  const one = await aCtx({ postgresUrl: url })
  const two = await aCtx({ postgresUrl: url, sharing: one })
  const [a, b] = [seenAcrossProcesses(one), seenAcrossProcesses(two)]
  const ids = (...numbers: number[]) => numbers.map((i) => messageHash(`claimed-${i}`))

  assert.equal((await a.look(ids(1, 2))).elsewhere.size, 0)
  const { stored, elsewhere } = await b.look(ids(2, 3))
  assert.deepEqual([stored.size, elsewhere], [0, new Set(ids(2))])
  // 3 is b's although 2 was not to be had; what failed can be tried by anyone at once.
  assert.deepEqual((await a.look(ids(3))).elsewhere, new Set(ids(3)))
  await a.release(ids(1, 2))
  assert.equal((await b.look(ids(1, 2))).elsewhere.size, 0)

  // Overlapping sets in opposite orders, many at once.
  const claims = new Map<bigint, number>()
  await Promise.all(
    Array.from({ length: 30 }, async (_, i) => {
      const hashes = ids(...Array.from({ length: 40 }, (_, j) => 1_000 + ((i * 13 + j) % 200)))
      if (i % 2 === 1) hashes.reverse()
      const look = await (i % 2 === 0 ? a : b).look(hashes)
      for (const hash of hashes) if (!look.elsewhere.has(hash)) claims.set(hash, (claims.get(hash) ?? 0) + 1)
    }),
  )
  assert.deepEqual([...new Set(claims.values())], [1])
})
