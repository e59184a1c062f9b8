import { z } from 'zod'
import { Schedule } from '../contract.ts'
import { TagDefinition, TagKey, TagValue, tagKinds, tagTypes } from './definition-contract.ts'

export * from './definition-contract.ts'

/** Schemas of the tags' HTTP interface, shared with the console. No I/O. */

const Instant = z.iso.datetime()
export const tagStates = ['draft', 'review', 'active', 'paused', 'expired', 'retired'] as const
export type TagState = (typeof tagStates)[number]

/** What values are true of: the run's own instant, or the start of its day, week (Monday) or month in Shanghai. */
export const basePolicies = ['now', 'startOfDay', 'startOfWeek', 'startOfMonth'] as const
export type BasePolicy = (typeof basePolicies)[number]
export const emptyPolicies = ['empty', 'keep'] as const

const Title = z.string().trim().min(1).max(60)
const Owner = z.string().trim().min(1).max(100)
const Purpose = z.string().trim().max(500)
const Meaning = z.string().trim().max(2000)
const Day = z.iso.date()

export const NewTag = z.strictObject({
  key: TagKey,
  title: Title,
  /** Who answers for it; the maker unless given. */
  owner: Owner.optional(),
  purpose: Purpose.default(''),
  /** The definition in words. */
  meaning: Meaning.default(''),
  definition: TagDefinition,
  base: z.enum(basePolicies).default('startOfDay'),
  schedule: Schedule.nullable().default(null),
  emptyPolicy: z.enum(emptyPolicies).default('empty'),
  keepVersions: z.int().min(1).max(200).default(20),
  expiresOn: Day.nullable().default(null),
})
export type NewTag = z.output<typeof NewTag>

/** What is left out stays as it is; a new definition is a new version. */
export const TagChange = z.strictObject({
  title: Title.optional(),
  owner: Owner.optional(),
  purpose: Purpose.optional(),
  meaning: Meaning.optional(),
  definition: TagDefinition.optional(),
  /** Why the definition changed. */
  note: z.string().trim().max(500).optional(),
  base: z.enum(basePolicies).optional(),
  schedule: Schedule.nullable().optional(),
  emptyPolicy: z.enum(emptyPolicies).optional(),
  keepVersions: z.int().min(1).max(200).optional(),
  expiresOn: Day.nullable().optional(),
})
export type TagChange = z.output<typeof TagChange>

export const SensitiveUse = z.object({ why: z.enum(['trait', 'word']), what: z.string() })

export const Tag = z.object({
  no: z.int(),
  key: z.string(),
  title: z.string(),
  kind: z.enum(tagKinds),
  type: z.enum(tagTypes),
  multi: z.boolean(),
  state: z.enum(tagStates),
  owner: z.string(),
  purpose: z.string(),
  meaning: z.string(),
  definition: TagDefinition,
  version: z.int(),
  base: z.enum(basePolicies),
  schedule: Schedule.nullable(),
  emptyPolicy: z.enum(emptyPolicies),
  keepVersions: z.int(),
  expiresOn: Day.nullable(),
  /** Why a second person must look at it. */
  sensitive: z.array(SensitiveUse),
  /** The version that waits for him. */
  reviewVersion: z.int().nullable(),
  dueAt: Instant.nullable(),
  running: z.boolean(),
  queued: z.boolean(),
  progress: z.number().nullable(),
  /** Base date of the last run. */
  asOf: Instant.nullable(),
  runVersion: z.int().nullable(),
  covered: z.int().nullable(),
  of: z.int().nullable(),
  tookMs: z.number().nullable(),
  error: z.string().nullable(),
  /** Keys of the tags it is computed from, and of those computed from it. */
  uses: z.array(z.string()),
  usedBy: z.array(z.string()),
  createdAt: Instant,
  createdBy: z.string(),
  changedAt: Instant,
  changedBy: z.string(),
})
export type Tag = z.infer<typeof Tag>

export const TagQuery = z.object({
  search: z.string().max(100).optional(),
  kind: z.enum(tagKinds).optional(),
  state: z.enum(tagStates).optional(),
  owner: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z.coerce.number().int().optional(),
})
export type TagQuery = z.output<typeof TagQuery>
export const TagPage = z.object({
  items: z.array(Tag),
  total: z.int(),
  next: z.string().nullable(),
  owners: z.array(z.string()),
})

/** Most frequent first. For numbers also figures and bars; `to` of a bar is exclusive, null at an open end. */
export const Distribution = z.object({
  values: z.array(z.object({ value: z.string(), count: z.int() })),
  /** People whose value is none of those listed. */
  others: z.int(),
  number: z
    .object({
      min: z.number(),
      p25: z.number(),
      median: z.number(),
      p75: z.number(),
      max: z.number(),
      mean: z.number(),
      bars: z.array(z.object({ from: z.number().nullable(), to: z.number().nullable(), count: z.int() })),
    })
    .nullable(),
})
export type Distribution = z.infer<typeof Distribution>

