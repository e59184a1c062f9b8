import { z } from 'zod'

/** Schemas of reviews, shared with the console and with the features whose things are reviewed. No I/O. */

const Instant = z.iso.datetime()

/**
 * review: waits for a second person. opinion: approved by him, waits for consumer protection. returned: to be changed and
 * submitted again. void: what was submitted changed meanwhile, or an approval was taken back.
 */
export const reviewStates = ['review', 'opinion', 'approved', 'returned', 'refused', 'withdrawn', 'void'] as const
export type ReviewState = (typeof reviewStates)[number]
export const openStates = ['review', 'opinion'] as const

export const reviewOpinions = ['agree', 'agreeWithAdvice', 'object'] as const
export type ReviewOpinion = (typeof reviewOpinions)[number]

/** What an automatic check found. The checks of content give more of it; everything else has these. */
export const ReviewFinding = z.looseObject({
  /** Stable within the check: `B3.低门槛`, `journey.unreachable`. */
  rule: z.string().max(200),
  action: z.enum(['block', 'flag']),
  /** Which part of the material it is about: a path, a step, empty for the whole. */
  where: z.string().max(200).default(''),
  category: z.string().optional(),
  article: z.string().optional(),
  reason: z.string().optional(),
  start: z.int().nullable().optional(),
  end: z.int().nullable().optional(),
  matched: z.string().optional(),
  values: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
})
export type ReviewFinding = z.output<typeof ReviewFinding>

export const FindingOfReview = z.object({
  no: z.int(),
  finding: ReviewFinding,
  justification: z.string().nullable(),
  justifiedAt: Instant.nullable(),
  justifiedBy: z.string().nullable(),
})
export type FindingOfReview = z.output<typeof FindingOfReview>

export const reviewSteps = [
  'submitted',
  'commented',
  'justified',
  'approved',
  'opinion',
  'returned',
  'refused',
  'withdrawn',
  'voided',
  'revoked',
] as const
export type ReviewStepKind = (typeof reviewSteps)[number]

export const ReviewStep = z.object({
  at: Instant,
  by: z.string(),
  what: z.enum(reviewSteps),
  note: z.string(),
})

/** Why the reader cannot act now; null when he can. */
export const reviewObstacles = ['permission', 'own', 'state', 'machine'] as const
export type ReviewObstacle = (typeof reviewObstacles)[number]
const Obstacle = z.enum(reviewObstacles).nullable()

export const ReviewRow = z.object({
  id: z.int(),
  subjectKind: z.string(),
  subjectId: z.string(),
  title: z.string(),
  contentHash: z.string(),
  state: z.enum(reviewStates),
  opinionRequired: z.boolean(),
  opinion: z.enum(reviewOpinions).nullable(),
  submittedAt: Instant,
  submittedBy: z.string(),
  dueAt: Instant,
  /** Waiting and past its hour. */
  late: z.boolean(),
  flags: z.int(),
  approvedBy: z.string().nullable(),
  decidedAt: Instant.nullable(),
  decidedBy: z.string().nullable(),
  reason: z.string().nullable(),
  /** What the reader could do about it now. */
  mayDecide: Obstacle,
  mayGiveOpinion: Obstacle,
})
export type ReviewRow = z.infer<typeof ReviewRow>

export const Review = ReviewRow.extend({
  note: z.string(),
  rules: z.string(),
  materialHash: z.string(),
  keptUntil: Instant,
  /** As it was submitted; its shape belongs to the subject's kind. */
  material: z.json(),
  findings: z.array(FindingOfReview),
  steps: z.array(ReviewStep),
  approvedAt: Instant.nullable(),
  opinionText: z.string().nullable(),
  opinionAt: Instant.nullable(),
  opinionBy: z.string().nullable(),
  mayWithdraw: z.boolean(),
  mayRevoke: z.boolean(),
  /** The last approval of the same subject before this one, for comparing. */
  before: z.object({ id: z.int(), decidedAt: Instant, material: z.json() }).nullable(),
})
export type Review = z.output<typeof Review>

export const ReviewQuery = z.object({
  search: z.string().max(100).optional(),
  subjectKind: z.string().max(40).optional(),
  subjectId: z.string().max(100).optional(),
  state: z.enum(reviewStates).optional(),
  /** `me`: what the reader can decide or give his opinion on; `mine`: what he submitted; `open`: all that wait. */
  waiting: z.enum(['me', 'mine', 'open']).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z.coerce.number().int().optional(),
})
export type ReviewQuery = z.output<typeof ReviewQuery>
export const ReviewPage = z.object({
  items: z.array(ReviewRow),
  total: z.int(),
  next: z.int().nullable(),
  /** How many wait for the reader. */
  waitingForMe: z.int(),
})

const Words = z.string().trim().min(2).max(1000)

export const Justification = z.strictObject({ text: Words })

export const ReviewDecision = z.strictObject({
  decision: z.enum(['approve', 'return', 'refuse']),
  /** Needed to return or refuse. */
  note: z.string().trim().max(1000).default(''),
  /** For flags that nobody has justified yet, by their number. */
  justifications: z
    .array(z.strictObject({ no: z.int(), text: Words }))
    .max(500)
    .default([]),
})
export type ReviewDecision = z.output<typeof ReviewDecision>

export const OpinionGiven = z.strictObject({
  opinion: z.enum(reviewOpinions),
  text: z.string().trim().max(2000).default(''),
})
export type OpinionGiven = z.output<typeof OpinionGiven>

export const ReviewNote = z.strictObject({ text: Words })
