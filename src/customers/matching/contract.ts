import { z } from 'zod'

/** Schemas of matching shared with the console. No I/O. */

export const comparisonNames = ['exact', 'name', 'text', 'digits', 'date', 'number', 'chineseName', 'address'] as const
export const ComparisonName = z.enum(comparisonNames)
export type ComparisonName = z.infer<typeof ComparisonName>

/** How a part of a blocking key is made of a value. */
export const keyForms = ['whole', 'first3', 'last4', 'sound', 'nameKey', 'year', 'monthDay', 'road'] as const
export const KeyForm = z.enum(keyForms)
export type KeyForm = z.infer<typeof KeyForm>

export const MatchField = z
  .object({
    /** A trait's name, or an identifier kind after `identifier:`. */
    field: z.string().min(1).max(140),
    comparison: ComparisonName,
    /** Agreeing on a rare value says more than on a common one. */
    termFrequency: z.boolean().default(false),
    /** Two people with different values are never one: an ID card number. */
    strong: z.boolean().default(false),
    /** A person's alone, as name and birthday are; address and phone are a family's. Two people who share none are two. */
    own: z.boolean().default(false),
  })
  .strict()
export type MatchField = z.infer<typeof MatchField>

export const BlockPart = z.object({ field: z.string().min(1).max(140), form: KeyForm.default('whole') }).strict()
/** Two customers are compared when all parts of one of the rules are equal. */
export const BlockRule = z.array(BlockPart).min(1).max(4)
export type BlockRule = z.infer<typeof BlockRule>

export const Plan = z
  .object({
    fields: z.array(MatchField).min(1).max(20),
    blocking: z.array(BlockRule).min(1).max(12),
    linkFrom: z.number().min(0.5).max(0.9999),
    reviewFrom: z.number().min(0.01).max(0.99),
  })
  .strict()
  .refine(({ linkFrom, reviewFrom }) => reviewFrom < linkFrom, {
    message: 'reviewFrom must be below linkFrom',
    path: ['reviewFrom'],
  })
  .refine(
    ({ fields, blocking }) =>
      blocking.every((rule) => rule.every(({ field }) => fields.some((one) => one.field === field))),
    { message: 'a blocking rule may only name fields of the plan', path: ['blocking'] },
  )
  .refine(({ fields }) => new Set(fields.map(({ field }) => field)).size === fields.length, {
    message: 'a field stands in a plan once',
    path: ['fields'],
  })
export type Plan = z.infer<typeof Plan>

const Name = z.string().trim().min(1).max(100)
const Instant = z.iso.datetime()
const Count = z.number().int()
export const ProjectId = z.string().regex(/^\d{1,9}$/)
export const RunId = z.string().regex(/^\d{1,9}$/)
export const PairId = z.string().regex(/^\d{1,15}$/)

export const NewProject = z
  .object({
    name: Name,
    /** Without it, what fits the traits there are. */
    plan: Plan.optional(),
    autoLink: z.boolean().default(false),
    afterImports: z.boolean().default(false),
  })
  .strict()
export type NewProject = z.infer<typeof NewProject>
export const ProjectChange = z
  .object({
    name: Name.optional(),
    plan: Plan.optional(),
    autoLink: z.boolean().optional(),
    afterImports: z.boolean().optional(),
  })
  .strict()
export type ProjectChange = z.infer<typeof ProjectChange>

export const runStates = ['waiting', 'running', 'ending', 'done', 'cancelled', 'failed', 'undone'] as const
export const runSteps = ['wait', 'read', 'key', 'learn', 'compare', 'cluster', 'store', 'link', 'end'] as const

