import { z } from 'zod'
import { Definition, definitionIssues, type PropertyComparison } from '../../audiences/definition-contract.ts'

/** Schemas of the HTTP interface of mining, shared with the console. No I/O. */

export const runKinds = ['rfm', 'value', 'clusters', 'rules'] as const
export type RunKind = (typeof runKinds)[number]

const Instant = z.iso.datetime()
const Name = z
  .string()
  .min(1)
  .max(256)
  .refine((text) => !text.includes('\u0000') && text.isWellFormed(), {
    error: 'holds a character that cannot be stored',
  })
const year = (text: string) => Number(text.slice(0, 4))
/** A day counts from its first moment in Shanghai: facts of that day itself are not read. */
const Moment = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })])
  .refine((text) => year(text) > 1970 && year(text) < 2200, { error: 'out of reach: 1971 to 2199' })
const Days = z.int().min(1).max(36_500)

/** Whom a question is about, and up to when. */
const scope = {
  title: z.string().trim().max(100).default(''),
  /** Everybody unless said otherwise. */
  who: Definition.default({ all: [] }),
  /** Facts after this moment are not read; now unless given. */
  asOf: Moment.nullable().default(null),
}

/** Comparisons of properties that must all hold, as `where` of an event condition of an audience. */
const Filters = z
  .custom<PropertyComparison[]>()
  .superRefine((value, ctx) => {
    for (const { path, message } of definitionIssues({ event: 'any', where: value }))
      ctx.addIssue({ code: 'custom', path: path.slice(1), message })
  })
  .meta({ type: 'array', description: 'Comparisons of properties, as `where` of an event condition of an audience.' })
  .default([])

/** Purchases: which events, what one of them brought, and what makes several of them one. */
const purchases = {
  event: Name,
  where: Filters,
  /** What one event brought, a number; null counts each as 1. Ends in `Fen`: money in fen. */
  amount: Name.nullable(),
  /** With it the amount counts this many times, as unit price does; null counts it once. */
  quantity: Name.nullable().default(null),
  /** Events with the same value are one purchase (invoice, order); null: each event is one. */
  invoice: Name.nullable().default(null),
}

// Association rules

export const basketKinds = ['customer', 'day', 'property'] as const
const BasketSource = z.discriminatedUnion('of', [
  z.strictObject({
    of: z.literal('events'),
    /** One event, or several whose names can be the items. */
    events: z.array(Name).min(1).max(50),
    where: Filters,
    /** The property whose values are the items; null: the event's name is. */
    item: Name.nullable(),
    /** What one basket is: everything of a customer, of his day, or of one value of `basketProperty` (an invoice). */
    basket: z.enum(basketKinds).default('customer'),
    basketProperty: Name.nullable().default(null),
    /** Only events of so many days before `asOf`. */
    days: Days.nullable().default(null),
  }),
  z.strictObject({ of: z.literal('tags'), tags: z.array(Name).min(1).max(100) }),
  z.strictObject({ of: z.literal('traits'), traits: z.array(Name).min(1).max(100) }),
])
export type BasketSource = z.output<typeof BasketSource>

export const RulesQuestion = z.strictObject({
  kind: z.literal('rules'),
  ...scope,
  baskets: BasketSource,
  /** Items left out, for example postage. */
  without: z.array(z.string().max(1024)).max(500).default([]),
  minSupport: z.number().min(0.00001).max(1),
  minConfidence: z.number().min(0).max(1),
  minLift: z.number().min(0).max(1_000_000).default(0),
  minLength: z.int().min(1).max(10).default(2),
  maxLength: z.int().min(1).max(10).default(10),
  right: z.enum(['one', 'any']).default('one'),
})
export type RulesQuestion = z.output<typeof RulesQuestion>

export const RulesResult = z.object({
  kind: z.literal('rules'),
  baskets: z.int(),
  items: z.int(),
  itemSets: z.int(),
  rules: z.int(),
  redundant: z.int(),
})
export type RulesResult = z.infer<typeof RulesResult>

