import type {
  Aggregate,
  Comparison,
  Definition,
  EventCondition,
  NumberComparison,
  OccurrenceTime,
  PropertyComparison,
} from '../../../src/audiences/contract.ts'

/** What a comparison says; `missing` is `exists: false`. */
export const operators = [
  'is',
  'isNot',
  'in',
  'notIn',
  'gte',
  'gt',
  'lte',
  'lt',
  'between',
  'contains',
  'notContains',
  'startsWith',
  'endsWith',
  'before',
  'after',
  'withinLast',
  'withinNext',
  'olderThan',
  'exists',
  'missing',
] as const
export type Operator = (typeof operators)[number]

export type Scalar = string | number | boolean
/** Two values for `between`, a list for `in`, one otherwise, none for `exists`. Undefined while it is being filled in. */
export type OperandValue = Scalar | readonly Scalar[] | readonly [Scalar | undefined, Scalar | undefined] | undefined

export interface ComparisonDraft {
  operator: Operator
  value: OperandValue
}

export interface PropertyDraft extends ComparisonDraft {
  id: string
  property: string
}

export const measures = ['did', 'count', 'sum', 'avg', 'min', 'max', 'first', 'last'] as const
export type Measure = (typeof measures)[number]
export const needsProperty = (measure: Measure) => ['sum', 'avg', 'min', 'max'].includes(measure)

export type WindowDraft =
  | { kind: 'ever' }
  | { kind: 'within'; within: string }
  | { kind: 'between'; from: string; to: string }
  | { kind: 'since'; since: string }
  | { kind: 'until'; until: string }

interface NodeBase {
  /** Of this draft only; never saved. */
  id: string
  /** Everybody else instead. */
  negated: boolean
}

export interface GroupDraft extends NodeBase {
  kind: 'group'
  mode: 'all' | 'any'
  children: Draft[]
}
export interface TraitDraft extends NodeBase, ComparisonDraft {
  kind: 'trait'
  trait: string
}
export interface EventDraft extends NodeBase {
  kind: 'event'
  event: string
  measure: Measure
  property: string
  compare: ComparisonDraft
  window: WindowDraft
  where: PropertyDraft[]
}
export interface AudienceDraft extends NodeBase {
  kind: 'audience'
  audience: string
}
/** A part that this builder has no form for: kept word by word, shown as JSON. */
export interface RawDraft extends NodeBase {
  kind: 'raw'
  json: string
}

export type Draft = GroupDraft | TraitDraft | EventDraft | AudienceDraft | RawDraft

let lastId = 0
export const newId = () => {
  lastId += 1
  return `n${lastId}`
}

export const emptyGroup = (mode: 'all' | 'any' = 'all'): GroupDraft => ({
  id: newId(),
  kind: 'group',
  negated: false,
  mode,
  children: [],
})
export const emptyTrait = (): TraitDraft => ({
  id: newId(),
  kind: 'trait',
  negated: false,
  trait: '',
  operator: 'is',
  value: undefined,
})
export const emptyEvent = (): EventDraft => ({
  id: newId(),
  kind: 'event',
  negated: false,
  event: '',
  measure: 'did',
  property: '',
  compare: { operator: 'gte', value: undefined },
  window: { kind: 'within', within: '30 days' },
  where: [],
})
export const emptyAudience = (): AudienceDraft => ({ id: newId(), kind: 'audience', negated: false, audience: '' })
export const emptyProperty = (): PropertyDraft => ({ id: newId(), property: '', operator: 'is', value: undefined })

// Reading a saved definition

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

const toWindow = (event: EventCondition): WindowDraft | undefined => {
  if (event.within !== undefined) return { kind: 'within', within: event.within }
  if (event.between) return { kind: 'between', from: event.between[0], to: event.between[1] }
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
  if (!window || !where || used.length > 1) return undefined
  const base = { ...emptyEvent(), event: condition.event, negated: condition.did === false, measure, window, where }
  if (measure === 'did') return base
  const { property, ...comparison } = { property: '', ...condition[measure] }
  const compare = single(comparison)
  return compare && typeof property === 'string' ? { ...base, property, compare } : undefined
}

const raw = (definition: Definition, negated: boolean): RawDraft => ({
  id: newId(),
  kind: 'raw',
  negated,
  json: JSON.stringify(definition, null, 2),
})

const toDraft = (definition: Definition, negated: boolean): Draft => {
  if ('not' in definition) return toDraft(definition.not, !negated)
  if ('all' in definition || 'any' in definition) {
    const mode = 'all' in definition ? 'all' : 'any'
    const children = 'all' in definition ? definition.all : definition.any
    return { id: newId(), kind: 'group', negated, mode, children: children.map((child) => toDraft(child, false)) }
  }
  if ('audience' in definition && Object.keys(definition).length === 1)
    return { id: newId(), kind: 'audience', negated, audience: definition.audience }
  if ('event' in definition) {
    const event = toEvent(definition)
    return event ? { ...event, negated: event.negated !== negated } : raw(definition, negated)
  }
  if (!('trait' in definition)) return raw(definition, negated)
  const { trait, ...comparison } = definition
  const compare = single(comparison)
  if (compare) return { id: newId(), kind: 'trait', negated, trait, ...compare }
  const all = given(comparison).map((part) => ({ trait, ...Object.fromEntries([part]) }))
  return all.length === 0 ? raw(definition, negated) : toDraft({ all }, negated)
}

