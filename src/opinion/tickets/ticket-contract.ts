import { z } from 'zod'
import { Attachment } from '../incidents/incident-contract.ts'

const Calendar = z.enum(['always', 'work'])
const Term = z.tuple([z.int().min(1).max(525_600), Calendar])
const KindTerms = z.strictObject({ acknowledge: Term, answer: Term, solve: Term })
export type KindTerms = z.output<typeof KindTerms>

/** Minutes until a ticket is acknowledged, first answered, solved; `regulated`: complaints that a regulator passed on. */
export const TicketTerms = z.strictObject({
  complaint: KindTerms,
  regulated: KindTerms,
  praise: KindTerms,
  suggestion: KindTerms,
  inquiry: KindTerms,
  /** Who complained within so many days before is a repeat complainer. */
  repeatDays: z.int().min(1).max(730),
  /** How long the link of a survey works. */
  surveyDays: z.int().min(1).max(90),
})
export type TicketTerms = z.output<typeof TicketTerms>

/** Tickets 工单 of the customer-relations loop, shared with the console. No I/O. */

const Instant = z.iso.datetime()
const Words = (most: number) => z.string().trim().max(most)
const Reason = z.string().trim().min(2).max(500)
const UserId = z.string().min(1).max(100)
const ReasonKey = z.string().regex(/^[a-z][a-z0-9-]*(\.[a-z0-9-]+)?$/)
const Person = z.object({ id: z.string(), name: z.string() })

/** 投诉, 表扬, 建议, 咨询 */
export const ticketKinds = ['complaint', 'praise', 'suggestion', 'inquiry'] as const
export const TicketKind = z.enum(ticketKinds)
export type TicketKind = z.infer<typeof TicketKind>

export const ticketStates = ['new', 'acknowledged', 'answered', 'solved', 'closed'] as const
export const TicketState = z.enum(ticketStates)
export type TicketState = z.infer<typeof TicketState>

/** From a post by a person, from a complaint platform by itself, by hand, by linking a post to a customer. */
export const ticketOrigins = ['post', 'source', 'hand', 'link'] as const

export const ticketSteps = ['acknowledge', 'answer', 'solve'] as const
export const TicketClock = z.object({
  step: z.enum(ticketSteps),
  dueAt: Instant,
  doneAt: Instant.nullable(),
  standing: z.enum(['running', 'held', 'late', 'met', 'missed']),
  leftSeconds: z.int().nullable(),
  minutes: z.int(),
  calendar: Calendar,
})
export type TicketClock = z.infer<typeof TicketClock>

export const TicketRow = z.object({
  id: z.int(),
  drillId: z.int(),
  kind: TicketKind,
  origin: z.enum(ticketOrigins),
  platform: z.string().nullable(),
  number: z.string().nullable(),
  title: z.string(),
  reason: z.string().nullable(),
  regulated: z.boolean(),
  state: TicketState,
  owner: Person.nullable(),
  mine: z.boolean(),
  /** Linked to a customer; who, is only in the ticket itself. */
  linked: z.boolean(),
  receivedAt: Instant,
  /** The step that is due next; null when all are done. */
  clock: TicketClock.nullable(),
  late: z.boolean(),
  satisfaction: z.int().nullable(),
})
export type TicketRow = z.infer<typeof TicketRow>

export const TicketEntry = z.object({
  id: z.int(),
  at: Instant,
  kind: z.enum([
    'opened',
    'state',
    'assigned',
    'note',
    'draft',
    'answer',
    'clock',
    'linked',
    'unlinked',
    'survey',
    'changed',
    'file',
  ]),
  by: z.string(),
  text: z.string(),
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
})
export type TicketEntry = z.infer<typeof TicketEntry>

export const Ticket = TicketRow.extend({
  text: z.string(),
  postId: z.string().nullable(),
  appeal: z.array(z.string()),
  amountFen: z.int().nullable(),
  replyState: z.string().nullable(),
  incidentId: z.int().nullable(),
  clocks: z.array(TicketClock),
  pauses: z.array(z.object({ from: Instant, to: Instant.nullable(), reason: z.string(), by: z.string() })),
  attachments: z.array(Attachment),
  entries: z.array(TicketEntry),
  closeReason: z.string().nullable(),
  satisfiedAt: Instant.nullable(),
  satisfiedHow: z.enum(['link', 'entered']).nullable(),
  satisfiedNote: z.string().nullable(),
  /** Masked; null without a link, or without the right to see it. */
  customer: z
    .object({
      id: z.string(),
      display: z.record(z.string(), z.string()),
      purpose: z.string(),
      linkedAt: Instant,
      linkedBy: z.string(),
      /** Complaints of the same person within the days that make a repeat complainer, this one left out. */
      otherComplaints: z.int(),
      marketingPaused: z.boolean(),
    })
    .nullable(),
  may: z.object({ work: z.boolean(), link: z.boolean() }),
})
export type Ticket = z.infer<typeof Ticket>

