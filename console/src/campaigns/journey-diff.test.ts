import assert from 'node:assert/strict'
import test from 'node:test'
import type { CampaignDefinition, Step } from './campaign-shapes.ts'
import { differences } from './journey-diff.ts'

const wait = (days: number): Step => ({ kind: 'wait', for: { amount: days, unit: 'days' }, next: null })
const definition = (steps: Record<string, Step>, more: Partial<CampaignDefinition> = {}): CampaignDefinition => ({
  trigger: { kind: 'api' },
  reEntry: { times: 1, afterDays: 0 },
  journey: { start: 'a', steps },
  goal: null,
  exits: [],
  exitOnGoal: true,
  holdout: 0,
  product: 'other',
  purpose: 'marketing',
  personalised: true,
  budget: {},
  complaint: { event: 'Complaint Filed' },
  ...more,
})
const said = (before: CampaignDefinition, after: CampaignDefinition) =>
  differences(before, after).map(({ what, part }) => `${what} ${typeof part === 'string' ? part : part.step}`)

test('steps added, removed and changed are named, and what surrounds them', () => {
  assert.deepEqual(
    said(definition({ a: wait(1), b: wait(1) }), definition({ a: wait(2), c: wait(1) }, { holdout: 0.1 })),
    ['changed holdout', 'changed a', 'removed b', 'added c'],
  )
})

test('where steps are drawn, and the order in which keys were written, is no difference', () => {
  const before = definition({ a: wait(1) })
  const after = definition({ a: { next: null, for: { unit: 'days', amount: 1 }, kind: 'wait' } })
  assert.deepEqual(said(before, { ...after, journey: { ...after.journey, layout: { a: { x: 1, y: 1 } } } }), [])
})
