import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type Ctx, canonicalJson, emit, event, type Json } from '#platform'
import { personOf } from './persons.ts'
import { problem } from './problem.ts'
import { openStates, ReviewFinding, type ReviewState, type ReviewStepKind, reviewStates } from './review-contract.ts'
import { reviewRules } from './rules.ts'
import './tables.ts'

/** Told whenever a review reaches an end, or an approval is taken back. */
export const reviewDecided = event(
  'compliance.reviewDecided',
  z.object({
    reviewId: z.int(),
    subjectKind: z.string(),
    subjectId: z.string(),
    contentHash: z.string(),
    state: z.enum(reviewStates),
  }),
)

export interface Submission {
  /** `campaign`, `creative`, `offer`. */
  subjectKind: string
  subjectId: string
  title: string
  /** What the approval is bound to: 64 hexadecimal digits. */
  contentHash: string
  /** All that the reviewer has to see; kept for years, so no customer's data. */
  material: Json
  findings: readonly z.input<typeof ReviewFinding>[]
  /** Which rules the findings come from. */
  rules?: string
  /** Whether consumer protection has to speak too; by the kind of subject unless given. */
  opinionRequired?: boolean
  /** `kind:id` of who wrote the material, besides the submitter: they cannot judge it. */
  writers?: readonly string[]
  /** A word to the reviewer. */
  note?: string
}

/** What waits now, as few as a subject can have. */
const openOf = (ctx: Ctx, subjectKind: string, subjectId: string) =>
  ctx.pg
    .selectFrom('compliance.review')
    .select(['id', 'content_hash'])
    .where('subject_kind', '=', subjectKind)
    .where('subject_id', '=', subjectId)
    .where('state', 'in', [...openStates])
    .forUpdate()
    .execute()

export const addStep = (ctx: Ctx, review_id: number, what: ReviewStepKind, note = ''): Promise<unknown> =>
  ctx.pg
    .insertInto('compliance.review_step')
    .values({ review_id, at: ctx.now(), by: ctx.actor.name, what, note })
    .execute()

/** Ends a review. Audited by the caller, last. */
export const endReview = async (
  ctx: Ctx,
  id: number,
  { state, reason, step }: { state: ReviewState; reason: string | null; step: ReviewStepKind },
): Promise<void> => {
  const row = await ctx.pg
    .updateTable('compliance.review')
    .set({ state, reason, decided_at: ctx.now(), decided_by: ctx.actor.name })
    .where('id', '=', id)
    .returning(['subject_kind', 'subject_id', 'content_hash'])
    .executeTakeFirstOrThrow()
  await addStep(ctx, id, step, reason ?? '')
  const { subject_kind: subjectKind, subject_id: subjectId, content_hash: contentHash } = row
  await emit(
    ctx,
    reviewDecided,
    { reviewId: id, subjectKind, subjectId, contentHash, state },
    `${subjectKind}:${subjectId}`,
  )
}

/**
 * Puts something before a second person. What waited for the same subject with another content is void.
 * @returns the number of the review
 * @throws problem.blocked with the rules that block, problem.waits when exactly this waits already
 */
