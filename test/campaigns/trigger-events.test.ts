import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import test from 'node:test'
import fc from 'fast-check'
import { hearStored, type StoredEvent } from '#customers'
import { aCtx, someCustomers } from '#test'
import { reached } from '../../src/campaigns/triggers/count.ts'
import { handleEvents } from '../../src/campaigns/triggers/handle.ts'
import { openTriggerReader, type TriggerReader } from '../../src/campaigns/triggers/reader.ts'
import { currentRules, noRules } from '../../src/campaigns/triggers/rules.ts'
import { mergeCustomers } from '../../src/customers/identity/merge.ts'
import { aDoor, published } from './published.ts'

let clock = Date.parse('2026-03-10T04:00:00Z')
const minute = 60_000
const ctx = await aCtx({ now: () => new Date(clock) })

/** A process that hears what is stored. */
const aReader = (door: ReturnType<typeof aDoor>): { reader: TriggerReader; kill: () => void } => {
  const reader = openTriggerReader(ctx, door.calls, { placeEveryMs: 0, othersEveryMs: 0, rulesEveryMs: 0 })
  const kill = hearStored(ctx, reader.hear)
  return { reader, kill }
}

const view = (userId: string, at = clock, event = 'loan page', properties = {}, messageId: string = randomUUID()) =>
  someCustomers(ctx, [{ userId, at: new Date(at), events: [{ event, at: new Date(at), properties, messageId }] }]).then(
    ([customer]) => customer?.no ?? 0,
  )

const wanted = (door: ReturnType<typeof aDoor>, campaignId: number) =>
  door.went.filter((one) => one.campaignId === campaignId).map(({ customerNo }) => customerNo)

test('an event lets its customer in, once, with its properties', async () => {
  const door = aDoor()
  const id = await published(ctx, {
    trigger: { kind: 'event', event: 'opened', where: [{ property: 'page', is: 'loan' }] },
  })
  const { reader, kill } = aReader(door)
  await reader.settle()
  const messageId = randomUUID()
  const no = await view('once', clock, 'opened', { page: 'loan', deep: { a: 1 } }, messageId)
  await view('other', clock, 'opened', { page: 'card' })
  await view('once', clock, 'opened', { page: 'loan' }, messageId)
  await reader.settle()
  await reader.settle()
  assert.deepEqual(wanted(door, id), [no])
  assert.deepEqual(door.went.find(({ campaignId }) => campaignId === id)?.trigger, { page: 'loan' })
  kill()
  await reader.stop()
})

test('an event stored before kill -9 still lets in after the restart, and none twice', async () => {
  const door = aDoor()
  const id = await published(ctx, { trigger: { kind: 'event', event: 'killed' } })
  const first = aReader(door)
  await first.reader.settle()
  const handled = await view('before the kill', clock, 'killed')
  await first.reader.settle()
  // Stored and acknowledged, and the process is gone before it looked at it.
  first.kill()
  const lost = await view('at the kill', clock, 'killed')
  clock += 3 * minute
  const second = aReader(door)
  await second.reader.settle()
  assert.deepEqual(new Set(wanted(door, id)), new Set([handled, lost]))
  assert.equal(wanted(door, id).length, 2)
  second.kill()
  await second.reader.stop()
})

test('a campaign published a moment ago hears what came in before it was known, and nothing older', async () => {
  const door = aDoor()
  const { reader, kill } = aReader(door)
  await reader.settle()
  await view('too early', clock, 'fresh')
  clock += 1_000
  const id = await published(ctx, { trigger: { kind: 'event', event: 'fresh' } })
  clock += 500
  const no = await view('in time', clock, 'fresh')
  await reader.settle()
  assert.deepEqual(wanted(door, id), [no])
  kill()
  await reader.stop()
})

test('three views within thirty minutes without an application let in, at the third', async () => {
  const door = aDoor()
  const id = await published(ctx, {
    trigger: {
      kind: 'event',
      event: 'loan page',
      count: 3,
      within: { amount: 30, unit: 'minutes' },
      without: [{ event: 'applied' }],
    },
  })
  const { reader, kill } = aReader(door)
  await reader.settle()
  const at = clock
  const thrice = await view('thrice', at)
  await view('thrice', at + 10 * minute)
  // 30 minutes after the first it is too late for that one.
  await view('slow', at)
  await view('slow', at + 15 * minute)
  await view('slow', at + 30 * minute)
  await view('applied', at)
  await view('applied', at + minute)
  await view('applied', at + 2 * minute, 'applied')
  await view('applied', at + 3 * minute)
  clock = at + 31 * minute
  await reader.settle()
  assert.deepEqual(wanted(door, id), [])
  await view('thrice', at + 20 * minute)
  await reader.settle()
  assert.deepEqual(wanted(door, id), [thrice])
  // What made up the first count does not count again: two more are not three.
  await view('thrice', at + 22 * minute)
  await view('thrice', at + 23 * minute)
  await reader.settle()
  assert.deepEqual(wanted(door, id), [thrice])
  await view('thrice', at + 24 * minute)
  await reader.settle()
  assert.deepEqual(wanted(door, id), [thrice, thrice])
  kill()
  await reader.stop()
})

