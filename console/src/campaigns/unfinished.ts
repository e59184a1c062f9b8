import type { CampaignDefinition, EventMatch, Step, Trigger } from './campaign-shapes.ts'

/** What is still to be filled in. A draft with such gaps is not a definition yet, so it cannot be sent to the server. */

export type Gap =
  | 'creative'
  | 'event'
  | 'filter'
  | 'trait'
  | 'tag'
  | 'condition'
  | 'score'
  | 'arms'
  | 'armNames'
  | 'shares'
  | 'key'
  | 'outcome'
  | 'time'
  | 'audience'
  | 'list'
  | 'days'
  | 'within'
  | 'goal'
  | 'exitEvent'
  | 'complaint'
  | 'name'

const isTime = (text: string) => /^([01]\d|2[0-3]):[0-5]\d$/.test(text)

export const eventGaps = ({ event, where }: EventMatch): Gap[] => {
  if (event === '') return ['event']
  const open = (where ?? []).some(
    ({ property, ...comparison }) =>
      property.length === 0 ||
      Object.values(comparison).every(
        (value) => value === undefined || value === '' || (Array.isArray(value) && value.length === 0),
      ) ||
      Object.values(comparison).some((value) => Array.isArray(value) && value.some((one) => one === undefined)),
  )
  return open ? ['filter'] : []
}

const nameGaps = (arms: readonly { name: string }[]): Gap[] => {
  const names = arms.map(({ name }) => name.trim())
  return names.includes('') || new Set(names).size < names.length ? ['armNames'] : []
}

const shareGaps = (arms: readonly { name: string; share: number }[]): Gap[] => {
  const sum = arms.reduce((sum, { share }) => sum + share, 0)
  const wrong = Math.abs(sum - 1) >= 1e-9 || arms.some(({ share }) => share <= 0)
  return [...(arms.length < 2 ? (['arms'] as const) : []), ...nameGaps(arms), ...(wrong ? (['shares'] as const) : [])]
}

const isEmptyCondition = (when: object) => 'all' in when && Array.isArray(when.all) && when.all.length === 0

/** What a step lacks, most important first; empty when it is filled in. */
export const stepGaps = (step: Step): Gap[] => {
  switch (step.kind) {
    case 'message':
      return step.channels.length === 0 || step.channels.some(({ creativeId }) => creativeId === 0) ? ['creative'] : []
    case 'task':
      return [
        ...(step.creativeId === 0 ? (['creative'] as const) : []),
        ...(Object.keys(step.outcomes ?? {}).some((name) => name.trim() === '') ? (['outcome'] as const) : []),
      ]
    case 'waitDate':
      return [...(step.trait === '' ? (['trait'] as const) : []), ...(isTime(step.at) ? [] : (['time'] as const))]
    case 'waitEvent':
      return eventGaps(step)
    case 'waitWindow':
      return isTime(step.from) && isTime(step.to) ? [] : ['time']
    case 'branch':
      return [
        ...nameGaps(step.arms),
        ...(step.arms.some(({ when }) => isEmptyCondition(when)) ? (['condition'] as const) : []),
      ]
    case 'split':
      return shareGaps(step.arms)
    case 'experiment':
      return [...(/^[a-zA-Z0-9_-]{1,40}$/.test(step.key) ? [] : (['key'] as const)), ...shareGaps(step.arms)]
    case 'best':
      return [
        ...nameGaps(step.arms),
        ...(step.arms.some(({ score }) => ('trait' in score ? score.trait : score.tag) === '')
          ? (['score'] as const)
          : []),
      ]
    case 'update':
      if ('trait' in step.set) return step.set.trait === '' ? ['trait'] : []
      return step.set.tag === '' ? ['tag'] : []
    default:
      return []
  }
}

export const triggerGaps = (trigger: Trigger): Gap[] => {
  switch (trigger.kind) {
    case 'once':
    case 'audience':
      return trigger.audienceId === '' ? ['audience'] : []
    case 'recurring': {
      const { at, days, dates } = trigger.timetable
      return [
        ...(trigger.audienceId === '' ? (['audience'] as const) : []),
        ...(isTime(at) ? [] : (['time'] as const)),
        ...(days?.length === 0 || dates?.length === 0 ? (['days'] as const) : []),
      ]
    }
    case 'event': {
      const needsSpan = (trigger.count > 1 || trigger.without.length > 0) && trigger.within === undefined
      return [...eventGaps(trigger), ...trigger.without.flatMap(eventGaps), ...(needsSpan ? (['within'] as const) : [])]
    }
    case 'date':
      return [...(trigger.trait === '' ? (['trait'] as const) : []), ...(isTime(trigger.at) ? [] : (['time'] as const))]
    case 'list':
      return trigger.listId === '' ? ['list'] : []
    case 'api':
      return []
  }
}

/** Where something is missing. A step by its id; the parts around the journey by their place on the page. */
export interface OpenPlace {
  place: 'trigger' | 'goal' | 'exits' | 'name' | { step: string }
  gaps: Gap[]
}

/** Everything that a draft lacks before it can be saved. */
export const openPlaces = (name: string, definition: CampaignDefinition): OpenPlace[] => {
  const places: OpenPlace[] = [
    { place: 'name', gaps: name.trim() === '' ? ['name'] : [] },
    { place: 'trigger', gaps: triggerGaps(definition.trigger) },
    { place: 'goal', gaps: definition.goal ? eventGaps(definition.goal).map(() => 'goal') : [] },
    { place: 'goal', gaps: eventGaps(definition.complaint).map(() => 'complaint') },
    { place: 'exits', gaps: definition.exits.flatMap(eventGaps).map(() => 'exitEvent') },
    ...Object.entries(definition.journey.steps).map(([step, kept]) => ({ place: { step }, gaps: stepGaps(kept) })),
  ]
  return places.filter(({ gaps }) => gaps.length > 0)
}
