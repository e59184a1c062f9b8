import assert from 'node:assert/strict'
import test from 'node:test'
import { sql } from 'kysely'
import { stateExclusions } from '#compliance'
import { aCtx, someCustomers } from '#test'
import { costBound, dearestPath } from '../../src/campaigns/simulation/cost-bound.ts'
import { dryRun, simulate } from '../../src/campaigns/simulation/simulate.ts'
import {
  DryRun,
  DryRunRequest,
  Simulation,
  SimulationRequest,
} from '../../src/campaigns/simulation/simulation-contract.ts'
import { published } from './published.ts'

const ctx = await aCtx()
const people = await someCustomers(ctx, [
  { traits: { level: 'gold', phone: '13911112222', age: 40 } },
  { traits: { level: 'gold', phone: '13911113333', age: 30 } },
  { traits: { level: 'iron', phone: '13911114444', age: 30 } },
  { traits: { level: 'gold' } },
])
const nos = people.map(({ no }) => String(no))

const journey = {
  start: 'remind',
  steps: {
    remind: { kind: 'message', channels: [{ channel: 'sms', creativeId: 1 }], next: 'wait' },
    wait: { kind: 'waitEvent', event: 'repaid', within: { amount: 2, unit: 'days' }, next: null, onTimeout: 'level' },
    level: {
      kind: 'branch',
      arms: [{ name: 'gold', when: { trait: 'level', is: 'gold' }, next: 'again' }],
      otherwise: null,
    },
    again: { kind: 'message', channels: [{ channel: 'sms', creativeId: 2 }], next: null },
  },
} as const

// Ten in the morning in Shanghai.
const startAt = '2027-03-02T02:00:00.000Z'
const id = await published(ctx, { trigger: { kind: 'api' }, journey: journey as never }, { category: 'service' })

const run = async (request: object) =>
  Simulation.parse(await simulate(ctx, { id, ...SimulationRequest.parse({ version: 1, startAt, ...request }) }))

test('one customer goes through the journey with a clock that jumps over waits', async () => {
  const { paths, steps, notes } = await run({ who: { customerId: nos[0] } })
  assert.deepEqual(
    paths[0]?.visits.map(({ step, at, edge }) => [step, at, edge]),
    [
      ['remind', startAt, 'next'],
      ['wait', startAt, 'timeout'],
      ['level', '2027-03-04T02:00:00.000Z', 'arm:gold'],
      ['again', '2027-03-04T02:00:00.000Z', 'next'],
    ],
  )
  assert.equal(paths[0]?.end, 'finished')
  assert.equal(steps['remind']?.planned['sms'], 1)
  assert.ok(notes.includes('conditionsNow'))
  const { rows } = await sql<{ n: number }>`
    select (select count(*) from campaigns.entry) + (select count(*) from campaigns.send) as n`.execute(ctx.pg)
  assert.equal(Number(rows[0]?.n), 0)
})

test('what is assumed to happen takes its way, at a time that the seed draws', async () => {
  const assume = { wait: { what: 'event' } }
  const [first, second, other] = [
    await run({ who: { customerId: nos[0] }, assume }),
    await run({ who: { customerId: nos[0] }, assume }),
    await run({ who: { customerId: nos[0] }, assume, seed: 'other' }),
  ]
  const visit = first.paths[0]?.visits[1]
  assert.equal(visit?.edge, 'next')
  assert.ok((visit?.leftAt ?? '') > startAt && (visit?.leftAt ?? '') < '2027-03-04T02:00:00.000Z')
  assert.deepEqual(first, second)
  assert.notEqual(other.paths[0]?.visits[1]?.leftAt, visit?.leftAt)
})

test('a message at night is held back until the morning, and who has no address is refused and goes on', async () => {
  const night = '2027-03-02T15:00:00.000Z'
  const { paths } = await run({ who: { sample: 10 }, startAt: night })
  assert.equal(paths.length, 4)
  const first = paths.find(({ customerId }) => customerId === nos[0])?.visits[0]
  assert.ok((first?.verdict?.notBefore ?? '') > night)
  assert.equal(first?.leftAt, first?.verdict?.notBefore)
  const without = paths.find(({ customerId }) => customerId === nos[3])?.visits[0]
  assert.deepEqual([without?.edge, without?.verdict?.refusal], ['refused', 'NO_ADDRESS'])
})

