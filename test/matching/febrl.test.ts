import assert from 'node:assert/strict'
import test from 'node:test'
import { febrlPerson, febrlPlan, pairwiseQuality, readFebrl } from '../../bench/support/identity-sets.ts'
import { candidatePairs, layBlock } from '../../src/customers/matching/blocking.ts'
import { columnsOf, matchRecords } from '../../src/customers/matching/match.ts'

test('the candidates of the recordlinkage recipe on set 1 are 2,082 pairs', () => {
  const [column] = columnsOf({ fields: [{ field: 'given_name', comparison: 'exact' }] }, readFebrl(1))
  assert.ok(column)
  let pairs = 0
  Array.from(candidatePairs([layBlock([{ column, form: 'whole' }], 1_000)], () => void pairs++))
  assert.equal(pairs, 2_082)
})

test('linking equal social-security numbers alone gives the known floor', () => {
  for (const [set, floor] of [
    [1, 0.9474],
    [2, 0.9315],
    [3, 0.9228],
  ] as const) {
    const records = readFebrl(set)
    const { f1 } = pairwiseQuality(
      records.map(febrlPerson),
      records.map(({ soc_sec_id }, index) => soc_sec_id || `none-${index}`),
    )
    assert.ok(Math.abs(f1 - floor) < 5e-5, `set ${set}: ${f1}`)
  }
})

for (const set of [1, 2, 3])
  test(`weights learned without labels find who is who in FEBRL ${set}`, () => {
    const records = readFebrl(set)
    const people = records.map(febrlPerson)
    for (const [withNumber, aim] of [
      [true, 0.995],
      [false, 0.9935],
    ] as const) {
      const plan = febrlPlan({ withNumber })
      const { clusters, learned } = matchRecords(plan, columnsOf(plan, records), { randomPairs: 300_000 })
      const { f1, precision, recall } = pairwiseQuality(people, [...clusters.of])
      assert.ok(f1 >= aim, `precision ${precision}, recall ${recall}, F1 ${f1}`)
      assert.ok(learned.converged)
    }
  })
