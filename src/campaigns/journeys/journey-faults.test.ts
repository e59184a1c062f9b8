import assert from 'node:assert/strict'
import test from 'node:test'
import { CampaignDefinition } from '../contract.ts'
import type { Journey } from './journey-contract.ts'
import { loopsAmong, stepsInLoops } from './journey-exits-contract.ts'
import { journeyFaults, type Known } from './journey-faults-contract.ts'

type Drawn = { start: string | null; steps: Record<string, unknown> }

const campaign = (journey: Drawn, more: object = {}) => ({
  category: 'marketing',
  definition: CampaignDefinition.parse({ trigger: { kind: 'api' }, journey, ...more }),
})
const found = (journey: Drawn, known?: Known, more?: object) =>
  journeyFaults(campaign(journey, more), known).map(({ code, step }) => `${code}${step === null ? '' : ` ${step}`}`)

const message = (next: string | null, more: object = {}) => ({
  kind: 'message',
  channels: [{ channel: 'sms', creativeId: 1 }],
  next,
  ...more,
})
const wait = (next: string | null) => ({ kind: 'wait', for: { amount: 1, unit: 'days' }, next })
const exit = { kind: 'exit' }

test('a journey in order has no faults', () => {
  assert.deepEqual(
    found(
      { start: 'hello', steps: { hello: message('pause'), pause: wait('again'), again: message(null) } },
      { purposes: new Set(['marketing']), creatives: new Map([[1, 'sms']]), offers: new Set() },
    ),
    [],
  )
})

test('without a start, or with one that is not there, nobody can enter', () => {
  assert.deepEqual(found({ start: null, steps: { a: exit } }), ['journey.noStart'])
  assert.deepEqual(found({ start: 'gone', steps: { a: message(null) } })[0], 'journey.startMissing')
})

test('steps nobody comes to, and targets that are not there, are named', () => {
  assert.deepEqual(found({ start: 'a', steps: { a: message('gone'), lone: exit } }), [
    'journey.targetMissing a',
    'journey.targetMissing a',
    'journey.unreachable lone',
  ])
})

test('a loop needs a wait in it; one with a wait, or an event waited for, is allowed', () => {
  const branch = (next: string) => ({
    kind: 'branch',
    arms: [{ name: 'yes', when: { trait: 'age', gte: 18 }, next }],
    otherwise: null,
  })
  assert.deepEqual(found({ start: 'a', steps: { a: message('b'), b: branch('a') } }), [
    'journey.loopWithoutWait a',
    'journey.loopWithoutWait b',
  ])
  assert.deepEqual(found({ start: 'a', steps: { a: message('b'), b: branch('c'), c: wait('a') } }), [])
  const event = {
    kind: 'waitEvent',
    event: 'Loan Viewed',
    within: { amount: 1, unit: 'days' },
    next: 'a',
    onTimeout: null,
  }
  assert.deepEqual(found({ start: 'a', steps: { a: message('b'), b: event } }), [])
  // A window is open at once when the time is right, so it holds nobody.
  const window = { kind: 'waitWindow', from: '09:00', to: '18:00', next: 'a' }
  assert.deepEqual(found({ start: 'a', steps: { a: message('b'), b: window } }), [
    'journey.loopWithoutWait a',
    'journey.loopWithoutWait b',
  ])
})

test('an arm that can never be taken is told: behind everybody, asking the same, for nobody, without a share', () => {
  const arm = (name: string, when: object) => ({ name, when, next: null })
  const arms = [
    arm('1', { trait: 'a', is: 1 }),
    arm('2', { trait: 'a', is: 1 }),
    arm('3', { all: [] }),
    arm('4', { trait: 'b', is: 1 }),
  ]
  const faults = journeyFaults(
    campaign({ start: 'm', steps: { m: message('b'), b: { kind: 'branch', arms, otherwise: null } } }),
  )
  assert.deepEqual(
    faults.filter(({ code }) => code === 'journey.armUnreachable').map(({ values }) => [values.arm, values.before]),
    [
      ['2', '1'],
      ['4', '3'],
    ],
  )
})

test('creatives and offers must be there and made for the channel', () => {
  const journey = { start: 'm', steps: { m: message(null, { offerId: 3 }) } }
  assert.deepEqual(found(journey, { creatives: new Map(), offers: new Set() }), [
    'journey.creativeMissing m',
    'journey.offerMissing m',
  ])
  assert.deepEqual(found(journey, { creatives: new Map([[1, 'email']]), offers: new Set([3]) }), [
    'journey.creativeChannel m',
  ])
})

test('marketing needs a purpose that consent can be given to; service does not', () => {
  const journey = { start: 'm', steps: { m: message(null) } }
  assert.deepEqual(found(journey, { purposes: new Set(['other']) }), ['journey.purposeMissing'])
  const service = { ...campaign(journey), category: 'service' }
  assert.deepEqual(journeyFaults(service, { purposes: new Set() }), [])
})

test('one experiment key means the same arms everywhere', () => {
  const arms = (share: number) => [
    { name: 'A', share, next: 'm' },
    { name: 'B', share: 1 - share, next: null },
  ]
  const steps = {
    one: {
      kind: 'experiment',
      key: 'k',
      arms: [
        { name: 'A', share: 0.5, next: 'two' },
        { name: 'B', share: 0.5, next: 'two' },
      ],
    },
    two: { kind: 'experiment', key: 'k', arms: arms(0.4) },
    m: message(null),
  }
  assert.deepEqual(found({ start: 'one', steps }), ['journey.experimentDiffers two', 'journey.goalMissing'])
})

test('a window of no length never opens, and waiting for nothing is a dead end', () => {
  const window = { kind: 'waitWindow', from: '09:00', to: '09:00', next: null }
  assert.deepEqual(found({ start: 'm', steps: { m: message('w'), w: window } }), [
    'journey.windowEmpty w',
    'journey.deadEnd w',
  ])
})

test('loops are found in a row of 200 steps, and nothing else is taken for one', () => {
  const steps: Record<string, unknown> = {}
  for (let i = 0; i < 200; i++) steps[`s${i}`] = { kind: 'goal', next: i === 199 ? null : `s${i + 1}` }
  const straight = { start: 's0', steps } as Journey
  assert.equal(stepsInLoops(straight).size, 0)
  const round = { start: 's0', steps: { ...steps, s199: { kind: 'goal', next: 's100' } } } as Journey
  assert.equal(stepsInLoops(round).size, 100)
  assert.equal(loopsAmong(round, () => false).size, 0)
})
