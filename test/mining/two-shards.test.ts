import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { type Ctx, ch } from '#platform'
import { aCtx, startPostgresServer } from '#test'
import { classify } from '../../src/insights/mining/clusters/classify.ts'
import { Question, type QuestionInput } from '../../src/insights/mining/contract.ts'
import { randomOf } from '../../src/insights/mining/random.ts'
import { readRules } from '../../src/insights/mining/rules/read-rules.ts'
import { answer, readRun, startRun } from '../../src/insights/mining/runs.ts'
import { startCluster } from '../support/clickhouse-cluster.ts'

const now = new Date('2026-03-20T12:00:00+08:00')
const nos = Array.from({ length: 120 }, (_, i) => i + 1)

/** The same facts, with customers merged whose numbers may be on different shards. */
const stock = async (ctx: Ctx): Promise<void> => {
  const random = randomOf(9)
  await ctx.ch.insert(
    'customers',
    nos.map((customer_no) => ({ customer_no, created_at: '2026-01-01 00:00:00.000', live: 1, version: 1 })),
  )
  const lines = Array.from({ length: 1_200 }, (_, i) => {
    const no = 1 + Math.floor(nos.length * random.next() ** 2)
    const ts = new Date(now.getTime() - Math.floor(random.next() * 150) * 86_400_000).toISOString()
    const properties = {
      item: ['bread', 'butter', 'milk', 'eggs', 'tea'][random.below(5)],
      amount: 5 + random.below(90),
    }
    return `purchase\t${no}\t${ts}\t${i}\t${i}\ttrack\t0\t0\t${ts}\t\\N\t${JSON.stringify(properties)}\t{}`
  })
  await ctx.ch.insert('events', lines.join('\n'))
  await ctx.ch.insert(
    'customer_overrides',
    [10, 21, 32, 43].map((from_no) => ({ from_no, to_no: from_no + 1, version: 1 })),
  )
  await ctx.ch.command('system reload dictionary customer_override')
}

const purchases = { event: 'purchase', amount: 'amount' }
const questions: QuestionInput[] = [
  { kind: 'rfm', ...purchases },
  { kind: 'rfm', ...purchases, quintiles: 'rank', cut: 'median' },
  { kind: 'value', ...purchases },
  {
    kind: 'clusters',
    k: 3,
    features: [
      { event: 'purchase', measure: 'count' },
      { event: 'purchase', measure: 'avg', property: 'amount' },
      { event: 'purchase', measure: 'daysSince' },
    ],
  },
  {
    kind: 'rules',
    baskets: { of: 'events', events: ['purchase'], item: 'item', basket: 'day' },
    minSupport: 0.001,
    minConfidence: 0,
  },
]

/** Everything an answer says and keeps, without what differs from run to run. */
const answers = async (ctx: Ctx) => {
  const told: unknown[] = []
  for (const asked of questions) {
    const question = Question.parse(asked)
    const { id } = await startRun({ ...ctx, jobs: { ...ctx.jobs, send: async () => undefined } }, question)
    await answer(ctx, { id }, new AbortController().signal)
    const { error, result } = await readRun(ctx, { id })
    assert.equal(error, null, asked.kind)
    const groups = await ctx.ch.rows(
      ch.sql`select part, arraySort(bitmapToArray(groupBitmapMergeState(members))) as nos from insight_groups where run_id = ${ch.uuid(id)} group by part order by part`,
    )
    const rules = await readRules(ctx, { id, order: 'lift', redundant: 'yes', limit: 2_000, offset: 0 })
    const classified =
      question.kind === 'clusters' && result?.kind === 'clusters'
        ? await ctx.ch.rows(
            ch.sql`select customer_no, value from (${await classify(ctx, question, result, now)}) order by customer_no`,
          )
        : []
    // Points are in the order rows came in; people and figures are not.
    const shown =
      result?.kind === 'clusters'
        ? { people: result.people, features: result.features, sizes: result.clusters.map(({ size }) => size) }
        : result
    told.push({ shown, groups, rules, classified })
  }
  return JSON.parse(
    JSON.stringify(told, (_, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(5)) : value)),
  ) as unknown[]
}

test('two shards answer as one engine does, merged customers included', async () => {
  const cluster = await startCluster({ shards: 2 })
  after(() => cluster.stop())
  const server = await startPostgresServer()
  const one = await aCtx({ now: () => now })
  const two = await aCtx({ now: () => now, cluster, postgresUrl: await server.database('mining') })
  await stock(one)
  await stock(two)
  const [alone, shared] = [await answers(one), await answers(two)]
  for (const [i, { kind }] of questions.entries()) assert.deepEqual(shared[i], alone[i], kind)
})
