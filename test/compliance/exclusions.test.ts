import '#customers'
import assert from 'node:assert/strict'
import test from 'node:test'
import { exclusionsOf } from '#compliance'
import { type Ctx, Problem } from '#platform'
import { aCtx, aCustomer, someCustomers } from '#test'
import { changeSetting } from '../../src/compliance/consent/settings.ts'
import { importExclusions, readFileImport, runFileImport } from '../../src/compliance/exclusions/file-import.ts'
import { addExclusion, endExclusion, readExclusions } from '../../src/compliance/exclusions/store.ts'
import { mergeCustomers } from '../../src/customers/identity/merge.ts'

let clock = Date.parse('2026-03-01T02:00:00Z')
const stores = await aCtx({ now: () => new Date(clock) })
const ctx: Ctx = { ...stores, jobs: { ...stores.jobs, send: async () => undefined } }
const code = (expected: string) => (error: unknown) => error instanceof Problem && error.code === expected
const marketing = (product: 'loan' | 'card' | 'insurance' | 'other' = 'loan') =>
  ({ category: 'marketing', product }) as const
const service = { category: 'service', product: 'other' } as const
const codesOf = async (no: number, question: Parameters<typeof exclusionsOf>[2] = marketing()) =>
  (await exclusionsOf(ctx, [no], question)).get(no)?.reasons.map((one) => one.code)
const aPerson = async (traits: Record<string, unknown>) => (await aCustomer(ctx, { traits })).no

test('student-excluded: declared, or 18 to 22 with a campus signal, from credit only: loans and cards as delivered', async () => {
  const declared = await aPerson({ occupation: '学生', birthday: '1995-01-01' })
  assert.deepEqual(await codesOf(declared), ['STUDENT'])
  assert.deepEqual(await codesOf(declared, marketing('card')), ['STUDENT'])
  assert.deepEqual(await codesOf(declared, marketing('insurance')), [])
  assert.deepEqual(await codesOf(declared, service), [])
  const signals = [
    { email: 'li.ming@stu.pku.edu.cn' },
    { address: '北京市海淀区某某大学 3 号学生公寓' },
    { apn: 'cmcc-campus' },
  ]
  for (const signal of signals) {
    assert.deepEqual(
      await codesOf(await aPerson({ birthday: '2005-06-01', ...signal })),
      ['STUDENT'],
      JSON.stringify(signal),
    )
    assert.deepEqual(await codesOf(await aPerson({ birthday: '1985-06-01', ...signal })), [], 'a teacher')
  }
  assert.deepEqual(await codesOf(await aPerson({ birthday: '2005-06-01', email: 'a@education.cn' })), [])
})

test('minor-excluded-automated: under 18 never by marketing, under 14 by nothing, to the day in the calendar of the person', async () => {
  clock = Date.parse('2026-03-01T15:59:59Z')
  const turns = await aPerson({ birthday: '2008-03-02' })
  assert.deepEqual(await codesOf(turns, marketing('other')), ['MINOR'])
  assert.deepEqual(await codesOf(turns, service), [])
  const west = await aPerson({ birthday: '2008-03-02', timezone: 'America/Los_Angeles' })
  clock += 1_000
  assert.deepEqual(await codesOf(turns, marketing('other')), [], 'midnight in Shanghai')
  assert.deepEqual(await codesOf(west, marketing('other')), ['MINOR'], 'the day before elsewhere')
  const child = await aPerson({ birthday: '2012-03-03' })
  assert.deepEqual(await codesOf(child, service), ['MINOR'])
  const byIdCard = await aPerson({ idCard: '110101201003070011' })
  const known = await codesOf(byIdCard)
  assert.deepEqual(known, ['MINOR'], 'the ID card says it when nothing else does')
})

test('which products are credit is a setting with its day', async () => {
  const declared = await aPerson({ occupation: '学生', birthday: '1995-01-01' })
  const value = ['loan']
  const today = new Date(clock + 8 * 3_600_000).toISOString().slice(0, 10)
  await changeSetting(ctx, { name: 'creditProducts', value, validFrom: today, source: 'house rule 8' })
  assert.deepEqual(await codesOf(declared, marketing('card')), [])
  assert.deepEqual(await codesOf(declared), ['STUDENT'])
})

