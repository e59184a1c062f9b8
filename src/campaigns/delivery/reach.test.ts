import assert from 'node:assert/strict'
import test from 'node:test'
import { firstReach, nextReach } from './reach.ts'

test('an account is given what it has places for, and no more than a claim holds', () => {
  assert.equal(firstReach({ batch: 100, concurrency: 8 }, 1_000), 800)
  assert.equal(firstReach({ batch: 500, concurrency: 8 }, 1_000), 1_000)
  assert.equal(firstReach({ batch: 1, concurrency: 2 }, 1_000), 50)
  assert.equal(firstReach({ batch: 1, concurrency: 2 }, 10), 10)
})

test('a slow account is given half as many until it is through in time, a quick one twice as many', () => {
  const slow = { tookMs: 9_000, setSize: 1_000 }
  assert.equal(nextReach(800, { ...slow, sends: 800 }), 400)
  // A claim of few that took long says that fewer still is right.
  assert.equal(nextReach(800, { ...slow, sends: 120 }), 60)
  assert.equal(nextReach(60, { ...slow, sends: 60 }), 50)
  assert.equal(nextReach(10, { tookMs: 9_000, setSize: 10, sends: 10 }), 10)
  const quick = { tookMs: 300, setSize: 1_000 }
  assert.equal(nextReach(400, { ...quick, sends: 400 }), 800)
  assert.equal(nextReach(800, { ...quick, sends: 800 }), 1_000)
  assert.equal(nextReach(400, { ...quick, sends: 3 }), 400, 'few were waiting: it says nothing')
  assert.equal(nextReach(400, { tookMs: 2_000, setSize: 1_000, sends: 400 }), 400)
})