export const TicketQuery = z.object({
  search: z.string().max(100).optional(),
  kind: TicketKind.optional(),
  state: z.union([TicketState, z.enum(['open', 'all'])]).default('open'),
  reason: ReasonKey.optional(),
  mine: z.stringbool().default(false),
  unassigned: z.stringbool().default(false),
  late: z.stringbool().default(false),
  postId: z
    .string()
    .regex(/^\d{1,20}$/)
    .optional(),
  incidentId: z.coerce.number().int().optional(),
  drillId: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z.coerce.number().int().optional(),
})
export type TicketQuery = z.output<typeof TicketQuery>
export const TicketPage = z.object({
  items: z.array(TicketRow),
  next: z.int().nullable(),
  counts: z.object({ open: z.int(), late: z.int(), mine: z.int(), unassigned: z.int() }),
})
export type TicketPage = z.infer<typeof TicketPage>

export const NewTicket = z.strictObject({
  kind: TicketKind,
  title: Words(200).min(2),
  text: Words(8_000).default(''),
  reason: ReasonKey.nullable().default(null),
  regulated: z.boolean().default(false),
  platform: Words(40).nullable().default(null),
  number: Words(64).nullable().default(null),
  appeal: z.array(Words(100)).max(20).default([]),
  amountFen: z.int().min(0).nullable().default(null),
  receivedAt: Instant.optional(),
  incidentId: z.int().min(1).nullable().default(null),
  ownerId: UserId.nullable().default(null),
})
export type NewTicket = z.output<typeof NewTicket>
export const TicketFromPost = z.strictObject({
  postId: z.string().regex(/^\d{1,20}$/),
  kind: TicketKind,
  drillId: z.int().min(0).default(0),
})
export const TicketChange = z.strictObject({
  title: Words(200).min(2).optional(),
  kind: TicketKind.optional(),
  reason: ReasonKey.nullable().optional(),
  regulated: z.boolean().optional(),
  ownerId: UserId.nullable().optional(),
  incidentId: z.int().min(1).nullable().optional(),
})
export type TicketChange = z.output<typeof TicketChange>
export const TicketMove = z.strictObject({
  to: z.enum(['acknowledged', 'solved', 'closed', 'reopened']),
  text: Words(2_000).default(''),
})
export const TicketAnswer = z.strictObject({
  text: Words(4_000).min(2),
  /** Where it was said: telephone, the platform, a letter. */
  channel: z.enum(['phone', 'platform', 'sms', 'email', 'wechat', 'letter', 'branch']),
  /** Kept for later, said to nobody yet. */
  draft: z.boolean().default(false),
})
export const TicketNote = z.strictObject({ text: Words(2_000).min(1) })
export const TicketHold = z.strictObject({ reason: Reason })

export const CustomerLinkRequest = z.strictObject({
  kind: z.enum(['customerId', 'phone', 'idCard', 'email', 'accountId']),
  value: z.string().trim().min(1).max(200),
  /** Why this person is looked for: shown to him when he asks. */
  purpose: Reason,
})
export const Unlinking = z.strictObject({ reason: Reason })

export const SurveyLink = z.object({ url: z.string(), expiresAt: Instant })
export const SatisfactionGiven = z.strictObject({ score: z.int().min(1).max(5), note: Words(500).default('') })

export const TicketReason = z.object({
  key: z.string(),
  parent: z.string().nullable(),
  name: z.string(),
  nameEn: z.string(),
  tickets: z.int(),
})
export type TicketReason = z.infer<typeof TicketReason>
export const TicketReasons = z.object({ items: z.array(TicketReason) })
export const NewReason = z.strictObject({
  key: ReasonKey,
  parent: ReasonKey.nullable(),
  name: Words(40).min(1),
  nameEn: Words(60).min(1),
})

export const AnswerTemplate = z.object({
  id: z.int(),
  name: z.string(),
  reason: z.string().nullable(),
  body: z.string(),
})
export type AnswerTemplate = z.infer<typeof AnswerTemplate>
export const AnswerTemplates = z.object({ items: z.array(AnswerTemplate) })
export const NewAnswerTemplate = z.strictObject({
  name: Words(60).min(1),
  reason: ReasonKey.nullable().default(null),
  body: Words(4_000).min(2),
})

export const StatisticsQuery = z.object({
  from: z.iso.date(),
  to: z.iso.date(),
  drillId: z.coerce.number().int().min(0).default(0),
})
const Spread = z.object({
  count: z.int(),
  medianHours: z.number().nullable(),
  p90Hours: z.number().nullable(),
  inTime: z.int(),
})
export const TicketStatistics = z.object({
  received: z.int(),
  open: z.int(),
  late: z.int(),
  byKind: z.array(z.object({ kind: TicketKind, count: z.int() })),
  byReason: z.array(z.object({ reason: z.string().nullable(), count: z.int() })),
  byPlatform: z.array(z.object({ platform: z.string().nullable(), count: z.int() })),
  byDay: z.array(z.object({ day: z.iso.date(), complaints: z.int(), praise: z.int(), others: z.int() })),
  acknowledge: Spread,
  answer: Spread,
  solve: Spread,
  /** How many gave each score, 1 to 5; `asked` were sent a link. */
  satisfaction: z.object({ answered: z.int(), mean: z.number().nullable(), scores: z.array(z.int()).length(5) }),
  /** People with more than one complaint among those that are linked to somebody. */
  repeat: z.object({ people: z.int(), repeaters: z.int(), complaints: z.int() }),
})
export type TicketStatistics = z.infer<typeof TicketStatistics>
