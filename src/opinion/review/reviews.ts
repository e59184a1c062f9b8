import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { z } from 'zod'
import { notSecond } from '#compliance'
import { type Ctx, canonicalJson, type Json } from '#platform'
import { incidentsOf } from '../incidents/store.ts'
import { hoursOf, monthBefore, monthFigures, monthOf, spanOf } from './figures.ts'
import { problem } from './problem.ts'
import type {
  ActionChange,
  Assessment,
  NewAction,
  NewTarget,
  Review,
  ReviewAction,
  ReviewDraft,
  Target,
  Trend,
} from './review-contract.ts'
import './tables.ts'

const targetsOf = async (ctx: Ctx): Promise<Target[]> => {
  const { rows } = await sql<Target>`
    select id, valid_from::text as "validFrom", level, hours, reason, set_by as "setBy"
    from opinion.review_target order by valid_from, id`.execute(ctx.pg)
  return rows
}

/** Sets how fast handling is to be from a day on. Earlier days keep what held then. */
export const setTarget = (
  ctx: Ctx,
  { validFrom, level, hours, reason }: z.output<typeof NewTarget>,
): Promise<{ items: Target[] }> =>
  ctx.tx(async (ctx) => {
    await ctx.pg
      .insertInto('opinion.review_target')
      .values({ valid_from: validFrom, level, hours, reason, set_at: ctx.now(), set_by: ctx.actor.name })
      .execute()
    await ctx.audit.record(ctx, { action: 'opinion.targetSet', detail: { validFrom, level, hours } })
    return { items: await targetsOf(ctx) }
  })

/** Speed of handling of the last months, with drills beside it. */
export const readTrend = async (ctx: Ctx, { months }: { months: number }): Promise<Trend> => {
  const targets = await targetsOf(ctx)
  const latest = monthOf(ctx.now())
  const figures = []
  for (let back = months - 1; back >= 0; back -= 1)
    figures.push(await monthFigures(ctx, monthBefore(latest, back), targets))
  const { from } = spanOf(monthBefore(latest, months - 1))
  const { rows } = await sql<{ drill_id: number; name: string; at: Date; hours: string | number | null }>`
    select i.drill_id, min(d.name) as name, min(i.opened_at) as at,
      avg(extract(epoch from i.closed_at - coalesce((select min(e.first_at) from opinion.incident_event l join opinion.event e on e.id = l.event_id where l.incident_id = i.id), i.opened_at)) / 3600)
        filter (where coalesce(i.outcome, '') not in ('false-alarm', 'duplicate')) as hours
    from opinion.incident i join opinion.drill d on d.id = i.drill_id and d.state <> 'cancelled'
    where i.opened_at >= ${from} group by i.drill_id order by at`.execute(ctx.pg)
  return {
    months: figures,
    drills: rows.map(({ drill_id, name, at, hours }) => ({
      drillId: drill_id,
      name,
      at: at.toISOString(),
      wholeHours: hours === null ? null : Number(hours),
    })),
    targets,
  }
}

interface Row {
  month: string
  state: 'draft' | 'final'
  worked: string
  failed: string
  assessment: Assessment
  figures: (Review['figures'] & { cases?: Review['cases'] }) | null
  hash: string | null
  writers: string[]
  edited_by_name: string
  final_at: Date | null
  final_by_name: string | null
}

const rowOf = async (ctx: Ctx, month: string): Promise<Row | undefined> => {
  const { rows } = await sql<Row>`
    select month::text as month, state, worked, failed, assessment, figures, hash, writers, edited_by_name, final_at, final_by_name
    from opinion.review where month = ${month}::date`.execute(ctx.pg)
  return rows[0]
}

const actionsWhere = async (ctx: Ctx, condition: ReturnType<typeof sql>): Promise<ReviewAction[]> => {
  const { rows } = await sql<Omit<ReviewAction, 'late'>>`
    select id, month::text as month, what, owner, due::text as due, state, result from opinion.review_action
    where ${condition} order by due, id`.execute(ctx.pg)
  const today = new Date(ctx.now().getTime() + 8 * 3_600_000).toISOString().slice(0, 10)
  return rows.map((row) => ({ ...row, late: row.state === 'open' && row.due < today }))
}

/** The review of a month: what was measured, what was said of it, what is to be done. A final one shows what it was made with. */
export const readReview = async (ctx: Ctx, { month }: { month: string }): Promise<Review> => {
  const row = await rowOf(ctx, month)
  const before = await rowOf(ctx, monthBefore(month, 1))
  const { cases: kept, ...stored } = row?.figures ?? {}
  const incidents = kept ? [] : await incidentsOf(ctx, spanOf(month))
  return {
    month,
    state: row?.state ?? 'none',
    worked: row?.worked ?? '',
    failed: row?.failed ?? '',
    assessment: row?.assessment ?? {},
    before: before?.assessment ?? {},
    figures: 'byLevel' in stored ? stored : await monthFigures(ctx, month, await targetsOf(ctx)),
    cases:
      kept ??
      incidents.map((incident) => ({
        id: incident.id,
        title: incident.title,
        level: incident.level,
        wholeHours: hoursOf(incident).whole ?? null,
        missed: incident.missed,
        outcome: incident.outcome,
      })),
    actions: await actionsWhere(ctx, sql`month = ${month}::date`),
    carried: await actionsWhere(ctx, sql`month < ${month}::date and state = 'open'`),
    hash: row?.hash ?? null,
    editedBy: row?.edited_by_name ?? null,
    finalBy: row?.final_by_name ?? null,
    finalAt: row?.final_at?.toISOString() ?? null,
  }
}

