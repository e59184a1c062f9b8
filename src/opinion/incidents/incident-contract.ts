import { z } from 'zod'
import { Level } from '../contract.ts'

/** Incidents 处置单, shared with the console. No I/O. */

const Instant = z.iso.datetime()
const Words = (most: number) => z.string().trim().max(most)
const Reason = z.string().trim().min(2).max(500)
const UserId = z.string().min(1).max(100)

/** 公关, 法务, 客服: each has its owner, its tasks and its signature. */
export const lanes = ['pr', 'legal', 'service'] as const
export const Lane = z.enum(lanes)
export type Lane = z.infer<typeof Lane>

/** Who may have to sign before a case is closed: the lanes, and whom the contract of the level names besides. */
export const parties = ['pr', 'legal', 'service', 'compliance', 'admin'] as const
export const Party = z.enum(parties)
export type Party = z.infer<typeof Party>

export const incidentStates = ['open', 'acknowledged', 'acting', 'closing', 'closed'] as const
export const IncidentState = z.enum(incidentStates)
export type IncidentState = z.infer<typeof IncidentState>

/** Where each state may lead; back only from `closing` (not done after all) and `closed` (reopened). */
export const nextStates: Readonly<Record<IncidentState, readonly IncidentState[]>> = {
  open: ['acknowledged', 'closed'],
  acknowledged: ['acting', 'closed'],
  acting: ['closing', 'closed'],
  closing: ['closed', 'acting'],
  closed: ['acting'],
}

export const outcomes = ['resolved', 'faded', 'false-alarm', 'duplicate', 'transferred'] as const
export const Outcome = z.enum(outcomes)
export type Outcome = z.infer<typeof Outcome>

export const clockKinds = ['acknowledge', 'act', 'statement', 'close', 'regulator'] as const
export const ClockKind = z.enum(clockKinds)
export type ClockKind = z.infer<typeof ClockKind>

export const Calendar = z.enum(['always', 'work'])
export type Calendar = z.infer<typeof Calendar>

export const Pause = z.object({
  from: Instant,
  to: Instant.nullable(),
  reason: z.string(),
  by: z.string(),
})
export type Pause = z.infer<typeof Pause>

/** running: on its way; held: paused; due: past its deadline; escalated: past the second one too; met / missed: stopped. */
export const clockStandings = ['running', 'held', 'due', 'escalated', 'met', 'missed', 'void'] as const
export type ClockStanding = (typeof clockStandings)[number]

export const Clock = z.object({
  id: z.int(),
  kind: ClockKind,
  calendar: Calendar,
  minutes: z.int(),
  startedAt: Instant,
  dueAt: Instant,
  escalateAt: Instant,
  pauses: z.array(Pause),
  stoppedAt: Instant.nullable(),
  standing: z.enum(clockStandings),
  /** Seconds until the deadline by the clock on the wall, below zero when it is over; null when it is held or stopped. */
  leftSeconds: z.int().nullable(),
})
export type Clock = z.infer<typeof Clock>

export const Person = z.object({ id: z.string(), name: z.string() })
export const Handler = Person.extend({ lanes: z.array(Lane) })
export type Handler = z.infer<typeof Handler>

export const LaneState = z.object({
  lane: Lane,
  owner: Person.nullable(),
  deputy: Person.nullable(),
  /** Whether the reader may act here. */
  mine: z.boolean(),
  open: z.int(),
  done: z.int(),
})
export type LaneState = z.infer<typeof LaneState>

export const SignatureState = z.object({
  party: Party,
  /** Whether the level asks for it. */
  must: z.boolean(),
  signed: z.object({ at: Instant, by: z.string(), note: z.string() }).nullable(),
  /** Whether the reader's role signs here. */
  mine: z.boolean(),
  /** Whether the reader has signed for another party: one person signs for one. */
  other: z.boolean(),
})
export type SignatureState = z.infer<typeof SignatureState>

