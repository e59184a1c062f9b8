import assert from 'node:assert/strict'
import test from 'node:test'
import { type Ctx, ch } from '#platform'
import { aCtx } from '#test'
import { runningOf } from '../running.ts'
import { type Prepared, readMessage } from './message.ts'

const prepared = (ctx: Ctx, message: Record<string, unknown>): Prepared => {
  const read = readMessage(message, {
    receivedAtMs: ctx.now().getTime(),
    source: { id: 1, personalRule: 'mask' },
    pseudonym: (text) => ctx.vault.blindIndex('messageId', text),
  })
  if ('code' in read) assert.fail(read.code)
  return read
}
const track = (ctx: Ctx, messageId: string, more: Record<string, unknown> = {}) =>
  prepared(ctx, { type: 'track', event: 'E', userId: messageId, messageId, ...more })
const storedIds = async ({ ch: store }: Ctx, like: string) =>
  (
    await store.rows<{ message_id: string }>(
      ch.sql`select message_id from events where message_id like ${ch.str(like)} order by message_id`,
    )
  ).map(({ message_id }) => message_id)

const ctx = await aCtx()
const { committer } = runningOf(ctx)

test('a message that no store can take fails alone; those written with it are stored', async () => {
  // No reader lets such a time through; it stands for what we have not thought of.
  const poison: Prepared = { ...track(ctx, 'poison'), atMs: Number.NaN }
  const results = await Promise.allSettled([
    committer.add([track(ctx, 'beside-1')]),
    committer.add([poison]),
    committer.add([track(ctx, 'beside-2'), track(ctx, 'beside-3')]),
    committer.add([{ ...track(ctx, 'poison-2'), sentAtMs: 9e15 }]),
    committer.add([track(ctx, 'beside-4')]),
  ])
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'],
  )
  assert.deepEqual(await storedIds(ctx, 'beside-%'), ['beside-1', 'beside-2', 'beside-3', 'beside-4'])
  assert.equal(committer.waiting(), 0)
  // What failed may come again and is not taken for a duplicate.
  assert.deepEqual(await committer.add([track(ctx, 'poison')]), ['stored'])
})

test('messages that arrive while a group is written form the next one and wait their turn', async () => {
  const rounds = Array.from({ length: 200 }, (_, i) =>
    committer.add([track(ctx, `turn-${String(i).padStart(3, '0')}`, { userId: `u${i % 17}` })]),
  )
  const fates = (await Promise.all(rounds)).flat()
  assert.deepEqual([...new Set(fates)], ['stored'])
  assert.equal((await storedIds(ctx, 'turn-%')).length, 200)
  await committer.drain()
  assert.equal(committer.waiting(), 0)
})

test('an alias in the same batch as its account joins the two', async () => {
  const fates = await committer.add([
    prepared(ctx, { type: 'identify', userId: 'before-alias', messageId: 'alias-1', traits: { plan: 'a' } }),
    prepared(ctx, { type: 'alias', userId: 'after-alias', previousId: 'before-alias', messageId: 'alias-2' }),
    prepared(ctx, { type: 'alias', userId: 'after-alias', previousId: 'browser-7', messageId: 'alias-3' }),
    prepared(ctx, { type: 'track', event: 'E', anonymousId: 'browser-7', messageId: 'alias-4' }),
  ])
  assert.equal(fates.length, 4)
  const { rows } = {
    rows: await ctx.pg
      .selectFrom('customers.identifier')
      .innerJoin('customers.customer', 'customers.customer.no', 'customers.identifier.no')
      .select(['value', 'root_no'])
      .where('value', 'in', ['before-alias', 'after-alias', 'browser-7'])
      .execute(),
  }
  assert.equal(rows.length, 3)
  assert.equal(new Set(rows.map(({ root_no }) => root_no)).size, 1)
})

test('an identify call merges also when a track call has carried the same identifiers before', async () => {
  const union = { context: { externalIds: [{ id: 'union-7', type: 'wechatUnionId' }] } }
  const say = (message: Record<string, unknown>) =>
    committer.add([prepared(ctx, { messageId: `carried-${JSON.stringify(message)}`, ...message })])
  await say({ type: 'identify', userId: 'carried-a', ...union })
  await say({ type: 'identify', userId: 'carried-b' })
  await say({ type: 'track', event: 'E', userId: 'carried-b', ...union })
  await say({ type: 'identify', userId: 'carried-b', ...union })
  const rows = await ctx.pg
    .selectFrom('customers.identifier')
    .innerJoin('customers.customer', 'customers.customer.no', 'customers.identifier.no')
    .select('root_no')
    .where('value', 'in', ['carried-a', 'carried-b'])
    .execute()
  assert.equal(rows.length, 2)
  assert.equal(new Set(rows.map(({ root_no }) => root_no)).size, 1)
})
