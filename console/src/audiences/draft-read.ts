import type {
  AudienceCondition,
  ConsentCondition,
  Definition,
  EventCondition,
  EventMatch,
  PropertyComparison,
  RankCondition,
  SequenceCondition,
  TagCondition,
  WindowCondition,
} from '../../../src/audiences/contract.ts'
import {
  type AudienceDraft,
  type ComparisonDraft,
  type ConsentDraft,
  type Draft,
  type EventDraft,
  emptyAudience,
  emptyConsent,
  emptyEvent,
  emptyGroup,
  emptyList,
  emptyRank,
  emptyReach,
  emptySample,
  emptySequence,
  emptySplit,
  emptyTag,
  type GroupDraft,
  type MatchDraft,
  measures,
  newId,
  type OperandValue,
  type Operator,
  operators,
  type PropertyDraft,
  type RankDraft,
  type RawDraft,
  type Scalar,
  type SequenceDraft,
  type StepDraft,
  statisticMeasures,
  type TagDraft,
  type WindowDraft,
} from './draft.ts'

/** Reading a saved definition into what the builder edits. */

const given = (comparison: object) => Object.entries(comparison).filter(([, value]) => value !== undefined)

const isOperator = (name: string): name is Operator => (operators as readonly string[]).includes(name)

const toComparison = ([name, value]: readonly [string, unknown]): ComparisonDraft | undefined => {
  if (name === 'exists') return { operator: value === false ? 'missing' : 'exists', value: undefined }
  return isOperator(name) ? { operator: name, value: value as OperandValue } : undefined
}

/** The single comparison of a leaf; undefined when it holds none or several. */
const single = (comparison: object): ComparisonDraft | undefined => {
  const parts = given(comparison)
  const [first] = parts
  if (first && parts.length === 1) return toComparison(first)
  const range = Object.fromEntries(parts)
  if (parts.length === 2 && 'gte' in range && 'lte' in range) {
    return { operator: 'between', value: [range.gte as Scalar, range.lte as Scalar] }
  }
  return undefined
}

const toWindow = (event: WindowCondition): WindowDraft | undefined => {
  if (event.within !== undefined) return { kind: 'within', within: event.within }
  if (event.between) return { kind: 'between', from: event.between[0], to: event.between[1] }
  // Saved with its ends the other way round it is nobody's window, and no form says that.
  if (Date.parse(event.since ?? '') > Date.parse(event.until ?? '')) return undefined
  if (event.since !== undefined && event.until !== undefined) {
    return { kind: 'between', from: event.since, to: event.until }
  }
  if (event.since !== undefined) return { kind: 'since', since: event.since }
  if (event.until !== undefined) return { kind: 'until', until: event.until }
  return { kind: 'ever' }
}

const toWhere = (filters: readonly PropertyComparison[]): PropertyDraft[] | undefined => {
  const drafts: PropertyDraft[] = []
  for (const { property, ...comparison } of filters) {
    if (typeof property !== 'string') return undefined
    // Filters on one property all have to hold, so each comparison may stand on its own line.
    for (const part of given(comparison)) {
      const read = toComparison(part)
      if (!read) return undefined
      drafts.push({ id: newId(), property, ...read })
    }
  }
  return drafts
}

const toEvent = (condition: EventCondition): EventDraft | undefined => {
  const window = toWindow(condition)
  const where = toWhere(condition.where ?? [])
  const used = measures.filter((measure) => measure !== 'did' && condition[measure] !== undefined)
  const measure = used[0] ?? 'did'
  const { by = '', event, did } = condition
  const keys = condition.keys && single(condition.keys)
  if (!window || !where || used.length > 1 || typeof by !== 'string' || (condition.keys && !keys)) return undefined
  const base = { ...emptyEvent(), event, negated: did === false, measure, window, where, by, keys }
  if (measure === 'did') return base
  const { property, ...comparison } = { property: '', ...condition[measure] }
  const compare = single(comparison)
  return compare && typeof property === 'string' ? { ...base, property, compare } : undefined
}

/** An event with its filters, for editing and reading; undefined where the page has no fields for it. */
export const toMatch = ({ event, where = [] }: EventMatch): MatchDraft | undefined => {
  const filters = toWhere(where)
  return filters && { id: newId(), event, where: filters }
}

const all = <T>(values: readonly (T | undefined)[]): T[] | undefined =>
  values.every((value) => value !== undefined) ? [...values] : undefined

const toStep = (step: SequenceCondition['sequence'][number]): StepDraft | undefined => {
  const match = toMatch(step)
  const without = all((step.without ?? []).map(toMatch))
  return match && without && { ...match, within: step.within ?? '', without, absent: step.did === false }
}

