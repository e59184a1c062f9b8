import assert from 'node:assert/strict'
import test from 'node:test'
import { aCtx, someCustomers } from '#test'
import { NewTag } from '../../src/audiences/tags/contract.ts'
import { readDistribution } from '../../src/audiences/tags/read.ts'
import { removeForGood } from '../../src/audiences/tags/removal.ts'
import { runTag } from '../../src/audiences/tags/run.ts'
import { changeState, createTag } from '../../src/audiences/tags/store.ts'
import { mergeCustomers } from '../../src/customers/identity/merge.ts'

const ctx = await aCtx()
const all = async () => {
  const { distribution } = await readDistribution(ctx, { key: 'twins' })
  return Object.fromEntries(distribution.values.map(({ value, count }) => [value, count]))
}

test('after a merge the two are one: values are computed for both together, and a removal counts for both', async () => {
  const [one, two] = await someCustomers(ctx, [
    { userId: 'twin-1', events: [{ event: 'twin_bought', at: '2026-03-01T00:00:00Z' }] },
    { userId: 'twin-2', events: [{ event: 'twin_bought', at: '2026-03-02T00:00:00Z' }] },
  ])
  const key = 'twins'
  await createTag(
    ctx,
    NewTag.parse({
      key,
      title: '购买次数',
      definition: { kind: 'statistic', events: { event: 'twin_bought' }, measure: 'count' },
    }),
  )
  await changeState(ctx, { key, state: 'active' })
  await runTag(ctx, { key })
  assert.deepEqual(await all(), { '1': 2 })
  await mergeCustomers(ctx, { into: one?.id ?? '', from: two?.id ?? '', reason: '同一人' })
  await runTag(ctx, { key })
  assert.deepEqual(await all(), { '2': 1 })
  await removeForGood(ctx, { id: two?.no ?? 0, key, reason: '客户要求' })
  assert.deepEqual(await all(), {})
  assert.equal((await runTag(ctx, { key })).covered, 0)
})