export const submitForReview = (ctx: Ctx, submission: Submission): Promise<number> =>
  ctx.tx(async (ctx) => {
    const { subjectKind, subjectId, title, contentHash, material, note = '' } = submission
    const findings = submission.findings.map((finding) => ReviewFinding.parse(finding))
    const blocks = findings.filter(({ action }) => action === 'block')
    if (blocks.length > 0) throw problem.blocked({ rules: [...new Set(blocks.map(({ rule }) => rule))] })
    const rules = await reviewRules(ctx)
    for (const open of await openOf(ctx, subjectKind, subjectId)) {
      if (open.content_hash === contentHash) throw problem.waits({ reviewId: open.id })
      await endReview(ctx, open.id, { state: 'void', reason: 'changed', step: 'voided' })
    }
    const now = ctx.now()
    const body = canonicalJson(material)
    const materialHash = createHash('sha256').update(body).digest('hex')
    const keptUntil = yearsAfter(now, rules.keepYears)
    await ctx.pg
      .insertInto('compliance.review_material')
      .values({ hash: materialHash, body, kept_until: keptUntil, created_at: now })
      // Submitted again: kept from the later day.
      .onConflict((conflict) => conflict.column('hash').doUpdateSet({ kept_until: keptUntil }))
      .execute()
    const submitter = personOf(ctx.actor)
    const { id } = await ctx.pg
      .insertInto('compliance.review')
      .values({
        subject_kind: subjectKind,
        subject_id: subjectId,
        title,
        content_hash: contentHash,
        material_hash: materialHash,
        state: 'review',
        opinion_required: submission.opinionRequired ?? rules.opinionKinds.includes(subjectKind),
        rules: submission.rules ?? '',
        note,
        submitted_at: now,
        submitted_by: ctx.actor.name,
        submitter,
        writers: [...new Set([submitter, ...(submission.writers ?? [])])],
        due_at: new Date(now.getTime() + rules.dueHours * 3_600_000),
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    if (findings.length > 0)
      await ctx.pg
        .insertInto('compliance.review_finding')
        .values(
          findings.map((finding, i) => ({
            review_id: id,
            no: i + 1,
            finding: JSON.stringify(finding),
            action: finding.action,
          })),
        )
        .execute()
    await addStep(ctx, id, 'submitted', note)
    await ctx.audit.record(ctx, {
      action: 'review.submit',
      subject: `${subjectKind}:${subjectId}`,
      detail: { reviewId: id, contentHash, materialHash, flags: findings.length },
    })
    return id
  })

/** The same day `years` later. */
export const yearsAfter = (from: Date, years: number): Date => {
  const later = new Date(from)
  later.setUTCFullYear(later.getUTCFullYear() + years)
  return later
}

/**
 * To be called when a subject was edited: what waits for another content than `hashNow` is void. Approvals stay what they
 * are, for their own content only.
 * @returns how many became void
 */
export const voidReviews = (ctx: Ctx, subjectKind: string, subjectId: string, hashNow: string): Promise<number> =>
  ctx.tx(async (ctx) => {
    const stale = (await openOf(ctx, subjectKind, subjectId)).filter(({ content_hash }) => content_hash !== hashNow)
    for (const { id } of stale) await endReview(ctx, id, { state: 'void', reason: 'changed', step: 'voided' })
    for (const { id } of stale)
      await ctx.audit.record(ctx, {
        action: 'review.void',
        subject: `${subjectKind}:${subjectId}`,
        detail: { reviewId: id },
      })
    return stale.length
  })

/**
 * The approval of exactly this content, or undefined. One that was taken back does not count, nor one after which the same content
 * was submitted again and sent back or refused: the last word counts.
 */
export const approvedReview = async (
  ctx: Ctx,
  subjectKind: string,
  subjectId: string,
  contentHash: string,
): Promise<{ id: number; approvedAt: Date; approvedBy: string } | undefined> => {
  const row = await ctx.pg
    .selectFrom('compliance.review')
    .select(['id', 'state', 'decided_at', 'approved_by'])
    .where('subject_kind', '=', subjectKind)
    .where('subject_id', '=', subjectId)
    .where('content_hash', '=', contentHash)
    .where('state', 'in', ['approved', 'returned', 'refused'])
    .orderBy('id', 'desc')
    .executeTakeFirst()
  if (row?.state !== 'approved' || !row.decided_at) return undefined
  return { id: row.id, approvedAt: row.decided_at, approvedBy: row.approved_by ?? '' }
}

/** The newest review of each content of these subjects, newest first: `kind`, ids → id, state, hash. */
export const reviewsOf = async (
  ctx: Ctx,
  subjectKind: string,
  subjectIds: readonly string[],
): Promise<{ id: number; subjectId: string; contentHash: string; state: ReviewState; submittedAt: Date }[]> => {
  if (subjectIds.length === 0) return []
  const rows = await ctx.pg
    .selectFrom('compliance.review')
    .select(['id', 'subject_id', 'content_hash', 'state', 'submitted_at'])
    .distinctOn(['subject_id', 'content_hash'])
    .where('subject_kind', '=', subjectKind)
    .where('subject_id', 'in', [...subjectIds])
    .orderBy('subject_id')
    .orderBy('content_hash')
    .orderBy('id', 'desc')
    .execute()
  return rows
    .map((row) => ({
      id: row.id,
      subjectId: row.subject_id,
      contentHash: row.content_hash,
      state: row.state,
      submittedAt: row.submitted_at,
    }))
    .sort((a, b) => b.id - a.id)
}
