import type {
  Aggregate,
  Comparison,
  Definition,
  EventCondition,
  EventMatch,
  NumberComparison,
  OccurrenceTime,
  PropertyComparison,
  RankCondition,
  SequenceStep,
  Statistic,
  WindowCondition,
} from '../../../src/audiences/contract.ts'
import {
  type AudienceDraft,
  type ComparisonDraft,
  type ConsentDraft,
  type Draft,
  type EventDraft,
  type GroupDraft,
  type MatchDraft,
  needsProperty,
  type PropertyDraft,
  type RankDraft,
  type SequenceDraft,
  type StepDraft,
  type WindowDraft,
} from './draft.ts'

/** Writing what the builder edits as a definition. */

const isFilled = (value: unknown) => value !== undefined && value !== ''

const completeComparison = ({ operator, value }: ComparisonDraft): boolean => {
  if (operator === 'exists' || operator === 'missing') return true
  if (operator === 'in' || operator === 'notIn') return Array.isArray(value) && value.length > 0
  if (operator === 'between') return Array.isArray(value) && value.length === 2 && value.every(isFilled)
  return isFilled(value)
}

const completeWindow = (window: WindowDraft): boolean => {
  if (window.kind === 'within') return window.within !== ''
  if (window.kind === 'between') return window.from !== '' && window.to !== ''
  if (window.kind === 'since') return window.since !== ''
  return window.kind === 'ever' || window.until !== ''
}

const completeWhere = (where: readonly PropertyDraft[]) =>
  where.every((filter) => filter.property !== '' && completeComparison(filter))
const completeMatch = ({ event, where }: MatchDraft) => event !== '' && completeWhere(where)

const completeRank = (draft: RankDraft): boolean => {
  const [low, high] = draft.band
  const ranked =
    draft.end === 'percentile' ? low !== undefined && high !== undefined && low < high : isFilled(draft.size)
  if (draft.of === 'trait') return ranked && draft.trait !== ''
  if (draft.of === 'tag') return ranked && draft.tag !== ''
  const measured = draft.measure === 'count' || draft.property !== ''
  return ranked && measured && draft.event !== '' && completeWindow(draft.window) && completeWhere(draft.where)
}

const completeSequence = ({ steps, window }: SequenceDraft): boolean =>
  completeWindow(window) &&
  steps.every(
    (step) => completeMatch(step) && step.without.every(completeMatch) && (!step.absent || step.within !== ''),
  )

/** Whether nothing is left to fill in. A group inside needs at least one condition; the root may be empty: everybody. */
export const isComplete = (draft: Draft, root = true): boolean => {
  switch (draft.kind) {
    case 'group':
      return (root || draft.children.length > 0) && draft.children.every((child) => isComplete(child, false))
    case 'sample':
      return isComplete(draft.of) && isFilled(draft[draft.rule]) && draft.seed !== ''
    case 'trait':
      return draft.trait !== '' && completeComparison(draft)
    case 'tag':
      return draft.tag !== '' && completeComparison(draft)
    case 'sequence':
      return completeSequence(draft)
    case 'rank':
      return completeRank(draft)
    case 'consent':
      return draft.purpose !== '' && draft.states.length > 0
    case 'reach':
      return true
    case 'audience':
      return (
        draft.audience !== '' &&
        (!(draft.membership === 'entered' || draft.membership === 'left') ||
          (draft.window.kind !== 'ever' && completeWindow(draft.window)))
      )
    case 'list':
      return draft.list !== ''
    case 'split':
      return draft.seed !== '' && draft.from < draft.to
    case 'raw':
      return parseRaw(draft.json) !== undefined
    case 'event':
      return (
        draft.event !== '' &&
        (draft.measure === 'did' || completeComparison(draft.compare)) &&
        (!needsProperty(draft.measure) || draft.property !== '') &&
        (!draft.keys || completeComparison(draft.keys)) &&
        completeWindow(draft.window) &&
        completeWhere(draft.where)
      )
  }
}

/** A part written by hand as JSON; undefined when it is no JSON object. */
export const parseRaw = (json: string): Definition | undefined => {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Definition) : undefined
  } catch {
    return undefined
  }
}

const comparisonOf = ({ operator, value }: ComparisonDraft): Comparison => {
  if (operator === 'exists') return { exists: true }
  if (operator === 'missing') return { exists: false }
  return { [operator]: value }
}

const windowOf = (window: WindowDraft): WindowCondition => {
  switch (window.kind) {
    case 'ever':
      return {}
    case 'within':
      return { within: window.within }
    case 'between':
      return { between: [window.from, window.to] }
    case 'since':
      return { since: window.since }
    case 'until':
      return { until: window.until }
  }
}

