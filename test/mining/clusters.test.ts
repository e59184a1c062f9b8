import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { gunzipSync } from 'node:zlib'
import { aCtx, evaluationFile, someCustomers } from '#test'
import { classify } from '../../src/insights/mining/clusters/classify.ts'
import { findClusters } from '../../src/insights/mining/clusters/find-clusters.ts'
import { type ClustersResult, Question } from '../../src/insights/mining/contract.ts'
import { readPeople } from '../../src/insights/mining/people.ts'
import { answer, cancelRun, changeRun, readRun, startRun } from '../../src/insights/mining/runs.ts'

const ctx = await aCtx()
const asking = { ...ctx, jobs: { ...ctx.jobs, send: async () => undefined } }
const never = new AbortController().signal
const ask = (question: object) => startRun(asking, Question.parse({ kind: 'clusters', ...question }))

// Young people who buy often in Hangzhou, older ones who never do in Wuhan; of one the income is not known.
const customers = await someCustomers(
  ctx,
  Array.from({ length: 24 }, (_, i) => ({
    traits: {
      age: i % 2 === 0 ? 25 + (i % 5) : 60 + (i % 5),
      city: i % 2 === 0 ? 'Hangzhou' : 'Wuhan',
      ...(i === 3 ? {} : { income: i % 2 === 0 ? 9_000 + i : 4_000 + i }),
    },
    events:
      i % 2 === 0
        ? [1, 2, 3].map((n) => ({ event: 'purchase', at: `2026-01-0${n}T04:00:00Z`, properties: { amount: 100 * n } }))
        : [],
  })),
)
const features = [
  { trait: 'age' },
  { trait: 'city' },
  { trait: 'income', missing: 'mean' },
  { event: 'purchase', measure: 'count' },
  { event: 'purchase', measure: 'sum', property: 'amount' },
  { event: 'purchase', measure: 'daysSince', missing: 'zero' },
  { event: 'purchase', measure: 'avg', property: 'amount', days: 3_650 },
]

test('traits and statistics of events become clusters, whose people are there to see', async () => {
  const { id } = await ask({ features, kTo: 4 })
  await answer(ctx, { id }, never)
  const run = await readRun(ctx, { id })
  assert.equal(run.error, null)
  const result = run.result as ClustersResult
  assert.equal(result.people, 24)
  assert.equal(result.k, 2)
  assert.deepEqual(
    result.features.map(({ type, missing }) => [type, missing]),
    [
      ['number', 0],
      ['text', 0],
      ['number', 1],
      ['number', 0],
      ['number', 0],
      ['number', 12],
      ['number', 12],
    ],
    'who never bought bought 0 times, and has no last purchase',
  )
  const people = await Promise.all(
    [1, 2].map((c) => readPeople(ctx, { id, selection: { parts: [`cluster:${c}`] }, limit: 50, after: 0 })),
  )
  const buyers = people.find(({ items }) => items.some((row) => row.id === customers[0]?.id))
  assert.deepEqual(
    buyers?.items.map((row) => row.id),
    customers.filter((_, i) => i % 2 === 0).map(({ id }) => id),
  )
})

test('a model classifies everybody as the answer did, and newcomers by the nearest centre', async () => {
  const { id } = await ask({ features, scale: 'robust', k: 3 })
  await answer(ctx, { id }, never)
  const { result } = await readRun(ctx, { id })
  await changeRun(ctx, { id, names: ['常客', null, '新客'] })
  const rowsOf = async () => {
    const { question, result } = await readRun(ctx, { id })
    if (question.kind !== 'clusters' || result?.kind !== 'clusters') throw new Error('no clusters')
    const rows = await ctx.ch.rows<{ customer_no: number; value: number; label: string }>(
      await classify(ctx, question, result, ctx.now()),
    )
    return new Map(rows.map((row) => [row.customer_no, row]))
  }
  const before = await rowsOf()
  const sizes = (result as ClustersResult).clusters.map(({ size }) => size)
  assert.deepEqual(
    [1, 2, 3].map((no) => [...before.values()].filter(({ value }) => value === no).length),
    sizes,
  )
  assert.ok([...before.values()].every(({ value, label }) => label === ['常客', '2', '新客'][value - 1]))
  const [newcomer] = await someCustomers(ctx, [
    {
      traits: { age: 27, city: 'Hangzhou', income: 9_010 },
      events: [1, 2, 3].map((n) => ({
        event: 'purchase',
        at: `2026-01-0${n}T04:00:00Z`,
        properties: { amount: 100 * n },
      })),
    },
  ])
  const after = await rowsOf()
  assert.equal(after.get(newcomer?.no ?? 0)?.value, before.get(customers[2]?.no ?? 0)?.value)
})

test('whoever lacks a value that must be there is left out and counted; a narrower circle is asked about', async () => {
  const { id } = await ask({
    features: [{ trait: 'age' }, { trait: 'income', missing: 'drop' }],
    k: 2,
    who: { trait: 'city', is: 'Wuhan' },
  })
  await answer(ctx, { id }, never)
  const { result } = await readRun(ctx, { id })
  assert.deepEqual([(result as ClustersResult).people, (result as ClustersResult).dropped], [11, 1])
})

test('a question that is being worked on ends soon after it is cancelled', async () => {
  const { id } = await ask({ features })
  const working = answer(ctx, { id }, never)
  while ((await readRun(ctx, { id })).state === 'queued') await new Promise(setImmediate)
  await cancelRun(asking, { id })
  await working
  assert.ok(['cancelled', 'done'].includes((await readRun(ctx, { id })).state))
})

test('card spending: its 314 missing values are filled and told', () => {
  const [head = '', ...lines] = gunzipSync(readFileSync(evaluationFile('card-spending/card-spending.csv.gz')))
    .toString()
    .trim()
    .split(/\r?\n/)
  const names = head.split(',').slice(1)
  const values = Float32Array.from(
    lines.flatMap((line) =>
      line
        .split(',')
        .slice(1)
        .map((cell) => (cell === '' ? Number.NaN : Number(cell))),
    ),
  )
  const { result } = findClusters(
    {
      matrix: { nos: Uint32Array.from(lines, (_, i) => i + 1), values, width: names.length },
      features: names.map((name) => ({
        name,
        type: 'number',
        values: [],
        log: !name.includes('FREQUENCY') && name !== 'TENURE',
        missing: 'median',
      })),
      options: { scale: 'standard', method: 'kmeans', k: null, kFrom: 2, kTo: 6, seed: 1 },
    },
    () => undefined,
  )
  assert.equal(result.people, 8_950)
  const missing = result.features.filter(({ missing }) => missing > 0).map(({ name, missing }) => [name, missing])
  assert.deepEqual(missing, [
    ['CREDIT_LIMIT', 1],
    ['MINIMUM_PAYMENTS', 313],
  ])
  assert.ok((result.silhouette ?? 0) > 0.15)
  assert.ok(result.randIndexes.reduce((sum, index) => sum + index, 0) / result.randIndexes.length > 0.7)
})
