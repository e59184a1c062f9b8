import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import test from 'node:test'
import fc from 'fast-check'
import { aCtx, someCustomers } from '#test'
import { compile } from '../../src/audiences/condition.ts'
import type { Definition } from '../../src/audiences/contract.ts'
import { openFollower } from '../../src/audiences/live/follow.ts'
import { switchLive } from '../../src/audiences/live/switch.ts'
import { memberNos } from '../../src/audiences/members.ts'
import { changeAudience, createAudience } from '../../src/audiences/store.ts'
import { worldOf } from '../../src/audiences/world.ts'
import { mergeCustomers, unmergeCustomers } from '../../src/customers/identity/merge.ts'

/*
 * Incremental membership is at every tick what computing everything at the same instant gives, whatever happened:
 * events early, late, twice and of the future, traits changed, customers merged and taken apart again, the clock put
 * forward and back, definitions changed. ZHIYIN_LIVING_RUNS says how many streams; a failing one prints its seed.
 */

let clock = Date.parse('2026-03-10T04:00:00Z')
const dayMs = 86_400_000
const ctx = await aCtx({ now: () => new Date(clock) })

const definitions: readonly Definition[] = [
  { event: 'order' },
  { event: 'order', within: '1 day' },
  { event: 'order', within: '1 month', count: { gte: 2 } },
  { not: { event: 'visit', within: '7 days' } },
  { event: 'visit', count: { lte: 1 }, within: '30 days' },
  { event: 'order', sum: { property: 'amount', gte: 100 }, within: '12 hours' },
  { event: 'visit', within: 'today' },
  { event: 'visit', within: 'yesterday' },
  { event: 'order', within: 'last month' },
  { event: 'order', within: 'this week', where: [{ property: 'amount', gt: 50 }] },
  { event: 'order', last: { withinLast: '3 days' } },
  { event: 'visit', first: { olderThan: '10 days' } },
  { event: 'order', last: { property: 'amount', gte: 60 } },
  { event: 'order', where: [{ property: 'dueOn', withinNext: '5 days' }] },
  { event: 'order', between: ['2026-03-01', '2026-03-20'] },
  { trait: 'city', is: '上海' },
  { trait: 'city', exists: false },
  { trait: 'age', gte: 40 },
  { trait: 'birthday', withinNext: '20 days' },
  { trait: 'birthday', olderThan: '3 days' },
  { trait: 'renewAt', withinLast: '36 hours' },
  {
    sequence: [{ event: 'visit' }, { event: 'order', within: '2 days', without: [{ event: 'complaint' }] }],
    within: '60 days',
  },
  { sequence: [{ event: 'visit' }, { event: 'order', did: false, within: '2 days' }] },
  { split: { seed: 'a', from: 0, to: 0.5 } },
  {
    all: [
      {
        any: [
          { event: 'order', within: '3 days' },
          { trait: 'age', lt: 30 },
        ],
      },
      { not: { trait: 'city', is: '成都' } },
    ],
  },
]

// Traits have their types before anything compares them.
await someCustomers(ctx, [
  { userId: 'first', traits: { city: '上海', age: 35, birthday: '2026-03-12', renewAt: '2026-03-10T08:00:00Z' } },
])

const ids: string[] = []
for (const [i, definition] of definitions.entries()) {
  const { id } = await createAudience(ctx, { name: `audience ${i}`, description: '', definition, schedule: null })
  await switchLive(ctx, { id, on: true })
  ids.push(id)
}
const { id: named } = await createAudience(ctx, {
  name: 'by another',
  description: '',
  definition: { all: [{ audience: ids[1] ?? '' }, { trait: 'age', gte: 30 }] },
  schedule: null,
})
await switchLive(ctx, { id: named, on: true })
ids.push(named)
const members = async (id: string) => {
  const nos: number[] = []
  for await (const block of memberNos(ctx, id)) nos.push(...block)
  return nos
}
const whole = async (id: string): Promise<number[]> => {
  const { definition } = await ctx.pg
    .selectFrom('audiences.audience')
    .select('definition')
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  const rows = await ctx.ch.rows<{ customer_no: number }>(
    compile(definition, await worldOf(ctx, definition)).customerNos,
  )
  return rows.map(({ customer_no }) => customer_no)
}

const follower = openFollower(ctx, { checkEveryMs: Number.MAX_SAFE_INTEGER, restAfterLook: 0 })
/** Ticks until nothing waits to be computed in full, so that what is compared was reached by increments. */
const settle = async () => {
  for (let i = 0; i < 200; i++) {
    await follower.tick()
    await follower.rebuilt()
    const waiting = await ctx.pg
      .selectFrom('audiences.live')
      .select('audience_id')
      .where(({ or, eb }) => or([eb('rebuild_wanted_at', 'is not', null), eb('failures', '>', 0)]))
      .executeTakeFirst()
    if (!waiting) {
      await follower.tick()
      await follower.rebuilt()
      return
    }
  }
  assert.fail('audiences are computed over and over')
}
await settle()