test('a dry run says who would receive what, who nothing and why, and bounds the cost', async () => {
  const told = DryRun.parse(await dryRun(ctx, { id, ...DryRunRequest.parse({ version: 1, startAt }) }))
  assert.deepEqual([told.total, told.people, told.reached], [4, 4, 3])
  assert.deepEqual(told.unreached, { NO_ADDRESS: 1 })
  assert.deepEqual(told.sends, { sms: 5 })
  assert.ok(told.cost.upToMillifen !== null && told.cost.expectedMillifen <= told.cost.upToMillifen)
  assert.equal(told.sample.length, 4)
  assert.ok(!JSON.stringify(told).includes('13911112222'))
})

test('marketing without consent is refused to everybody, which the dry run shows before anything is sent', async () => {
  const marketing = await published(ctx, { trigger: { kind: 'api' }, journey: journey as never })
  const told = await dryRun(ctx, { id: marketing, ...DryRunRequest.parse({ version: 1, startAt }) })
  assert.deepEqual([told.reached, told.unreached], [0, { NO_CONSENT: 4 }])
})

test('whoever may not see customers gets counts by tens and nobody shown', async () => {
  const permissions = new Set([...ctx.actor.permissions].filter((name) => name !== 'customers.read'))
  const blind = { ...ctx, actor: { ...ctx.actor, permissions } }
  const told = await dryRun(blind, { id, ...DryRunRequest.parse({ version: 1, startAt }) })
  assert.deepEqual([told.total, told.reached, told.sample], [0, 0, []])
  await assert.rejects(
    simulate(blind, { id, ...SimulationRequest.parse({ version: 1, who: { customerId: nos[0] } }) }),
    /forbidden/,
  )
  const sampled = await simulate(blind, { id, ...SimulationRequest.parse({ version: 1, startAt, who: { sample: 4 } }) })
  assert.deepEqual([sampled.people, sampled.costMillifen, told.cost.expectedMillifen], [0, 0, 0])
})

test('why a person is excluded is told only to those who may read exclusions, also by trying', async () => {
  const [no = 0] = people.map((one) => one.no)
  const died = { kind: 'deceased', since: ctx.now(), until: null, reason: '', evidence: {}, source: 'staff' } as const
  await stateExclusions(ctx, [{ customerNo: no, ...died }])
  const permissions = new Set([...ctx.actor.permissions].filter((name) => name !== 'exclusions.read'))
  const marketer = { ...ctx, actor: { ...ctx.actor, permissions } }
  const asked = { id, ...SimulationRequest.parse({ version: 1, startAt, who: { customerId: String(no) } }) }
  const seen = Simulation.parse(await simulate(ctx, asked))
  const hidden = Simulation.parse(await simulate(marketer, asked))
  assert.equal(seen.paths[0]?.visits[0]?.verdict?.refusal, 'DECEASED')
  const verdict = hidden.paths[0]?.visits[0]?.verdict
  assert.deepEqual([verdict?.decision, verdict?.refusal, verdict?.values], ['refused', null, {}])
  assert.equal(hidden.steps['remind']?.refused['DECEASED'], 0)
  const told = await dryRun(marketer, { id, ...DryRunRequest.parse({ version: 1, startAt }) })
  assert.ok(!told.unreached['DECEASED'])
  assert.ok(!JSON.stringify(told.sample).includes('DECEASED'))
})

test('the dearest way through bounds the cost, a loop has no bound but the budget', () => {
  const costs = { sms: 5_000, email: 100 } as const
  const graph = journey as never
  assert.equal(dearestPath({ journey: graph }, costs), 10_000)
  assert.deepEqual(costBound({ journey: graph, budget: {} }, 3, costs), { upToMillifen: 30_000, bound: 'path' })
  assert.deepEqual(costBound({ journey: graph, budget: { costFen: 20 } }, 3, costs), {
    upToMillifen: 20_000,
    bound: 'budget',
  })
  const loop = {
    start: 'a',
    steps: {
      a: { kind: 'message', channels: [{ channel: 'sms', creativeId: 1 }], next: 'b' },
      b: { kind: 'wait', for: { amount: 1, unit: 'days' }, next: 'a' },
    },
  } as never
  assert.deepEqual(costBound({ journey: loop, budget: {} }, 3, costs), { upToMillifen: null, bound: 'none' })
})