/** A definition as the builder edits it. The root is always a group. */
export const fromDefinition = (definition: Definition): GroupDraft => {
  const draft = toDraft(definition, false)
  return draft.kind === 'group' && !draft.negated ? draft : { ...emptyGroup(), children: [draft] }
}

// Writing a definition

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

/** Whether nothing is left to fill in. A group inside needs at least one condition; the root may be empty: everybody. */
export const isComplete = (draft: Draft, root = true): boolean => {
  switch (draft.kind) {
    case 'group':
      return (root || draft.children.length > 0) && draft.children.every((child) => isComplete(child, false))
    case 'trait':
      return draft.trait !== '' && completeComparison(draft)
    case 'audience':
      return draft.audience !== ''
    case 'raw':
      return parseRaw(draft.json) !== undefined
    case 'event':
      return (
        draft.event !== '' &&
        (draft.measure === 'did' || completeComparison(draft.compare)) &&
        (!needsProperty(draft.measure) || draft.property !== '') &&
        completeWindow(draft.window) &&
        draft.where.every((filter) => filter.property !== '' && completeComparison(filter))
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

const windowOf = (window: WindowDraft): Pick<EventCondition, 'within' | 'between' | 'since' | 'until'> => {
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

const plain = (draft: Draft): Definition => {
  switch (draft.kind) {
    case 'group': {
      const children = draft.children.map(toDefinition)
      return draft.mode === 'all' ? { all: children } : { any: children }
    }
    case 'trait':
      return { trait: draft.trait, ...comparisonOf(draft) }
    case 'audience':
      return { audience: draft.audience }
    case 'raw':
      return parseRaw(draft.json) ?? { all: [] }
    case 'event':
      return {
        event: draft.event,
        ...measureOf(draft),
        ...windowOf(draft.window),
        ...(draft.where.length === 0
          ? {}
          : { where: draft.where.map((filter) => ({ property: filter.property, ...comparisonOf(filter) })) }),
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
    else for (const [index, child] of draft.children.entries()) walk(child, [...here, draft.mode, index])
  }
  walk(root, [])
  return paths
}

// Moving about in the tree

/** The tree with one node replaced, or without it when `change` answers undefined. */
export const changeNode = (group: GroupDraft, id: string, change: (node: Draft) => Draft | undefined): GroupDraft => {
  if (group.id === id) {
    const changed = change(group)
    return changed?.kind === 'group' ? changed : group
  }
  return {
    ...group,
    children: group.children.flatMap((child) => {
      if (child.id === id) return change(child) ?? []
      return child.kind === 'group' ? changeNode(child, id, change) : child
    }),
  }
}

const findNode = (draft: Draft, id: string): Draft | undefined => {
  if (draft.id === id) return draft
  if (draft.kind !== 'group') return undefined
  for (const child of draft.children) {
    const found = findNode(child, id)
    if (found) return found
  }
  return undefined
}

const insertInto = (group: GroupDraft, groupId: string, index: number, node: Draft): GroupDraft =>
  changeNode(group, groupId, (target) =>
    target.kind === 'group' ? { ...target, children: target.children.toSpliced(index, 0, node) } : target,
  )

/** Moves a node before position `index` of a group. A group never moves into itself. */
export const moveNode = (root: GroupDraft, id: string, groupId: string, index: number): GroupDraft => {
  const node = findNode(root, id)
  const target = findNode(root, groupId)
  if (!node || target?.kind !== 'group' || findNode(node, groupId)) return root
  const from = target.children.findIndex((child) => child.id === id)
  const without = changeNode(root, id, () => undefined)
  return insertInto(without, groupId, from >= 0 && from < index ? index - 1 : index, node)
}

/** A copy with ids of its own. */
const copyOf = (draft: Draft): Draft => {
  if (draft.kind === 'group') return { ...draft, id: newId(), children: draft.children.map(copyOf) }
  if (draft.kind === 'event') {
    return { ...draft, id: newId(), where: draft.where.map((filter) => ({ ...filter, id: newId() })) }
  }
  return { ...draft, id: newId() }
}

/** Puts a copy right behind the node. */
export const duplicateNode = (group: GroupDraft, id: string): GroupDraft => ({
  ...group,
  children: group.children.flatMap((child) => {
    if (child.id === id) return [child, copyOf(child)]
    return child.kind === 'group' ? [duplicateNode(child, id)] : [child]
  }),
})

/** Puts the node into a new group of its own, so that something can stand beside it. */
export const wrapNode = (root: GroupDraft, id: string): GroupDraft =>
  changeNode(root, id, (node) => ({ ...emptyGroup('any'), children: [node] }))
