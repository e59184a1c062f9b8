import type { Selectable } from 'kysely'
import type { Ctx, Tables } from '#platform'
import { mustBeSecond, personOf } from './persons.ts'
import { problem } from './problem.ts'
import { readReview } from './read.ts'
import { type OpinionGiven, openStates, type Review, type ReviewDecision } from './review-contract.ts'
import { reviewRules } from './rules.ts'
import { reviewSubject } from './subjects.ts'
import { addStep, endReview, yearsAfter } from './submit.ts'

type ReviewRow = Selectable<Tables['compliance.review']>

const lockedRow = async (ctx: Ctx, id: number): Promise<ReviewRow> => {
  const row = await ctx.pg
    .selectFrom('compliance.review')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw problem.unknown({ id })
  return row
}

const subjectOf = ({ subject_kind, subject_id }: ReviewRow) => `${subject_kind}:${subject_id}`

/** Voids what is no longer what was submitted. @returns whether it did */
const voidIfChanged = async (ctx: Ctx, row: ReviewRow): Promise<boolean> => {
  const subject = reviewSubject(row.subject_kind)
  if (!subject || (await subject.hashNow(ctx, row.subject_id)) === row.content_hash) return false
  await endReview(ctx, row.id, { state: 'void', reason: 'changed', step: 'voided' })
  await ctx.audit.record(ctx, { action: 'review.void', subject: subjectOf(row), detail: { reviewId: row.id } })
  return true
}

/** Runs a step on the locked row; what changed meanwhile becomes void, and that stays even though the step fails. */
const stepOn = async (
  ctx: Ctx,
  id: number,
  states: readonly string[],
  run: (ctx: Ctx, row: ReviewRow) => Promise<void>,
): Promise<Review> => {
  const changed = await ctx.tx(async (ctx) => {
    const row = await lockedRow(ctx, id)
    if (!states.includes(row.state)) throw problem.stateWrong({ state: row.state })
    if (await voidIfChanged(ctx, row)) return true
    await run(ctx, row)
    return false
  })
  if (changed) throw problem.changed({ id })
  return readReview(ctx, { id })
}

const justify = async (ctx: Ctx, id: number, no: number, text: string): Promise<void> => {
  const row = await ctx.pg
    .updateTable('compliance.review_finding')
    .set({ justification: text, justified_at: ctx.now(), justified_by: ctx.actor.name })
    .where('review_id', '=', id)
    .where('no', '=', no)
    .where('action', '=', 'flag')
    .returning('finding')
    .executeTakeFirst()
  if (!row) throw problem.findingUnknown({ no })
  await addStep(ctx, id, 'justified', `${row.finding.rule}: ${text}`)
}

/** The reviewer says why a flag may stand. @throws problem.unknown, problem.stateWrong, problem.findingUnknown, problem.changed */
export const justifyFinding = (ctx: Ctx, { id, no, text }: { id: number; no: number; text: string }): Promise<Review> =>
  stepOn(ctx, id, ['review'], async (ctx, row) => {
    await mustBeSecond(ctx, 'reviews.decide', row.writers)
    await justify(ctx, id, no, text)
    await ctx.audit.record(ctx, { action: 'review.justify', subject: subjectOf(row), detail: { reviewId: id, no } })
  })

/** Approved by everybody who has to: kept for the years from this day. */
const settle = async (ctx: Ctx, row: ReviewRow, reason: string | null): Promise<void> => {
  await endReview(ctx, row.id, { state: 'approved', reason, step: row.state === 'review' ? 'approved' : 'opinion' })
  const { keepYears } = await reviewRules(ctx)
  await ctx.pg
    .updateTable('compliance.review_material')
    .set({ kept_until: yearsAfter(ctx.now(), keepYears) })
    .where('hash', '=', row.material_hash)
    .where('kept_until', '<', yearsAfter(ctx.now(), keepYears))
    .execute()
}

/**
 * The second person's decision. To approve, every flag has its justification and no check blocks, asked once more now.
 * @throws problem.unknown, problem.stateWrong, problem.reviewerIsWriter, problem.reviewerIsMachine, problem.reasonMissing,
 * problem.unjustified, problem.blocked, problem.changed
 */
export const decideReview = (
  ctx: Ctx,
  { id, decision, note, justifications }: ReviewDecision & { id: number },
): Promise<Review> =>
  stepOn(ctx, id, ['review'], async (ctx, row) => {
    await mustBeSecond(ctx, 'reviews.decide', row.writers)
    if (decision !== 'approve' && note.length < 2) throw problem.reasonMissing()
    for (const { no, text } of justifications) await justify(ctx, id, no, text)
    if (decision === 'approve') await approve(ctx, row, note)
    else {
      const state = decision === 'return' ? 'returned' : 'refused'
      await endReview(ctx, id, { state, reason: note, step: state })
    }
    await ctx.audit.record(ctx, {
      action: 'review.decide',
      subject: subjectOf(row),
      detail: { reviewId: id, decision, contentHash: row.content_hash },
    })
  })

