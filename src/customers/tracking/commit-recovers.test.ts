import assert from 'node:assert/strict'
import test from 'node:test'
import { type ClickHouse, type Ctx, ch, problem } from '#platform'
import { aCtx } from '#test'
import { openStreamQuality } from '../quality/stream.ts'
import { openDictionary } from '../traits/dictionary.ts'
import { openCommitter } from './commit.ts'
import { type Prepared, readMessage } from './message.ts'
import { seenInOneProcess } from './seen.ts'

const identify = (ctx: Ctx, userId: string): Prepared => {
  const read = readMessage(
    { type: 'identify', userId, messageId: `recovers-${userId}`, traits: {} },
    {
      receivedAtMs: ctx.now().getTime(),
      source: { id: 1, personalRule: 'mask' },
      pseudonym: (text) => ctx.vault.blindIndex('messageId', text),
    },
  )
  if ('code' in read) assert.fail(read.code)
  return read
}

test('a customer whose copy in ClickHouse failed is there when the store works again, without waiting for the hour', async () => {
  const ctx = await aCtx()
  let away = true
  const store: ClickHouse = {
    ...ctx.ch,
    insert: (table, ...rest) =>
      away && table === 'customers' ? Promise.reject(problem.unavailable()) : ctx.ch.insert(table, ...rest),
  }
  const flaky = { ...ctx, ch: store }
  const seen = seenInOneProcess(flaky)
  const committer = openCommitter(flaky, { seen, dictionary: openDictionary(), quality: openStreamQuality() })
  assert.equal(committer.failing(), false)
  await assert.rejects(committer.add([identify(ctx, 'first')]), { code: 'platform.unavailable' })
  assert.equal(committer.failing(), true)
  away = false
  assert.deepEqual(await committer.add([identify(ctx, 'first'), identify(ctx, 'second')]), ['stored', 'stored'])
  assert.equal(committer.failing(), false)
  await committer.drain()
  const row = await ctx.ch.one<{ count: string }>(
    ch.sql`select uniqExact(customer_no) as count from customers where live = 1`,
  )
  assert.equal(Number(row?.count), 2)
  await seen.stop()
})