export const taskStates = ['open', 'doing', 'done', 'dropped'] as const
export const IncidentTask = z.object({
  id: z.int(),
  incidentId: z.int(),
  incident: z.string(),
  lane: Lane,
  title: z.string(),
  detail: z.string(),
  step: z.string().nullable(),
  owner: Person.nullable(),
  dueAt: Instant.nullable(),
  late: z.boolean(),
  state: z.enum(taskStates),
  result: z.string(),
  doneAt: Instant.nullable(),
  doneBy: z.string().nullable(),
  mine: z.boolean(),
})
export type IncidentTask = z.infer<typeof IncidentTask>

export const entryKinds = [
  'opened',
  'state',
  'level',
  'linked',
  'unlinked',
  'burst',
  'posts',
  'alert',
  'due',
  'escalated',
  'clock',
  'lane',
  'signed',
  'unsigned',
  'task',
  'comment',
  'decision',
  'file',
  'statement',
  'pack',
  'product',
  'report',
  'ticket',
] as const
export const EntryKind = z.enum(entryKinds)
export type EntryKind = z.infer<typeof EntryKind>

export const Entry = z.object({
  id: z.int(),
  incidentId: z.int(),
  incident: z.string(),
  at: Instant,
  writtenAt: Instant,
  kind: EntryKind,
  lane: Lane.nullable(),
  by: z.string(),
  text: z.string(),
  /** What happened, as codes and figures; the console says it in words. */
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  mentionsMe: z.boolean(),
})
export type Entry = z.infer<typeof Entry>

export const Attachment = z.object({
  id: z.uuid(),
  name: z.string(),
  type: z.string(),
  bytes: z.int(),
  sha256: z.string(),
  note: z.string(),
  lane: Lane.nullable(),
  addedAt: Instant,
  addedBy: z.string(),
  removedAt: Instant.nullable(),
})
export type Attachment = z.infer<typeof Attachment>

export const LinkedEvent = z.object({
  id: z.int(),
  title: z.string(),
  gist: z.string(),
  state: z.string(),
  posts: z.int(),
  authors: z.int(),
  platforms: z.int(),
  bursting: z.boolean(),
  firstAt: Instant,
  lastAt: Instant,
  linkedAt: Instant,
})
export type LinkedEvent = z.infer<typeof LinkedEvent>

export const IncidentRow = z.object({
  id: z.int(),
  drillId: z.int(),
  title: z.string(),
  level: Level,
  state: IncidentState,
  openedAt: Instant,
  openedBy: z.string(),
  openedHow: z.enum(['grade', 'hand']),
  closedAt: Instant.nullable(),
  lanes: z.array(z.object({ lane: Lane, owner: z.string().nullable(), open: z.int(), late: z.int() })),
  posts: z.int(),
  /** The running clock that falls due first. */
  clock: Clock.nullable(),
  late: z.boolean(),
})
export type IncidentRow = z.infer<typeof IncidentRow>

export const IncidentQuery = z.object({
  search: z.string().max(100).optional(),
  state: z.union([IncidentState, z.enum(['active'])]).default('active'),
  level: Level.optional(),
  lane: Lane.optional(),
  /** Owner, deputy or with a task of the reader. */
  mine: z.stringbool().default(false),
  late: z.stringbool().default(false),
  eventId: z.coerce.number().int().optional(),
  drillId: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(200).default(100),
  after: z.coerce.number().int().optional(),
})
export type IncidentQuery = z.output<typeof IncidentQuery>

export const IncidentPage = z.object({
  items: z.array(IncidentRow),
  next: z.int().nullable(),
  counts: z.object({
    open: z.int(),
    acknowledged: z.int(),
    acting: z.int(),
    closing: z.int(),
    late: z.int(),
    mine: z.int(),
  }),
})
export type IncidentPage = z.infer<typeof IncidentPage>

