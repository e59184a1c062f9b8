import type { Selectable } from 'kysely'
import { sql } from 'kysely'
import { notSecond } from '#compliance'
import type { Ctx, Tables } from '#platform'
import type { Level } from '../contract.ts'
import type { LevelRequest } from './grade-contract.ts'
import { giveLevel, lastFacts, levelRow } from './grades.ts'
import { inForce } from './policies.ts'
import { problem } from './problem.ts'
import { gradeOf, rankOf } from './score.ts'
import './tables.ts'

/** Levels changed by people: up at once, down only with another person's word. */

type Row = Selectable<Tables['opinion.level_request']>

export const shownRequest = (ctx: Ctx, row: Row): LevelRequest => ({
  id: row.id,
  eventId: row.event_id,
  level: row.level,
  reason: row.reason,
  state: row.state,
  askedBy: row.asked_by_name,
  askedAt: row.asked_at.toISOString(),
  mine: row.asked_by === ctx.actor.id,
  decidedBy: row.decided_by_name,
  decidedAt: row.decided_at?.toISOString() ?? null,
  note: row.note,
})

const verdictNow = async (ctx: Ctx, eventId: number) => {
  const facts = await lastFacts(ctx, eventId)
  if (!facts) throw problem.notGraded({ eventId })
  return gradeOf(facts, (await inForce(ctx, 'grading')).document)
}

/**
 * Gives an event another level. Higher: at once. Lower: a request that another person decides.
 * @throws problem.notGraded, problem.sameLevel, problem.requestOpen
 */
export const changeLevel = (
  ctx: Ctx,
  { eventId, level, reason }: { eventId: number; level: Level; reason: string },
): Promise<{ changed: boolean; request: LevelRequest | null }> =>
  ctx.tx(async (ctx) => {
    await sql`select pg_advisory_xact_lock(7261038, ${eventId})`.execute(ctx.pg)
    const before = await levelRow(ctx, eventId)
    if (!before) throw problem.notGraded({ eventId })
    if (before.level === level) throw problem.sameLevel({ level })
    if (rankOf(level) > rankOf(before.level)) {
      await giveLevel(ctx, {
        eventId,
        drillId: before.drill_id,
        level,
        before,
        verdict: await verdictNow(ctx, eventId),
        byMachine: false,
        reason,
        loweredRules: [],
      })
      // A request to lower what was just raised means something else now.
      await sql`update opinion.level_request set state = 'withdrawn', decided_at = ${ctx.now()}
        where event_id = ${eventId} and state = 'open'`.execute(ctx.pg)
      await ctx.audit.record(ctx, {
        action: 'grade.raise',
        subject: `opinionEvent:${eventId}`,
        detail: { level, before: before.level, reason },
      })
      return { changed: true, request: null }
    }
    const row = await ctx.pg
      .insertInto('opinion.level_request')
      .values({
        event_id: eventId,
        drill_id: before.drill_id,
        level,
        reason,
        asked_by: ctx.actor.id,
        asked_by_name: ctx.actor.name,
        asked_at: ctx.now(),
      })
      .onConflict((conflict) => conflict.column('event_id').where('state', '=', 'open').doNothing())
      .returningAll()
      .executeTakeFirst()
    if (!row) throw problem.requestOpen({ eventId })
    await ctx.audit.record(ctx, {
      action: 'grade.askLower',
      subject: `opinionEvent:${eventId}`,
      detail: { level, before: before.level, reason },
    })
    return { changed: false, request: shownRequest(ctx, row) }
  })

/**
 * Approves or refuses a lower level; never by the one who asked, nor by a key.
 * @throws problem.requestUnknown, problem.own
 */
export const decideRequest = (
  ctx: Ctx,
  { id, approve, note }: { id: number; approve: boolean; note: string },
): Promise<LevelRequest> =>
  ctx.tx(async (ctx) => {
    const row = await ctx.pg
      .selectFrom('opinion.level_request')
      .selectAll()
      .where('id', '=', id)
      .where('state', '=', 'open')
      .forUpdate()
      .executeTakeFirst()
    if (!row) throw problem.requestUnknown({ id })
    if (await notSecond(ctx, [row.asked_by])) throw problem.own()
    await sql`select pg_advisory_xact_lock(7261038, ${row.event_id})`.execute(ctx.pg)
    const after = await ctx.pg
      .updateTable('opinion.level_request')
      .set({
        state: approve ? 'approved' : 'refused',
        decided_by: ctx.actor.id,
        decided_by_name: ctx.actor.name,
        decided_at: ctx.now(),
        note,
      })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow()
    const before = await levelRow(ctx, row.event_id)
    if (approve && before && rankOf(row.level) < rankOf(before.level)) {
      const verdict = await verdictNow(ctx, row.event_id)
      await giveLevel(ctx, {
        eventId: row.event_id,
        drillId: row.drill_id,
        level: row.level,
        before,
        verdict,
        byMachine: false,
        reason: row.reason,
        loweredRules: [...new Set([...before.lowered_rules, ...verdict.held.map(({ id }) => id)])],
        by: { id: row.asked_by, name: row.asked_by_name },
        approvedBy: { id: ctx.actor.id, name: ctx.actor.name },
      })
    }
    await ctx.audit.record(ctx, {
      action: approve ? 'grade.approveLower' : 'grade.refuseLower',
      subject: `opinionEvent:${row.event_id}`,
      detail: { level: row.level, note },
    })
    return shownRequest(ctx, after)
  })

/** Takes one's own request back. @throws problem.requestUnknown */
export const withdrawRequest = (ctx: Ctx, { id }: { id: number }): Promise<LevelRequest> =>
  ctx.tx(async (ctx) => {
    const row = await ctx.pg
      .updateTable('opinion.level_request')
      .set({ state: 'withdrawn', decided_at: ctx.now() })
      .where('id', '=', id)
      .where('state', '=', 'open')
      .where('asked_by', '=', ctx.actor.id)
      .returningAll()
      .executeTakeFirst()
    if (!row) throw problem.requestUnknown({ id })
    await ctx.audit.record(ctx, { action: 'grade.withdrawLower', subject: `opinionEvent:${row.event_id}` })
    return shownRequest(ctx, row)
  })

/** Requests that wait, the oldest first. */
export const openRequests = async (ctx: Ctx) => {
  const rows = await ctx.pg
    .selectFrom('opinion.level_request as request')
    .leftJoin('opinion.event as event', 'event.id', 'request.event_id')
    .selectAll('request')
    .select('event.title')
    .where('request.state', '=', 'open')
    .orderBy('request.id')
    .limit(200)
    .execute()
  return { requests: rows.map(({ title, ...row }) => ({ ...shownRequest(ctx, row), title: title ?? '' })) }
}
