import { z } from 'zod'
import { Stretch } from '../clocks/clock-contract.ts'
import { Level } from '../contract.ts'
import { EventFacts } from './facts-contract.ts'
import { ClockKind, LevelContract, ScorePart } from './policy-contract.ts'

/** The grade of an event with everything that led to it, as the console shows it. No I/O. */

const Instant = z.iso.datetime()
const Reason = z.string().trim().min(2).max(500)

export const Component = z.object({
  part: ScorePart,
  raw: z.number(),
  value: z.number(),
  weight: z.number(),
  contribution: z.number(),
})
export const Verdict = z.object({
  level: Level,
  score: z.number(),
  components: z.array(Component),
  held: z.array(z.object({ id: z.string(), name: z.string(), level: Level })),
  cappedBy: z.string().nullable(),
})

export const Grade = z.object({
  id: z.int(),
  eventId: z.int(),
  drillId: z.int(),
  level: Level,
  before: Level.nullable(),
  score: z.number(),
  byMachine: z.boolean(),
  reason: z.string(),
  verdict: Verdict,
  policyVersion: z.int(),
  contractVersion: z.int(),
  at: Instant,
  by: z.string(),
  approvedBy: z.string().nullable(),
})
export type Grade = z.infer<typeof Grade>

export const deadlineStates = ['running', 'met', 'replaced', 'dropped'] as const
export const Deadline = z.object({
  id: z.int(),
  eventId: z.int(),
  level: Level,
  kind: ClockKind,
  runs: z.enum(['work', 'always']),
  dueMinutes: z.int(),
  escalateMinutes: z.int(),
  startedAt: Instant,
  /** Null while the clocks stand still. */
  dueAt: Instant.nullable(),
  escalateAt: Instant.nullable(),
  /** When the clock runs. */
  stretches: z.array(Stretch),
  state: z.enum(deadlineStates),
  endedAt: Instant.nullable(),
  endedBy: z.string().nullable(),
  /** Ended after it was due, or running and over it. */
  late: z.boolean(),
})
export type Deadline = z.infer<typeof Deadline>

export const ClockPause = z.object({
  id: z.int(),
  reason: z.string(),
  from: Instant,
  to: Instant.nullable(),
  by: z.string(),
})
export type ClockPause = z.infer<typeof ClockPause>

export const LevelRequest = z.object({
  id: z.int(),
  eventId: z.int(),
  level: Level,
  reason: z.string(),
  state: z.enum(['open', 'approved', 'refused', 'withdrawn']),
  askedBy: z.string(),
  askedAt: Instant,
  mine: z.boolean(),
  decidedBy: z.string().nullable(),
  decidedAt: Instant.nullable(),
  note: z.string().nullable(),
})
export type LevelRequest = z.infer<typeof LevelRequest>

/** Everything of one event's grade. */
export const EventGrade = z.object({
  eventId: z.int(),
  title: z.string(),
  drillId: z.int(),
  level: Level,
  score: z.number(),
  since: Instant,
  evaluatedAt: Instant,
  /** By the rules as they stand now; differs from the last grade when a person decided. */
  verdict: Verdict,
  facts: EventFacts,
  contract: LevelContract,
  plan: z.object({ id: z.int(), key: z.string(), version: z.int(), title: z.string() }).nullable(),
  grades: z.array(Grade),
  deadlines: z.array(Deadline),
  pauses: z.array(ClockPause),
  request: LevelRequest.nullable(),
})
export type EventGrade = z.infer<typeof EventGrade>

/** Raising holds at once; lowering waits for another person. */
export const LevelChange = z.strictObject({ level: Level, reason: Reason })
export const LevelChanged = z.object({ changed: z.boolean(), request: LevelRequest.nullable() })
export const LevelDecision = z.strictObject({ approve: z.boolean(), note: z.string().trim().max(500).default('') })
export const PauseReason = z.strictObject({ reason: Reason })
export const LevelRequests = z.object({ requests: z.array(LevelRequest.extend({ title: z.string() })) })