test('views of two numbers of one person count together', async () => {
  const door = aDoor()
  const id = await published(ctx, {
    trigger: { kind: 'event', event: 'merged view', count: 2, within: { amount: 1, unit: 'hours' } },
  })
  const { reader, kill } = aReader(door)
  await reader.settle()
  const a = await view('account a', clock, 'merged view')
  const b = await view('account b', clock, 'something')
  await mergeCustomers(ctx, { into: String(a), from: String(b), reason: 'the same person' })
  await view('account b', clock + minute, 'merged view')
  clock += 2 * minute
  await reader.settle()
  assert.deepEqual(wanted(door, id), [a])
  kill()
  await reader.stop()
})

test('late and missed events are counted and let nobody in', async () => {
  const door = aDoor()
  const id = await published(ctx, { trigger: { kind: 'event', event: 'aged' } })
  const { reader, kill } = aReader(door)
  await reader.settle()
  await view('late', clock - 25 * 60 * minute, 'aged')
  await reader.settle()
  kill()
  await view('missed', clock, 'aged')
  await reader.stop()
  clock += 25 * 60 * minute
  const second = aReader(door)
  await second.reader.settle()
  assert.deepEqual(wanted(door, id), [])
  const rows = await ctx.pg
    .selectFrom('campaigns.trigger_tally')
    .select(['outcome', 'count'])
    .where('campaign_id', '=', id)
    .orderBy('outcome')
    .execute()
  assert.deepEqual(
    rows.map(({ outcome, count }) => [outcome, count]).filter(([outcome]) => outcome !== 'late'),
    [['missed', 1]],
  )
  assert.ok(rows.some(({ outcome }) => outcome === 'late'))
  second.kill()
  await second.reader.stop()
})

test('only those whom the door allows, and a failing question is told and holds up nobody', async () => {
  const door = aDoor()
  const trigger = { kind: 'event', event: 'door' }
  const gold = await published(ctx, { trigger, only: { trait: 'level', is: 'gold' } })
  const broken = await published(ctx, { trigger, only: { audience: randomUUID() } })
  const { reader, kill } = aReader(door)
  await reader.settle()
  const [in1] = await someCustomers(ctx, [
    { userId: 'gold', traits: { level: 'gold' }, events: [{ event: 'door' }] },
    { userId: 'iron', traits: { level: 'iron' }, events: [{ event: 'door' }] },
  ])
  await reader.settle()
  assert.deepEqual(wanted(door, gold), [in1?.no])
  const failed = await ctx.pg
    .selectFrom('campaigns.trigger_tally')
    .selectAll()
    .where('campaign_id', '=', broken)
    .where('outcome', '=', 'failed')
    .executeTakeFirstOrThrow()
  assert.equal(failed.count, 2)
  kill()
  await reader.stop()
})

test('waits, exits and goals hear what they listen to', async () => {
  const door = aDoor()
  const id = await published(ctx, {
    trigger: { kind: 'api' },
    exits: [{ event: 'complained' }],
    goal: { event: 'applied now', withinDays: 7 },
    journey: {
      start: 'hold',
      steps: {
        hold: {
          kind: 'waitEvent',
          event: 'applied now',
          within: { amount: 1, unit: 'days' },
          next: null,
          onTimeout: null,
        },
      },
    },
  })
  const { reader, kill } = aReader(door)
  await reader.settle()
  const no = await view('hears', clock, 'applied now')
  await view('hears', clock, 'complained')
  await reader.settle()
  const told = door.arrivals.filter(({ campaignId }) => campaignId === id)
  assert.deepEqual(
    told.map(({ role, step, customerNo }) => [role, step, customerNo]),
    [
      ['wait', 'hold', no],
      ['goal', undefined, no],
      ['exit', undefined, no],
    ],
  )
  kill()
  await reader.stop()
})

test('a count does not depend on how events are grouped', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 15 }),
      (times, count, withinMs) => {
        const all = times.map((atMs, i) => ({ atMs, hash: BigInt(i) })).sort((a, b) => a.atMs - b.atMs)
        const rule = { count, withinMs }
        const together = reached(rule, {
          hits: all,
          against: [],
          fired: undefined,
          fresh: new Set(all.map(({ hash }) => hash)),
        })
        let fired: (typeof all)[number] | undefined
        const oneByOne = all.flatMap((one, i) => {
          const ends = reached(rule, { hits: all.slice(0, i + 1), against: [], fired, fresh: new Set([one.hash]) })
          fired = ends.at(-1) ?? fired
          return ends
        })
        assert.deepEqual(oneByOne.length, together.length)
      },
    ),
  )
})

test('two processes that complete counts of one person at once agree on one after the other', async () => {
  const id = await published(ctx, {
    trigger: { kind: 'event', event: 'raced', count: 3, within: { amount: 1, unit: 'hours' } },
  })
  const door = aDoor()
  const rules = await currentRules(ctx, noRules)
  const events: StoredEvent[] = []
  const deaf = hearStored(ctx, (stored) => void events.push(...stored.filter(({ event }) => event === 'raced')))
  for (let i = 0; i < 5; i++) await view('raced', clock + i * minute, 'raced')
  deaf()
  clock += 6 * minute
  // The second looks at the fifth before the first has let him in by the third.
  const work = (some: readonly StoredEvent[]) =>
    handleEvents(ctx, { rules, events: some, calls: door.calls, lateMs: 86_400_000 })
  await Promise.all([work(events.slice(0, 3)), work(events.slice(3))])
  assert.equal(wanted(door, id).length, 1)
})