export const ruleOrders = ['lift', 'confidence', 'support', 'leverage', 'conviction', 'zhang', 'jaccard'] as const
export type RuleOrder = (typeof ruleOrders)[number]
export const RulesQuery = z.object({
  order: z.enum(ruleOrders).default('lift'),
  /** Items that must stand in the rule, anywhere, left or right; part of their name is enough. */
  search: z.string().max(200).optional(),
  right: z.string().max(1024).optional(),
  minLift: z.coerce.number().optional(),
  minConfidence: z.coerce.number().optional(),
  minSupport: z.coerce.number().optional(),
  /** `no`: rules that less on the left says as surely are left out. */
  redundant: z.enum(['yes', 'no']).default('yes'),
  limit: z.coerce.number().int().min(1).max(2000).default(100),
  offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
})
export type RulesQuery = z.output<typeof RulesQuery>
export const Rule = z.object({
  no: z.int(),
  left: z.array(z.string()),
  right: z.array(z.string()),
  count: z.int(),
  support: z.number(),
  confidence: z.number(),
  lift: z.number(),
  leverage: z.number(),
  /** Null: infinite, the rule has no exception. */
  conviction: z.number().nullable(),
  zhang: z.number(),
  jaccard: z.number(),
  redundant: z.boolean(),
})
export type Rule = z.infer<typeof Rule>
export const RulesPage = z.object({ items: z.array(Rule), total: z.int() })
export type RulesPage = z.infer<typeof RulesPage>

// Clusters

export const measures = ['count', 'days', 'daysSince', 'sum', 'avg', 'min', 'max', 'distinct'] as const
export type Measure = (typeof measures)[number]
const missingRules = ['mean', 'median', 'zero', 'drop'] as const
const treatment = {
  /** Logarithm first, for what spreads over powers of ten: sign(x)·ln(1 + |x|). */
  log: z.boolean().default(false),
  /** What stands in for a missing value; `drop` leaves the person out. Texts have "none" as a value of their own. */
  missing: z.enum(missingRules).default('median'),
}
export const ClusterFeature = z.union([
  z.strictObject({ trait: Name, ...treatment }),
  z.strictObject({ tag: Name, ...treatment }),
  z
    .strictObject({
      event: Name,
      measure: z.enum(measures),
      property: Name.nullable().default(null),
      days: Days.nullable().default(null),
      ...treatment,
    })
    .refine(({ measure, property }) => ['count', 'days', 'daysSince'].includes(measure) || property !== null, {
      error: 'this measure needs a property',
    }),
])
export type ClusterFeature = z.output<typeof ClusterFeature>

export const scales = ['standard', 'robust', 'minMax', 'none'] as const
export const clusterMethods = ['kmeans', 'miniBatch', 'hierarchical'] as const

export const ClustersQuestion = z.strictObject({
  kind: z.literal('clusters'),
  ...scope,
  features: z.array(ClusterFeature).min(1).max(40),
  /** `standard`: mean 0, deviation 1. `robust`: median 0, middle half 1 wide. `minMax`: 0 to 1. */
  scale: z.enum(scales).default('standard'),
  method: z.enum(clusterMethods).default('kmeans'),
  /** Null: the number between `kFrom` and `kTo` with the best silhouette. */
  k: z.int().min(2).max(50).nullable().default(null),
  kFrom: z.int().min(2).max(50).default(2),
  kTo: z.int().min(2).max(50).default(10),
  /** The same seed and the same facts give the same clusters. */
  seed: z.int().min(0).max(2_147_483_647).default(1),
})
export type ClustersQuestion = z.output<typeof ClustersQuestion>

/** A column of the matrix: a number, or one value of a text feature as 0 and 1. */
export const Column = z.object({
  /** Place of the feature in the question. */
  feature: z.int(),
  /** Text features: the value that this column is 1 for; "" is "none", null is any other. */
  value: z.string().nullable().optional(),
  log: z.boolean(),
  /** What missing values were taken for, before the logarithm. */
  fill: z.number(),
  /** The scaled value is (x − center) / spread. */
  center: z.number(),
  spread: z.number(),
})
export type Column = z.infer<typeof Column>

/** What tells a cluster from the others, one feature. */
export const Trait = z.union([
  z.object({
    feature: z.int(),
    kind: z.literal('range'),
    /** The middle half of the cluster lies here. */
    low: z.number(),
    high: z.number(),
    mean: z.number(),
    baseMean: z.number(),
    /** How far its mean lies from everybody's, in standard deviations of everybody. */
    effect: z.number(),
  }),
  z.object({
    feature: z.int(),
    kind: z.literal('share'),
    value: z.string(),
    share: z.number(),
    baseShare: z.number(),
    effect: z.number(),
  }),
])
export type Trait = z.infer<typeof Trait>