export const Incident = z.object({
  id: z.int(),
  drillId: z.int(),
  title: z.string(),
  summary: z.string(),
  level: Level,
  state: IncidentState,
  openedHow: z.enum(['grade', 'hand']),
  reason: z.string(),
  openedAt: Instant,
  openedBy: z.string(),
  acknowledgedAt: Instant.nullable(),
  acknowledgedBy: z.string().nullable(),
  actedAt: Instant.nullable(),
  closingAt: Instant.nullable(),
  closedAt: Instant.nullable(),
  closedBy: z.string().nullable(),
  outcome: Outcome.nullable(),
  conclusion: z.string(),
  reopened: z.int(),
  plan: z.object({ name: z.string(), version: z.int() }).nullable(),
  productKeys: z.array(z.string()),
  lanes: z.array(LaneState),
  signatures: z.array(SignatureState),
  clocks: z.array(Clock),
  tasks: z.array(IncidentTask),
  events: z.array(LinkedEvent),
  attachments: z.array(Attachment),
  /** What still keeps it from being closed. */
  obstacles: z.array(z.object({ code: z.enum(['signature', 'task']), party: Party, count: z.int() })),
  may: z.object({ handle: z.boolean(), lower: z.boolean() }),
})
export type Incident = z.infer<typeof Incident>

export const NewIncident = z.strictObject({
  title: Words(200).min(2),
  summary: Words(4_000).default(''),
  level: Level,
  reason: Reason,
  eventIds: z.array(z.int().min(1)).max(50).default([]),
  drillId: z.int().min(0).default(0),
})
export type NewIncident = z.output<typeof NewIncident>

export const IncidentChange = z.strictObject({
  title: Words(200).min(2).optional(),
  summary: Words(4_000).optional(),
})

export const StateChange = z.strictObject({
  to: IncidentState,
  reason: z.string().trim().max(500).default(''),
  outcome: Outcome.optional(),
  conclusion: Words(4_000).optional(),
})
export type StateChange = z.output<typeof StateChange>

export const LevelChange = z.strictObject({ level: Level, reason: Reason })
export const EventLink = z.strictObject({ eventId: z.int().min(1) })
export const WithReason = z.strictObject({ reason: Reason })

export const LaneChange = z.strictObject({
  ownerId: UserId.nullable(),
  deputyId: UserId.nullable(),
  /** What whoever takes over has to know; part of the timeline. */
  note: Words(2_000).default(''),
})
export const Signature = z.strictObject({ note: Words(1_000).default('') })

export const NewTask = z.strictObject({
  lane: Lane,
  title: Words(200).min(2),
  detail: Words(2_000).default(''),
  ownerId: UserId.nullable().default(null),
  dueAt: Instant.nullable().default(null),
})
export const TaskChange = z.strictObject({
  title: Words(200).min(2).optional(),
  detail: Words(2_000).optional(),
  ownerId: UserId.nullable().optional(),
  dueAt: Instant.nullable().optional(),
  state: z.enum(taskStates).optional(),
  result: Words(2_000).optional(),
})
export type TaskChange = z.output<typeof TaskChange>

export const NewComment = z.strictObject({
  text: Words(4_000).min(1),
  kind: z.enum(['comment', 'decision']).default('comment'),
  lane: Lane.nullable().default(null),
  mentions: z.array(UserId).max(20).default([]),
  /** When it was, where it is told later. */
  at: Instant.optional(),
})

export const EntryQuery = z.object({
  kinds: z
    .string()
    .transform((text) => text.split(',').filter(Boolean))
    .pipe(z.array(EntryKind))
    .optional(),
  before: z.coerce.number().int().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(200),
})
export const FeedQuery = z.object({
  mentionsMe: z.stringbool().default(false),
  drillId: z.coerce.number().int().min(0).default(0),
  before: z.coerce.number().int().optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
})
export const EntryPage = z.object({ items: z.array(Entry), next: z.int().nullable() })
export type EntryPage = z.infer<typeof EntryPage>

export const ProductCrisis = z.strictObject({ productKey: z.string().trim().min(1).max(100), reason: Reason })

/** How many minutes, after how many more it is escalated, over which calendar. */
export type ClockTerm = readonly [minutes: number, escalateMinutes: number, calendar: Calendar]
export type ClockTerms = Readonly<Partial<Record<ClockKind, ClockTerm>>>

export const RegulatorReport = z.object({
  incidentId: z.int(),
  clock: Clock.nullable(),
  company: z.string(),
  facts: z.array(z.object({ label: z.string(), value: z.string() })),
  sections: z.array(z.object({ title: z.string(), text: z.string() })),
  sha256: z.string(),
})
export type RegulatorReport = z.infer<typeof RegulatorReport>
