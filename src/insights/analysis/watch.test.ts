import assert from 'node:assert/strict'
import test from 'node:test'
import { binomialAtMost, poissonAtMost } from './tails.ts'
import { hourToJudge, judged } from './watch.ts'

const near = (value: number, expected: number, within = 1e-9) =>
  assert.ok(Math.abs(value - expected) <= within * Math.max(1, Math.abs(expected)), `${value} is not ${expected}`)

test('tails of the binomial and Poisson distributions', () => {
  // Exact: sums of C(10, i) / 1024.
  near(binomialAtMost(2, 10, 0.5), 56 / 1024)
  near(binomialAtMost(9, 10, 0.5), 1023 / 1024)
  near(binomialAtMost(0, 20, 0.1), 0.9 ** 20)
  assert.equal(binomialAtMost(10, 10, 0.3), 1)
  // e^-5 · (1 + 5 + 25/2 + 125/6), the same of R's ppois(3, 5).
  near(poissonAtMost(3, 5), Math.exp(-5) * (1 + 5 + 12.5 + 125 / 6))
  near(poissonAtMost(0, 2), Math.exp(-2))
  near(poissonAtMost(10, 3), 0.9997076630493528)
  // By direct summation.
  const direct = (k: number, n: number, p: number) => {
    let term = (1 - p) ** n
    let sum = term
    for (let i = 1; i <= k; i++) {
      term *= ((n - i + 1) / i) * (p / (1 - p))
      sum += term
    }
    return sum
  }
  for (const [k, n, p] of [
    [70, 200, 0.4],
    [5, 400, 0.03],
    [300, 500, 0.62],
  ] as const)
    near(binomialAtMost(k, n, p), direct(k, n, p), 1e-10)
})

test('an hour like those before raises nothing; a step that half as many take does', () => {
  const weeks = [
    [400, 200, 100],
    [420, 214, 104],
    [390, 190, 98],
    [410, 205, 103],
  ]
  const before = [-1, 0, 1]
  assert.deepEqual(judged([405, 198, 97], weeks, before, 'normal'), [])
  const [broken, ...more] = judged([405, 110, 55], weeks, before, 'normal')
  assert.deepEqual(more, [])
  assert.equal(broken?.step, 2)
  assert.equal(broken?.of, 405)
  near(broken?.expected ?? 0, (809 / 1620) * 405)
  assert.ok((broken?.probability ?? 1) < 1e-10)
})

test('an hour in which nobody comes raises the entry, and says nothing of the steps after it', () => {
  const weeks = [
    [60, 30],
    [55, 25],
    [0, 0],
    [65, 33],
  ]
  const verdicts = judged([0, 0], weeks, [-1, 0], 'normal')
  assert.deepEqual(
    verdicts.map(({ step, observed, of }) => [step, observed, of]),
    [[1, 0, null]],
  )
  // The week in which nobody came (a holiday, an outage) is left out.
  near(verdicts[0]?.expected ?? 0, 60)
})

test('of too few people nothing is said', () => {
  assert.deepEqual(
    judged(
      [0, 0],
      [
        [9, 4],
        [8, 3],
        [10, 5],
        [9, 3],
      ],
      [-1, 0],
      'high',
    ),
    [],
  )
})

test('the hour judged is the last whose people have had the whole window', () => {
  const now = new Date('2026-03-10T10:07:00Z')
  assert.equal(hourToJudge(now, 3_600_000).toISOString(), '2026-03-10T08:00:00.000Z')
  assert.equal(hourToJudge(now, 300_000).toISOString(), '2026-03-10T09:00:00.000Z')
})