export const Cluster = z.object({
  /** From 1, the largest first. */
  no: z.int(),
  /** What people call it; null until somebody names it. */
  name: z.string().nullable(),
  size: z.int(),
  share: z.number(),
  /** In scaled columns. */
  centroid: z.array(z.number()),
  /** Features by how much they tell the cluster apart, the strongest first. */
  portrait: z.array(Trait),
  silhouette: z.number().nullable(),
  /** How much of it is found again in samples drawn anew (Jaccard, mean), 0 to 1. */
  stability: z.number().nullable(),
})
export type Cluster = z.infer<typeof Cluster>

export const ClustersResult = z.object({
  kind: z.literal('clusters'),
  people: z.int(),
  /** Left out for a missing value of a feature that says `drop`. */
  dropped: z.int(),
  features: z.array(
    z.object({
      name: z.string(),
      type: z.enum(['number', 'text']),
      missing: z.int(),
      /** Values of a text feature that have columns of their own. */
      values: z.array(z.string()),
    }),
  ),
  columns: z.array(Column),
  k: z.int(),
  /** Numbers of clusters tried, on a sample. */
  tried: z.array(z.object({ k: z.int(), inertia: z.number(), silhouette: z.number() })),
  bestSilhouette: z.int().nullable(),
  elbow: z.int().nullable(),
  clusters: z.array(Cluster),
  inertia: z.number(),
  iterations: z.int(),
  silhouette: z.number().nullable(),
  /** Adjusted Rand index of each sample drawn anew against this answer. */
  randIndexes: z.array(z.number()),
  scatter: z.object({
    points: z.array(z.tuple([z.number(), z.number(), z.int()])),
    /** Share of the variance that each axis shows. */
    explained: z.array(z.number()),
  }),
  /** Hierarchical: heights of the last merges, the highest first. */
  merges: z.array(z.number()),
})
export type ClustersResult = z.infer<typeof ClustersResult>

// RFM

export const RfmQuestion = z.strictObject({
  kind: z.literal('rfm'),
  ...scope,
  ...purchases,
  /** Only purchases of so many days before `asOf`. */
  days: Days.nullable().default(null),
  /** Quintiles by value (edges at the quantiles, equal values score alike) or by rank (each fifth equally large). */
  quintiles: z.enum(['value', 'rank']).default('value'),
  /** Where "high" begins for the eight classes. */
  cut: z.enum(['mean', 'median', 'fixed']).default('mean'),
  /** For `fixed`: recency in days (lower is high), purchases, money. */
  fixed: z.strictObject({ recency: z.number(), frequency: z.number(), money: z.number() }).nullable().default(null),
})
export type RfmQuestion = z.output<typeof RfmQuestion>

const RfmPart = z.object({
  part: z.string(),
  people: z.int(),
  recency: z.number(),
  frequency: z.number(),
  money: z.number(),
  revenue: z.number(),
})
export const RfmResult = z.object({
  kind: z.literal('rfm'),
  people: z.int(),
  revenue: z.number(),
  /** Bounds between high and low as they were used. */
  cuts: z.object({ recency: z.number(), frequency: z.number(), money: z.number() }),
  /** The eight classes, by whether recency (recent is high), frequency and money are high: `class:HHL`. */
  classes: z.array(RfmPart),
  /** Score cells `score:555`. */
  cells: z.array(RfmPart),
})
export type RfmResult = z.infer<typeof RfmResult>

// Customer value

export const ValueQuestion = z.strictObject({
  kind: z.literal('value'),
  ...scope,
  ...purchases,
  /** How far ahead, in days. */
  horizonDays: z.int().min(7).max(1_830).default(365),
  /** Per year, for the present value of what is to come. */
  discountRate: z.number().min(0).max(1).default(0.1),
  /** What of the money is gain, 0 to 1. */
  margin: z.number().min(0).max(1).default(1),
})
export type ValueQuestion = z.output<typeof ValueQuestion>

