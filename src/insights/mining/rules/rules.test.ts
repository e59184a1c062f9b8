import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { evaluationFile } from '../../../../test/support/evaluation-data.ts'
import { deriveRules, type Rule, type RuleOptions } from './derive-rules.ts'
import { type Baskets, mineItemSets, TooManySets } from './item-sets.ts'
import { measuresOf } from './rule-measures.ts'

const encode = (baskets: readonly (readonly string[])[]): { baskets: Baskets; names: string[] } => {
  const ids = new Map<string, number>()
  const starts = new Uint32Array(baskets.length + 1)
  const items: number[] = []
  baskets.forEach((basket, i) => {
    for (const name of new Set(basket)) {
      const id = ids.get(name) ?? ids.size
      ids.set(name, id)
      items.push(id)
    }
    starts[i + 1] = items.length
  })
  return { baskets: { starts, items: Uint32Array.from(items), itemCount: ids.size }, names: [...ids.keys()] }
}

const rulesOf = (
  encoded: ReturnType<typeof encode>,
  minSupport: number,
  minConfidence: number,
  options: Partial<RuleOptions> = {},
) => {
  const count = encoded.baskets.starts.length - 1
  const sets = mineItemSets(encoded.baskets, {
    minCount: Math.max(1, Math.ceil(minSupport * count - 1e-9)),
    maxLength: 10,
    mostSets: 1_000_000,
  })
  return deriveRules(sets, { baskets: count, minConfidence, minLift: 0, minLength: 1, right: 'one', ...options })
}

test('measures of a rule agree with the vector of mlxtend’s definitions', () => {
  const measures = measuresOf({ baskets: 1000, left: 200, right: 250, both: 80 })
  const expected = {
    support: 0.08,
    confidence: 0.4,
    lift: 1.6,
    leverage: 0.03,
    conviction: 1.25,
    zhang: 0.46875,
    jaccard: 0.21622,
  }
  for (const [name, value] of Object.entries(expected))
    assert.ok(
      Math.abs(measures[name as keyof typeof expected] - value) < 5e-6,
      `${name} ${measures[name as keyof typeof expected]}`,
    )
  assert.equal(measuresOf({ baskets: 10, left: 2, right: 4, both: 2 }).conviction, Number.POSITIVE_INFINITY)
  assert.equal(measuresOf({ baskets: 10, left: 10, right: 10, both: 10 }).zhang, 0)
})

/** All sets and rules by trying every combination: what the miner must find. */
const byBruteForce = (baskets: readonly number[][], minCount: number) => {
  const found = new Map<string, number>()
  for (let mask = 1; mask < 64; mask++) {
    const items = [0, 1, 2, 3, 4, 5].filter((item) => mask & (1 << item))
    const count = baskets.filter((basket) => items.every((item) => basket.includes(item))).length
    if (count >= minCount) found.set(items.join(), count)
  }
  return found
}

const someBaskets = fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 5 }), { maxLength: 6 }), {
  minLength: 1,
  maxLength: 40,
})
const flat = (baskets: readonly number[][]): Baskets => ({
  starts: Uint32Array.from([0, ...baskets.map((_, i) => baskets.slice(0, i + 1).flat().length)]),
  items: Uint32Array.from(baskets.flat()),
  itemCount: 6,
})

test('the frequent sets are those that trying every combination finds, with the same counts', () => {
  fc.assert(
    fc.property(
      someBaskets,
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 6 }),
      (baskets, minCount, maxLength) => {
        const sets = mineItemSets(flat(baskets), { minCount, maxLength, mostSets: 1_000 })
        const found = Array.from({ length: sets.size }, (_, i): [string, number] => [
          [...sets.items.subarray(sets.starts[i], sets.starts[i + 1])].sort((a, b) => a - b).join(),
          sets.counts[i] as number,
        ])
        const expected = [...byBruteForce(baskets, minCount)].filter(([key]) => key.split(',').length <= maxLength)
        assert.deepEqual(new Map(found), new Map(expected))
        assert.equal(found.length, expected.length)
      },
    ),
    { numRuns: 300 },
  )
})

