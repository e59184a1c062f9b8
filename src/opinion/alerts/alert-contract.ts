import { z } from 'zod'
import { Level } from '../contract.ts'

/** Alerts, their receipts and silences, as the console shows them. No I/O. */

const Instant = z.iso.datetime()
const Reason = z.string().trim().min(2).max(500)

export const alertStates = ['firing', 'acknowledged', 'resolved'] as const
export const AlertLabels = z.object({
  subjects: z.array(z.object({ id: z.int(), name: z.string(), kind: z.string() })),
  aspects: z.array(z.string()),
  platforms: z.array(z.string()),
})
export type AlertLabels = z.infer<typeof AlertLabels>

export const noticeReasons = [
  'first',
  'changed',
  'repeat',
  'silenceEnded',
  'resolved',
  'escalate',
  'due',
  'overdue',
  'digest',
  'test',
] as const
export type NoticeReason = (typeof noticeReasons)[number]
export const noticeStates = ['queued', 'sending', 'sent', 'failed', 'digested', 'dropped'] as const

export const Attempt = z.object({
  attempt: z.int(),
  at: Instant,
  tookMs: z.int(),
  outcome: z.enum(['accepted', 'rejected', 'unclear']),
  code: z.string(),
  answer: z.string(),
})
export const Notice = z.object({
  id: z.int(),
  channelId: z.int(),
  channel: z.string(),
  kind: z.string(),
  why: z.enum(noticeReasons),
  person: z.string().nullable(),
  title: z.string(),
  body: z.string(),
  state: z.enum(noticeStates),
  madeAt: Instant,
  sentAt: Instant.nullable(),
  attempts: z.array(Attempt),
})
export type Notice = z.infer<typeof Notice>

/** Where an alert waits and why. */
export const AlertPlace = z.object({
  route: z.string(),
  routeName: z.string(),
  receiver: z.string(),
  groupState: z.enum(['waiting', 'told', 'muted', 'silenced', 'inhibited', 'quiet', 'over']),
  state: z.enum(['new', 'told', 'silenced', 'inhibited', 'acknowledged', 'resolved', 'left']),
  reason: z.string(),
  nextAt: Instant.nullable(),
  toldAt: Instant.nullable(),
  toldTimes: z.int(),
})
export const Alert = z.object({
  id: z.int(),
  eventId: z.int(),
  drillId: z.int(),
  level: Level,
  title: z.string(),
  labels: AlertLabels,
  state: z.enum(alertStates),
  firedAt: Instant,
  changedAt: Instant,
  acknowledgedAt: Instant.nullable(),
  acknowledgedBy: z.string().nullable(),
  acknowledgedVia: z.enum(['console', 'link']).nullable(),
  resolvedAt: Instant.nullable(),
  /** By when it has to be acknowledged. */
  dueAt: Instant.nullable(),
  late: z.boolean(),
  muted: z.enum(['silenced', 'inhibited', 'muted']).nullable(),
  /** Who keeps it quiet; `agreedBy` is the second person of a severe one. */
  silence: z.object({ by: z.string(), reason: z.string(), until: Instant, agreedBy: z.string().nullable() }).nullable(),
  escalation: z.object({ step: z.int(), nextAt: Instant.nullable(), state: z.string() }).nullable(),
  sent: z.int(),
  failed: z.int(),
})
export type Alert = z.infer<typeof Alert>
export const AlertDetail = Alert.extend({ places: z.array(AlertPlace), notices: z.array(Notice) })
export type AlertDetail = z.infer<typeof AlertDetail>

export const AlertQuery = z.object({
  state: z.enum(['open', 'firing', 'acknowledged', 'muted', 'resolved']).default('open'),
  level: Level.optional(),
  subject: z.coerce.number().int().optional(),
  q: z.string().trim().max(60).optional(),
  drills: z.stringbool().default(false),
  after: z.coerce.number().int().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
export type AlertQuery = z.output<typeof AlertQuery>
export const AlertPage = z.object({
  items: z.array(Alert),
  next: z.int().nullable(),
  counts: z.object({ firing: z.int(), acknowledged: z.int(), muted: z.int(), late: z.int() }),
  /** From the alert to the provider's answer, of the first messages of the last seven days; ms. */
  speed: z.object({ sent: z.int(), p50: z.number().nullable(), p95: z.number().nullable() }),
})
export type AlertPage = z.infer<typeof AlertPage>

/** What an alert is matched by; every field given must fit, a field left out fits all. */
export const Match = z.strictObject({
  subjects: z.array(z.int()).min(1).max(50).optional(),
  subjectKinds: z.array(z.string().min(1).max(30)).min(1).max(10).optional(),
  aspects: z.array(z.string().min(1).max(40)).min(1).max(20).optional(),
  platforms: z.array(z.string().min(1).max(40)).min(1).max(20).optional(),
  levels: z.array(Level).min(1).max(3).optional(),
  /** Real events or drills. */
  drill: z.boolean().optional(),
  event: z.int().optional(),
})
export type Match = z.infer<typeof Match>

export const NewSilence = z
  .strictObject({ match: Match, reason: Reason, from: Instant.optional(), until: Instant })
  .refine(({ match }) => Object.keys(match).length > 0, { path: ['match'], error: 'it would mute everything' })
export type NewSilence = z.output<typeof NewSilence>
export const Silence = z.object({
  id: z.int(),
  match: Match,
  reason: z.string(),
  from: Instant,
  until: Instant,
  by: z.string(),
  endedAt: Instant.nullable(),
  endedBy: z.string().nullable(),
  state: z.enum(['coming', 'active', 'over']),
  /** Alerts it mutes now. */
  mutes: z.int(),
  /** Whether severe alerts can fit it; they are quiet only when another person agreed. */
  mayBeSevere: z.boolean(),
  /** Severe alerts that fit it and sound all the same. */
  sounding: z.int(),
  severe: z.object({ reason: z.string(), by: z.string(), at: Instant, until: Instant }).nullable(),
  /** Made by the reader. */
  mine: z.boolean(),
})
export type Silence = z.infer<typeof Silence>
export const Silences = z.object({
  /** How long one may last at most, minutes. */
  terms: z.object({ longestMinutes: z.int(), severeLongestMinutes: z.int() }),
  silences: z.array(Silence),
})
export type Silences = z.infer<typeof Silences>
export const SevereSilence = z.strictObject({ reason: Reason })
