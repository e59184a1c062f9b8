import type { ConsentState, ReachChannel } from '../../../src/audiences/contract.ts'

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
/** An event with filters on its properties. */
export interface MatchDraft {
  id: string
  event: string
  where: PropertyDraft[]
}
export interface EventDraft extends NodeBase {
  kind: 'event'
  event: string
  measure: Measure
  property: string
  compare: ComparisonDraft
  window: WindowDraft
  where: PropertyDraft[]
  /** The rule holds within one value of this property; '' for no such thing. */
  by: string
  /** How many values it holds for; undefined: at least one. */
  keys: ComparisonDraft | undefined
}
export interface StepDraft extends MatchDraft {
  /** At most so long after the step before; '' for however long. */
  within: string
  /** What must not lie between it and the step before. */
  without: MatchDraft[]
  /** Only of the last step: it did not happen. */
  absent: boolean
}
export interface SequenceDraft extends NodeBase {
  kind: 'sequence'
  steps: StepDraft[]
  overall: string
  by: string
  window: WindowDraft
}

export const statisticMeasures = ['count', 'sum', 'avg', 'min', 'max', 'first', 'last'] as const
export type StatisticMeasure = (typeof statisticMeasures)[number]
export interface RankDraft extends NodeBase {
  kind: 'rank'
  end: 'top' | 'bottom' | 'percentile'
  size: number | undefined
  band: readonly [number | undefined, number | undefined]
  of: 'event' | 'trait' | 'tag'
  event: string
  measure: StatisticMeasure
  property: string
  window: WindowDraft
  where: PropertyDraft[]
  trait: string
  tag: string
  asOf: string
}
export interface TagDraft extends NodeBase, ComparisonDraft {
  kind: 'tag'
  tag: string
  /** A day; '' for now. */
  asOf: string
}
export interface ConsentDraft extends NodeBase {
  kind: 'consent'
  purpose: string
  /** '' for words about every channel. */
  channel: string
  states: ConsentState[]
  asOf: string
}
export interface ReachDraft extends NodeBase {
  kind: 'reach'
  channel: ReachChannel
  /** '' when no consent is asked for. */
  purpose: string
}

export const memberships = ['now', 'at last refresh', 'ever', 'entered', 'left'] as const
export type Membership = (typeof memberships)[number]
export interface AudienceDraft extends NodeBase {
  kind: 'audience'
  audience: string
  membership: Membership
  /** Of entered and left. */
  window: WindowDraft
}
export interface ListDraft extends NodeBase {
  kind: 'list'
  list: string
}
export interface SplitDraft extends NodeBase {
  kind: 'split'
  seed: string
  from: number
  to: number
}
export interface SampleDraft extends NodeBase {
  kind: 'sample'
  of: GroupDraft
  rule: 'share' | 'size'
  share: number | undefined
  size: number | undefined
  seed: string
}
/** A part that this builder has no form for: kept word by word, shown as JSON. */
export interface RawDraft extends NodeBase {
  kind: 'raw'
  json: string
}

export type LeafDraft =
  | TraitDraft
  | EventDraft
  | SequenceDraft
  | RankDraft
  | TagDraft
  | ConsentDraft
  | ReachDraft
  | AudienceDraft
  | ListDraft
  | SplitDraft
  | RawDraft
