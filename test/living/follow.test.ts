import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import test from 'node:test'
import { type Ctx, ch, Problem } from '#platform'
import { aCtx, someCustomers } from '#test'
import type { Definition } from '../../src/audiences/contract.ts'
import { verifyList } from '../../src/audiences/lists/store.ts'
import { readFeed, readRecent } from '../../src/audiences/live/feed.ts'
import { openFollower } from '../../src/audiences/live/follow.ts'
import { audienceHealth, readHealth, watchAudiences } from '../../src/audiences/live/health.ts'
import { audiencesMoved } from '../../src/audiences/live/moves.ts'
import { takeSnapshot } from '../../src/audiences/live/snapshots.ts'
import { switchLive } from '../../src/audiences/live/switch.ts'
import { memberNos, readChanges, readMembers } from '../../src/audiences/members.ts'
import { refreshAudience } from '../../src/audiences/refresh.ts'
import { changeAudience, createAudience, readAudience, readHistory } from '../../src/audiences/store.ts'

let clock = Date.now()
const ctx = await aCtx({ now: () => new Date(clock) })
await someCustomers(ctx, [{ userId: 'somebody', traits: { city: '广州' } }])

const make = async (definition: Definition, name = randomUUID()) => {
  const { id } = await createAudience(ctx, { name, description: '', definition, schedule: null })
  await switchLive(ctx, { id, on: true })
  return id
}
const members = async (id: string) => {
  const nos: number[] = []
  for await (const block of memberNos(ctx, id)) nos.push(...block)
  return nos
}
/** Ticks until every audience is followed. */
const settle = async (follower: ReturnType<typeof openFollower>) => {
  for (let i = 0; i < 20; i++) {
    await follower.tick()
    await follower.rebuilt()
  }
}
const code = (expected: string) => (error: unknown) =>
  error instanceof Problem && error.code === `audiences.${expected}`
const did = async (userId: string, event: string) => {
  const [customer] = await someCustomers(ctx, [{ userId, events: [{ event }] }])
  return customer?.no ?? 0
}

test('an event moves people at the next tick: members, size, pages and history say so', async () => {
  const a = await did('a', 'first_order')
  const id = await make({ event: 'first_order', within: '30 days' })
  const twice = await make({ event: 'first_order', count: { gte: 2 } })
  const follower = openFollower(ctx, { restAfterLook: 0 })
  await settle(follower)
  assert.deepEqual([await members(id), await members(twice)], [[a], []])
  const b = await did('b', 'first_order')
  await did('a', 'first_order')
  clock += 1_000
  const tick = await follower.tick()
  assert.equal(tick.moved.length, 2)
  assert.deepEqual([await members(id), await members(twice)], [[a, b], [a]])
  const { size, asOf } = await readAudience(ctx, { id })
  assert.deepEqual([size, asOf], [2, new Date(clock).toISOString()])
  assert.deepEqual(
    (await readMembers(ctx, { id, limit: 10 })).items.map(({ id }) => Number(id)),
    [a, b],
  )
  const changed = await readChanges(ctx, { id, since: 1, change: 'entered', limit: 10 })
  assert.deepEqual([changed.entered, changed.items.map(({ id }) => Number(id))], [1, [b]])

  // Nothing happens, and yet they leave when the thirty days are over.
  clock += 31 * 86_400_000
  await follower.tick()
  assert.deepEqual([await members(id), await members(twice)], [[], [a]])
  await follower.stop()
  assert.deepEqual(await members(id), [])
  const { items } = await readHistory(ctx, { id, limit: 10 })
  assert.deepEqual(
    items.map(({ size, entered, left }) => [size, entered, left]),
    [
      [0, 1, 2],
      [1, 1, 0],
    ],
  )
})