const measureOf = (draft: EventDraft): Partial<EventCondition> => {
  const { measure, property } = draft
  const comparison = comparisonOf(draft.compare)
  switch (measure) {
    case 'did':
      return {}
    case 'count':
      return { count: comparison as NumberComparison }
    case 'first':
    case 'last':
      return {
        [measure]:
          property === '' ? (comparison as OccurrenceTime) : ({ property, ...comparison } as PropertyComparison),
      }
    default:
      return { [measure]: { property, ...comparison } as Aggregate }
  }
}

const whereOf = (where: readonly PropertyDraft[]) =>
  where.length === 0 ? {} : { where: where.map(({ property, ...filter }) => ({ property, ...comparisonOf(filter) })) }

const asOfOf = (asOf: string) => (asOf === '' ? {} : { asOf })
const matchOf = ({ event, where }: MatchDraft): EventMatch => ({ event, ...whereOf(where) })

const stepOf = (step: StepDraft): SequenceStep => ({
  event: step.event,
  ...(step.absent && { did: false }),
  ...whereOf(step.where),
  ...(step.within !== '' && { within: step.within }),
  ...(step.without.length > 0 && { without: step.without.map(matchOf) }),
})

const statisticOf = (draft: RankDraft): Statistic => {
  if (draft.of === 'trait') return { trait: draft.trait }
  if (draft.of === 'tag') return { tag: draft.tag, ...asOfOf(draft.asOf) }
  return {
    event: draft.event,
    ...(draft.measure === 'count' ? { count: true as const } : { [draft.measure]: draft.property }),
    ...windowOf(draft.window),
    ...whereOf(draft.where),
  }
}

const rankOf = (draft: RankDraft): RankCondition => {
  const of = statisticOf(draft)
  const [low = 0, high = 100] = draft.band
  if (draft.end === 'percentile') return { percentile: [low, high], of }
  return draft.end === 'top' ? { top: draft.size ?? 1, of } : { bottom: draft.size ?? 1, of }
}

const audienceOf = ({ audience, membership, window }: AudienceDraft): Definition => {
  switch (membership) {
    case 'now':
      return { audience }
    case 'entered':
      return { audience, entered: windowOf(window) }
    case 'left':
      return { audience, left: windowOf(window) }
    default:
      return { audience, member: membership }
  }
}

const consentOf = ({ purpose, channel, states, asOf }: ConsentDraft): Definition => {
  const [only, ...others] = states
  return {
    consent: { purpose, ...(channel !== '' && { channel }) },
    ...(only !== undefined && others.length === 0 ? { is: only } : { in: states }),
    ...asOfOf(asOf),
  }
}

const plain = (draft: Draft): Definition => {
  switch (draft.kind) {
    case 'group': {
      const children = draft.children.map(toDefinition)
      return draft.mode === 'all' ? { all: children } : { any: children }
    }
    case 'sample': {
      const { of, rule, share = 1, size = 1, seed } = draft
      return { sample: { of: toDefinition(of), ...(rule === 'share' ? { share } : { size }), seed } }
    }
    case 'trait':
      return { trait: draft.trait, ...comparisonOf(draft) }
    case 'tag':
      return { tag: draft.tag, ...comparisonOf(draft), ...asOfOf(draft.asOf) }
    case 'sequence':
      return {
        sequence: draft.steps.map(stepOf),
        ...(draft.overall !== '' && { overall: draft.overall }),
        ...(draft.by !== '' && { by: draft.by }),
        ...windowOf(draft.window),
      }
    case 'rank':
      return rankOf(draft)
    case 'consent':
      return consentOf(draft)
    case 'reach':
      return { reachable: draft.channel, ...(draft.purpose !== '' && { consent: { purpose: draft.purpose } }) }
    case 'audience':
      return audienceOf(draft)
    case 'list':
      return { list: draft.list }
    case 'split':
      return { split: { seed: draft.seed, from: draft.from, to: draft.to } }
    case 'raw':
      return parseRaw(draft.json) ?? { all: [] }
    case 'event':
      return {
        event: draft.event,
        ...measureOf(draft),
        ...(draft.by !== '' && { by: draft.by }),
        ...(draft.by !== '' && draft.keys && { keys: comparisonOf(draft.keys) as NumberComparison }),
        ...windowOf(draft.window),
        ...whereOf(draft.where),
      }
  }
}

/** The definition that a complete draft means. */
export const toDefinition = (draft: Draft): Definition => (draft.negated ? { not: plain(draft) } : plain(draft))

/** Where each condition of a draft stands in its definition, in the server's words (`all.0.not`) → the condition's id. */
export const pathsOf = (root: GroupDraft): Map<string, string> => {
  const paths = new Map<string, string>()
  const walk = (draft: Draft, steps: readonly (string | number)[]) => {
    const here = draft.negated ? [...steps, 'not'] : steps
    if (draft.kind !== 'group') paths.set(here.join('.'), draft.id)
    if (draft.kind === 'sample') walk(draft.of, [...here, 'sample', 'of'])
    if (draft.kind === 'group')
      for (const [index, child] of draft.children.entries()) walk(child, [...here, draft.mode, index])
  }
  walk(root, [])
  return paths
}