const approve = async (ctx: Ctx, row: ReviewRow, note: string): Promise<void> => {
  const open = await ctx.pg
    .selectFrom('compliance.review_finding')
    .select(['no', 'action'])
    .where('review_id', '=', row.id)
    .where((where) => where.or([where('action', '=', 'block'), where('justification', 'is', null)]))
    .orderBy('no')
    .execute()
  const again = await reviewSubject(row.subject_kind)?.checkAgain?.(ctx, row.subject_id)
  const blocks = again?.filter(({ action }) => action === 'block') ?? []
  if (blocks.length > 0 || open.some(({ action }) => action === 'block'))
    throw problem.blocked({ rules: [...new Set(blocks.map(({ rule }) => rule))] })
  if (open.length > 0) throw problem.unjustified({ findings: open.map(({ no }) => no) })
  await ctx.pg
    .updateTable('compliance.review')
    .set({ approved_at: ctx.now(), approved_by: ctx.actor.name, approver: personOf(ctx.actor) })
    .where('id', '=', row.id)
    .execute()
  if (!row.opinion_required || row.opinion !== null) return settle(ctx, row, note === '' ? null : note)
  await ctx.pg.updateTable('compliance.review').set({ state: 'opinion' }).where('id', '=', row.id).execute()
  await addStep(ctx, row.id, 'approved', note)
}

/**
 * The word of consumer protection, before or after the reviewer's. Objecting returns the material.
 * @throws problem.unknown, problem.stateWrong, problem.reviewerIsWriter, problem.reviewerIsMachine, problem.reasonMissing,
 * problem.changed
 */
export const giveOpinion = (ctx: Ctx, { id, opinion, text }: OpinionGiven & { id: number }): Promise<Review> =>
  stepOn(ctx, id, openStates, async (ctx, row) => {
    await mustBeSecond(ctx, 'reviews.opinion', row.writers)
    if (!row.opinion_required || row.opinion !== null) throw problem.stateWrong({ opinion: row.opinion })
    if (opinion !== 'agree' && text.length < 2) throw problem.reasonMissing()
    await ctx.pg
      .updateTable('compliance.review')
      .set({ opinion, opinion_text: text, opinion_at: ctx.now(), opinion_by: ctx.actor.name })
      .where('id', '=', id)
      .execute()
    if (opinion === 'object') {
      await addStep(ctx, id, 'opinion', text)
      await endReview(ctx, id, { state: 'returned', reason: text, step: 'returned' })
    } else if (row.state === 'opinion') await settle(ctx, row, text === '' ? null : text)
    else await addStep(ctx, id, 'opinion', text)
    await ctx.audit.record(ctx, {
      action: 'review.opinion',
      subject: subjectOf(row),
      detail: { reviewId: id, opinion },
    })
  })

/** Whoever submitted it takes it back. @throws problem.unknown, problem.stateWrong, problem.reviewerIsWriter for others */
export const withdrawReview = (ctx: Ctx, { id, text }: { id: number; text: string }): Promise<Review> =>
  stepOn(ctx, id, openStates, async (ctx, row) => {
    if (!row.writers.includes(personOf(ctx.actor))) throw problem.stateWrong({ mayWithdraw: row.submitted_by })
    await endReview(ctx, id, { state: 'withdrawn', reason: text, step: 'withdrawn' })
    await ctx.audit.record(ctx, { action: 'review.withdraw', subject: subjectOf(row), detail: { reviewId: id } })
  })

/** Takes an approval back: what it was bound to may no longer be published. @throws problem.unknown, problem.stateWrong */
export const revokeReview = async (ctx: Ctx, { id, text }: { id: number; text: string }): Promise<Review> => {
  await ctx.tx(async (ctx) => {
    const row = await lockedRow(ctx, id)
    if (row.state !== 'approved') throw problem.stateWrong({ state: row.state })
    await endReview(ctx, id, { state: 'void', reason: text, step: 'revoked' })
    await ctx.audit.record(ctx, { action: 'review.revoke', subject: subjectOf(row), detail: { reviewId: id } })
  })
  return readReview(ctx, { id })
}

/** A question or an answer beside the material. @throws problem.unknown */
export const commentReview = async (ctx: Ctx, { id, text }: { id: number; text: string }): Promise<Review> => {
  await ctx.tx(async (ctx) => {
    const row = await lockedRow(ctx, id)
    await addStep(ctx, id, 'commented', text)
    await ctx.audit.record(ctx, { action: 'review.comment', subject: subjectOf(row), detail: { reviewId: id } })
  })
  return readReview(ctx, { id })
}