const person = fc.nat(4)
/** Hours from now: mostly of these days, some of two months ago, a few of tomorrow. */
const hours = fc.oneof(fc.integer({ min: -72, max: 2 }), fc.integer({ min: -1_500, max: 30 }))
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('event' as const),
      person,
      hours,
      name: fc.constantFrom('order', 'visit', 'complaint'),
      amount: fc.integer({ min: 10, max: 120 }),
      due: fc.integer({ min: -3, max: 12 }),
      twice: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('trait' as const),
      person,
      city: fc.option(fc.constantFrom('上海', '成都', null), { nil: undefined }),
      age: fc.option(fc.integer({ min: 20, max: 60 }), { nil: undefined }),
      birthday: fc.option(fc.integer({ min: -10, max: 40 }), { nil: undefined }),
      renew: fc.option(fc.integer({ min: -60, max: 60 }), { nil: undefined }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('clock' as const),
      seconds: fc.oneof(
        fc.integer({ min: 1, max: 600 }),
        fc.integer({ min: 3_600, max: 3 * 86_400 }),
        fc.constant(32 * 86_400),
        fc.integer({ min: -7_200, max: -1 }),
      ),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('merge' as const), into: person, from: person }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('unmerge' as const), nth: fc.nat(3) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('definition' as const),
      audience: fc.nat(definitions.length - 1),
      becomes: fc.nat(definitions.length - 1),
    }),
  },
)

const day = (ms: number) => new Date(ms).toISOString().slice(0, 10)

test('increments give what computing everything gives, whatever happens', { timeout: 3_600_000 }, async () => {
  const runs = Number(process.env['ZHIYIN_LIVING_RUNS'] ?? 3)
  let compared = 0
  let moved = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 12 }), async (steps) => {
      const stream = randomUUID()
      const people = await someCustomers(
        ctx,
        Array.from({ length: 5 }, (_, i) => ({ userId: `${stream} ${i}`, traits: { age: 25 + i } })),
      )
      const merges: { id: string; from: string }[] = []
      for (const one of steps) {
        // Two versions of a trait of one instant are united at a merge of ClickHouse, whichever was written last.
        clock += 1
        if (one.do === 'event') {
          const event = {
            event: one.name,
            at: new Date(clock + one.hours * 3_600_000),
            messageId: randomUUID(),
            properties: { amount: one.amount, dueOn: day(clock + one.due * dayMs) },
          }
          const made = { userId: `${stream} ${one.person}`, traits: {}, events: one.twice ? [event, event] : [event] }
          await someCustomers(ctx, [made])
        } else if (one.do === 'trait') {
          const traits = {
            ...(one.city !== undefined && { city: one.city }),
            ...(one.age !== undefined && { age: one.age }),
            ...(one.birthday !== undefined && { birthday: day(clock + one.birthday * dayMs) }),
            ...(one.renew !== undefined && { renewAt: new Date(clock + one.renew * 3_600_000).toISOString() }),
          }
          await someCustomers(ctx, [{ userId: `${stream} ${one.person}`, traits }])
        } else if (one.do === 'clock') clock += one.seconds * 1_000
        else if (one.do === 'merge') {
          const [into, from] = [people[one.into], people[one.from]]
          if (!into || !from) continue
          const merge = { into: into.id, from: from.id, reason: 'test' }
          const done = await mergeCustomers(ctx, merge).catch(() => undefined)
          if (done) merges.push({ id: done.id, from: from.id })
        } else if (one.do === 'unmerge') {
          const [merge] = merges.splice(one.nth, 1)
          if (merge) await unmergeCustomers(ctx, { ...merge, reason: 'test' }).catch(() => undefined)
        } else {
          const [id, definition] = [ids[one.audience], definitions[one.becomes]]
          // The second is named by another, and would not do as its own definition.
          if (id && definition && !('audience' in definition)) await changeAudience(ctx, { id, definition })
        }
        const tick = await follower.tick()
        moved += tick.moved.length
        await follower.rebuilt()
        if (one.do === 'definition' || one.do === 'merge') await settle()
        // Ticks tell the truth as of their instant, which is still now.
        for (const id of ids) {
          assert.deepEqual(
            await members(id),
            await whole(id),
            `audience ${ids.indexOf(id)} after ${JSON.stringify(one)}`,
          )
          compared += 1
        }
      }
    }),
    { numRuns: runs, endOnFailure: true },
  )
  assert.ok(moved > 0)
  console.log(`${runs} streams, ${compared} comparisons, ${moved} audiences moved by increments`)
})
test.after(() => follower.stop())
