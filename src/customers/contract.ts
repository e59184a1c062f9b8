import { z } from 'zod'

/** Schemas shared with the console. No I/O. */

export const identifierKinds = [
  'idCard',
  'accountId',
  'wechatUnionId',
  'phone',
  'email',
  'wechatOpenId',
  'bankCard',
  'deviceId',
  'anonymousId',
] as const
export const IdentifierKindName = z.enum(identifierKinds)

export const traitTypes = ['string', 'integer', 'number', 'boolean', 'date', 'datetime'] as const
export const TraitTypeName = z.enum(traitTypes)
export const TraitValue = z.union([z.string(), z.number(), z.boolean()])

/** PIPL article 13: on what ground data are processed. */
export const legalBases = [
  'consent',
  'contract',
  'legalDuty',
  'emergency',
  'publicInterest',
  'selfDisclosed',
  'other',
] as const
export const LegalBasis = z.enum(legalBases)

const Instant = z.iso.datetime()
export const CustomerId = z.string().regex(/^\d{1,10}$/)
const Limit = z.coerce.number().int().min(1).max(500)

export const CustomerSearch = z
  .object({
    identifier: z.object({ kind: IdentifierKindName, value: z.string().min(1).max(512) }).optional(),
    text: z.string().max(200).optional(),
    limit: Limit.default(50),
    after: z.string().max(40).optional(),
    /** While paging through the newest: leave out visitors who have not named themselves yet. */
    known: z.boolean().default(false),
  })
  .strict()
export type CustomerSearch = z.infer<typeof CustomerSearch>

export const CustomerRow = z.object({
  id: z.string(),
  createdAt: Instant,
  /** Masked: name, phone and so on, as far as known. */
  display: z.record(z.string(), z.string()),
  traits: z.record(z.string(), TraitValue),
})
export const CustomerPage = z.object({ items: z.array(CustomerRow), total: z.number(), next: z.string().nullable() })

export const ShownIdentifier = z.object({
  kind: IdentifierKindName,
  /** Masked for personal kinds. */
  value: z.string(),
  masked: z.boolean(),
  customerNo: z.number(),
  seenAt: Instant,
  verifiedAt: Instant.nullable(),
  sourceId: z.string().nullable(),
  importId: z.string().nullable(),
})
export const ShownTrait = z.object({
  name: z.string(),
  title: z.string(),
  value: TraitValue,
  type: TraitTypeName,
  unit: z.string().nullable(),
  personal: z.boolean(),
  masked: z.boolean(),
  at: Instant,
  source: z.string().nullable(),
  basis: z.string(),
})
export const CustomerProfile = z.object({
  id: z.string(),
  createdAt: Instant,
  display: z.record(z.string(), z.string()),
  identifiers: z.array(ShownIdentifier),
  traits: z.array(ShownTrait),
  /** Customers merged into this one, newest first. */
  merged: z.array(z.object({ id: z.string(), into: z.string(), at: Instant, reason: z.string(), by: z.string() })),
  conflicts: z.array(
    z.object({ id: z.string(), other: z.string(), kind: z.string(), reason: z.string(), at: Instant }),
  ),
  /** The newest word for each purpose and channel; channel null: for every channel. */
  consents: z.array(
    z.object({
      purpose: z.string(),
      channel: z.string().nullable(),
      status: z.enum(['granted', 'refused', 'withdrawn']),
      at: Instant,
      noticeVersion: z.string().nullable(),
    }),
  ),
})
export type CustomerProfile = z.infer<typeof CustomerProfile>

export const Unmask = z.object({ purpose: z.string().trim().min(4).max(200) }).strict()
export const Unmasked = z.object({
  identifiers: z.array(z.object({ kind: IdentifierKindName, value: z.string() })),
  traits: z.record(z.string(), TraitValue),
})