test('the feed tells every move once in order, with version and time, from any cursor', async () => {
  const told: unknown[] = []
  const listening: Ctx = {
    ...ctx,
    subscribers: new Map([
      [audiencesMoved.name, [{ event: audiencesMoved.name, subscriber: 'test', run: () => Promise.resolve() }]],
    ]),
  }
  const a = await did('feed-a', 'feed_event')
  const id = await make({ event: 'feed_event', count: { gte: 1, lte: 2 } })
  const follower = openFollower(listening)
  await settle(follower)
  const first = await readFeed(ctx, { id, limit: 10 })
  // A first fill is one mark: whoever keeps a copy reads the members.
  assert.deepEqual(
    first.items.map(({ change, customerId, version }) => [change, customerId, version]),
    [['rebuilt', null, 1]],
  )
  const { next: start } = await readFeed(ctx, { id, after: 'end', limit: 10 })
  const b = await did('feed-b', 'feed_event')
  await follower.tick()
  await did('feed-a', 'feed_event')
  await did('feed-a', 'feed_event')
  const c = await did('feed-c', 'feed_event')
  await follower.tick()
  const expected = [
    ['entered', b],
    ['left', a],
    ['entered', c],
  ]
  const moves = async (after: string, limit: number) => {
    const page = await readFeed(ctx, { id, after, limit })
    return { ...page, moves: page.items.map(({ change, customerId }) => [change, Number(customerId)]) }
  }
  assert.deepEqual((await moves(start, 10)).moves, expected)
  assert.deepEqual((await moves(first.next, 10)).moves, expected)
  const seen: unknown[] = []
  for (let after = start, more = true; more; ) {
    const page = await moves(after, 1)
    seen.push(...page.moves)
    after = page.next
    more = page.more
  }
  assert.deepEqual(seen, expected)
  assert.deepEqual(
    (await readRecent(ctx, { id, limit: 10 })).items.map(({ change }) => change),
    ['left', 'entered', 'entered', 'rebuilt'].toSorted((x, y) => (x === 'rebuilt' ? 1 : y === 'rebuilt' ? -1 : 0)),
  )
  await assert.rejects(readFeed(ctx, { id, after: '9999999999.1', limit: 1 }), code('cursorUnread'))

  // A changed definition is computed anew under a new version; small differences are told one by one.
  await changeAudience(ctx, { id, definition: { event: 'feed_event', count: { gte: 3 } } })
  const { next } = await readFeed(ctx, { id, after: 'end', limit: 10 })
  await settle(follower)
  const changed = await readFeed(ctx, { id, after: next, limit: 10 })
  assert.deepEqual(
    changed.items.map(({ change, customerId, version }) => [change, Number(customerId), version]),
    [
      ['entered', a, 2],
      ['left', b, 2],
      ['left', c, 2],
    ],
  )
  const rows = await ctx.pg
    .selectFrom('platform.outbox')
    .select('payload')
    .where('key', '=', id)
    .orderBy('id')
    .execute()
  told.push(
    ...rows.map(({ payload }) => {
      const { entered, left, rebuilt, version } = payload as unknown as Record<string, unknown>
      return { entered, left, rebuilt, version }
    }),
  )
  assert.deepEqual(told, [
    { entered: [], left: [], rebuilt: true, version: 1 },
    { entered: [b], left: [], rebuilt: false, version: 1 },
    { entered: [c], left: [a], rebuilt: false, version: 1 },
    { entered: [a], left: [b, c], rebuilt: false, version: 2 },
  ])
  await follower.stop()
})

