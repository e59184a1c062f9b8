import assert from 'node:assert/strict'
import test from 'node:test'
import { apart, cramersV, differ, tgi, wilson } from './measures.ts'

const near = (actual: number, expected: number, by = 0.0005) =>
  assert.ok(Math.abs(actual - expected) <= by, `${actual} is not ${expected}`)

test('Wilson interval: 7 of 10 is .397 to .892, none of 10 is 0 to .278 (Newcombe 1998, table I)', () => {
  near(wilson(7, 10).low, 0.3968)
  near(wilson(7, 10).high, 0.8922)
  near(wilson(0, 10).high, 0.2775)
  // Newcombe, Statistics in Medicine 17 (1998): 81 of 263.
  near(wilson(81, 263).low, 0.2553)
  near(wilson(81, 263).high, 0.3662)
  assert.deepEqual(wilson(0, 0), { low: 0, high: 1 })
})

test('index: 30 % in the set against 20 % in the base is 150', () => {
  assert.equal(tgi(30, 100, 200, 1000), 150)
  assert.equal(tgi(0, 100, 200, 1000), 0)
  assert.equal(tgi(3, 100, 0, 1000), null)
})

test('two proportions: 420 of 1000 against 600 of 1000 are 8.05 standard errors apart', () => {
  near(apart(420, 1000, 600, 1000), -8.05, 0.005)
  assert.equal(differ(420, 1000, 600, 1000), true)
  assert.equal(differ(4, 5, 1, 5), false, 'too few to say')
  assert.equal(differ(50, 100, 500, 1000), false)
})

test("Cramér's V: 1 where the class tells the group, 0 where groups are alike, corrected for small numbers", () => {
  near(cramersV([500, 0], [0, 500]), 1)
  assert.equal(cramersV([50, 50], [500, 500]), 0)
  // chi² of [[30, 70], [50, 50]] is 8.3333 of 200: phi² .0417, less 1/199: .0366; rows and columns 2 − 1/199.
  near(cramersV([30, 70], [50, 50]), Math.sqrt((8.3333 / 200 - 1 / 199) / (1 - 1 / 199)))
  assert.equal(cramersV([1, 0, 1], [0, 1, 0]) <= 1, true)
  assert.equal(cramersV([0, 0], [5, 5]), 0)
  assert.equal(cramersV([3], [5]), 0)
})
