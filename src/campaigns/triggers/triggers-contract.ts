import { z } from 'zod'
import { identifierKinds } from '../../customers/contract.ts'

/** Schemas of triggers, shared with the console. No I/O. */

const Instant = z.iso.datetime()

export const TriggerSettings = z.strictObject({
  /** An event that happened longer ago than this lets nobody in; it is counted as late or missed. */
  lateHours: z
    .int()
    .min(1)
    .max(24 * 30),
})
export type TriggerSettings = z.infer<typeof TriggerSettings>

export const runKinds = ['once', 'recurring', 'list', 'date', 'audience'] as const
export const runStates = ['waiting', 'running', 'done', 'missed', 'cancelled', 'failed'] as const
export type RunState = (typeof runStates)[number]

/** One working through of an audience, list or day. */
export const Run = z.object({
  id: z.int(),
  kind: z.enum(runKinds),
  version: z.int(),
  /** Which occurrence: `once`, `2026-11-22T09:00`, `day 2026-11-22` … */
  occurrence: z.string(),
  dueAt: Instant,
  state: z.enum(runStates),
  /** Why it was missed or failed: `overdue`, `overlap`, `notLive`, `audienceGone`, or what it met. */
  reason: z.string().nullable(),
  /** The list that holds who was in it. */
  listId: z.uuid().nullable(),
  total: z.int().nullable(),
  /** Of the total, worked through; of those, entered (the others by re-entry policy, holdout or door not). */
  handed: z.int(),
  entered: z.int(),
  startedAt: Instant.nullable(),
  endedAt: Instant.nullable(),
})
export type Run = z.infer<typeof Run>
export const Runs = z.object({ runs: z.array(Run), next: Instant.nullable() })
export type Runs = z.infer<typeof Runs>

/** What its trigger did, by day of Asia/Shanghai. */
export const TriggerDay = z.object({
  day: z.iso.date(),
  matched: z.int(),
  late: z.int(),
  missed: z.int(),
  failed: z.int(),
})
export const TriggerActivity = z.object({
  days: z.array(TriggerDay),
  /** What the newest failure met. */
  failure: z.string().nullable(),
})
export type TriggerActivity = z.infer<typeof TriggerActivity>

export const entryLimits = { people: 1_000, properties: 40, text: 300 } as const

const Property = z.union([z.string().max(entryLimits.text), z.number(), z.boolean()])
/** Who enters: a customer number, or an identifier of one. */
export const EntryPerson = z
  .strictObject({
    customerId: z
      .string()
      .regex(/^\d{1,10}$/)
      .optional(),
    identifier: z.strictObject({ kind: z.enum(identifierKinds), value: z.string().min(1).max(512) }).optional(),
    /** For the texts and conditions; no personal data. */
    properties: z
      .record(z.string().regex(/^[\p{L}_][\p{L}\p{N}_.-]{0,59}$/u), Property)
      .refine((given) => Object.keys(given).length <= entryLimits.properties, { error: 'too many properties' })
      .default({}),
  })
  .refine(({ customerId, identifier }) => (customerId === undefined) !== (identifier === undefined), {
    error: 'either customerId or identifier',
  })
export const EntryRequest = z.strictObject({ people: z.array(EntryPerson).min(1).max(entryLimits.people) })
export type EntryRequest = z.output<typeof EntryRequest>

export const entryOutcomes = ['taken', 'unknown', 'personal', 'notAllowed'] as const
export const EntryAnswer = z.object({
  /** In the order asked. taken: handed over; holdout and re-entry policy decide whether he goes in. */
  people: z.array(
    z.object({
      outcome: z.enum(entryOutcomes),
      /** Of `personal`: the properties that hold what may not be kept. */
      properties: z.array(z.string()).optional(),
    }),
  ),
  taken: z.int(),
  entered: z.int(),
})
export type EntryAnswer = z.infer<typeof EntryAnswer>
