import assert from 'node:assert/strict'
import test from 'node:test'
import type { Journey, Step } from './campaign-shapes.ts'
import { arrange } from './journey-arrange.ts'
import { exitsOf, mainTarget, withExit } from './journey-exits.ts'
import {
  addStep,
  connect,
  copySteps,
  emptyJourney,
  inOrder,
  insertAt,
  pasteAt,
  pasteSteps,
  placesInto,
  reachableFrom,
  removeSteps,
  renameId,
  sameGraph,
} from './journey-graph.ts'

const wait = (next: string | null): Step => ({ kind: 'wait', for: { amount: 1, unit: 'days' }, next })
const message = (next: string | null): Step => ({
  kind: 'message',
  channels: [{ channel: 'sms', creativeId: 1 }],
  next,
})
const branch = (yes: string | null, no: string | null): Step => ({
  kind: 'branch',
  arms: [{ name: '高价值', when: { all: [] }, next: yes }],
  otherwise: no,
})
const aJourney: Journey = {
  start: 'message1',
  steps: {
    message1: message('wait1'),
    wait1: wait('branch1'),
    branch1: branch('message2', 'wait2'),
    message2: message(null),
    wait2: wait('message2'),
  },
}

test('a step put on an edge goes on to where the edge led', () => {
  const { journey, id } = insertAt(aJourney, { from: 'message1', exit: 'next' }, wait(null))
  assert.equal(id, 'wait3')
  assert.deepEqual(journey.steps.message1, message('wait3'))
  assert.deepEqual(journey.steps.wait3, wait('wait1'))
})

test('a branch put on an edge goes on in its first arm; the others leave', () => {
  const { journey, id } = insertAt(aJourney, 'start', branch(null, null))
  assert.equal(journey.start, id)
  assert.deepEqual(journey.steps[id], branch('message1', null))
})

test('an exit put on an edge ends there, and what followed is reached no more', () => {
  const { journey } = insertAt(aJourney, { from: 'message1', exit: 'next' }, { kind: 'exit' })
  assert.deepEqual([...reachableFrom(journey, journey.start)], ['message1', 'exit1'])
  assert.deepEqual(inOrder(journey).length, 6)
})

test('the first step of an empty journey is its start', () => {
  const { journey, id } = insertAt(emptyJourney, 'start', message(null))
  assert.deepEqual(journey, { start: id, steps: { message1: message(null) } })
})

test('removing a step joins its neighbours', () => {
  const journey = removeSteps(aJourney, ['wait1'])
  assert.deepEqual(journey.steps.message1, message('branch1'))
  assert.equal(journey.steps.wait1, undefined)
})

test('removing several in a row, the start among them, joins what is left', () => {
  const journey = removeSteps(aJourney, ['message1', 'wait1', 'branch1'])
  assert.equal(journey.start, 'message2')
  assert.deepEqual(Object.keys(journey.steps), ['message2', 'wait2'])
})

test('removing what stands between two ends of a loop leaves no step that leads to itself', () => {
  const loop: Journey = { start: 'wait1', steps: { wait1: wait('message1'), message1: message('wait1') } }
  assert.deepEqual(removeSteps(loop, ['message1']).steps, { wait1: wait(null) })
  assert.deepEqual(removeSteps(loop, ['wait1', 'message1']), { start: null, steps: {} })
})

test('an id is renamed wherever it is named, and never onto another', () => {
  const journey = renameId({ ...aJourney, layout: { message2: { x: 1, y: 2 } } }, 'message2', 'offer')
  assert.deepEqual(journey.steps.branch1, branch('offer', 'wait2'))
  assert.deepEqual(journey.steps.wait2, wait('offer'))
  assert.deepEqual(journey.layout, { offer: { x: 1, y: 2 } })
  assert.equal(renameId(aJourney, 'message2', 'wait2'), aJourney)
})

test('pasted steps have ids of their own, are connected among themselves and with nothing else', () => {
  const { journey, ids } = pasteSteps(aJourney, copySteps(aJourney, ['branch1', 'wait2']))
  assert.deepEqual(ids, ['branch2', 'wait3'])
  assert.deepEqual(journey.steps.branch2, branch(null, 'wait3'))
  assert.deepEqual(journey.steps.wait3, wait(null))
  assert.deepEqual(journey.steps.branch1, aJourney.steps.branch1)
})

