import assert from 'node:assert/strict'
import { createReadStream } from 'node:fs'
import test from 'node:test'
import { createGunzip } from 'node:zlib'
import { parse } from 'csv-parse'
import { evaluationFile } from '#test'
import { compareMeans, compareShares, liftError, peopleNeeded, sampleRatio, shareOf } from './statistics.ts'

const near = (actual: number | undefined, expected: number, within: number, what?: string) =>
  assert.ok(actual !== undefined && Math.abs(actual - expected) <= within, `${what ?? ''} ${actual} is not ${expected}`)

test('sample ratio: the published vectors of two equal arms', () => {
  const of = (a: number, b: number) =>
    sampleRatio([
      { people: a, weight: 1 },
      { people: b, weight: 1 },
    ])
  near(of(1000, 1200)?.chi2, 18.18, 0.005)
  near(of(1000, 1200)?.p, 2.0e-5, 1e-6)
  assert.equal(of(1000, 1200)?.alarm, true)
  near(of(5000, 5150)?.chi2, 2.217, 0.0005)
  near(of(5000, 5150)?.p, 0.137, 0.0005)
  near(of(10_000, 10_400)?.chi2, 7.843, 0.0005)
  near(of(10_000, 10_400)?.p, 0.0051, 0.00005)
  assert.equal(of(10_000, 10_400)?.alarm, false)
})

test('sample ratio: an arm without weight is not a group', () => {
  const two = sampleRatio([
    { people: 5000, weight: 1 },
    { people: 5150, weight: 1 },
    { people: 0, weight: 0 },
  ])
  assert.equal(two?.df, 1)
  near(two?.chi2, 2.217, 0.0005)
  assert.equal(
    sampleRatio([
      { people: 7, weight: 1 },
      { people: 8, weight: 1 },
    ]),
    undefined,
    'too few to say',
  )
})

test('relative lift: delta method, the published vector', () => {
  const [treated, control] = [
    { mean: 0.11, errorSquared: 0.0979 / 10_000 },
    { mean: 0.1, errorSquared: 0.09 / 10_000 },
  ]
  near(liftError(treated, control), 0.045475, 5e-7)
  const means = compareMeans(
    { people: 10_000, mean: 0.11, variance: 0.0979 },
    { people: 10_000, mean: 0.1, variance: 0.09 },
  )
  near(means?.lift?.value, 0.1, 1e-12)
})

test('size of a test: three per cent, three tenths of a point, eight in ten', () => {
  near(peopleNeeded(0.03, 0.003), 50_756, 1)
})

test('few conversions: the interval stays within what is possible and holds the difference', () => {
  const few = compareShares({ people: 40, did: 1 }, { people: 40, did: 0 })
  assert.equal(few?.method, 'newcombe')
  assert.ok(few.difference.low < 0 && few.difference.high > 0.025 && few.difference.low >= -1)
  assert.equal(few.lift, null, 'nothing is not a base for a lift')
  assert.equal(compareShares({ people: 0, did: 0 }, { people: 5, did: 1 }), undefined)
  assert.equal(shareOf({ people: 0, did: 0 }), undefined)
})

interface Arm {
  people: number
  visits: number
  conversions: number
  spend: number
}

const hillstrom = async (): Promise<Record<string, Arm>> => {
  const rows = createReadStream(evaluationFile('hillstrom/hillstrom.csv.gz'))
    .pipe(createGunzip())
    .pipe(parse({ columns: true }))
  const arms: Record<string, Arm> = {}
  for await (const row of rows as AsyncIterable<Record<string, string>>) {
    const arm = arms[row.segment ?? ''] ?? { people: 0, visits: 0, conversions: 0, spend: 0 }
    arms[row.segment ?? ''] = arm
    arm.people++
    arm.visits += Number(row.visit)
    arm.conversions += Number(row.conversion)
    arm.spend += Number(row.spend)
  }
  return arms
}

test('Hillstrom e-mail test: visits, intervals, spend and sample ratio as published', async () => {
  const arms = await hillstrom()
  const [men, women, none] = [arms['Mens E-Mail'], arms['Womens E-Mail'], arms['No E-Mail']]
  assert.ok(men && women && none)
  const visits = ({ people, visits }: Arm) => ({ people, did: visits })
  near(men.visits / men.people, 0.182757, 5e-7)
  near(women.visits / women.people, 0.1514, 5e-7)
  near(none.visits / none.people, 0.106167, 5e-7)
  const mail = compareShares(visits(men), visits(none))
  near(mail?.difference.value, 0.07659, 5e-7)
  near(mail?.difference.low, 0.069954, 5e-7)
  near(mail?.difference.high, 0.083226, 5e-7)
  near(mail?.z, 22.486, 5e-4)
  const other = compareShares(visits(women), visits(none))
  near(other?.difference.value, 0.045233, 5e-7)
  near(other?.difference.low, 0.038894, 5e-7)
  near(other?.difference.high, 0.051572, 5e-7)
  near(other?.z, 13.949, 5e-4)
  for (const [arm, conversion, spend] of [
    [men, 0.012531, 1.4226],
    [women, 0.008837, 1.0772],
    [none, 0.005726, 0.6528],
  ] as const) {
    near(arm.conversions / arm.people, conversion, 5e-7)
    near(arm.spend / arm.people, spend, 5e-5)
  }
  const ratio = sampleRatio([men, women, none].map(({ people }) => ({ people, weight: 1 })))
  near(ratio?.chi2, 0.2025, 5e-5)
  near(ratio?.p, 0.9037, 5e-5)
  assert.equal(ratio?.alarm, false)
})