const toSequence = (condition: SequenceCondition): SequenceDraft | undefined => {
  const window = toWindow(condition)
  const steps = all(condition.sequence.map(toStep))
  const { by = '', overall = '' } = condition
  if (!window || !steps || typeof by !== 'string') return undefined
  return { ...emptySequence(), steps, by, overall, window }
}

const toRank = (condition: RankCondition): RankDraft | undefined => {
  const { of } = condition
  const base = emptyRank()
  const rank: RankDraft =
    'top' in condition
      ? { ...base, end: 'top', size: condition.top }
      : 'bottom' in condition
        ? { ...base, end: 'bottom', size: condition.bottom }
        : { ...base, end: 'percentile', band: condition.percentile }
  if ('trait' in of) return { ...rank, of: 'trait', trait: of.trait }
  if ('tag' in of) return isDay(of.asOf) ? { ...rank, of: 'tag', tag: of.tag, asOf: of.asOf ?? '' } : undefined
  const window = toWindow(of)
  const where = toWhere(of.where ?? [])
  const measure = statisticMeasures.find((name) => name !== 'count' && of[name] !== undefined) ?? 'count'
  const property = measure === 'count' ? '' : of[measure]
  if (!window || !where || typeof property !== 'string') return undefined
  return { ...rank, of: 'event', event: of.event, measure, property, window, where }
}

/** The forms have a field for a day; an instant is kept as it is written, in JSON. */
const isDay = (moment: string | undefined) => moment === undefined || moment.length === 10

const toTag = ({ tag, asOf, ...comparison }: TagCondition): TagDraft | undefined => {
  const compare = single(comparison)
  return compare && isDay(asOf) ? { ...emptyTag(), tag, asOf: asOf ?? '', ...compare } : undefined
}

const toConsent = ({ consent, is, in: oneOf, asOf }: ConsentCondition): ConsentDraft | undefined =>
  isDay(asOf)
    ? {
        ...emptyConsent(),
        purpose: consent.purpose,
        channel: consent.channel ?? '',
        states: is === undefined ? [...(oneOf ?? [])] : [is],
        asOf: asOf ?? '',
      }
    : undefined

const toAudience = ({ audience, member, entered, left }: AudienceCondition): AudienceDraft | undefined => {
  const membership = member ?? (entered ? 'entered' : left ? 'left' : 'now')
  const window = toWindow(entered ?? left ?? {})
  if (!window) return undefined
  return { ...emptyAudience(), audience, membership, ...((entered ?? left) && { window }) }
}

const raw = (definition: Definition, negated: boolean): RawDraft => ({
  id: newId(),
  kind: 'raw',
  negated,
  json: JSON.stringify(definition, null, 2),
})

const toLeaf = (
  definition: Exclude<Definition, { all: Definition[] } | { any: Definition[] } | { not: Definition }>,
) => {
  if ('event' in definition) return toEvent(definition)
  if ('sequence' in definition) return toSequence(definition)
  if ('tag' in definition) return toTag(definition)
  if ('reachable' in definition) {
    const { reachable: channel, consent } = definition
    return { ...emptyReach(), channel, purpose: consent?.purpose ?? '' }
  }
  if ('consent' in definition) return toConsent(definition)
  if ('audience' in definition) return toAudience(definition)
  if ('list' in definition) return { ...emptyList(), list: definition.list }
  if ('split' in definition) return { ...emptySplit(), ...definition.split }
  if ('of' in definition) return toRank(definition)
  return undefined
}

const toDraft = (definition: Definition, negated: boolean): Draft => {
  if ('not' in definition) return toDraft(definition.not, !negated)
  if ('all' in definition || 'any' in definition) {
    const mode = 'all' in definition ? 'all' : 'any'
    const children = 'all' in definition ? definition.all : definition.any
    return { id: newId(), kind: 'group', negated, mode, children: children.map((child) => toDraft(child, false)) }
  }
  if ('sample' in definition) {
    const { of, share, size, seed } = definition.sample
    const rule = share === undefined ? 'size' : 'share'
    return { ...emptySample(), negated, of: fromDefinition(of), rule, share, size, seed }
  }
  if ('trait' in definition) {
    const { trait, ...comparison } = definition
    const compare = single(comparison)
    if (compare) return { id: newId(), kind: 'trait', negated, trait, ...compare }
    const all = given(comparison).map((part) => ({ trait, ...Object.fromEntries([part]) }))
    return all.length === 0 ? raw(definition, negated) : toDraft({ all }, negated)
  }
  const leaf = toLeaf(definition)
  return leaf ? { ...leaf, negated: leaf.negated !== negated } : raw(definition, negated)
}

/** A definition as the builder edits it. The root is always a group. */
export const fromDefinition = (definition: Definition): GroupDraft => {
  const draft = toDraft(definition, false)
  return draft.kind === 'group' && !draft.negated ? draft : { ...emptyGroup(), children: [draft] }
}