test('an unknown age closes only the products that need one, from the day the setting holds', async () => {
  const nobodyKnows = await aPerson({ city: '成都' })
  assert.deepEqual(await codesOf(nobodyKnows), [])
  await changeSetting(ctx, { name: 'ageKnownFor', value: ['loan'], validFrom: '2026-03-05', source: 'house rule 7' })
  assert.deepEqual(await codesOf(nobodyKnows), [])
  clock = Date.parse('2026-03-04T16:00:00Z')
  assert.deepEqual(await codesOf(nobodyKnows), ['AGE_UNKNOWN'])
  assert.deepEqual(await codesOf(nobodyKnows, marketing('insurance')), [])
  await assert.rejects(
    changeSetting(ctx, { name: 'adultAge', value: 'eighteen', validFrom: '2026-03-05', source: 'xy' }),
    code('compliance.settingWrong'),
  )
})

test('what is stated counts from its beginning to its end, for the merged person too, and is ended with a reason', async () => {
  const no = await aPerson({ birthday: '1990-01-01' })
  const other = await aPerson({ birthday: '1990-01-01' })
  const until = new Date(clock + 86_400_000).toISOString()
  await addExclusion(ctx, { customerId: no, kind: 'complaint', until, reason: '投诉处理中', evidence: 'CASE-17' })
  const { items } = await addExclusion(ctx, {
    customerId: no,
    kind: 'deceased',
    until: null,
    reason: '家属告知',
    evidence: '',
  })
  assert.deepEqual(await codesOf(no), ['DECEASED', 'OPEN_COMPLAINT'])
  assert.deepEqual(await codesOf(no, service), ['DECEASED'])
  await mergeCustomers(ctx, { into: String(other), from: String(no), reason: 'same person' })
  assert.deepEqual(await codesOf(other), ['DECEASED', 'OPEN_COMPLAINT'])
  const deceased = items.find(({ kind }) => kind === 'deceased')?.id ?? ''
  await endExclusion(ctx, { id: deceased, reason: '误报' })
  assert.deepEqual(await codesOf(no), ['OPEN_COMPLAINT'])
  await assert.rejects(endExclusion(ctx, { id: deceased, reason: '再次' }), code('compliance.exclusionEnded'))
  clock += 86_400_000
  assert.deepEqual(await codesOf(no), [])
  const all = await readExclusions(ctx, { customerId: other, state: 'all', limit: 10 })
  assert.deepEqual(
    all.items.map(({ kind, active }) => [kind, active]),
    [
      ['deceased', false],
      ['complaint', false],
    ],
  )
})

test('a file excludes those it names and tells of the others; a warning tier closes loans; the switch refuses nothing', async () => {
  const people = await someCustomers(
    ctx,
    Array.from({ length: 3 }, (_, i) => ({
      userId: `excluded-${i}`,
      traits: { phone: `1375555000${i}`, birthday: '1990-01-01' },
    })),
  )
  const [a, b, c] = people.map(({ no }) => no)
  const { id } = await importExclusions(ctx, {
    valueKind: 'phone',
    kind: 'inCollection',
    until: null,
    reason: '催收名单 3 月',
    evidence: 'list-3',
    values: '13755550000\n137 5555 0001，13700009999;nonsense',
  })
  await runFileImport(ctx, { id }, new AbortController().signal)
  const done = await readFileImport(ctx, { id })
  assert.deepEqual([done.state, done.read, done.added, done.notFound, done.invalid], ['done', 4, 2, 1, 1])
  const answers = await exclusionsOf(ctx, [a ?? 0, b ?? 0, c ?? 0], marketing())
  assert.deepEqual(
    [...answers.values()].map(({ reasons }) => reasons.map((one) => one.code)),
    [['IN_COLLECTION'], ['IN_COLLECTION'], []],
  )
  const warned = await aPerson({ birthday: '1990-01-01', riskTier: '预警' })
  assert.deepEqual([await codesOf(warned), await codesOf(warned, marketing('other'))], [['RISK_WARNING'], []])
  await addExclusion(ctx, {
    customerId: c ?? 0,
    kind: 'notPersonalised',
    until: null,
    reason: '本人要求',
    evidence: '',
  })
  const off = (await exclusionsOf(ctx, [c ?? 0], marketing())).get(c ?? 0)
  assert.deepEqual([off?.reasons, off?.personalised], [[], false])
})