export const TimelineQuery = z.object({
  limit: Limit.default(50),
  before: z.string().max(80).optional(),
  event: z.string().max(256).optional(),
  since: Instant.optional(),
  until: Instant.optional(),
})
export type TimelineQuery = z.infer<typeof TimelineQuery>
export const TimelinePage = z.object({
  items: z.array(
    z.object({
      event: z.string(),
      timestamp: Instant,
      messageId: z.string(),
      type: z.string(),
      properties: z.record(z.string(), z.unknown()),
      source: z.string().nullable(),
    }),
  ),
  next: z.string().nullable(),
})

export const MergeRequest = z
  .object({ into: CustomerId, from: CustomerId, reason: z.string().trim().min(2).max(300) })
  .strict()
export type MergeRequest = z.infer<typeof MergeRequest>
export const UnmergeRequest = z.object({ from: CustomerId, reason: z.string().trim().min(2).max(300) }).strict()
export const ConflictDecision = z
  .object({ decision: z.enum(['different', 'merge']), reason: z.string().trim().min(2).max(300) })
  .strict()

export const TraitEntryView = z.object({
  name: z.string(),
  title: z.string(),
  type: TraitTypeName,
  unit: z.string().nullable(),
  allowed: z.array(TraitValue).nullable(),
  personal: z.boolean(),
  owner: z.string().nullable(),
  basis: z.string(),
  description: z.string().nullable(),
  origin: z.string(),
})
export const TraitDeclaration = z
  .object({
    title: z.string().trim().min(1).max(100).optional(),
    type: TraitTypeName.optional(),
    unit: z.string().max(30).nullable().optional(),
    allowed: z.array(TraitValue).max(500).nullable().optional(),
    owner: z.string().max(100).nullable().optional(),
    basis: LegalBasis.optional(),
    description: z.string().max(1_000).nullable().optional(),
    personal: z.boolean().optional(),
  })
  .strict()
export type TraitDeclaration = z.infer<typeof TraitDeclaration>

export const NewSource = z
  .object({
    name: z.string().trim().min(1).max(100),
    kind: z.enum(['server', 'web', 'app', 'wechat', 'other']).default('server'),
    quotaPerSecond: z.number().int().min(1).max(1_000_000).default(100_000),
    personalRule: z.enum(['mask', 'identify']).default('mask'),
    basis: LegalBasis.default('contract'),
  })
  .strict()
export type NewSource = z.infer<typeof NewSource>
export const SourceChange = z
  .object({
    name: z.string().trim().min(1).max(100).optional(),
    enabled: z.boolean().optional(),
    quotaPerSecond: z.number().int().min(1).max(1_000_000).optional(),
    personalRule: z.enum(['mask', 'identify']).optional(),
    basis: LegalBasis.optional(),
  })
  .strict()
export type SourceChange = z.infer<typeof SourceChange>
export const SourceView = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.string(),
  enabled: z.boolean(),
  quotaPerSecond: z.number(),
  personalRule: z.enum(['mask', 'identify']),
  basis: z.string(),
  lastSeenAt: Instant.nullable(),
  createdAt: Instant,
  acceptedLastHour: z.number(),
  duplicatesLastHour: z.number(),
  rejectedLastHour: z.number(),
})
export const DebuggedMessage = z.object({
  at: Instant,
  /** `field`: the message was stored, a field of it was not. */
  fate: z.string(),
  type: z.string(),
  event: z.string(),
  messageId: z.string(),
  code: z.string().optional(),
  reason: z.string().optional(),
  message: z.string(),
})

export const Stats = z.object({ customers: z.number(), events: z.number(), sources: z.number() })

/** Two customers who share an identifier and may not be one, to be decided by a person. */
export const OpenConflict = z.object({
  id: z.string(),
  a: z.string(),
  b: z.string(),
  kind: z.string(),
  reason: z.string(),
  at: Instant,
})

/** How many customers hold a trait, and its most frequent values. */
export const TraitCoverage = z.object({ name: z.string(), customers: z.number(), values: z.array(z.string()) })

/** What a source sent in one minute. */
export const SourceMinute = z.object({
  at: Instant,
  accepted: z.number(),
  duplicates: z.number(),
  rejected: z.number(),
})
