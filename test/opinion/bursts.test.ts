import assert from 'node:assert/strict'
import test from 'node:test'
import { evaluationFile } from '#test'
import { delayAt, detect, falseAlarms, readCedTimings } from '../../bench/support/burst-simulation.ts'
import { baselineOf, shapeOf, tailOf, testBurst } from '../../src/opinion/events/burst.ts'

test('tails of the negative binomial as R computes them', () => {
  // R: pnbinom(n - 1, size, mu = m, lower.tail = FALSE)
  assert.ok(Math.abs(tailOf(5, 1, 1) - 0.03125) < 1e-9)
  assert.ok(Math.abs(tailOf(10, 2, 1e9) / 4.649807e-5 - 1) < 1e-4, 'a large shape is Poisson')
  assert.equal(tailOf(2, 3, 5), 1)
})

test('a subject hardly heard of needs more than five posts; a loud one far more', () => {
  const crowd = (posts: number) => ({ minutes: 5, posts, authors: posts, clusters: 3, spam: 0 })
  const cold = baselineOf([])
  assert.equal(testBurst([crowd(5)], cold).suspected, false)
  assert.equal(testBurst([crowd(12)], cold).confirmed, true)
  const loud = baselineOf([600, 620, 580, 610, 590, 600, 605], 100)
  assert.equal(testBurst([crowd(60)], loud).suspected, false)
  assert.equal(testBurst([crowd(160)], loud).confirmed, true)
})

test('one account, or machines, raise no alarm; growth of engagement alone does', () => {
  const baseline = baselineOf([2, 3, 1, 2, 2, 4, 2])
  const verdict = testBurst([{ minutes: 5, posts: 30, authors: 1, clusters: 9, spam: 0 }], baseline)
  assert.deepEqual([verdict.suspected, verdict.confirmed], [true, false])
  assert.equal(testBurst([{ minutes: 5, posts: 30, authors: 30, clusters: 1, spam: 29 }], baseline).confirmed, false)
  assert.deepEqual(testBurst([], baseline, { grown: 2_000, expected: 30, shape: 1 }).confirmedBy, ['engagement'])
  assert.equal(testBurst([], baseline, { grown: 200, expected: 30, shape: 1 }).suspected, false)
})

test('a crisis last week does not hide the next, and waves are told from chance', () => {
  assert.ok(baselineOf([20, 22, 900, 19, 21, 20, 18]).perHour < 30)
  const steady = Array.from({ length: 24 }, () => [20, 22, 18, 19, 23, 17, 21])
  const waving = Array.from({ length: 24 }, () => [5, 40, 12, 33, 8, 20, 30])
  assert.ok(shapeOf(steady) > 50 && shapeOf(waving) < 8)
})

test('real timings in usual days: at most .05 false alarms a day, half of the events within ten minutes', () => {
  const events = readCedTimings(evaluationFile('ced/events.jsonl.gz'), 100, (n) => n % 24 === 3)
  for (const perHour of [2, 20]) {
    const scene = { perHour, waves: 0, seed: 42 }
    assert.ok(falseAlarms(scene, 40) <= 2, `false alarms at ${perHour} an hour`)
    const found = detect(events, scene, { kept: 1, engagement: false })
    assert.ok(delayAt(found, 50) <= 10, `median ${delayAt(found, 50)} at ${perHour} an hour`)
    assert.ok(found.misses <= events.length * 0.2)
  }
  // Of a tenth of the reposts little is seen; the count under the first post still tells.
  const scene = { perHour: 20, waves: 0, seed: 42 }
  const few = events.filter((_, n) => n % 3 === 0)
  const blind = detect(few, scene, { kept: 0.1, engagement: false })
  const counting = detect(few, scene, { kept: 0.1, engagement: true })
  assert.ok(counting.misses <= blind.misses - 5, `${counting.misses} of ${blind.misses}`)
})
