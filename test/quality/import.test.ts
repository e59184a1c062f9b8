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
    ages.items.map(({ line, value, rejected, importId }) => [line, value, rejected, importId]).sort(),
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
