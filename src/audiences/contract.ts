import { z } from 'zod'
import { Definition } from './definition-contract.ts'

export * from './definition-contract.ts'
export { audiencesNamed, listsNamed, tagsNamed } from './mentions-contract.ts'

/** Schemas of the HTTP interface, shared with the console. No I/O. */

const Instant = z.iso.datetime()
export const AudienceId = z.uuid()
const Name = z.string().trim().min(1).max(100)
const Description = z.string().trim().max(1000)

/** When an audience is refreshed by itself. Times of day are those of Shanghai. */
export const Schedule = z.union([
  z.strictObject({ everyMinutes: z.int().min(5).max(10_080) }),
  z.strictObject({ dailyAt: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/) }),
])
export type Schedule = z.infer<typeof Schedule>

export const EstimateRequest = z.strictObject({ definition: Definition })
export const Estimate = z.object({
  size: z.int(),
  /** Everybody alive at that moment, for the share. */
  of: z.int(),
  /** The instant the figures are true of. */
  asOf: Instant,
  tookMs: z.number(),
  /** How many each condition holds for by itself, in the order they are written; `path` as in `all.0`. */
  conditions: z.array(z.object({ path: z.string(), size: z.int() })),
})
export type Estimate = z.infer<typeof Estimate>

export const NewAudience = z.strictObject({
  name: Name,
  description: Description.default(''),
  definition: Definition,
  schedule: Schedule.nullable().default(null),
})
export type NewAudience = z.output<typeof NewAudience>

/** What is left out stays as it is; a new definition is a new version. */
export const AudienceChange = z.strictObject({
  name: Name.optional(),
  description: Description.optional(),
  definition: Definition.optional(),
  schedule: Schedule.nullable().optional(),
})
export type AudienceChange = z.output<typeof AudienceChange>

export const Audience = z.object({
  id: AudienceId,
  name: z.string(),
  description: z.string(),
  definition: Definition,
  /** Of the definition: 1, 2, … */
  version: z.int(),
  schedule: Schedule.nullable(),
  /** Members at the last refresh; null before the first. */
  size: z.int().nullable(),
  /** The instant the membership is true of. */
  asOf: Instant.nullable(),
  /** The version that membership was taken from: older than `version` when the definition changed since. */
  refreshedVersion: z.int().nullable(),
  tookMs: z.number().nullable(),
  refreshing: z.boolean(),
  /** Why the last refresh failed; null when it did not. */
  error: z.string().nullable(),
  dueAt: Instant.nullable(),
  createdAt: Instant,
  createdBy: z.string(),
  changedAt: Instant,
  changedBy: z.string(),
})
export type Audience = z.infer<typeof Audience>

export const AudienceQuery = z.object({
  search: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z.uuid().optional(),
})
export type AudienceQuery = z.output<typeof AudienceQuery>
export const AudiencePage = z.object({ items: z.array(Audience), total: z.int(), next: z.string().nullable() })

export const Refresh = z.object({
  refresh: z.int(),
  version: z.int(),
  asOf: Instant,
  size: z.int(),
  /** Against the refresh before. */
  entered: z.int(),
  left: z.int(),
  tookMs: z.number(),
  by: z.string(),
})
export type Refresh = z.infer<typeof Refresh>

export const HistoryQuery = z.object({ limit: z.coerce.number().int().min(1).max(1000).default(200) })
/** Newest first. */
export const History = z.object({ items: z.array(Refresh) })

const CustomerNo = z.coerce.number().int().min(0).max(4_294_967_295)
export const MembersQuery = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(50),
  after: CustomerNo.optional(),
})
export type MembersQuery = z.output<typeof MembersQuery>
export const Member = z.object({
  id: z.string(),
  createdAt: Instant,
  /** Masked: name, phone and so on, as far as known. */
  display: z.record(z.string(), z.string()),
  traits: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
})
export const MemberPage = z.object({
  items: z.array(Member),
  total: z.int(),
  next: z.string().nullable(),
  asOf: Instant.nullable(),
})

export const ChangesQuery = MembersQuery.extend({
  /** Number of the refresh to compare the last one with; without it the one before. */
  since: z.coerce.number().int().min(0).optional(),
  change: z.enum(['entered', 'left']).default('entered'),
})
export type ChangesQuery = z.output<typeof ChangesQuery>
export const ChangesPage = z.object({
  since: z.int().nullable(),
  asOf: Instant.nullable(),
  entered: z.int(),
  left: z.int(),
  items: z.array(Member),
  next: z.string().nullable(),
})

const Sample = z.union([z.string(), z.number(), z.boolean()])
export const Fields = z.object({
  /** Traits that can be compared: those that are not personal. */
  traits: z.array(
    z.object({
      name: z.string(),
      title: z.string(),
      type: z.string(),
      unit: z.string().nullable(),
      allowed: z.array(Sample).nullable(),
      samples: z.array(z.string()),
    }),
  ),
  events: z.array(
    z.object({
      name: z.string(),
      count: z.number(),
      properties: z.array(
        z.object({
          name: z.string(),
          types: z.array(z.enum(['text', 'number', 'boolean', 'other'])),
          samples: z.array(Sample),
        }),
      ),
    }),
  ),
  /** Tags in use. */
  tags: z.array(
    z.object({
      key: z.string(),
      title: z.string(),
      type: z.enum(['string', 'number', 'date']),
      /** A customer may hold several values at once. */
      multi: z.boolean(),
      samples: z.array(z.string()),
    }),
  ),
  /** Newest first. */
  lists: z.array(z.object({ id: z.uuid(), name: z.string(), kind: z.string(), size: z.int() })),
  /** What customers were asked about. */
  consents: z.object({ purposes: z.array(z.string()), channels: z.array(z.string()) }),
})
export type Fields = z.infer<typeof Fields>
