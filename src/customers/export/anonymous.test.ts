import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import test from 'node:test'
import { type Ctx, Problem } from '#platform'
import { aCtx, someCustomers } from '#test'
import { runningOf } from '../running.ts'
import { exportCustomers, runExport } from './export.ts'
import { declareExposure, exposureByName, listExposures } from './exposure.ts'
import { readExport } from './store.ts'

const stores = await aCtx()
const ctx = { ...stores, jobs: { ...stores.jobs, send: async () => undefined } }
const cities = ['广州市', '深圳市', '上海市']
const people = await someCustomers(
  ctx,
  Array.from({ length: 240 }, (_, i) => ({
    userId: `gate-${i}`,
    traits: {
      age: 20 + (i % 40),
      city: cities[i % 3],
      gender: i % 2 ? 'f' : 'm',
      level: i % 4,
      overdueDays: i % 7,
      ref: `r-${i}`,
      phone: `1371234${1000 + i}`,
      name: '王小明',
    },
  })),
)
const nos = people.map(({ no }) => no)

const exported = async (given: readonly number[], columns: string[], use: 'anonymous' | 'named' = 'anonymous') => {
  const id = await exportCustomers(
    ctx,
    { set: 'ids', format: 'csv', columns, unmasked: false, purpose: null, use },
    given,
  )
  await runExport(ctx, runningOf(ctx).dictionary, Number(id), new AbortController().signal)
  return readExport(ctx, Number(id))
}
const code = (expected: string) => (error: unknown) => error instanceof Problem && error.code === expected

test('an anonymous file holds nobody by name or number, and every class at least ten times', async () => {
  const row = await exported(nos, ['age', 'city', 'gender', 'overdueDays', 'level'])
  assert.equal(row.state, 'done', JSON.stringify(row.report))
  assert.ok(row.report?.passed)
  const [head = '', ...lines] = readFileSync(row.file_path ?? '', 'utf8')
    .replace('\ufeff', '')
    .trim()
    .split('\r\n')
  assert.equal(head, 'age,city,gender,overdueDays,level')
  assert.equal(lines.length, 240 - row.report.suppressed)
  const classes = Map.groupBy(lines, (line) => line.split(',').slice(0, 3).join(','))
  for (const [key, rows] of classes) {
    assert.ok(rows.length >= 10, key)
    assert.ok(new Set(rows.map((line) => line.split(',')[3])).size >= 2, key)
  }
  assert.ok(!/gate-|137\d|\*|王/.test(lines.join()))
  const roles = Object.fromEntries(row.report.columns.map(({ name, role }) => [name, role]))
  assert.deepEqual(roles, { age: 'quasi', city: 'quasi', gender: 'quasi', overdueDays: 'sensitive', level: 'plain' })
})

test('a second export that differs by a few people is refused; the same people, or many others, are not', async () => {
  const few = await exported(nos.slice(0, -3), ['gender'])
  assert.equal(few.state, 'failed')
  assert.deepEqual([few.report?.fault, few.report?.passed], ['difference', false])
  assert.ok(few.report?.near)
  assert.equal(few.file_path, null)
  assert.equal((await exported(nos, ['gender'])).state, 'done', 'the same people')
  assert.equal((await exported(nos.slice(0, 200), ['gender'])).state, 'done', 'forty fewer')
})

test('the refused one does not stand in the way of the next', async () => {
  const row = await exported(nos.slice(0, -15), ['gender'])
  assert.equal(row.state, 'done', JSON.stringify(row.report))
})

test('a column of values that nobody shares is refused with the classes and the advice to leave it out', async () => {
  const row = await exported(nos.slice(0, 120), ['ref', 'gender'])
  // Rare values become one, so that the column says nothing any more.
  if (row.state === 'done') {
    assert.ok(row.report?.columns.some(({ name, promoted, form }) => name === 'ref' && promoted && form !== '原值'))
    assert.ok(!readFileSync(row.file_path ?? '', 'utf8').includes('r-1'))
  } else assert.deepEqual(row.report?.without, ['ref'])
  const small = await exported(nos.slice(0, 9), ['gender'])
  assert.deepEqual(
    [small.state, small.report?.fault, existsSync(small.file_path ?? 'none')],
    ['failed', 'classes', false],
  )
  assert.ok(
    small.report?.failingClasses.every(({ size }) => size === null),
    'fewer than ten are told as that',
  )
})

test('identifiers and personal traits cannot be asked for; columns must be chosen', async () => {
  const ask = (columns: string[] | null) =>
    exportCustomers(ctx, { set: 'ids', format: 'csv', columns, unmasked: false, purpose: null, use: 'anonymous' }, nos)
  await assert.rejects(ask(['phone']), code('customers.exportColumnNotAnonymous'))
  await assert.rejects(ask(null), code('customers.exportColumnsNeeded'))
  assert.equal((await exported(nos, ['name'])).state, 'failed')
})

test('a list of an audience by name needs a purpose from who may not see values in clear', async () => {
  const marketer: Ctx = { ...ctx, actor: { ...ctx.actor, kind: 'user', permissions: new Set(['customers.export']) } }
  const ask = (purpose: string | null) =>
    exportCustomers(marketer, {
      set: { kind: 'audience', id: crypto.randomUUID() },
      format: 'csv',
      columns: null,
      unmasked: false,
      purpose,
      use: 'named',
    })
  await assert.rejects(ask(null), code('platform.purposeNeeded'))
})

test('the dictionary says what a trait gives away, else its name does', async () => {
  assert.equal(exposureByName('creditLimitFen', '授信额度'), 'quasi')
  assert.equal(exposureByName('overdueDays', '逾期天数'), 'sensitive')
  assert.equal(exposureByName('channel', '渠道'), 'plain')
  assert.equal(exposureByName('message', 'message'), 'plain')
  await declareExposure(ctx, { name: 'level', exposure: 'quasi' })
  const { items } = await listExposures(ctx)
  assert.deepEqual(
    items.find(({ name }) => name === 'level'),
    { name: 'level', title: 'level', exposure: 'quasi', declared: true },
  )
  assert.ok(!items.some(({ name }) => name === 'name'), 'personal traits are not offered')
  await assert.rejects(declareExposure(ctx, { name: 'name', exposure: 'plain' }), code('customers.exportColumnUnknown'))
})
