import { z } from 'zod'

/** Statements 声明, shared with the console. No I/O. */

const Instant = z.iso.datetime()
const Words = (most: number) => z.string().trim().max(most)
const Reason = z.string().trim().min(2).max(500)

/** 通稿占位（先期回应）, 致歉, 澄清, 进展, 辟谣, 媒体问答 */
export const statementKinds = ['holding', 'apology', 'clarification', 'progress', 'rebuttal', 'media'] as const
export const StatementKind = z.enum(statementKinds)
export type StatementKind = z.infer<typeof StatementKind>

/**
 * draft: being written; review: with legal; approved: exactly this text may be published; published; withdrawn. Derived from
 * the hash of the text and the reviews, never stored.
 */
export const statementStates = ['draft', 'review', 'returned', 'approved', 'published', 'withdrawn'] as const
export type StatementState = (typeof statementStates)[number]

/** Why a statement cannot be submitted (block) or what the reviewer must look at (flag). */
export const StatementFinding = z.object({
  rule: z.string(),
  action: z.enum(['block', 'flag']),
  /** A reason of the content rules, or `placeholder`, `factUnknown`, `factMissing`, `personalData`, `empty`. */
  reason: z.string(),
  where: z.enum(['title', 'body', '']),
  start: z.int().nullable(),
  end: z.int().nullable(),
  matched: z.string(),
})
export type StatementFinding = z.infer<typeof StatementFinding>

/** An approved fact that counts now. */
export const CitedFact = z.object({
  id: z.int(),
  version: z.int(),
  claim: z.string(),
  fact: z.string(),
  evidence: z.string(),
  validUntil: Instant.nullable(),
})
export type CitedFact = z.infer<typeof CitedFact>

export const StatementVersion = z.object({
  version: z.int(),
  title: z.string(),
  body: z.string(),
  facts: z.array(z.int()),
  hash: z.string(),
  note: z.string(),
  at: Instant,
  by: z.string(),
  review: z.object({ id: z.int(), state: z.string() }).nullable(),
})
export type StatementVersion = z.infer<typeof StatementVersion>

export const Publication = z.object({
  id: z.int(),
  version: z.int(),
  hash: z.string(),
  place: z.string(),
  url: z.string(),
  at: Instant,
  note: z.string(),
  by: z.string(),
  screenshot: z.object({ id: z.uuid(), name: z.string(), sha256: z.string() }).nullable(),
})
export type Publication = z.infer<typeof Publication>

export const StatementRow = z.object({
  id: z.int(),
  drillId: z.int(),
  kind: StatementKind,
  title: z.string(),
  incidentId: z.int().nullable(),
  incident: z.string().nullable(),
  version: z.int(),
  state: z.enum(statementStates),
  changedAt: Instant,
  by: z.string(),
  publications: z.int(),
})
export type StatementRow = z.infer<typeof StatementRow>

export const Statement = StatementRow.extend({
  body: z.string(),
  facts: z.array(z.int()),
  hash: z.string(),
  findings: z.array(StatementFinding),
  reviewId: z.int().nullable(),
  withdrawReason: z.string().nullable(),
  versions: z.array(StatementVersion),
  published: z.array(Publication),
  may: z.object({ write: z.boolean(), submit: z.boolean(), publish: z.boolean() }),
})
export type Statement = z.infer<typeof Statement>

export const StatementQuery = z.object({
  search: z.string().max(100).optional(),
  kind: StatementKind.optional(),
  incidentId: z.coerce.number().int().optional(),
  drillId: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z.coerce.number().int().optional(),
})
export const StatementPage = z.object({ items: z.array(StatementRow), next: z.int().nullable() })
export type StatementPage = z.infer<typeof StatementPage>

export const NewStatement = z.strictObject({
  kind: StatementKind,
  incidentId: z.int().min(1).nullable().default(null),
  title: Words(200).min(1),
  body: Words(20_000),
  facts: z.array(z.int().min(1)).max(50).default([]),
})
export const StatementChange = z.strictObject({
  title: Words(200).min(1),
  body: Words(20_000),
  facts: z.array(z.int().min(1)).max(50),
  note: Words(300).default(''),
  /** The version that was read. */
  basedOn: z.int().min(1),
})
/** A text that is being written, looked at without keeping it. */
export const StatementText = z.strictObject({
  kind: StatementKind,
  title: Words(200),
  body: Words(20_000),
  facts: z.array(z.int().min(1)).max(50).default([]),
})
export type StatementText = z.output<typeof StatementText>
export const Submitted = z.strictObject({ note: Words(500).default('') })
export const Published = z.strictObject({
  place: Words(100).min(1),
  url: z.url({ protocol: /^https?$/ }).max(2_000),
  at: Instant.optional(),
  note: Words(500).default(''),
})
export const Withdrawn = z.strictObject({ reason: Reason })

export const StatementTemplate = z.object({
  /** Null: came with the program. */
  id: z.int().nullable(),
  kind: StatementKind,
  name: z.string(),
  title: z.string(),
  body: z.string(),
})
export type StatementTemplate = z.infer<typeof StatementTemplate>
export const NewTemplate = z.strictObject({
  kind: StatementKind,
  name: Words(60).min(1),
  title: Words(200).min(1),
  body: Words(20_000).min(1),
})
export const Templates = z.object({ items: z.array(StatementTemplate) })

/** A statement to begin with: by the level of the incident and how long it has gone. */
export const Suggestion = z.object({
  kind: StatementKind,
  title: z.string(),
  body: z.string(),
  facts: z.array(z.int()),
  reason: z.enum(['holding', 'progress', 'rebuttal']),
})
export type Suggestion = z.infer<typeof Suggestion>