test('a rule is redundant exactly when less on the left says the same at least as surely', () => {
  fc.assert(
    fc.property(someBaskets, (baskets) => {
      const counted = flat(baskets)
      const sets = mineItemSets(counted, { minCount: 1, maxLength: 6, mostSets: 1_000 })
      const rules = deriveRules(sets, {
        baskets: baskets.length,
        minConfidence: 0,
        minLift: 0,
        minLength: 2,
        right: 'any',
      })
      const holding = (items: readonly number[]) =>
        baskets.filter((basket) => items.every((item) => basket.includes(item))).length
      for (const { left, right, confidence, redundant } of rules) {
        const parts = Array.from({ length: (1 << left.length) - 1 }, (_, mask) =>
          left.filter((_, i) => mask & (1 << i)),
        )
        const general = parts.some((part) => holding([...part, ...right]) / holding(part) >= confidence - 1e-12)
        assert.equal(redundant, general)
      }
    }),
    { numRuns: 60 },
  )
})

test('a search that finds more than it may ends', () => {
  const { baskets } = encode([['a', 'b', 'c', 'd', 'e']])
  assert.throws(() => mineItemSets(baskets, { minCount: 1, maxLength: 5, mostSets: 30 }), TooManySets)
  assert.equal(mineItemSets(baskets, { minCount: 1, maxLength: 5, mostSets: 31 }).size, 31)
})

test('Groceries: the published numbers of rules, and the 410 one by one', () => {
  const groceries = encode(
    gunzipSync(readFileSync(evaluationFile('groceries/baskets.jsonl.gz')))
      .toString()
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { items: string[] }).items),
  )
  const many = (support: number, confidence: number, minLength = 1) =>
    rulesOf(groceries, support, confidence, { minLength }).length
  assert.equal(many(0.001, 0.9), 129)
  assert.equal(many(0.001, 0.5), 5_668)
  assert.equal(many(0.01, 0.5), 15)
  assert.equal(many(0.006, 0.25, 2), 463)
  const rules = rulesOf(groceries, 0.001, 0.8)
  assert.equal(rules.length, 410)
  interface Expected {
    lhs: string[]
    rhs: string
    count: number
    support: number
    confidence: number
    coverage: number
    lift: number
  }
  const expected = JSON.parse(
    readFileSync(evaluationFile('expected/groceries_rules_0.001_0.8.json'), 'utf8'),
  ) as Expected[]
  const named = ({ left, right }: Rule) =>
    `${left
      .map((item) => groceries.names[item])
      .toSorted((a = '', b = '') => a.localeCompare(b))
      .join(' + ')} > ${groceries.names[right[0] as number]}`
  const found = new Map(rules.map((rule) => [named(rule), rule]))
  for (const { lhs, rhs, count, support, confidence, coverage, lift } of expected) {
    const key = `${lhs.toSorted((a, b) => a.localeCompare(b)).join(' + ')} > ${rhs}`
    const rule = found.get(key)
    assert.ok(rule, `missing: ${key}`)
    assert.equal(rule.count, count)
    const near = (value: number, wanted: number) => assert.ok(Math.abs(value - wanted) < 1e-9, key)
    near(rule.support, support)
    near(rule.confidence, confidence)
    near(rule.support / rule.confidence, coverage)
    near(rule.lift, lift)
  }
  assert.equal(expected.length, found.size)
})

test('Online Retail, France: 26 rules of any size at support .07', async () => {
  const { parse } = await import('csv-parse/sync')
  const text = gunzipSync(readFileSync(evaluationFile('online-retail/online-retail.csv.gz'))).toString()
  const lines = text.split('\n').filter((line, i) => i === 0 || /,France\r?$/.test(line))
  const rows = parse<Record<string, string>>(lines.join('\n'), { columns: true })
  const invoices = new Map<string, { items: Map<string, number> }>()
  for (const { InvoiceNo = '', Description = '', Quantity } of rows) {
    if (InvoiceNo.includes('C')) continue
    const invoice = invoices.get(InvoiceNo) ?? { items: new Map() }
    invoices.set(InvoiceNo, invoice)
    const name = Description.trim()
    invoice.items.set(name, (invoice.items.get(name) ?? 0) + Number(Quantity))
  }
  const france = encode(
    [...invoices.values()].map(({ items }) =>
      [...items].filter(([name, quantity]) => quantity >= 1 && name !== 'POSTAGE' && name !== '').map(([name]) => name),
    ),
  )
  assert.equal(france.baskets.starts.length - 1, 392)
  assert.equal(rulesOf(france, 0.07, 0, { minLift: 1, minLength: 2, right: 'any' }).length, 26)
})
