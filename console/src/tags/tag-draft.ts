import type { Definition } from '../audiences/audience-shapes.ts'
import {
  emptyEvent,
  emptyGroup,
  type GroupDraft,
  newId,
  type PropertyDraft,
  type WindowDraft,
} from '../audiences/draft.ts'
import { fromDefinition } from '../audiences/draft-read.ts'
import { isComplete, toDefinition } from '../audiences/draft-write.ts'
import {
  type EventsAsked,
  type Figure,
  measuresOfProperty,
  type TagDefinition,
  type TagKind,
  type TagType,
} from './tag-shapes.ts'

/** Events of a tag while they are being filled in. */
export interface EventsDraft {
  event: string
  window: WindowDraft
  where: PropertyDraft[]
}

export interface RuleValueDraft {
  id: string
  value: string
  when: GroupDraft
}

/** One form for all kinds: what a kind does not use stays as it is when the kind changes. */
export interface TagDraft {
  kind: TagKind
  type: TagType
  multi: boolean
  choices: string[]
  values: RuleValueDraft[]
  otherwise: string
  events: EventsDraft
  measure: Figure['measure']
  property: string
  as: TagType
  none: 'empty' | 'zero'
  weighBy: 'count' | 'sum'
  weighProperty: string
  top: number
  minSharePercent: number
  minEvents: number
  amount: string
  order: string
  rfmAs: 'class' | 'score'
  /** Whom a definition made elsewhere restricts it to: the form keeps it. */
  among: Definition | undefined
  rfmCut: 'mean' | 'median' | 'fixed'
  recency: number
  frequency: number
  monetary: number
  bandsOf: 'trait' | 'tag' | 'figure'
  trait: string
  tag: string
  cutBy: 'edges' | 'quantiles'
  edges: string
  quantiles: number
  labels: string
  sql: string
  modelOf: 'score' | 'model' | 'tag'
  score: string
  model: string
  take: 'label' | 'value' | 'bands'
  freshDays: number | null
  textMeasure: 'topics' | 'keywords' | 'sentiment' | 'negatives'
  textDays: number
  textEvents: string[]
}

const emptyEvents = (): EventsDraft => ({ event: '', window: { kind: 'within', within: '90 days' }, where: [] })
export const emptyRuleValue = (): RuleValueDraft => ({ id: newId(), value: '', when: emptyGroup() })

export const emptyTag = (): TagDraft => ({
  kind: 'statistic',
  type: 'string',
  multi: false,
  choices: [],
  values: [emptyRuleValue()],
  otherwise: '',
  events: emptyEvents(),
  measure: 'count',
  property: '',
  as: 'string',
  none: 'empty',
  weighBy: 'count',
  weighProperty: '',
  top: 1,
  minSharePercent: 0,
  minEvents: 1,
  amount: '',
  order: '',
  rfmAs: 'class',
  among: undefined,
  rfmCut: 'mean',
  recency: 30,
  frequency: 3,
  monetary: 1000,
  bandsOf: 'trait',
  trait: '',
  tag: '',
  cutBy: 'edges',
  edges: '',
  quantiles: 5,
  labels: '',
  sql: '',
  modelOf: 'score',
  score: '',
  model: '',
  take: 'label',
  freshDays: null,
  textMeasure: 'topics',
  textDays: 90,
  textEvents: [],
})

const eventsFrom = (events: EventsAsked): EventsDraft => {
  const [child] = fromDefinition(events).children
  return child?.kind === 'event'
    ? { event: child.event, window: child.window, where: child.where }
    : { ...emptyEvents(), event: events.event }
}

/** A path into nested objects stands in the form as JSON: `["plan","tier"]`. */
const propertyText = (property: string | string[] | undefined): string =>
  Array.isArray(property) ? JSON.stringify(property) : (property ?? '')