test('rows of a follower that died before it published are never read', async () => {
  const a = await did('void-a', 'void_event')
  const id = await make({ event: 'void_event' })
  const follower = openFollower(ctx, { restAfterLook: 0 })
  await settle(follower)
  await did('void-b', 'void_event')
  await follower.tick()
  const { next } = await readFeed(ctx, { id, after: 'end', limit: 1 })
  const row = () =>
    ctx.pg
      .selectFrom('audiences.audience')
      .select(['feed_refresh', 'refresh_given'])
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
  const { feed_refresh } = await row()
  await ctx.ch.insert('audience_changes', `${id}\t1\t${feed_refresh + 1}\t2026-01-01 00:00:00.000\t${a}\t0\n`)
  assert.deepEqual((await readFeed(ctx, { id, after: next, limit: 9 })).items, [])
  assert.equal((await members(id)).length, 2)
  // Another takes over, as after a crash; the first wakes up and finds it out.
  await ctx.pg
    .updateTable('audiences.live_lease')
    .set({ until: new Date(0) })
    .execute()
  const second = openFollower(ctx)
  await settle(second)
  await did('void-d', 'nothing_to_do_with_it')
  assert.equal((await second.tick()).following, true)
  const c = await did('void-c', 'void_event')
  await second.tick()
  assert.deepEqual(
    (await readFeed(ctx, { id, after: next, limit: 9 })).items.map(({ change, customerId }) => [
      change,
      Number(customerId),
    ]),
    [['entered', c]],
  )
  assert.equal((await members(id)).length, 3)
  const { next: end } = await readFeed(ctx, { id, after: 'end', limit: 1 })
  const e = await did('void-e', 'void_event')
  await follower.tick().catch((error: unknown) => assert.ok(error instanceof Error))
  assert.equal((await follower.tick()).following, false)
  await second.tick()
  assert.deepEqual(
    (await readFeed(ctx, { id, after: end, limit: 9 })).items.map(({ change, customerId }) => [
      change,
      Number(customerId),
    ]),
    [['entered', e]],
  )
  await Promise.all([follower.stop(), second.stop()])
})

test('one process follows; when it gives up, another goes on', async () => {
  const id = await make({ event: 'lease_event' })
  const [first, second] = [openFollower(ctx), openFollower(ctx)]
  await settle(first)
  assert.equal((await second.tick()).following, false)
  await first.stop()
  await settle(second)
  const a = await did('lease-a', 'lease_event')
  assert.equal((await second.tick()).following, true)
  assert.deepEqual(await members(id), [a])
  await second.stop()
})

test('an audience that takes too long or cannot be compiled says so and holds nobody else up', async () => {
  await ctx.ch.command(
    ch.sql`insert into events (event, customer_no, ts, message_hash, message_id, type, source_id, import_id, received_at, properties, context) select 'heavy', 1, now64(3), number, toString(number), 'track', 0, 0, now64(3), concat('{"text":"', repeat(toString(cityHash64(number)), 60), '"}'), '{}' from numbers(60000)`,
  )
  // Patterns of two hundred texts over 70 MB: many seconds, where the others take milliseconds.
  const heavy = await make({
    any: Array.from({ length: 150 }, (_, i) => ({
      event: 'heavy',
      where: [{ property: 'text', contains: `nothing ${i}` }],
    })),
  })
  await someCustomers(ctx, [{ userId: 'unfit', traits: { level: 'gold' } }])
  const unfit = await make({ trait: 'level', is: 'gold' })
  const fine = await make({ event: 'fine_event' })
  const follower = openFollower(ctx, { rebuildSeconds: 1.5, tickSeconds: 1.5, sayEveryMs: 0 })
  await settle(follower)
  const a = await did('fine-a', 'fine_event')
  await follower.tick()
  assert.deepEqual(await members(fine), [a])
  const bad = await readHealth(ctx, { id: heavy })
  assert.equal(bad.live?.state, 'failing')
  assert.match(bad.error ?? '', /imeout|TIMEOUT/)
  assert.ok(bad.live?.retryAt)
  assert.equal((await readHealth(ctx, { id: fine })).live?.state, 'following')
  assert.equal((await readHealth(ctx, { id: unfit })).error, null)

  // Long enough without success, it is an alarm; the others go on.
  clock += 120_000
  await follower.tick()
  await watchAudiences(ctx)
  const [check] = await audienceHealth(ctx)
  assert.equal(check?.ok, false)
  assert.equal(check?.blocking, false)
  assert.match(check?.remedy ?? '', new RegExp(heavy))
  assert.equal((await readHealth(ctx, { id: heavy })).stuck, true)
  assert.equal((await readHealth(ctx, { id: fine })).stuck, false)
  await switchLive(ctx, { id: heavy, on: false })
  await follower.stop()
})

