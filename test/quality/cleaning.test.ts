import assert from 'node:assert/strict'
import test from 'node:test'
import { ch } from '#platform'
import { aCtx, aCustomer, someCustomers } from '#test'
import { previewRecipe, runCleaning, runUndo } from '../../src/customers/quality/cleanings.ts'
import { freeze } from '../../src/customers/quality/freeze.ts'
import { pageOriginals } from '../../src/customers/quality/originals.ts'
import { type Step, Steps } from '../../src/customers/quality/recipe-contract.ts'
import { cleaningRow, newCleaning } from '../../src/customers/quality/recipes.ts'
import { runningOf } from '../../src/customers/running.ts'

const ctx = await aCtx()
const running = runningOf(ctx)
const people = await someCustomers(ctx, [
  {
    userId: 'c1',
    traits: {
      city: ' 上海　',
      income: '1.2万',
      joined: '2024年3月5日',
      group: 'a',
      score: 10,
      realName: '張　三',
      phone: '13910001234',
    },
    at: '2025-01-01T00:00:00Z',
  },
  {
    userId: 'c2',
    traits: { city: '北京', income: '3,000元', joined: '2024/3/5', group: 'a', score: 30 },
    at: '2025-01-02T00:00:00Z',
  },
  {
    userId: 'c3',
    traits: { city: 'SH', income: '面议', group: 'b', score: 90, idCard: '330106199001010018' },
    at: '2025-01-03T00:00:00Z',
  },
  { userId: 'c4', traits: { group: 'a' }, at: '2025-01-04T00:00:00Z' },
])
const steps: Step[] = Steps.parse([
  { do: 'normalise', fields: ['city', 'realName'] },
  { do: 'map', fields: ['city'], values: { SH: '上海' } },
  { do: 'amount', fields: ['income'] },
  { do: 'date', fields: ['joined'] },
  { do: 'fill', field: 'score', with: { median: true, by: 'group' } },
  { do: 'fill', field: 'province', with: { regionOfPhone: 'phone', level: 'province' } },
  { do: 'fill', field: 'province', with: { regionOfIdCard: 'idCard', level: 'province' } },
])

const inPostgres = async () =>
  (await ctx.pg.selectFrom('customers.customer').select(['no', 'traits']).orderBy('no').execute()).map(
    ({ no, traits }) => [no, traits],
  )
const inClickHouse = () =>
  ctx.ch.rows(
    ch.sql`select customer_no, trait, w.2 as text, w.3 as number from (select customer_no, trait, max((at, text, number, cleared)) as w from traits group by customer_no, trait) where w.4 = 0 order by customer_no, trait`,
  )
const applied = async () => {
  const id = await newCleaning(ctx, { recipe: 'all', steps: await freeze(ctx, steps), importId: null, total: 4 })
  await runCleaning(ctx, running, id)
  return id
}
const plain = (traits: unknown): Record<string, unknown> =>
  Object.fromEntries(Object.entries(traits as Record<string, [unknown]>).map(([name, [value]]) => [name, value]))

test('a preview shows what applying does; undoing it restores exactly what was there, in both stores', async () => {
  const before = [await inPostgres(), await inClickHouse()]
  const preview = await previewRecipe(ctx, running, { steps, sample: 100 })
  assert.deepEqual([await inPostgres(), await inClickHouse()], before, 'a preview changes nothing')

  const id = await applied()
  const cleaning = await cleaningRow(ctx, id)
  assert.equal(cleaning.state, 'done')
  assert.deepEqual(cleaning.counts, preview.counts)
  assert.deepEqual([cleaning.read, cleaning.changed], [preview.read, preview.changed])
  assert.deepEqual([cleaning.read, cleaning.changed], [4, 4])
  assert.deepEqual(cleaning.counts, [
    { tried: 4, changed: 2, unable: 0 },
    { tried: 3, changed: 1, unable: 0 },
    { tried: 3, changed: 2, unable: 1 },
    { tried: 2, changed: 2, unable: 0 },
    { tried: 1, changed: 1, unable: 0 },
    { tried: 4, changed: 1, unable: 3 },
    { tried: 3, changed: 1, unable: 2 },
  ])
  const after = new Map((await inPostgres()).map(([no, traits]) => [no as number, plain(traits)]))
  const of = (index: number) => after.get(people[index]?.no ?? 0)
  assert.deepEqual(of(0), {
    city: '上海',
    income: '12000',
    joined: '2024-03-05',
    group: 'a',
    score: 10,
    province: '北京市',
  })
  assert.deepEqual(of(1), { city: '北京', income: '3000', joined: '2024-03-05', group: 'a', score: 30 })
  assert.deepEqual(of(2), { city: '上海', income: '面议', group: 'b', score: 90, province: '浙江省' })
  assert.deepEqual(of(3), { group: 'a', score: 10 })
  for (const row of preview.rows)
    for (const { field, after: shown } of row.changes)
      if (field !== 'realName') assert.equal(shown, String(after.get(Number(row.customer))?.[field]))
  assert.deepEqual(
    (await inClickHouse()).map((row) => (row as { trait: string; text: string }).text).length,
    [...after.values()].reduce((sum, traits) => sum + Object.keys(traits).length, 0),
  )
  const { items } = await pageOriginals(ctx, { id: String(id), limit: 50 })
  assert.deepEqual(items[0]?.before, {
    city: ' 上海　',
    income: '1.2万',
    joined: '2024年3月5日',
    province: null,
    realName: '張**',
  })

  await ctx.pg.updateTable('customers.cleaning').set({ state: 'undoing' }).where('id', '=', id).execute()
  await runUndo(ctx, running, id)
  assert.equal((await cleaningRow(ctx, id)).state, 'undone')
  assert.deepEqual([await inPostgres(), await inClickHouse()], before)
})

test('what was said after a cleaning stays when it is undone, and wins over it', async () => {
  const id = await applied()
  await aCustomer(ctx, { userId: 'c1', traits: { city: '深圳' }, at: '2025-06-01T00:00:00Z' })
  await ctx.pg.updateTable('customers.cleaning').set({ state: 'undoing' }).where('id', '=', id).execute()
  await runUndo(ctx, running, id)
  const [first] = await inPostgres()
  assert.deepEqual(plain(first?.[1]), { city: '深圳', income: '1.2万', joined: '2024年3月5日', group: 'a', score: 10 })
})
