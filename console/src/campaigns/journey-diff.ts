import type { CampaignDefinition, Step, StepId } from './campaign-shapes.ts'

/** What changed between a version and the draft. */

export type DiffPart =
  | 'trigger'
  | 'only'
  | 'reEntry'
  | 'goal'
  | 'exits'
  | 'holdout'
  | 'budget'
  | 'period'
  | 'other'
  | 'start'

export interface Difference {
  what: 'added' | 'removed' | 'changed'
  part: DiffPart | { step: StepId; before: Step | undefined; after: Step | undefined }
}

// Zod fills defaults in, so what was read twice is written alike; a key that is missing and one that is undefined are the same.
const text = (value: unknown): string => JSON.stringify(value, (_, held: unknown) => sorted(held)) ?? ''
const sorted = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value

const partsOf = (definition: CampaignDefinition): Record<DiffPart, unknown> => ({
  trigger: definition.trigger,
  only: definition.only,
  reEntry: definition.reEntry,
  goal: [definition.goal, definition.exitOnGoal, definition.conversionValueFen],
  exits: definition.exits,
  holdout: definition.holdout,
  budget: definition.budget,
  period: [definition.startsAt, definition.endsAt],
  other: [definition.product, definition.purpose, definition.personalised, definition.complaint],
  start: definition.journey.start,
})

/** Differences in the order of the page: what surrounds the journey, then its steps. Where steps are drawn does not count. */
export const differences = (before: CampaignDefinition, after: CampaignDefinition): Difference[] => {
  const [old, now] = [partsOf(before), partsOf(after)]
  const around = (Object.keys(old) as DiffPart[]).flatMap((part): Difference[] =>
    text(old[part]) === text(now[part]) ? [] : [{ what: 'changed', part }],
  )
  const ids = [...new Set([...Object.keys(before.journey.steps), ...Object.keys(after.journey.steps)])]
  const steps = ids.flatMap((step): Difference[] => {
    const [was, is] = [before.journey.steps[step], after.journey.steps[step]]
    if (text(was) === text(is)) return []
    return [{ what: was ? (is ? 'changed' : 'removed') : 'added', part: { step, before: was, after: is } }]
  })
  return [...around, ...steps]
}
