import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import test from 'node:test'
import fc from 'fast-check'
import { sql } from 'kysely'
import { recordConsents } from '#compliance'
import { hearStored, type StoredEvent } from '#customers'
import type { Json } from '#platform'
import { aCtx, someCustomers } from '#test'
import { CampaignDefinition } from '../../src/campaigns/contract.ts'
import { decideSends } from '../../src/campaigns/gate/decide.ts'
import { arrived } from '../../src/campaigns/journeys/arrived.ts'
import { openEngine } from '../../src/campaigns/journeys/engine.ts'
import { makeTasks } from '../../src/campaigns/tasks/desk.ts'
import { listTasks } from '../../src/campaigns/tasks/read.ts'
import { TaskQuery } from '../../src/campaigns/tasks/task-contract.ts'
import { reached } from '../../src/campaigns/triggers/count.ts'
import { enter } from '../../src/campaigns/triggers/feature.ts'
import { handleEvents } from '../../src/campaigns/triggers/handle.ts'
import { openTriggerReader, type TriggerReader } from '../../src/campaigns/triggers/reader.ts'
import { currentRules, noRules } from '../../src/campaigns/triggers/rules.ts'
import { abandonedName, plansOf } from '../../src/cli/demo-plans.ts'
import { exampleOffer, exampleTexts, type TextKey } from '../../src/cli/demo-texts.ts'
import { mergeCustomers } from '../../src/customers/identity/merge.ts'
import { aNotice } from '../compliance/notices.ts'
import { setLimit } from './gate-support.ts'
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

test('demo: three looks at the loan page without applying bring a message, and a day of silence a call task', async () => {
  // Ten in the morning in Shanghai: calls are planned for the hours in which they may be made.
  clock = Date.parse('2026-04-13T02:00:00Z')
  await aNotice(ctx)
  const keys = Object.keys(exampleTexts) as TextKey[]
  const texts = Object.fromEntries(keys.map((key, i) => [key, i + 1])) as Record<TextKey, number>
  const plan = plansOf({ texts, offerId: 7, dormantId: '1', remindAt: '10:00' }).find(
    ({ name }) => name === abandonedName,
  )
  // Nobody is left alone to compare with here: who gets the call must not depend on the draw.
  const definition = CampaignDefinition.parse({ ...plan?.definition, holdout: 0 })
  await setLimit(ctx, 'holdout', { share: 0 })
  const campaignId = await published(ctx, definition)
  const made = Object.fromEntries(
    keys.map((key) => {
      const content = exampleTexts[key].content as Json & { channel: string }
      return [texts[key], { hash: key, version: 1, channel: content.channel, content }]
    }),
  )
  const content = { ...exampleOffer.content, stated: { simple: 0.18, compound: 0.1956 } }
  const offers = { 7: { hash: 'demo', version: 1, content } }
  await sql`update campaigns.version set frozen = frozen || ${JSON.stringify({ creatives: made, offers })}::jsonb
    where campaign_id = ${campaignId}`.execute(ctx.pg)
  const reader = openTriggerReader(ctx, { enter, arrived }, { placeEveryMs: 0, othersEveryMs: 0, rulesEveryMs: 0 })
  const deaf = hearStored(ctx, reader.hear)
  await reader.settle()
  const [silent = 0, applies = 0] = (
    await someCustomers(
      ctx,
      ['silent', 'applies'].map((userId, i) => ({
        userId,
        traits: { phone: `1370000000${i}`, birthday: '1990-05-05', name: '何十' },
      })),
    )
  ).map(({ no }) => no)
  await recordConsents(
    ctx,
    [silent, applies].flatMap((customerNo) =>
      ['sms', 'call'].map((channel) => ({
        customerNo,
        purpose: 'marketing',
        channel,
        status: 'granted' as const,
        at: new Date(clock),
        noticeVersion: 'v1',
        source: 'import' as const,
        evidence: {},
      })),
    ),
  )
  const did = (userId: string, event: string) => view(userId, clock, event)
  for (let look = 0; look < 3; look++) {
    for (const userId of ['silent', 'applies']) await did(userId, 'Loan Viewed')
    clock += 5 * minute
  }
  await reader.settle()
  const engine = openEngine(ctx, { decide: decideSends, notPersonalised: async () => new Set() })
  await engine.drain()
  const tasks = async () => (await listTasks(ctx, TaskQuery.parse({ campaignId }))).items
  const messages = async () => {
    const { rows } = await sql<{ no: number; step: string; channel: string; state: string }>`
      select customer_no as no, step, channel, state from campaigns.send where campaign_id = ${campaignId} order by id`.execute(
      ctx.pg,
    )
    return rows
  }
  assert.deepEqual(await messages(), [
    { no: silent, step: 'tell', channel: 'sms', state: 'planned' },
    { no: applies, step: 'tell', channel: 'sms', state: 'planned' },
  ])
  await did('applies', 'Application Submitted')
  await reader.settle()
  clock += 86_400_000 - minute
  await engine.drain()
  await makeTasks(ctx)
  assert.deepEqual(await tasks(), [], 'a day is not over')
  clock += 2 * minute
  await engine.drain()
  assert.equal(await makeTasks(ctx), 1)
  assert.deepEqual(
    (await tasks()).map(({ title, team, customerNo }) => [title, team, customerNo]),
    [['客服回访', '客服一组', silent]],
  )
  deaf()
  await reader.stop()
})