export type Draft = GroupDraft | SampleDraft | LeafDraft

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
  by: '',
  keys: undefined,
})
export const emptyMatch = (): MatchDraft => ({ id: newId(), event: '', where: [] })
export const emptyStep = (within = '7 days'): StepDraft => ({ ...emptyMatch(), within, without: [], absent: false })
export const emptySequence = (): SequenceDraft => ({
  id: newId(),
  kind: 'sequence',
  negated: false,
  steps: [emptyStep(''), emptyStep()],
  overall: '',
  by: '',
  window: { kind: 'within', within: '90 days' },
})
export const emptyRank = (): RankDraft => ({
  id: newId(),
  kind: 'rank',
  negated: false,
  end: 'top',
  size: 1000,
  band: [90, 100],
  of: 'event',
  event: '',
  measure: 'count',
  property: '',
  window: { kind: 'within', within: '90 days' },
  where: [],
  trait: '',
  tag: '',
  asOf: '',
})
export const emptyTag = (): TagDraft => ({
  id: newId(),
  kind: 'tag',
  negated: false,
  tag: '',
  operator: 'is',
  value: undefined,
  asOf: '',
})
export const emptyConsent = (): ConsentDraft => ({
  id: newId(),
  kind: 'consent',
  negated: false,
  purpose: 'marketing',
  channel: '',
  states: ['granted'],
  asOf: '',
})
export const emptyReach = (): ReachDraft => ({
  id: newId(),
  kind: 'reach',
  negated: false,
  channel: 'sms',
  purpose: '',
})
export const emptyAudience = (): AudienceDraft => ({
  id: newId(),
  kind: 'audience',
  negated: false,
  audience: '',
  membership: 'now',
  window: { kind: 'within', within: '30 days' },
})
export const emptyList = (): ListDraft => ({ id: newId(), kind: 'list', negated: false, list: '' })
/** Another seed each time, so that two splits are independent unless somebody gives them one name. */
const freshSeed = () => Math.random().toString(36).slice(2, 8)
export const emptySplit = (): SplitDraft => ({
  id: newId(),
  kind: 'split',
  negated: false,
  seed: freshSeed(),
  from: 0,
  to: 0.5,
})
export const emptySample = (): SampleDraft => ({
  id: newId(),
  kind: 'sample',
  negated: false,
  of: emptyGroup(),
  rule: 'size',
  share: 0.1,
  size: 1000,
  seed: freshSeed(),
})
export const emptyProperty = (): PropertyDraft => ({ id: newId(), property: '', operator: 'is', value: undefined })

// Moving about in the tree

/** Groups that stand directly in a node. */
const groupsIn = (draft: Draft): readonly GroupDraft[] =>
  draft.kind === 'sample' ? [draft.of] : draft.kind === 'group' ? [draft] : []

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
      if (child.kind === 'sample') return { ...child, of: changeNode(child.of, id, change) }
      return child.kind === 'group' ? changeNode(child, id, change) : child
    }),
  }
}

export const findNode = (draft: Draft, id: string): Draft | undefined => {
  if (draft.id === id) return draft
  const below = draft.kind === 'group' ? draft.children : groupsIn(draft)
  for (const child of below) {
    const found = findNode(child, id)
    if (found) return found
  }
  return undefined
}

const idsOf = (draft: Draft): string[] => [
  draft.id,
  ...(draft.kind === 'group' ? draft.children : groupsIn(draft)).flatMap(idsOf),
]

/** Whether two trees have the same conditions in the same places, whatever is filled in. */
export const sameShape = (a: GroupDraft, b: GroupDraft): boolean => idsOf(a).join() === idsOf(b).join()

/** The group that a node stands in. */
export const parentOf = (group: GroupDraft, id: string): GroupDraft | undefined => {
  for (const child of group.children) {
    if (child.id === id) return group
    for (const inner of groupsIn(child)) {
      if (inner.id === id) return group
      const found = parentOf(inner, id)
      if (found) return found
    }
  }
  return undefined
}

/** Puts a node before position `index` of a group. */
export const insertInto = (root: GroupDraft, groupId: string, index: number, node: Draft): GroupDraft =>
  changeNode(root, groupId, (target) =>
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

const copyWhere = (where: readonly PropertyDraft[]) => where.map((filter) => ({ ...filter, id: newId() }))
const copyMatch = <M extends MatchDraft>(match: M): M => ({ ...match, id: newId(), where: copyWhere(match.where) })

/** A copy with ids of its own. */
export const copyOf = (draft: Draft): Draft => {
  const id = newId()
  switch (draft.kind) {
    case 'group':
      return { ...draft, id, children: draft.children.map(copyOf) }
    case 'sample': {
      const of = copyOf(draft.of)
      return of.kind === 'group' ? { ...draft, id, of } : draft
    }
    case 'event':
    case 'rank':
      return { ...draft, id, where: copyWhere(draft.where) }
    case 'sequence':
      return {
        ...draft,
        id,
        steps: draft.steps.map((step) => ({ ...copyMatch(step), without: step.without.map(copyMatch) })),
      }
    default:
      return { ...draft, id }
  }
}

/** Puts a copy right behind the node. */
export const duplicateNode = (root: GroupDraft, id: string): GroupDraft => {
  const node = findNode(root, id)
  const parent = parentOf(root, id)
  if (!node || !parent) return root
  return insertInto(root, parent.id, parent.children.findIndex((child) => child.id === id) + 1, copyOf(node))
}

/** Puts the node into a new group of its own, so that something can stand beside it. */
export const wrapNode = (root: GroupDraft, id: string): GroupDraft =>
  changeNode(root, id, (node) => ({ ...emptyGroup('any'), children: [node] }))