const ValuePart = z.object({
  part: z.string(),
  people: z.int(),
  alive: z.number(),
  expected: z.number(),
  value: z.number(),
})
export const ValueResult = z.object({
  kind: z.literal('value'),
  people: z.int(),
  repeaters: z.int(),
  bgNbd: z.object({ r: z.number(), alpha: z.number(), a: z.number(), b: z.number(), logLikelihood: z.number() }),
  /** Null when no amount was given or too few bought again. */
  gammaGamma: z
    .object({
      p: z.number(),
      q: z.number(),
      gamma: z.number(),
      logLikelihood: z.number(),
      /** Between number of purchases and money per purchase; the model supposes there is none. */
      correlation: z.number(),
    })
    .nullable(),
  /** Purchases per repeat count: as they were, and as the model expects. */
  fit: z.array(z.object({ repeats: z.int(), actual: z.int(), expected: z.number() })),
  /** Expected over the horizon, everybody together. */
  expectedPurchases: z.number(),
  expectedValue: z.number(),
  /** People by chance to be still customers, `alive:0` (0–10 %) … `alive:9`. */
  aliveBands: z.array(ValuePart),
  /** Tenths by value, `value:1` the highest. */
  valueTenths: z.array(ValuePart),
})
export type ValueResult = z.infer<typeof ValueResult>

// Runs

export const Question = z.discriminatedUnion('kind', [RfmQuestion, ValueQuestion, ClustersQuestion, RulesQuestion])
export type Question = z.output<typeof Question>
export type QuestionInput = z.input<typeof Question>
export const Result = z.discriminatedUnion('kind', [RfmResult, ValueResult, ClustersResult, RulesResult])
export type Result = z.infer<typeof Result>

export const runStates = ['queued', 'running', 'done', 'failed', 'cancelled'] as const
const summary = {
  id: z.uuid(),
  kind: z.enum(runKinds),
  title: z.string(),
  state: z.enum(runStates),
  stage: z.string(),
  progress: z.number(),
  asOf: Instant,
  createdAt: Instant,
  createdBy: z.string(),
  startedAt: Instant.nullable(),
  finishedAt: Instant.nullable(),
  error: z.object({ code: z.string(), title: z.string(), detail: z.record(z.string(), z.unknown()) }).nullable(),
}
export const RunSummary = z.object(summary)
export type RunSummary = z.infer<typeof RunSummary>
export const Run = z.object({ ...summary, question: Question, result: Result.nullable() })
export type Run = z.infer<typeof Run>

/** What is left out stays as it is. */
export const RunChange = z.strictObject({
  title: z.string().trim().max(100).optional(),
  /** Of clusters, in their order; null takes a name away. */
  names: z.array(z.string().trim().min(1).max(60).nullable()).max(50).optional(),
})
export type RunChange = z.output<typeof RunChange>

export const RunId = z.object({ id: z.uuid() })
export const RunsQuery = z.object({
  kind: z.enum(runKinds).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
export type RunsQuery = z.output<typeof RunsQuery>
export const RunsPage = z.object({ items: z.array(RunSummary) })
export type RunsPage = z.infer<typeof RunsPage>

/** Which people of an answer: those of parts of it, or of a rule. */
export const Selection = z.union([
  /** As the answer names them: `score:555`, `class:111`, `cluster:3`, `alive:0`, `value:1`. */
  z.strictObject({ parts: z.array(z.string().min(1).max(100)).min(1).max(200) }),
  /** `both`: whose basket holds both sides; `leftOnly`: the left side and nothing of the right, whom to suggest it to. */
  z.strictObject({ rule: z.int().min(0), holds: z.enum(['both', 'leftOnly']) }),
])
export type Selection = z.output<typeof Selection>

export const PeopleRequest = z.strictObject({
  selection: Selection,
  limit: z.int().min(1).max(500).default(50),
  after: z.int().min(0).max(4_294_967_295).default(0),
})
export type PeopleRequest = z.output<typeof PeopleRequest>

export const SaveListRequest = z.strictObject({
  selection: Selection,
  name: z.string().trim().min(1).max(100),
  why: z.string().trim().max(1000).default(''),
})
export type SaveListRequest = z.output<typeof SaveListRequest>

export const TableQuery = RulesQuery.omit({ limit: true, offset: true }).extend({ format: z.enum(['csv', 'xlsx']) })
export type TableQuery = z.output<typeof TableQuery>

const Person = z.object({
  id: z.string(),
  createdAt: Instant,
  /** Masked: name, phone and so on, as far as known. */
  display: z.record(z.string(), z.string()),
  traits: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
})
export const PeoplePage = z.object({ items: z.array(Person), total: z.int(), next: z.int().nullable() })
export type PeoplePage = z.infer<typeof PeoplePage>
export const SavedList = z.object({ id: z.uuid(), size: z.int() })
