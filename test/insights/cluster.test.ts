import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import type { Ctx } from '#platform'
import { aCtx, startPostgresServer } from '#test'
import { answer, readPeople, saveAsList } from '../../src/insights/analysis/ask.ts'
import { type AskedQuestion, type Place, Question } from '../../src/insights/analysis/contract.ts'
import { startCluster } from '../support/clickhouse-cluster.ts'
import { type MadeUp, randomFrom, storeCustomers, storeEvents } from './made-up-events.ts'

const now = new Date('2026-03-20T12:00:00+08:00')
const random = randomFrom(3)
const pick = <T>(values: readonly T[]) => values[Math.floor(random() * values.length)] as T
const nos = Array.from({ length: 80 }, (_, i) => i + 1)
const events: MadeUp[] = Array.from({ length: 1_500 }, () => ({
  no: pick(nos),
  event: pick(['open', 'view', 'apply', 'draw']),
  ms: now.getTime() - Math.floor(random() * 20 * 96) * 900_000,
  hash: (BigInt(Math.floor(random() * 2 ** 32)) << 32n) + BigInt(Math.floor(random() * 2 ** 32)),
  properties: { channel: pick(['app', 'web', 'branch']), amount: Math.floor(random() * 100) },
}))

const stock = async (ctx: Ctx): Promise<void> => {
  await storeCustomers(ctx, nos)
  await storeEvents(ctx, events)
  await ctx.ch.insert(
    'traits',
    nos.map((customer_no) => ({
      trait: 'city',
      customer_no,
      at: '2026-01-01 00:00:00.000',
      type: 'string',
      text: customer_no % 3 ? '上海' : '北京',
    })),
    { columns: ['trait', 'customer_no', 'at', 'type', 'text'] },
  )
  // Merged pairs whose two numbers are on different shards as often as not.
  await ctx.ch.insert(
    'customer_overrides',
    [10, 21, 32, 43].map((from_no) => ({ from_no, to_no: from_no + 1, version: 1 })),
    { columns: ['from_no', 'to_no', 'version'] },
  )
  await ctx.ch.command('system reload dictionary customer_override')
}

const period = { within: '14 days' }
const people = { definition: { event: 'open', count: { gte: 2 } } }
const asked: [AskedQuestion, Place][] = [
  [
    { kind: 'trend', period, series: [{ event: 'view', measure: 'people' }], breakdown: { trait: 'city' }, people },
    { kind: 'trend', series: 0, group: { is: '上海' } },
  ],
  [
    {
      kind: 'funnel',
      period,
      steps: [{ event: 'open' }, { event: 'view' }, { event: 'apply' }],
      window: '2 days',
      people,
    },
    { kind: 'funnel', step: 3, outcome: 'dropped' },
  ],
  [
    {
      kind: 'funnel',
      period,
      steps: [{ event: 'open' }, { event: 'view' }, { event: 'apply' }],
      window: '2 days',
      order: 'strict',
      timing: true,
      breakdown: { trait: 'city' },
    },
    { kind: 'funnel', step: 2, outcome: 'reached', group: { is: '北京' } },
  ],
  [
    { kind: 'retention', period, start: { event: 'open' }, back: { event: 'view' }, unit: 'day', units: 5, people },
    { kind: 'retention', unit: 1, outcome: 'returned' },
  ],
  [
    { kind: 'sessions', period, people },
    { kind: 'sessions', entry: 'open' },
  ],
  [
    { kind: 'paths', period, anchor: { event: 'open', at: 'start' }, gapMinutes: 600, people },
    { kind: 'paths', step: 2, event: 'view' },
  ],
  [
    { kind: 'interval', period, from: { event: 'open' }, to: { event: 'apply' }, breakdown: { trait: 'city' } },
    { kind: 'interval', toMs: 86_400_000 },
  ],
  [
    {
      kind: 'attribution',
      period,
      conversion: { event: 'draw' },
      touches: [{ event: 'view' }],
      channel: 'channel',
      value: 'amount',
      lookback: '3 days',
      people,
    },
    { kind: 'attribution', channel: 'web' },
  ],
]

test('on two shards, with customers merged across them, every answer is the one of a single engine', async () => {
  const [cluster, server] = await Promise.all([startCluster({ shards: 2 }), startPostgresServer()])
  after(() => cluster.stop())
  const [one, many] = [
    await aCtx({ now: () => now }),
    await aCtx({ postgresUrl: await server.database('insights'), cluster, now: () => now }),
  ]
  for (const ctx of [one, many]) await stock(ctx)
  for (const [written, place] of asked) {
    const question = Question.parse(written)
    const [single, sharded] = await Promise.all([answer(one, question), answer(many, question)])
    assert.deepEqual(sharded.answer, single.answer, question.kind)
    const [few, more] = await Promise.all([
      readPeople(one, { question, place, limit: 5 }),
      readPeople(many, { question, place, limit: 5 }),
    ])
    assert.ok(few.total > 0, question.kind)
    assert.equal(more.total, few.total, question.kind)
    const saved = await saveAsList(many, { question, place, name: question.kind, why: '' })
    assert.equal(saved.size, few.total)
  }
})
