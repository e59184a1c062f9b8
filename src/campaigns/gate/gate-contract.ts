import { z } from 'zod'
import { Member } from '../../audiences/contract.ts'
import { Category, Channel, Refusal, refusals, sendStates } from '../channels-contract.ts'

/** Schemas of verdicts as people read them, shared with the console. No I/O. */

const Instant = z.iso.datetime()
const Day = z.iso.date()
export const refusalGroups = Object.keys(refusals) as [keyof typeof refusals, ...(keyof typeof refusals)[]]
export const RefusalGroupName = z.enum(refusalGroups)

/** What a reason was measured by: `{ max: 1, amount: 24, unit: 'hours' }`. No personal data. */
export const ReasonValues = z.record(z.string(), z.unknown())

/**
 * A reason as the reader may see it. `code` is null where he may not know which it is: why a person is excluded or
 * unsuitable is only for those who may read exclusions.
 */
export const ShownReason = z.object({
  group: RefusalGroupName,
  code: Refusal.nullable(),
  values: ReasonValues,
})
export type ShownReason = z.infer<typeof ShownReason>

export const RefusalsQuery = z.object({
  from: Day.optional(),
  to: Day.optional(),
  version: z.coerce.number().int().min(1).optional(),
  step: z.string().max(32).optional(),
})
export type RefusalsQuery = z.output<typeof RefusalsQuery>

const Counted = z.object({ code: Refusal, group: RefusalGroupName, count: z.int(), share: z.number() })
/** Verdicts of a campaign: how many wishes to send came to the gate, and why it kept some back. */
export const RefusalReport = z.object({
  decided: z.int(),
  passed: z.int(),
  refused: z.int(),
  /** Of all that were decided; most frequent first. */
  reasons: z.array(Counted),
  steps: z.array(
    z.object({
      step: z.string(),
      name: z.string().nullable(),
      decided: z.int(),
      refused: z.int(),
      reasons: z.array(Counted),
    }),
  ),
  days: z.array(z.object({ day: Day, passed: z.int(), reasons: z.partialRecord(Refusal, z.int()) })),
})
export type RefusalReport = z.infer<typeof RefusalReport>

export const RefusedPeopleQuery = z.object({
  code: Refusal,
  step: z.string().max(32).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z.coerce.number().int().optional(),
})

export const RefusedPeople = z.object({ items: z.array(Member), next: z.string().nullable() })

/** A send as it stands on a customer's profile. */
export const CustomerSend = z.object({
  id: z.string(),
  campaignId: z.int(),
  campaign: z.string(),
  version: z.int(),
  step: z.string(),
  stepName: z.string().nullable(),
  category: Category,
  channel: Channel,
  state: z.enum(sendStates),
  reason: ShownReason.nullable(),
  /** Where several channels were tried. */
  tried: z.array(z.object({ channel: Channel, reason: ShownReason })),
  decidedAt: Instant,
  notBefore: Instant.nullable(),
  sentAt: Instant.nullable(),
  deliveredAt: Instant.nullable(),
})
export type CustomerSend = z.infer<typeof CustomerSend>
export const CustomerSendsQuery = z.object({
  /** Leaves out what was not refused. */
  refused: z.stringbool().default(false),
  limit: z.coerce.number().int().min(1).max(200).default(20),
  after: z
    .string()
    .regex(/^\d{1,19}$/)
    .optional(),
})
export const CustomerSendPage = z.object({ sends: z.array(CustomerSend), next: z.string().nullable() })

/** One step of the gate as it would go now. */
export const GatePassage = z.object({
  step: RefusalGroupName,
  passed: z.boolean(),
  reason: ShownReason.nullable(),
  channels: z.array(z.object({ channel: Channel, reason: ShownReason.nullable() })),
  /** Held back until then. */
  notBefore: Instant.nullable(),
})
export type GatePassage = z.infer<typeof GatePassage>

/** Why a customer got something of a campaign or not. */
export const Why = z.object({
  campaign: z.object({ id: z.int(), name: z.string(), state: z.string(), version: z.int().nullable() }),
  /** Merged people: the number that stands for him. */
  customerId: z.string(),
  erased: z.boolean(),
  /** The audience or list that lets people in, and whether he is in it now; null where something else lets people in. */
  audience: z
    .object({ kind: z.enum(['audience', 'list']), id: z.string(), name: z.string(), member: z.boolean() })
    .nullable(),
  trigger: z.string().nullable(),
  heldOut: z.object({ global: z.boolean(), campaign: z.boolean() }),
  entries: z.array(
    z.object({
      entryNo: z.int(),
      version: z.int(),
      state: z.string(),
      step: z.string(),
      stepName: z.string().nullable(),
      enteredAt: Instant,
      arrivedAt: Instant,
      dueAt: Instant.nullable(),
      endedAt: Instant.nullable(),
      goalAt: Instant.nullable(),
    }),
  ),
  sends: z.array(CustomerSend),
  /** What the gate would say now, step by step of the live version. */
  now: z.array(
    z.object({
      step: z.string(),
      name: z.string().nullable(),
      passes: z.boolean(),
      channel: Channel.nullable(),
      notBefore: Instant.nullable(),
      passages: z.array(GatePassage),
    }),
  ),
})
export type Why = z.infer<typeof Why>