const propertyOf = (text: string): string | string[] =>
  /^\s*\["/.test(text) && text.trim().endsWith('"]')
    ? (text.match(/(?<=")[^",[\]]+(?=")/g) ?? text.trim())
    : text.trim()

const figureFrom = ({ events, measure, property, as, none }: Omit<Figure, 'kind'>) => ({
  events: eventsFrom(events),
  measure,
  property: propertyText(property),
  as,
  none,
})

/** A saved definition in the form. */
export const fromTagDefinition = (definition: TagDefinition): TagDraft => {
  const draft = { ...emptyTag(), kind: definition.kind }
  switch (definition.kind) {
    case 'manual':
      return { ...draft, choices: definition.values, multi: definition.multi, type: definition.type }
    case 'rule':
      return {
        ...draft,
        values: definition.values.map(({ value, when }) => ({ id: newId(), value, when: fromDefinition(when) })),
        otherwise: definition.otherwise ?? '',
      }
    case 'statistic':
      return { ...draft, ...figureFrom(definition) }
    case 'preference':
      return {
        ...draft,
        events: eventsFrom(definition.events),
        property: propertyText(definition.property),
        weighBy: definition.weigh === 'count' ? 'count' : 'sum',
        weighProperty: definition.weigh === 'count' ? '' : propertyText(definition.weigh.sum),
        top: definition.top,
        minSharePercent: Math.round(definition.minShare * 10_000) / 100,
        minEvents: definition.minEvents,
      }
    case 'rfm':
      return {
        ...draft,
        events: eventsFrom(definition.events),
        amount: propertyText(definition.amount),
        order: propertyText(definition.order),
        rfmAs: definition.as,
        among: definition.among,
        ...(typeof definition.cut === 'string' ? { rfmCut: definition.cut } : { rfmCut: 'fixed', ...definition.cut }),
      }
    case 'bands':
      return {
        ...draft,
        ...cutFrom(definition),
        ...('trait' in definition.of
          ? { bandsOf: 'trait', trait: definition.of.trait }
          : 'tag' in definition.of
            ? { bandsOf: 'tag', tag: definition.of.tag }
            : { bandsOf: 'figure', ...figureFrom(definition.of.figure) }),
      }
    case 'sql':
      return { ...draft, sql: definition.sql, type: definition.type, multi: definition.multi }
    case 'model':
      return {
        ...draft,
        ...cutFrom(definition),
        take: definition.take,
        freshDays: definition.freshDays ?? null,
        ...('score' in definition.of
          ? { modelOf: 'score', score: definition.of.score }
          : 'tag' in definition.of
            ? { modelOf: 'tag', tag: definition.of.tag }
            : { modelOf: 'model', model: `${definition.of.model}/${definition.of.id}` }),
      }
    case 'text':
      return {
        ...draft,
        textMeasure: definition.measure,
        textDays: definition.withinDays,
        textEvents: definition.events,
        top: definition.top,
      }
  }
}

const cutFrom = ({
  cut,
  labels,
}: {
  cut?: { edges: number[] } | { quantiles: number } | undefined
  labels?: string[] | undefined
}) => ({
  ...(cut &&
    ('edges' in cut
      ? { cutBy: 'edges' as const, edges: cut.edges.join(', ') }
      : { cutBy: 'quantiles' as const, quantiles: cut.quantiles })),
  labels: labels?.join(', ') ?? '',
})

/** Words apart by commas, Chinese ones too. */
export const listOf = (text: string): string[] =>
  text
    .split(/[,，、\n]/)
    .map((word) => word.trim())
    .filter((word) => word !== '')

const eventsOf = ({ event, window, where }: EventsDraft): EventsAsked | undefined => {
  const draft = { ...emptyEvent(), event, window, where }
  if (event === '' || !isComplete(draft, false)) return undefined
  const definition = toDefinition(draft)
  return 'event' in definition ? definition : undefined
}

export const needsProperty = (measure: Figure['measure']) => measuresOfProperty.includes(measure)
export const mayBeZero = (measure: Figure['measure']) => ['count', 'days', 'sum', 'distinct'].includes(measure)

const figureOf = ({ events: asked, measure, property, as, none }: TagDraft): Figure | undefined => {
  const events = eventsOf(asked)
  if (!events || (needsProperty(measure) && property.trim() === '')) return undefined
  return {
    events,
    measure,
    ...(needsProperty(measure) && { property: propertyOf(property) }),
    as: measure === 'first' || measure === 'last' ? as : 'string',
    none: mayBeZero(measure) ? none : 'empty',
  }
}

const cutOf = ({ cutBy, edges, quantiles, labels }: TagDraft) => {
  const names = listOf(labels)
  const given = listOf(edges).map(Number)
  const fits = given.every((edge, i) => Number.isFinite(edge) && (i === 0 || edge > (given[i - 1] ?? 0)))
  if (cutBy === 'edges' && (given.length === 0 || !fits)) return undefined
  const bands = cutBy === 'edges' ? given.length + 1 : quantiles
  if (names.length > 0 && names.length !== bands) return undefined
  const cut = cutBy === 'edges' ? { edges: given } : { quantiles }
  return { cut, ...(names.length > 0 && { labels: names }) }
}

/** The definition a form amounts to; undefined while something is missing. */
export const toTagDefinition = (draft: TagDraft): TagDefinition | undefined => {
  switch (draft.kind) {
    case 'manual':
      return { kind: 'manual', values: draft.choices, multi: draft.multi, type: draft.type }
    case 'rule': {
      const names = draft.values.map(({ value }) => value.trim())
      if (names.some((name) => name === '') || new Set(names).size !== names.length) return undefined
      if (draft.values.some(({ when }) => !isComplete(when))) return undefined
      return {
        kind: 'rule',
        values: draft.values.map(({ value, when }) => ({ value: value.trim(), when: toDefinition(when) })),
        ...(draft.otherwise.trim() !== '' && { otherwise: draft.otherwise.trim() }),
      }
    }
    case 'statistic': {
      const figure = figureOf(draft)
      return figure && { kind: 'statistic', ...figure }
    }
    case 'preference': {
      const events = eventsOf(draft.events)
      const sum = draft.weighProperty.trim()
      if (!events || draft.property.trim() === '' || (draft.weighBy === 'sum' && sum === '')) return undefined
      return {
        kind: 'preference',
        events,
        property: propertyOf(draft.property),
        weigh: draft.weighBy === 'sum' ? { sum: propertyOf(sum) } : 'count',
        top: draft.top,
        minShare: draft.minSharePercent / 100,
        minEvents: draft.minEvents,
      }
    }
    case 'rfm': {
      const events = eventsOf(draft.events)
      if (!events || draft.amount.trim() === '') return undefined
      const { rfmCut, recency, frequency, monetary } = draft
      return {
        kind: 'rfm',
        events,
        amount: propertyOf(draft.amount),
        ...(draft.order.trim() !== '' && { order: propertyOf(draft.order) }),
        as: draft.rfmAs,
        ...(draft.among && { among: draft.among }),
        cut: rfmCut === 'fixed' ? { recency, frequency, monetary } : rfmCut,
      }
    }
    case 'bands': {
      const cut = cutOf(draft)
      const of = bandsOf(draft)
      return cut && of && { kind: 'bands', of, ...cut }
    }
    case 'sql':
      if (draft.sql.trim() === '') return undefined
      return { kind: 'sql', sql: draft.sql, type: draft.type, multi: draft.multi && draft.type === 'string' }
    case 'model': {
      const of = modelOf(draft)
      const take = draft.modelOf === 'tag' ? ('bands' as const) : draft.take
      const cut = take === 'bands' ? cutOf(draft) : {}
      if (!of || !cut) return undefined
      return { kind: 'model', of, take, ...cut, ...(draft.freshDays !== null && { freshDays: draft.freshDays }) }
    }
    case 'text':
      return {
        kind: 'text',
        measure: draft.textMeasure,
        events: draft.textEvents,
        withinDays: draft.textDays,
        top: draft.top,
      }
  }
}

const bandsOf = (draft: TagDraft) => {
  if (draft.bandsOf === 'trait') return draft.trait === '' ? undefined : { trait: draft.trait }
  if (draft.bandsOf === 'tag') return draft.tag === '' ? undefined : { tag: draft.tag }
  const figure = figureOf(draft)
  return figure && { figure }
}

const modelOf = ({ modelOf, score, model, tag }: TagDraft) => {
  if (modelOf === 'score') return score.trim() === '' ? undefined : { score: score.trim() }
  if (modelOf === 'tag') return tag === '' ? undefined : { tag }
  const slash = model.indexOf('/')
  return slash < 1 ? undefined : { model: model.slice(0, slash), id: model.slice(slash + 1) }
}