test('pasted into a place, the first follows it and the last goes on', () => {
  const fragment = copySteps(aJourney, ['message1', 'wait1'])
  const { journey } = pasteAt(aJourney, { from: 'wait2', exit: 'next' }, fragment)
  assert.deepEqual(journey.steps.wait2, wait('message3'))
  assert.deepEqual(journey.steps.message3, message('wait3'))
  assert.deepEqual(journey.steps.wait3, wait('message2'))
})

test('a refusal has a way of its own only when it is drawn, and can be taken back', () => {
  const drawn = withExit(message('wait1'), 'onRefused', 'wait2')
  assert.deepEqual(drawn, { ...message('wait1'), onRefused: 'wait2' })
  assert.deepEqual(withExit(drawn, 'onRefused', undefined), message('wait1'))
  assert.deepEqual(
    exitsOf(drawn).map(({ key }) => key),
    ['next', 'onRefused'],
  )
})

test('outcomes of a task, time-outs and arms are connected each for itself', () => {
  const task: Step = {
    kind: 'task',
    channel: 'call',
    creativeId: 1,
    dueIn: { amount: 1, unit: 'days' },
    outcomes: { 接通: null, 拒绝: null },
    next: null,
  }
  const joined = withExit(task, 'outcome:接通', 'wait1')
  assert.deepEqual(joined, { ...task, outcomes: { 接通: 'wait1', 拒绝: null } })
  assert.equal(mainTarget(joined), 'wait1')
  const late = withExit(
    { kind: 'waitEvent', event: 'a', within: { amount: 1, unit: 'days' }, next: 'x', onTimeout: null },
    'onTimeout',
    'y',
  )
  assert.deepEqual(
    exitsOf(late).map(({ target }) => target),
    ['x', 'y'],
  )
})

test('positions of the user stay; a row is made where something is put in between', () => {
  const placed: Journey = {
    start: 'message1',
    steps: { message1: message('wait1'), wait1: wait(null) },
    layout: { message1: { x: 10, y: 0 }, wait1: { x: 20, y: 150 } },
  }
  const { journey } = insertAt(placed, { from: 'message1', exit: 'next' }, wait(null))
  assert.deepEqual(journey.layout, {
    message1: { x: 10, y: 0 },
    wait1: { x: 20, y: 300 },
    wait2: { x: 20, y: 150 },
  })
  assert.deepEqual(removeSteps(journey, ['wait1']).layout, { message1: { x: 10, y: 0 }, wait2: { x: 20, y: 150 } })
})

test('which places lead to a step', () => {
  assert.deepEqual(placesInto(aJourney, 'message2'), [
    { from: 'branch1', exit: 'arm:0' },
    { from: 'wait2', exit: 'next' },
  ])
  assert.deepEqual(placesInto(aJourney, 'message1'), ['start'])
})

test('writing in a form leaves the graph as it is; connecting and moving do not', () => {
  const { journey } = addStep(aJourney, wait(null))
  assert.ok(!sameGraph(aJourney, journey))
  assert.ok(
    sameGraph(aJourney, { ...aJourney, steps: { ...aJourney.steps, wait1: { ...wait('branch1'), name: '等' } } }),
  )
  assert.ok(!sameGraph(aJourney, connect(aJourney, { from: 'message2', exit: 'next' }, 'wait1')))
})

test('arms stand from left to right as their exits do, also when they meet again', () => {
  const arms = ['priceFirst', 'helloFirst', 'call']
  const experiment: Step = {
    kind: 'experiment',
    key: 'wording',
    arms: arms.map((next) => ({ name: next, share: 1 / 3, next })),
  }
  // However the steps are listed, with arms of one length and of several.
  for (const listed of [arms, arms.toReversed(), ['helloFirst', 'call', 'priceFirst']]) {
    for (const long of [...arms, undefined]) {
      const steps = listed.map((id): [string, Step] => [id, message(id === long ? 'pause' : 'end')])
      const journey: Journey = {
        start: 'test',
        steps: { ...Object.fromEntries(steps), end: { kind: 'exit' }, pause: wait('end'), test: experiment },
      }
      const points = arrange(journey, false)
      const drawn = arms.toSorted((a, b) => (points.get(a)?.x ?? 0) - (points.get(b)?.x ?? 0))
      assert.deepEqual(drawn, arms, `${listed} with ${long ?? 'none'} longer`)
    }
  }
})