const refuseFinal = async (ctx: Ctx, month: string) => {
  if ((await rowOf(ctx, month))?.state === 'final') throw problem.final({ month })
}

/** Whoever wrote any part of a review does not close it. */
const addWriter = async (ctx: Ctx, month: string): Promise<void> => {
  await sql`update opinion.review set writers = array_append(writers, ${ctx.actor.id}::text)
    where month = ${month}::date and not ${ctx.actor.id} = any(writers)`.execute(ctx.pg)
}

/** @throws opinionReview.final */
export const writeReview = (
  ctx: Ctx,
  { month, worked, failed, assessment }: z.output<typeof ReviewDraft> & { month: string },
): Promise<Review> =>
  ctx.tx(async (ctx) => {
    await sql`select month from opinion.review where month = ${month}::date for update`.execute(ctx.pg)
    await refuseFinal(ctx, month)
    const row = {
      worked,
      failed,
      assessment: JSON.stringify(assessment),
      edited_at: ctx.now(),
      edited_by: ctx.actor.id,
      edited_by_name: ctx.actor.name,
    }
    await ctx.pg
      .insertInto('opinion.review')
      .values({ month, ...row })
      .onConflict((conflict) => conflict.column('month').doUpdateSet(row))
      .execute()
    await addWriter(ctx, month)
    await ctx.audit.record(ctx, { action: 'opinion.reviewWritten', detail: { month } })
    return readReview(ctx, { month })
  })

/**
 * Closes a review with its figures as they are now, under a hash. By a person who wrote no part of it.
 * @throws opinionReview.final, monthRuns, nothingWritten, sameHand
 */
export const finishReview = (ctx: Ctx, { month }: { month: string }): Promise<Review> =>
  ctx.tx(async (ctx) => {
    // What is signed is what is read here: nobody writes on in between.
    await sql`select month from opinion.review where month = ${month}::date for update`.execute(ctx.pg)
    await refuseFinal(ctx, month)
    if (spanOf(month).to > ctx.now()) throw problem.monthRuns({ month })
    const row = await rowOf(ctx, month)
    if (!row || row.worked.trim() === '' || row.failed.trim() === '') throw problem.nothingWritten({ month })
    if (await notSecond(ctx, row.writers)) throw problem.sameHand({ month })
    const review = await readReview(ctx, { month })
    const { figures, worked, failed, assessment, cases, actions } = review
    const hash = createHash('sha256')
      .update(
        canonicalJson(
          JSON.parse(JSON.stringify({ month, figures, worked, failed, assessment, cases, actions })) as Json,
        ),
      )
      .digest('hex')
    await ctx.pg
      .updateTable('opinion.review')
      .set({
        state: 'final',
        figures: JSON.stringify({ ...figures, cases }),
        hash,
        final_at: ctx.now(),
        final_by_name: ctx.actor.name,
      })
      .where('month', '=', month)
      .execute()
    await ctx.audit.record(ctx, { action: 'opinion.reviewFinal', detail: { month, hash } })
    return readReview(ctx, { month })
  })

/** @throws opinionReview.final */
export const addAction = (
  ctx: Ctx,
  { month, what, owner, due }: z.output<typeof NewAction> & { month: string },
): Promise<Review> =>
  ctx.tx(async (ctx) => {
    await refuseFinal(ctx, month)
    if (!(await rowOf(ctx, month))) await writeReview(ctx, { month, worked: '', failed: '', assessment: {} })
    const { id } = await ctx.pg
      .insertInto('opinion.review_action')
      .values({ month, what, owner, due, made_at: ctx.now(), made_by: ctx.actor.name })
      .returning('id')
      .executeTakeFirstOrThrow()
    await addWriter(ctx, month)
    await ctx.audit.record(ctx, { action: 'opinion.reviewAction', detail: { month, id, due } })
    return readReview(ctx, { month })
  })

/** Follows an action up; also after the review is final. @throws opinionReview.actionUnknown */
export const changeAction = (
  ctx: Ctx,
  { id, state, result }: z.output<typeof ActionChange> & { id: number },
): Promise<{ month: string }> =>
  ctx.tx(async (ctx) => {
    const { rows } = await sql<{ month: string }>`
      update opinion.review_action set state = ${state}, result = ${result}, done_at = ${state === 'done' ? ctx.now() : null}
      where id = ${id} returning month::text as month`.execute(ctx.pg)
    const [row] = rows
    if (!row) throw problem.actionUnknown({ id })
    await ctx.audit.record(ctx, { action: 'opinion.reviewActionChanged', detail: { id, state } })
    return row
  })
