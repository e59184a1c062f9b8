import { audiencesNamed } from '#audiences'
import type { CampaignDefinition, Step } from '../contract.ts'

/** What a definition is made of, by id; each once, in order of mention. */
export interface Parts {
  audienceIds: readonly string[]
  creativeIds: readonly number[]
  offerIds: readonly number[]
}

const creativesOf = (step: Step): readonly number[] => {
  if (step.kind === 'message') return step.channels.map(({ creativeId }) => creativeId)
  return step.kind === 'task' ? [step.creativeId] : []
}

const offersOf = (step: Step): readonly number[] =>
  (step.kind === 'message' || step.kind === 'task') && step.offerId !== undefined ? [step.offerId] : []

const audiencesOf = (step: Step): readonly string[] =>
  step.kind === 'branch' ? step.arms.flatMap(({ when }) => audiencesNamed(when)) : []

const each = <T>(values: readonly T[]): T[] => [...new Set(values)]

/** Audiences, creatives and offers that a campaign names itself. Audiences named by audiences are not among them. */
export const partsOf = ({ trigger, only, journey }: CampaignDefinition): Parts => {
  const steps = Object.values(journey.steps)
  const atTheDoor = 'audienceId' in trigger ? [trigger.audienceId] : []
  return {
    audienceIds: each([...atTheDoor, ...(only ? audiencesNamed(only) : []), ...steps.flatMap(audiencesOf)]),
    creativeIds: each(steps.flatMap(creativesOf)),
    offerIds: each(steps.flatMap(offersOf)),
  }
}
