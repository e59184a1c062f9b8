import { z } from 'zod'
import { Definition, definitionIssues, type EventCondition } from '../definition-contract.ts'

/** What tags are made of, shared with the console. No I/O. */

export const tagKinds = ['manual', 'rule', 'statistic', 'preference', 'rfm', 'bands', 'sql', 'model', 'text'] as const
export type TagKind = (typeof tagKinds)[number]
export const tagTypes = ['string', 'number', 'date'] as const
export type TagType = (typeof tagTypes)[number]

const storable = (text: string) => !text.includes('\u0000') && text.isWellFormed()
const stored = (min: number, max: number) =>
  z.string().trim().min(min).max(max).refine(storable, { error: 'holds a character that cannot be stored' })

export const TagValue = stored(1, 100)
const property = z.union([stored(1, 256), z.array(stored(1, 256)).min(1).max(8)])
export const tagKeyPattern = /^[a-z][a-z0-9_]{0,59}$/
export const TagKey = z.string().regex(tagKeyPattern, {
  error: 'expected lower case letters, digits and _, beginning with a letter, at most 60',
})

/** The events a tag looks at: an event condition of the audience language with nothing but its filters and window. */
export type EventsAsked = Pick<EventCondition, 'event' | 'where' | 'within' | 'between' | 'since' | 'until'>
const eventKeys = ['event', 'where', 'within', 'between', 'since', 'until']
const EventsAsked = z
  .custom<EventsAsked>()
  .superRefine((value, ctx) => {
    const issues = definitionIssues(value)
    for (const { path, message } of issues) ctx.addIssue({ code: 'custom', path, message })
    if (issues.length > 0 || typeof value !== 'object') return
    if (!('event' in value)) ctx.addIssue({ code: 'custom', path: [], message: 'expected an event' })
    for (const key of Object.keys(value))
      if (!eventKeys.includes(key)) ctx.addIssue({ code: 'custom', path: [key], message: `unknown key "${key}"` })
  })
  .meta({ type: 'object', description: 'event, where and one window: within, between, or since and until' })

const ascending = (edges: readonly number[]) => edges.every((edge, i) => i === 0 || edge > (edges[i - 1] ?? 0))
/** Bands of a number: at fixed edges (a value equal to an edge belongs above it), or equal parts by quantile. */
export const BandCut = z.union([
  z.strictObject({
    edges: z.array(z.number()).min(1).max(49).refine(ascending, { error: 'edges must ascend' }),
  }),
  z.strictObject({ quantiles: z.int().min(2).max(20) }),
])
export type BandCut = z.infer<typeof BandCut>
const labels = z.array(TagValue).min(2).max(50)
const labelsFit = ({ cut, labels }: { cut?: BandCut | undefined; labels?: string[] | undefined }) =>
  labels === undefined || cut === undefined || labels.length === ('edges' in cut ? cut.edges.length + 1 : cut.quantiles)
const labelsFault = { error: 'one label per band: one more than edges, or as many as quantiles', path: ['labels'] }

const Manual = z.strictObject({
  kind: z.literal('manual'),
  /** Values to choose from; none: any text. */
  values: z.array(TagValue).max(200).default([]),
  multi: z.boolean().default(false),
  type: z.enum(tagTypes).default('string'),
})

const Rule = z.strictObject({
  kind: z.literal('rule'),
  /** Tested in this order; the first that holds gives the value. */
  values: z
    .array(z.strictObject({ value: TagValue, when: Definition }))
    .min(1)
    .max(24)
    .refine((values) => new Set(values.map(({ value }) => value)).size === values.length, {
      error: 'every value once',
    }),
  /** Value of everybody else; without it they have none. */
  otherwise: TagValue.optional(),
})

export const measures = [
  'count',
  'days',
  'sum',
  'avg',
  'min',
  'max',
  'distinct',
  'first',
  'last',
  'daysSinceFirst',
  'daysSinceLast',
] as const
export type Measure = (typeof measures)[number]
export const measuresOfProperty: readonly Measure[] = ['sum', 'avg', 'min', 'max', 'distinct', 'first', 'last']

const statisticFields = {
  events: EventsAsked,
  measure: z.enum(measures),
  /** What is summed, counted, or taken from the first or last event. */
  property: property.optional(),
  /** Of first and last: how the property is read. */
  as: z.enum(tagTypes).default('string'),
  /** For people without such events: no value, or zero (count, days, sum, distinct only). */
  none: z.enum(['empty', 'zero']).default('empty'),
}
const statisticFits = (s: { measure: Measure; property?: unknown; none: string }, ctx: z.RefinementCtx) => {
  if (measuresOfProperty.includes(s.measure) && s.property === undefined)
    ctx.addIssue({ code: 'custom', path: ['property'], message: 'this measure needs a property' })
  if (s.none === 'zero' && !['count', 'days', 'sum', 'distinct'].includes(s.measure))
    ctx.addIssue({ code: 'custom', path: ['none'], message: 'nothing is zero of this measure' })
}
const Statistic = z.strictObject({ kind: z.literal('statistic'), ...statisticFields }).superRefine(statisticFits)
const Figure = z.strictObject(statisticFields).superRefine(statisticFits)
export type Figure = z.output<typeof Figure>

