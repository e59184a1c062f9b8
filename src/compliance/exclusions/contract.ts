import { z } from 'zod'

/** Schemas of exclusions, shared with the console. No I/O. */

const Instant = z.iso.datetime()
export const ExclusionId = z.string().regex(/^\d{1,18}$/)
export const CustomerNo = z.coerce.number().int().min(1).max(2_147_483_647)

/** What can be stated of a person. Age and campus signals are found out when it is asked. */
export const exclusionKinds = [
  'deceased',
  'inCollection',
  'hardship',
  'complaint',
  'selfExcluded',
  'student',
  'minor',
  'warningTier',
  'notPersonalised',
] as const
export type ExclusionKind = (typeof exclusionKinds)[number]
export const ExclusionKind = z.enum(exclusionKinds)

/** Why a person is not reached, in the order that counts; the words of the gate's refusals. */
export const exclusionCodes = [
  'MINOR',
  'AGE_UNKNOWN',
  'STUDENT',
  'DECEASED',
  'IN_COLLECTION',
  'HARDSHIP',
  'OPEN_COMPLAINT',
  'SELF_EXCLUDED',
  'RISK_WARNING',
] as const
export type ExclusionCode = (typeof exclusionCodes)[number]

/** What a code was found by. */
export const exclusionGrounds = ['stated', 'birthDate', 'trait', 'email', 'address', 'network'] as const
export type ExclusionGround = (typeof exclusionGrounds)[number]

export const Exclusion = z.object({
  id: z.string(),
  customerId: z.string(),
  /** Masked; empty for who may not see customers. */
  display: z.record(z.string(), z.string()),
  kind: ExclusionKind,
  since: Instant,
  until: Instant.nullable(),
  reason: z.string(),
  evidence: z.record(z.string(), z.unknown()),
  source: z.string(),
  createdAt: Instant,
  createdBy: z.string(),
  endedAt: Instant.nullable(),
  endedBy: z.string().nullable(),
  endReason: z.string().nullable(),
  /** Counts now. */
  active: z.boolean(),
})
export type Exclusion = z.infer<typeof Exclusion>

export const ExclusionQuery = z.object({
  kind: ExclusionKind.optional(),
  customerId: CustomerNo.optional(),
  state: z.enum(['active', 'ended', 'all']).default('active'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: ExclusionId.optional(),
})
export type ExclusionQuery = z.output<typeof ExclusionQuery>
export const ExclusionPage = z.object({
  items: z.array(Exclusion),
  total: z.int(),
  counts: z.array(z.object({ kind: ExclusionKind, count: z.int() })).describe('Active ones by kind'),
  next: z.string().nullable(),
})

export const NewExclusion = z.strictObject({
  customerId: CustomerNo,
  kind: ExclusionKind,
  since: Instant.optional().describe('Now unless given'),
  until: Instant.nullable().default(null),
  reason: z.string().trim().min(2).max(500),
  evidence: z.string().trim().max(300).default('').describe('Number of the case, the recording or the document'),
})
export type NewExclusion = z.output<typeof NewExclusion>
export const ExclusionEnd = z.strictObject({ reason: z.string().trim().min(2).max(500) })

/** What stands between a customer and a message, as the gate would see it now. */
export const CustomerExclusions = z.object({
  items: z.array(Exclusion),
  found: z.array(
    z.object({
      code: z.enum(exclusionCodes),
      ground: z.enum(exclusionGrounds),
      /** What it keeps away. */
      from: z.enum(['everything', 'marketing', 'loanMarketing']),
    }),
  ),
  personalised: z.boolean(),
})
export type CustomerExclusions = z.infer<typeof CustomerExclusions>
