import assert from 'node:assert/strict'
import test from 'node:test'
import { aCtx, someCustomers } from '#test'
import { Question, type RulesResult, type RunSummary } from '../../src/insights/mining/contract.ts'
import { readPeople } from '../../src/insights/mining/people.ts'
import { readRules } from '../../src/insights/mining/rules/read-rules.ts'
import { answer, cancelRun, deleteRun, listRuns, readRun, startRun } from '../../src/insights/mining/runs.ts'

const ctx = await aCtx()
const asking = { ...ctx, jobs: { ...ctx.jobs, send: async () => undefined } }
const never = new AbortController().signal

/** Each customer's purchases: one event per item, all of one invoice. */
const buyers = [
  ['bread', 'milk', 'eggs'],
  ['bread', 'milk'],
  ['bread', 'milk', 'postage'],
  ['bread'],
  ['beer', 'postage'],
]
const customers = await someCustomers(
  ctx,
  buyers.map((items, i) => ({
    events: items.map((item) => ({
      event: 'purchase',
      at: `2026-01-0${i + 1}T04:00:00Z`,
      properties: { item, invoice: `A${i}`, quantity: item === 'beer' ? -1 : 1 },
    })),
  })),
)

const asked = async (question: object) => {
  const { id } = await startRun(asking, Question.parse({ kind: 'rules', ...question }))
  await answer(ctx, { id }, never)
  const run = await readRun(ctx, { id })
  assert.deepEqual(run.error, null)
  return { id, result: run.result as RulesResult }
}
const purchases = {
  baskets: { of: 'events', events: ['purchase'], item: 'item', basket: 'property', basketProperty: 'invoice' },
  minSupport: 0.2,
  minConfidence: 0.7,
}
const all = { order: 'lift', redundant: 'yes', limit: 100, offset: 0 } as const

test('rules of purchases, with the people behind each', async () => {
  const { id, result } = await asked({ ...purchases, without: ['postage'] })
  assert.deepEqual(
    { baskets: result.baskets, items: result.items, rules: result.rules },
    { baskets: 5, items: 4, rules: 6 },
  )
  const { items, total } = await readRules(ctx, { id, ...all })
  assert.equal(total, 6)
  const milk = items.find(({ left, right }) => left.join() === 'milk' && right.join() === 'bread')
  assert.ok(milk)
  assert.equal(milk.count, 3)
  assert.equal(milk.confidence, 1)
  assert.equal(milk.conviction, null)
  const bread = items.find(({ left, right }) => left.join() === 'bread' && right.join() === 'milk')
  assert.ok(bread)
  assert.equal(bread.confidence, 0.75)
  const whose = async (holds: 'both' | 'leftOnly') => {
    const { items, total } = await readPeople(ctx, { id, selection: { rule: bread.no, holds }, limit: 10, after: 0 })
    assert.equal(items.length, total)
    return items.map((row) => row.id)
  }
  assert.deepEqual(
    await whose('both'),
    customers.slice(0, 3).map(({ id }) => id),
  )
  assert.deepEqual(await whose('leftOnly'), [customers[3]?.id], 'who has bread and no milk')
  const pruned = await readRules(ctx, { id, ...all, redundant: 'no' })
  assert.equal(pruned.total, result.rules - result.redundant)
  assert.ok(pruned.items.every(({ redundant }) => !redundant))
  const searched = await readRules(ctx, { id, ...all, search: 'EGG milk' })
  assert.ok(searched.total > 0 && searched.items.every(({ left, right }) => [...left, ...right].includes('eggs')))
})

test('filters on properties, and the moment that facts are read up to', async () => {
  const { result } = await asked({
    ...purchases,
    baskets: { ...purchases.baskets, where: [{ property: 'quantity', gt: 0 }] },
    asOf: '2026-01-03',
  })
  assert.equal(result.baskets, 2, 'the third was at noon of that day')
})

test('traits as baskets', async () => {
  await someCustomers(
    ctx,
    Array.from({ length: 6 }, (_, i) => ({
      traits: { city: i < 3 ? 'Hangzhou' : 'Wuhan', plan: i < 3 ? 'instalments' : i === 3 ? 'instalments' : 'card' },
    })),
  )
  const { id } = await asked({
    baskets: { of: 'traits', traits: ['city', 'plan'] },
    minSupport: 0.1,
    minConfidence: 0.9,
  })
  const { items } = await readRules(ctx, { id, ...all })
  assert.ok(
    items.some(({ left, right }) => left.join().endsWith('：Hangzhou') && right.join().endsWith('：instalments')),
  )
})

test('a question about nobody fails with the reason; a waiting one is cancelled at once; deleting leaves nothing', async () => {
  const { id } = await startRun(
    asking,
    Question.parse({ kind: 'rules', ...purchases, baskets: { ...purchases.baskets, events: ['nothing'] } }),
  )
  await answer(ctx, { id }, never)
  const failed = await readRun(ctx, { id })
  assert.equal(failed.state, 'failed')
  assert.equal(failed.error?.code, 'mining.nobody')

  const waiting = await startRun(asking, Question.parse({ kind: 'rules', ...purchases }))
  assert.equal((await cancelRun(ctx, { id: waiting.id })).state, 'cancelled')
  await answer(ctx, { id: waiting.id }, never)
  assert.equal((await readRun(ctx, { id: waiting.id })).state, 'cancelled')

  const { id: done } = await asked(purchases)
  await deleteRun(ctx, { id: done })
  assert.equal((await readRules(ctx, { id: done, ...all })).total, 0)
  const { items } = await listRuns(ctx, { limit: 50 })
  assert.ok(!items.some((run: RunSummary) => run.id === done))
})