const Preference = z.strictObject({
  kind: z.literal('preference'),
  events: EventsAsked,
  property,
  /** What a value's share is of: how often, or the sum of a number. */
  weigh: z.union([z.literal('count'), z.strictObject({ sum: property })]).default('count'),
  top: z.int().min(1).max(10).default(1),
  /** Least share of a value, 0 to 1. */
  minShare: z.number().min(0).max(1).default(0),
  /** Fewer events than this say nothing about preference. */
  minEvents: z.int().min(1).max(1_000_000).default(1),
})

const RfmCut = z.union([
  z.enum(['mean', 'median']),
  z.strictObject({ recency: z.number(), frequency: z.number(), monetary: z.number() }),
])
const Rfm = z.strictObject({
  kind: z.literal('rfm'),
  events: EventsAsked,
  amount: property,
  /** What counts once, such as an order number; without it each event counts. */
  order: property.optional(),
  /** One of eight classes, or a score such as 555 by quintiles. */
  as: z.enum(['class', 'score']).default('class'),
  cut: RfmCut.default('mean'),
  /** Only these are scored, for example those who are not overdue. */
  among: Definition.optional(),
})

const Bands = z
  .strictObject({
    kind: z.literal('bands'),
    of: z.union([
      z.strictObject({ trait: stored(1, 256) }),
      z.strictObject({ tag: TagKey }),
      z.strictObject({ figure: Figure }),
    ]),
    cut: BandCut,
    labels: labels.optional(),
  })
  .refine(labelsFit, labelsFault)

const SqlTag = z.strictObject({
  kind: z.literal('sql'),
  /** One SELECT that returns customer_no and value. */
  sql: stored(1, 20_000),
  type: z.enum(tagTypes).default('string'),
  multi: z.boolean().default(false),
})

const Model = z
  .strictObject({
    kind: z.literal('model'),
    /** A score that a model writes, a model that classifies, or a number tag. */
    of: z.union([
      z.strictObject({ score: stored(1, 100) }),
      z.strictObject({ model: stored(1, 60), id: stored(1, 100) }),
      z.strictObject({ tag: TagKey }),
    ]),
    take: z.enum(['label', 'value', 'bands']).default('label'),
    cut: BandCut.optional(),
    labels: labels.optional(),
    /** Scores older than this before the base date count as none. */
    freshDays: z.int().min(1).max(3650).optional(),
  })
  .refine((m) => (m.take === 'bands') === (m.cut !== undefined), {
    error: 'bands need a cut, and only they',
    path: ['cut'],
  })
  .refine((m) => !('tag' in m.of) || m.take === 'bands', { error: 'a number tag is cut into bands', path: ['take'] })
  .refine(labelsFit, labelsFault)

const Text = z.strictObject({
  kind: z.literal('text'),
  measure: z.enum(['topics', 'keywords', 'sentiment', 'negatives']),
  /** Names of events; none: all that hold text. */
  events: z.array(stored(1, 256)).max(50).default([]),
  /** How far back from the base date. */
  withinDays: z.int().min(1).max(3650).default(90),
  top: z.int().min(1).max(10).default(3),
})

export const TagDefinition = z.discriminatedUnion('kind', [
  Manual,
  Rule,
  Statistic,
  Preference,
  Rfm,
  Bands,
  SqlTag,
  Model,
  Text,
])
export type TagDefinition = z.output<typeof TagDefinition>
export type TagDefinitionOf<K extends TagKind> = Extract<TagDefinition, { kind: K }>

/** What one value of a tag is, and whether a customer may hold several. */
export const shapeOf = (definition: TagDefinition): { type: TagType; multi: boolean } => {
  switch (definition.kind) {
    case 'manual':
    case 'sql':
      return { type: definition.type, multi: definition.multi }
    case 'statistic':
      return { type: figureType(definition), multi: false }
    case 'preference':
      return { type: 'string', multi: definition.top > 1 }
    case 'model':
      return { type: definition.take === 'value' ? 'number' : 'string', multi: false }
    case 'text':
      if (definition.measure === 'negatives') return { type: 'number', multi: false }
      return { type: 'string', multi: definition.measure !== 'sentiment' && definition.top > 1 }
    case 'rule':
    case 'rfm':
    case 'bands':
      return { type: 'string', multi: false }
  }
}

export const figureType = ({ measure, as }: { measure: Measure; as: TagType }): TagType =>
  measure === 'first' || measure === 'last' ? as : 'number'
