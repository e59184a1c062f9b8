import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { ch } from '#platform'
import { aCtx } from '#test'
import { compare, propertySubject } from '../../src/audiences/comparison.ts'
import { propertyComparison } from '../../src/audiences/values-contract.ts'
import { matches } from '../../src/campaigns/triggers/match.ts'

/* An event matches in memory exactly where the same comparison matches it in ClickHouse. */

const ctx = await aCtx()
const at = new Date('2026-03-31T04:00:00Z')
const clock = { at, zone: 'Asia/Shanghai' }

const texts = [
  '',
  'loan',
  'Loan',
  '贷款',
  '现金贷款页',
  'true',
  'false',
  'null',
  '12',
  ' 12',
  '12 ',
  '1e3',
  '+5',
  '1.',
  '.5',
  '-0',
  '0x10',
  'inf',
  'nan',
  '1_0',
  '-',
  '1e400',
  '2026',
  "a'b",
  'a\\b',
  '"',
  '{"a":1}',
  '10',
  '100',
]
const moments = [
  '2026-03-31',
  '2026-03-30',
  '2026-02-28',
  '2024-02-29',
  '2026-02-29',
  '2026-02-30',
  '2026-13-01',
  '0000-00-00',
  '2026-03-31T12:00',
  '2026-03-31 12',
  '2026-03-31T04:00:00Z',
  '2026-03-31T12:00:00+08:00',
  '2026-03-31T12:00:00+0800',
  '2026-03-31T04:00:00.001Z',
  '2026-03-31T04:00:00.0009Z',
  '2026-03-31Z',
  '2026-04-30T04:00:00Z',
  '2026-04-30T04:00:00.001Z',
  '2026-03-01T00:00:00+08:00',
  '2025-12-31T23:59:59.999+08:00',
  '2026-03-31T1:00',
  '2026-03-31T10.5',
  '2026-03-31 10:00:00 ',
  '2026-03-31T00:00:00.',
  '1950-01-01',
  '2298-01-01',
]
const numbers = [0, 1, -1, 12, 5, 0.5, 1000, 10, 100, 0.1, 1e21, 1e-7, 1.5e300, -1.5, 2026, 5e-324]
const raw = fc.constantFrom<unknown>(...texts, ...moments, ...numbers, true, false, null, { a: 1, b: [1, 'x'] }, [1, 2])

const operandText = fc.constantFrom(...texts)
const operandNumber = fc.constantFrom(...numbers)
const operandMoment = fc.constantFrom(
  '2026-03-31',
  '2026-02-28',
  '2026-03-31T04:00:00Z',
  '2026-03-31T12:00:00.001+08:00',
)
const scalar = fc.oneof(operandText, operandNumber, fc.boolean())
const order = fc.oneof(operandNumber, operandMoment)
const span = fc.constantFrom('1 month', '30 days', '1 day', '12 hours', '1 year', '5 minutes', '2 weeks')
const part = fc.constantFrom('a', '款', '1', '"', "'", '\\', '2026', 'true')
const comparison = fc.record(
  {
    is: scalar,
    isNot: scalar,
    in: fc.array(scalar, { minLength: 1, maxLength: 4 }),
    notIn: fc.array(scalar, { minLength: 1, maxLength: 4 }),
    gt: order,
    gte: order,
    lt: order,
    lte: order,
    between: fc.oneof(
      fc.tuple(operandNumber, operandNumber).map(([a, b]) => [Math.min(a, b), Math.max(a, b)]),
      fc.constant(['2026-02-01', '2026-03-31']),
    ),
    contains: part,
    notContains: part,
    startsWith: part,
    endsWith: part,
    before: operandMoment,
    after: operandMoment,
    withinLast: fc.oneof(span, fc.constantFrom('today', 'this month', 'last month', 'yesterday')),
    withinNext: span,
    olderThan: span,
    exists: fc.constant(true),
  },
  { requiredKeys: [] },
)
const one = fc.oneof(
  { weight: 9, arbitrary: comparison.filter((given) => Object.keys(given).length > 0) },
  { weight: 1, arbitrary: fc.constant({ exists: false }) },
)

test('a match in memory means what the same comparison means in ClickHouse', async () => {
  const paths: (string | string[])[] = ['p', ['o', 'p'], ['p', 'q'], 'missing']
  await fc.assert(
    fc.asyncProperty(
      one,
      fc.constantFrom(...paths),
      fc.array(raw, { minLength: 20, maxLength: 60 }),
      async (given, property, values) => {
        const where = propertyComparison.parse({ property, ...given })
        const documents = values.map((value) => ({ p: value, o: { p: value } }))
        const { property: _, ...operators } = where as { property: unknown }
        const predicate = compare(propertySubject('', property, clock), operators, clock)
        const stored = documents.map((document) => JSON.stringify(document))
        const row = await ctx.ch.one<{ answers: number[] }>(
          ch.sql`select groupArray(holds) as answers from (select toUInt8(${predicate}) as holds from (select arrayJoin(${ch.strings(stored)}) as properties))`,
        )
        const answers = documents.map((document) => (matches([where], document, at) ? 1 : 0))
        documents.forEach((document, i) => {
          assert.equal(answers[i], row?.answers[i], `${JSON.stringify(where)} of ${JSON.stringify(document.p)}`)
        })
      },
    ),
    { numRuns: Number(process.env['ZHIYIN_MATCH_RUNS'] ?? 150) },
  )
})

test('several comparisons must all hold, none of them is not asked', () => {
  const where = [
    { property: 'page', is: 'loan' },
    { property: ['utm', 'source'], in: ['a', 'b'] },
  ]
  assert.ok(matches(where, { page: 'loan', utm: { source: 'b' } }, at))
  assert.ok(!matches(where, { page: 'loan', utm: { source: 'c' } }, at))
  assert.ok(!matches(where, { page: 'loan', utm: 'b' }, at))
  assert.ok(matches(undefined, {}, at))
})