const LearnedField = z.object({
  name: z.string(),
  /** Names of the levels, from nothing in common to equal; the lists below have one figure for each. */
  levels: z.array(z.string()),
  m: z.array(z.number()),
  u: z.array(z.number()),
  weights: z.array(z.number()),
})
export const RunView = z.object({
  id: z.string(),
  projectId: z.string(),
  importId: z.string().nullable(),
  state: z.enum(runStates),
  step: z.enum(runSteps),
  /** Of the whole run, 0 to 1. */
  share: z.number(),
  records: Count,
  candidates: Count.nullable(),
  linked: Count,
  review: Count,
  contradicted: Count.nullable(),
  autoLink: z.boolean(),
  error: z.string().nullable(),
  askedAt: Instant,
  askedBy: z.string(),
  startedAt: Instant.nullable(),
  finishedAt: Instant.nullable(),
})
export type RunView = z.infer<typeof RunView>
export const RunDetail = RunView.extend({
  plan: Plan,
  outcome: z
    .object({
      fields: z.array(LearnedField),
      /** Probability that two customers taken at random are one person. */
      prior: z.number(),
      /** Pairs believed to be one person, as the sum of probabilities. */
      matches: z.number(),
      converged: z.boolean(),
      changes: z.array(z.number()),
      histogram: z.object({ from: z.number(), counts: z.array(z.number()) }),
      /** The weights, in bits, at which linking and review begin. */
      linkWeight: z.number(),
      reviewWeight: z.number(),
      keysLeftOut: z.array(Count),
      refused: Count,
      split: Count,
    })
    .nullable(),
})
export type RunDetail = z.infer<typeof RunDetail>

export const ProjectView = z.object({
  id: z.string(),
  name: z.string(),
  plan: Plan,
  autoLink: z.boolean(),
  afterImports: z.boolean(),
  changedAt: Instant,
  changedBy: z.string(),
  lastRun: RunView.nullable(),
  open: Count,
})
export type ProjectView = z.infer<typeof ProjectView>

export const NewRun = z
  .object({
    /** Only the customers that this import made; everybody without it. */
    importId: z
      .string()
      .regex(/^\d{1,9}$/)
      .optional(),
  })
  .strict()

export const FieldChoice = z.object({
  field: z.string(),
  title: z.string(),
  /** Whether the values are sealed at rest. */
  personal: z.boolean(),
  comparison: ComparisonName,
})

export const pairStates = ['open', 'linked', 'rejected', 'undone'] as const
export const PairView = z.object({
  id: z.string(),
  /** Null: its project was deleted. */
  runId: z.string().nullable(),
  a: z.string(),
  b: z.string(),
  weight: z.number(),
  probability: z.number(),
  state: z.enum(pairStates),
  decidedAt: Instant.nullable(),
  decidedBy: z.string().nullable(),
  reason: z.string().nullable(),
})
export type PairView = z.infer<typeof PairView>
export const PairQuery = z.object({
  state: z.enum(pairStates).default('open'),
  run: RunId.optional(),
  project: ProjectId.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  /** `next` of the page before. */
  after: z.string().max(40).optional(),
})
export type PairQuery = z.infer<typeof PairQuery>
export const PairPage = z.object({ items: z.array(PairView), total: Count, next: z.string().nullable() })

const Side = z.object({ id: z.string(), display: z.record(z.string(), z.string()), createdAt: Instant })
export const PairDetail = PairView.extend({
  left: Side,
  right: Side,
  fields: z.array(
    z.object({
      field: z.string(),
      title: z.string(),
      comparison: ComparisonName,
      /** Masked where personal; null: no value. */
      left: z.string().nullable(),
      right: z.string().nullable(),
      masked: z.boolean(),
      /** Position among `levels`; null: one side has no value. */
      level: Count.nullable(),
      levels: z.array(z.string()),
      /** What this comparison adds to the weight, bits. */
      bits: z.number(),
    }),
  ),
  /** What the rarity of equal values adds, bits. */
  rarityBits: z.number(),
  /** Score of the two names by the rules for Chinese names, 0 to 1, with and without what else agrees. */
  nameScore: z.object({ alone: z.number(), supported: z.number() }).nullable(),
})
export type PairDetail = z.infer<typeof PairDetail>

export const PairDecision = z
  .object({ decision: z.enum(['link', 'reject']), reason: z.string().trim().min(2).max(300) })
  .strict()
export type PairDecision = z.infer<typeof PairDecision>
export const Reason = z.object({ reason: z.string().trim().min(2).max(300) }).strict()