test('what depends on everybody is computed in full on a timetable', async () => {
  const [a, b] = await someCustomers(ctx, [
    { userId: 'top-a', traits: { points: 10 } },
    { userId: 'top-b', traits: { points: 20 } },
  ])
  const id = await make({ top: 1, of: { trait: 'points' } })
  const follower = openFollower(ctx, { wholeEveryMs: 0 })
  await settle(follower)
  assert.deepEqual(await members(id), [b?.no])
  assert.equal((await readHealth(ctx, { id })).live?.whole, true)
  clock += 1_000
  await someCustomers(ctx, [{ userId: 'top-a', traits: { points: 30 } }])
  // It rests twenty times as long as it took.
  for (let i = 0; i < 400 && (await members(id))[0] !== a?.no; i++) {
    await follower.tick()
    await follower.rebuilt()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  assert.deepEqual(await members(id), [a?.no])
  await follower.stop()
})

test('a refresh asked for goes through the follower; without one it says so', async () => {
  const id = await make({ event: 'asked_event' })
  const follower = openFollower(ctx, { restAfterLook: 0 })
  await settle(follower)
  const asked = refreshAudience(ctx, { id })
  while (
    (
      await ctx.pg
        .selectFrom('audiences.live')
        .select('rebuild_wanted_at')
        .where('audience_id', '=', id)
        .executeTakeFirstOrThrow()
    ).rebuild_wanted_at === null
  )
    await new Promise((resolve) => setTimeout(resolve, 10))
  await settle(follower)
  const refresh = await asked
  assert.deepEqual([refresh.size, refresh.entered, refresh.left], [0, 0, 0])
  await follower.stop()
})

test('a snapshot freezes who belongs now, with why and a hash that holds; later moves leave it alone', async () => {
  const a = await did('frozen-a', 'frozen_event')
  const id = await make({ event: 'frozen_event' })
  await assert.rejects(takeSnapshot(ctx, { id, why: 'before its time' }), code('notRefreshed'))
  const follower = openFollower(ctx, { restAfterLook: 0 })
  await settle(follower)
  const b = await did('frozen-b', 'frozen_event')
  await follower.tick()
  const snapshot = await takeSnapshot(ctx, { id, why: 'for the campaign in June' })
  assert.deepEqual(
    [snapshot.size, snapshot.kind, snapshot.why, snapshot.audienceId],
    [2, 'snapshot', 'for the campaign in June', id],
  )
  assert.deepEqual(snapshot.madeOf['definition'], { event: 'frozen_event' })
  await did('frozen-c', 'frozen_event')
  await follower.tick()
  assert.equal((await members(id)).length, 3)
  const verdict = await verifyList(ctx, { id: snapshot.id })
  assert.deepEqual([verdict.matches, verdict.size], [true, 2])
  // A member taken out behind its back does not go unnoticed.
  await ctx.ch.command(ch.sql`alter table audience_lists delete where list_id = ${ch.uuid(snapshot.id)}`, {
    settings: { mutations_sync: 2 },
  })
  await ctx.ch.command(
    ch.sql`insert into audience_lists (list_id, members) select ${ch.uuid(snapshot.id)}, groupBitmapState(toUInt32(no)) from (select arrayJoin(${ch.u32s([a])}) as no)`,
  )
  assert.equal((await verifyList(ctx, { id: snapshot.id })).matches, false)
  assert.ok(b)
  await follower.stop()
})