export const TagRun = z.object({
  run: z.int(),
  version: z.int(),
  why: z.enum(['computed', 'manual', 'bulk', 'upload', 'removal']),
  state: z.enum(['running', 'done', 'failed']),
  at: Instant,
  startedAt: Instant,
  tookMs: z.number().nullable(),
  covered: z.int().nullable(),
  of: z.int().nullable(),
  changed: z.int().nullable(),
  distribution: Distribution.nullable(),
  error: z.string().nullable(),
  by: z.string(),
})
export type TagRun = z.infer<typeof TagRun>
export const TagRuns = z.object({ items: z.array(TagRun) })

export const TagVersion = z.object({
  version: z.int(),
  definition: TagDefinition,
  meaning: z.string(),
  state: z.enum(['current', 'past', 'review', 'refused']),
  note: z.string(),
  createdAt: Instant,
  createdBy: z.string(),
  reviewedAt: Instant.nullable(),
  reviewedBy: z.string().nullable(),
  reviewNote: z.string().nullable(),
})
export type TagVersion = z.infer<typeof TagVersion>
export const TagVersions = z.object({ items: z.array(TagVersion) })

export const StateChange = z.strictObject({ state: z.enum(['active', 'paused', 'retired']) })
export const Review = z.strictObject({
  version: z.int().min(1),
  decision: z.enum(['approve', 'refuse']),
  note: z.string().trim().max(1000).default(''),
})
export type Review = z.output<typeof Review>

export const RunRequest = z.strictObject({
  /** Base date of this run instead of the policy's; not before the last one and not in the future. */
  asOf: Instant.optional(),
})

export const PreviewRequest = z.strictObject({
  definition: TagDefinition,
  base: z.enum(basePolicies).default('startOfDay'),
})
export type PreviewRequest = z.output<typeof PreviewRequest>
export const Preview = z.object({
  asOf: Instant,
  covered: z.int(),
  of: z.int(),
  distribution: Distribution,
  tookMs: z.number(),
  sensitive: z.array(SensitiveUse),
})
export type Preview = z.infer<typeof Preview>

export const AsOfQuery = z.object({ asOf: Instant.optional() })
export const TagDistribution = z.object({
  asOf: Instant,
  covered: z.int(),
  of: z.int(),
  distribution: Distribution,
})
export type TagDistribution = z.infer<typeof TagDistribution>

export const CustomerTag = z.object({
  key: z.string(),
  title: z.string(),
  kind: z.enum(tagKinds),
  type: z.enum(tagTypes),
  multi: z.boolean(),
  state: z.enum(tagStates),
  /** As text; empty: none, and then it was removed for good. */
  values: z.array(z.string()),
  /** What the value is true of since. */
  at: Instant.nullable(),
  /** Removed from this customer for good. */
  removed: z.object({ at: Instant, by: z.string(), reason: z.string() }).nullable(),
  /** Manual tags: what may be chosen; empty: any. */
  choices: z.array(z.string()),
})
export type CustomerTag = z.infer<typeof CustomerTag>
export const CustomerTags = z.object({ items: z.array(CustomerTag), asOf: Instant })

export const SetValues = z.strictObject({
  values: z.array(TagValue).max(50),
  /** Multi tags: `add` and `remove` leave the others alone. */
  action: z.enum(['set', 'add', 'remove']).default('set'),
})
export type SetValues = z.output<typeof SetValues>
export const RemoveForGood = z.strictObject({ reason: z.string().trim().min(2).max(300) })

export const AssignRequest = z.strictObject({
  audienceId: z.uuid(),
  values: z.array(TagValue).max(50),
  action: z.enum(['set', 'add', 'remove']).default('set'),
})
export type AssignRequest = z.output<typeof AssignRequest>
export const Assigned = z.object({ run: z.int(), changed: z.int(), people: z.int() })

export const UploadRequest = z.strictObject({
  /** Lines of `identifier,value`; several values apart by `|` or in several lines. The first line may be a heading. */
  text: z.string().min(1),
  /** What the first column holds; guessed from its content unless given. */
  identifier: z.string().max(40).optional(),
  action: z.enum(['set', 'add']).default('set'),
})
export type UploadRequest = z.output<typeof UploadRequest>
export const Uploaded = z.object({
  run: z.int(),
  lines: z.int(),
  people: z.int(),
  changed: z.int(),
  rejected: z.int(),
  /** The first thousand; identifiers masked. */
  rejects: z.array(z.object({ line: z.int(), identifier: z.string(), value: z.string(), reason: z.string() })),
})
export type Uploaded = z.infer<typeof Uploaded>

export const TextSettings = z.object({
  sources: z.array(z.strictObject({ event: z.string().min(1).max(256), property: z.string().min(1).max(256) })).max(50),
  topics: z
    .array(z.strictObject({ name: TagValue, words: z.array(z.string().trim().min(1).max(40)).min(1).max(200) }))
    .max(100),
})
export type TextSettings = z.infer<typeof TextSettings>
export const TextAsked = z.strictObject({ text: z.string().max(10_000) })
export const TextAnswer = z.object({
  sentiment: z.enum(['positive', 'neutral', 'negative']),
  score: z.number(),
  keywords: z.array(z.string()),
  topics: z.array(z.string()),
})
