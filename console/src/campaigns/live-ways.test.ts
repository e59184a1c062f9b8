import assert from 'node:assert/strict'
import test from 'node:test'
import type { Step } from './campaign-shapes.ts'
import type { Live } from './live-shapes.ts'
import { edgeOf, outcomesAt, wayCounts } from './live-ways.ts'

const message: Step = { kind: 'message', channels: [{ channel: 'sms', creativeId: 1 }], next: 'task1' }
const task: Step = {
  kind: 'task',
  channel: 'call',
  creativeId: 1,
  dueIn: { amount: 1, unit: 'days' },
  outcomes: { 有意向: null },
  next: null,
}
const live = (steps: Live['steps']): Live => ({
  version: 1,
  asOf: '2026-11-22T00:00:00Z',
  entered: 10,
  inside: 2,
  ended: { finished: 5, exited: 0, converted: 3, stopped: 0, failed: 0 },
  steps,
})

test('exits have the names under which passages are counted', () => {
  assert.equal(edgeOf(task, 'next'), 'expired')
  assert.equal(edgeOf(task, 'outcome:有意向'), 'outcome:有意向')
  const { outcomes: _, ...waited } = task
  assert.equal(edgeOf(waited, 'next'), 'next')
  const branch: Step = { kind: 'branch', arms: [{ name: '高', when: { all: [] }, next: null }], otherwise: null }
  assert.equal(edgeOf(branch, 'arm:0'), 'arm:高')
})

test('who was refused and goes on like the others is on the same way', () => {
  const counts = wayCounts(
    { message1: message, task1: task },
    live({ message1: { in: 10, waiting: 0, out: { next: 6, refused: 3, converted: 1 } } }),
    'message1',
  )
  assert.equal(counts.get('start'), 10)
  assert.equal(counts.get('message1:next'), 9)
  assert.equal(counts.get('task1:outcome:有意向'), 0)
  const drawn = wayCounts(
    { message1: { ...message, onRefused: null } },
    live({ message1: { in: 10, waiting: 0, out: { next: 6, refused: 3 } } }),
    'message1',
  )
  assert.equal(drawn.get('message1:next'), 6)
  assert.equal(drawn.get('message1:onRefused'), 3)
})

test('the most taken way comes first, ways nobody took are left out', () => {
  const found = outcomesAt(live({ a: { in: 5, waiting: 0, out: { next: 1, refused: 4, exited: 0 } } }), 'a')
  assert.deepEqual(found, [
    { edge: 'refused', people: 4 },
    { edge: 'next', people: 1 },
  ])
})
