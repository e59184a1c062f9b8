import assert from 'node:assert/strict'
import test from 'node:test'
import { startTestApp } from '#test'
import { aFile, counts, imported } from '../imports/support.ts'

const app = await startTestApp({ work: true })
const { ok } = app

const aRule = (name: string, target: object, check: object, severity = 'warn') =>
  ok<{ id: string }>('POST', '/api/quality/rules', { name, target, check, severity })
interface Found {
  items: { customer: string | null; importId: string; line: number; value: string; reason: string; rejected: boolean }[]
  total: number
}
const found = (id: string) => ok<Found>('GET', `/api/quality/rules/${id}/findings?where=arrival`)
const arrived = async (id: string) =>
  (await ok<{ arrived: { checked: number; failed: number } }>('GET', `/api/quality/rules/${id}`)).arrived

test('rules on an import: nothing is lost, counts add up, each finding names its line and customer', async () => {
  const age = await aRule('年龄', { trait: 'age' }, { kind: 'range', min: 18, max: 70 }, 'reject')
  const city = await aRule('城市', { trait: 'city' }, { kind: 'required' })
  const card = await aRule('身份证', { trait: 'idCard' }, { kind: 'format', format: 'idCard' })
  const rows = [
    'account,age,city,id',
    'q1,30,上海,11010519491231002X',
    'q2,17,北京,110105194912310021',
    'q3,71,,',
    'q4,,杭州,440524188001010014',
    ',20,南京,',
  ]
  const run = await imported(app, 'customers', aFile(rows.join('\n')), {
    format: { type: 'csv', separator: ',' },
    columns: {
      account: { identifier: 'accountId' },
      age: { trait: 'age', type: 'integer' },
      city: { trait: 'city', type: 'string' },
      id: { identifier: 'idCard' },
    },
  })
  assert.deepEqual(counts(run), { read: 5, accepted: 4, merged: 0, rejected: 1 })
  // Two ages and one ID card; the ID card was refused by its kind, as before.
  assert.equal(run.fieldsRejected, 3)
  assert.deepEqual(await arrived(age.id), { checked: 3, failed: 2 })
  assert.deepEqual(await arrived(city.id), { checked: 4, failed: 1 })
  assert.deepEqual(await arrived(card.id), { checked: 3, failed: 1 })

  const ages = await found(age.id)
  assert.deepEqual(
    ages.items
      .map(({ line, value, rejected, importId }) => [line, value, rejected, importId])
      .sort(([a], [b]) => Number(a) - Number(b)),
    [
      [3, '17', true, run.id],
      [4, '71', true, run.id],
    ],
  )
  assert.ok(ages.items.every(({ customer }) => customer !== null))
  const cards = await found(card.id)
  assert.deepEqual(
    cards.items.map(({ line, value }) => [line, value]),
    [[3, '110105********0021']],
  )
  const rejects = await ok<{ items: { line: number; column: string; code: string }[] }>(
    'GET',
    `/api/imports/${run.id}/rejects`,
  )
  assert.deepEqual(
    rejects.items.filter(({ code }) => code === 'quality.rule').map(({ line, column }) => [line, column]),
    [
      [3, 'age'],
      [4, 'age'],
    ],
  )
})

test('a file cleaned on its way in: what each step touched is counted, originals are kept, repeated rows are told', async () => {
  await ok('PUT', '/api/quality/recipes', {
    name: '清洗',
    steps: [
      { do: 'deduplicate', by: ['account'] },
      { do: 'normalise', fields: ['city', 'name'] },
      { do: 'amount', fields: ['income'] },
      { do: 'correct', fields: ['phone'], kind: 'phone' },
      { do: 'fill', field: 'province', with: { regionOfPhone: 'phone', level: 'province' } },
    ],
  })
  const rows = [
    'account,name,city,income,phone',
    'w1,張　三,　上海,1.2万,+86 139-1000-1234',
    'w2,李四,北京,面议,1391OOO1235',
    'w1,張三,上海,2万,13910001234',
    'w3,王五,杭州,"3,000元",',
  ]
  const run = await imported(app, 'customers', aFile(rows.join('\n')), {
    format: { type: 'csv', separator: ',' },
    clean: '清洗',
    columns: {
      account: { identifier: 'accountId' },
      name: { trait: 'name', personal: 'name' },
      city: { trait: 'city' },
      income: { trait: 'income', type: 'number' },
      phone: { identifier: 'phone' },
    },
  })
  assert.deepEqual(counts(run), { read: 4, accepted: 3, merged: 0, rejected: 1 })
  assert.equal(run.fieldsRejected, 1, 'an income that no step could read')
  const { items } = await ok<{
    items: { id: string; importId: string; state: string; read: number; changed: number; counts: object[] }[]
  }>('GET', '/api/quality/cleanings')
  const cleaning = items.find(({ importId }) => importId === run.id)
  assert.deepEqual([cleaning?.state, cleaning?.read, cleaning?.changed], ['done', 4, 3])
  assert.deepEqual(cleaning?.counts, [
    { tried: 4, changed: 1, unable: 0 },
    { tried: 6, changed: 2, unable: 0 },
    { tried: 3, changed: 2, unable: 1 },
    { tried: 2, changed: 2, unable: 0 },
    { tried: 3, changed: 2, unable: 1 },
  ])
  const originals = await ok<{ items: { line: number; customer: string; before: Record<string, string | null> }[] }>(
    'GET',
    `/api/quality/cleanings/${cleaning?.id}/originals`,
  )
  const byLine = new Map(originals.items.map((one) => [one.line, one]))
  assert.deepEqual(byLine.get(2)?.before, {
    city: '　上海',
    income: '1.2万',
    province: null,
    name: '張**',
    phone: '139****1234',
  })
  assert.deepEqual(byLine.get(5)?.before, { income: '3,000元' })
  const profile = await ok<{ traits: { name: string; value: unknown }[] }>(
    'GET',
    `/api/customers/${byLine.get(2)?.customer}`,
  )
  const traits = Object.fromEntries(profile.traits.map(({ name, value }) => [name, value]))
  assert.deepEqual([traits.city, traits.income, traits.province], ['上海', 12_000, '北京市'])
  const rejects = await ok<{ items: { line: number; code: string; fate: string }[] }>(
    'GET',
    `/api/imports/${run.id}/rejects`,
  )
  assert.deepEqual(
    rejects.items.map(({ line, code, fate }) => [line, code, fate]),
    [
      [3, 'wrongType', 'value'],
      [4, 'duplicateRow', 'row'],
    ],
  )
})

test('steps of events: properties are cleaned before they are stored', async () => {
  const rows = ['who,what,at,amount', 'w1,repay,2025-01-01 10:00,1.5万', 'w1,repay,2025-01-02 10:00,￥20']
  const run = await imported(app, 'events', aFile(rows.join('\n')), {
    format: { type: 'csv', separator: ',' },
    clean: [{ do: 'amount', fields: ['amount'], unit: 'fen' }],
    columns: {
      who: { identifier: 'accountId' },
      what: { event: 'name' },
      at: { event: 'timestamp' },
      amount: { property: 'amountFen', type: 'integer' },
    },
  })
  assert.deepEqual([counts(run), run.fieldsRejected], [{ read: 2, accepted: 2, merged: 0, rejected: 0 }, 0])
  const { items } = await ok<{ items: { importId: string; changed: number }[] }>('GET', '/api/quality/cleanings')
  assert.equal(items.find(({ importId }) => importId === run.id)?.changed, 2)
})
