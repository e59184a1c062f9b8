import { z } from 'zod'

/** Schemas of people in journeys, shared with the console. */

const Instant = z.iso.datetime()
const Count = z.int()

export const entryStates = ['active', 'finished', 'exited', 'converted', 'stopped', 'failed'] as const
export const EntryState = z.enum(entryStates)

/** A step now. What came in and is not there any more left by one of the ways out, so the numbers add up exactly. */
export const StepLive = z.object({
  in: Count,
  waiting: Count,
  /** By way out: `next`, `refused`, `timeout`, `missing`, `otherwise`, `expired`, `arm:NAME`, `outcome:NAME`; `exited`, `converted`, `stopped`, `failed`, `moved`, `removed`. */
  out: z.record(z.string(), Count),
})
export const Live = z.object({
  version: z.int(),
  asOf: Instant,
  entered: Count,
  inside: Count,
  ended: z.object({ finished: Count, exited: Count, converted: Count, stopped: Count, failed: Count }),
  /** By step; those nobody came to are missing. */
  steps: z.record(z.string(), StepLive),
})
export type Live = z.infer<typeof Live>

export const FlowQuery = z.object({
  version: z.coerce.number().int().min(1).optional(),
  from: Instant.optional(),
  to: Instant.optional(),
})
/** Passages of a period: how many took each way, and how long they had been at the step. */
export const Flow = z.object({
  version: z.int(),
  ways: z.array(
    z.object({
      step: z.string(),
      edge: z.string(),
      passages: Count,
      people: Count,
      /** Seconds at the step, half of the passages shorter; and nine of ten. */
      medianSeconds: z.number(),
      p90Seconds: z.number(),
    }),
  ),
})

export const EntryQuery = z.object({
  version: z.coerce.number().int().min(1).optional(),
  step: z.string().max(32).optional(),
  state: EntryState.optional(),
  /** A customer number. */
  search: z
    .string()
    .regex(/^\d{1,10}$/)
    .optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  /** Id of the last entry of the page before. */
  after: z
    .string()
    .regex(/^\d{1,19}$/)
    .optional(),
})

export const Entry = z.object({
  id: z.string(),
  customerId: z.string(),
  /** Masked; null where he was erased. */
  display: z.record(z.string(), z.string()).nullable(),
  version: z.int(),
  /** The how manieth run of this customer. */
  entryNo: z.int(),
  step: z.string(),
  pass: z.int(),
  state: EntryState,
  enteredAt: Instant,
  arrivedAt: Instant,
  /** When he is looked at next; null while an outcome is awaited without end, or when it is over. */
  dueAt: Instant.nullable(),
  endedAt: Instant.nullable(),
  goalAt: Instant.nullable(),
  arm: z.string().nullable(),
  reason: z.string().nullable(),
})
export const EntryPage = z.object({ entries: z.array(Entry), next: z.string().nullable() })

export const EntryStory = z.object({
  entry: Entry,
  /** What let him in, without personal data. */
  trigger: z.record(z.string(), z.unknown()),
  /** In order. */
  passages: z.array(
    z.object({
      step: z.string(),
      pass: z.int(),
      edge: z.string(),
      to: z.string().nullable(),
      reason: z.string().nullable(),
      arrivedAt: Instant,
      leftAt: Instant,
    }),
  ),
  /** What was to be sent to him in this run, in order of decision. */
  sends: z.array(
    z.object({
      id: z.string(),
      step: z.string(),
      pass: z.int(),
      channel: z.string(),
      state: z.string(),
      refusal: z.string().nullable(),
      decidedAt: Instant,
      notBefore: Instant.nullable(),
      sentAt: Instant.nullable(),
      deliveredAt: Instant.nullable(),
    }),
  ),
})

const Reason = z.string().trim().min(1).max(500)
export const MoveEntry = z.strictObject({ step: z.string().min(1).max(32), reason: Reason })
export const RemoveEntry = z.strictObject({ reason: Reason })
export const RetryEntries = z.strictObject({
  /** Left out: everybody who failed at the step, or in the campaign. */
  entryIds: z
    .array(z.string().regex(/^\d{1,19}$/))
    .min(1)
    .max(1_000)
    .optional(),
  step: z.string().max(32).optional(),
})
