import { type Selectable, sql } from 'kysely'
import type { Ctx, Tables } from '#platform'
import { clockOf, dueAt } from '../clocks/clock.ts'
import type { Pause, Stretch, WorkTime } from '../clocks/clock-contract.ts'
import type { Level } from '../contract.ts'
import type { Deadline } from './grade-contract.ts'
import { documentOfVersion, inForce } from './policies.ts'
import type { ClockKind, LevelContract } from './policy-contract.ts'
import { problem } from './problem.ts'
import { rankOf } from './score.ts'
import './tables.ts'

/** Clocks of events: stored as stretches over the calendar and the pauses, computed again when a pause begins or ends. */

type Row = Selectable<Tables['opinion.deadline']>

const shown = (row: Row, now: Date): Deadline => ({
  id: Number(row.id),
  eventId: row.event_id,
  level: row.level,
  kind: row.kind,
  runs: row.runs,
  dueMinutes: row.due_minutes,
  escalateMinutes: row.escalate_minutes,
  startedAt: row.started_at.toISOString(),
  dueAt: row.due_at?.toISOString() ?? null,
  escalateAt: row.escalate_at?.toISOString() ?? null,
  stretches: row.stretches as Stretch[],
  state: row.state,
  endedAt: row.ended_at?.toISOString() ?? null,
  endedBy: row.ended_by,
  late:
    row.due_at !== null &&
    (row.state === 'running'
      ? now > row.due_at
      : row.state === 'met' && row.ended_at !== null && row.ended_at > row.due_at),
})

const pausesOf = async (ctx: Ctx, eventId: number): Promise<Pause[]> => {
  const rows = await ctx.pg
    .selectFrom('opinion.clock_pause')
    .select(['from_at', 'to_at'])
    .where('event_id', '=', eventId)
    .orderBy('from_at')
    .execute()
  return rows.map(({ from_at, to_at }) => ({ from: from_at, to: to_at }))
}

const computed = (
  { startedAt, dueMinutes, escalateMinutes }: { startedAt: Date; dueMinutes: number; escalateMinutes: number },
  work: WorkTime | null,
  pauses: readonly Pause[],
) => {
  const { stretches, due } = clockOf(startedAt, dueMinutes, work, pauses)
  return {
    due_at: due,
    escalate_at: dueAt(startedAt, escalateMinutes, work, pauses),
    stretches: JSON.stringify(stretches.map(({ from, to }) => ({ from: from.toISOString(), to: to.toISOString() }))),
  }
}

/**
 * Starts the clocks of a level. A clock of the level before is replaced and kept; what was met stays met, but a higher level asks
 * to be acknowledged anew. On raising the clocks begin now and are never due later than those they replace; on lowering they go on
 * from where they began.
 */
export const startClocks = async (
  ctx: Ctx,
  given: {
    eventId: number
    drillId: number
    gradeId: string
    level: Level
    before: Level | null
    contract: LevelContract
  },
): Promise<void> => {
  const { eventId, drillId, gradeId, level, before, contract } = given
  const now = ctx.now()
  const [work, pauses, rows] = await Promise.all([
    inForce(ctx, 'workTime'),
    pausesOf(ctx, eventId),
    ctx.pg.selectFrom('opinion.deadline').selectAll().where('event_id', '=', eventId).orderBy('id').execute(),
  ])
  const running = new Map(rows.filter(({ state }) => state === 'running').map((row) => [row.kind, row]))
  const met = new Set(rows.filter(({ state }) => state === 'met').map(({ kind }) => kind))
  const raised = before === null || rankOf(level) > rankOf(before)
  if (running.size > 0)
    await sql`update opinion.deadline set state = 'replaced', ended_at = ${now}, ended_by = ${ctx.actor.name}
      where event_id = ${eventId} and state = 'running'`.execute(ctx.pg)
  for (const clock of contract.clocks) {
    const asksAnew = raised && clock.kind === 'acknowledge'
    if (met.has(clock.kind) && !running.has(clock.kind) && !asksAnew) continue
    const old = running.get(clock.kind)
    const startedAt = raised || !old ? now : old.started_at
    const times = computed({ startedAt, ...clock }, clock.runs === 'always' ? null : work.document, pauses)
    const earlier = raised && old?.due_at && times.due_at && old.due_at < times.due_at
    await ctx.pg
      .insertInto('opinion.deadline')
      .values({
        event_id: eventId,
        drill_id: drillId,
        grade_id: gradeId,
        level,
        kind: clock.kind,
        runs: earlier ? old.runs : clock.runs,
        due_minutes: earlier ? old.due_minutes : clock.dueMinutes,
        escalate_minutes: earlier ? old.escalate_minutes : clock.escalateMinutes,
        work_time_version: earlier ? old.work_time_version : work.version,
        started_at: earlier ? old.started_at : startedAt,
        due_at: earlier ? old.due_at : times.due_at,
        escalate_at: earlier ? old.escalate_at : times.escalate_at,
        stretches: earlier ? JSON.stringify(old.stretches) : times.stretches,
      })
      .execute()
  }
}

/** Computes the running clocks of an event anew, after a pause began or ended. */
const recompute = async (ctx: Ctx, eventId: number): Promise<void> => {
  const pauses = await pausesOf(ctx, eventId)
  const rows = await ctx.pg
    .selectFrom('opinion.deadline')
    .selectAll()
    .where('event_id', '=', eventId)
    .where('state', '=', 'running')
    .execute()
  for (const row of rows) {
    const work = row.runs === 'always' ? null : await documentOfVersion(ctx, 'workTime', row.work_time_version)
    const times = computed(
      { startedAt: row.started_at, dueMinutes: row.due_minutes, escalateMinutes: row.escalate_minutes },
      work,
      pauses,
    )
    const now = ctx.now()
    await ctx.pg
      .updateTable('opinion.deadline')
      // What passes again is told again.
      .set({
        ...times,
        ...(times.due_at && times.due_at > now && { told_due_at: null }),
        ...(times.escalate_at && times.escalate_at > now && { told_escalate_at: null }),
      })
      .where('id', '=', row.id)
      .execute()
  }
}

/** The clocks of an event stand still until `resumeClocks`. @throws problem.pausedAlready */
export const pauseClocks = (ctx: Ctx, { eventId, reason }: { eventId: number; reason: string }): Promise<void> =>
  ctx.tx(async (ctx) => {
    const level = await ctx.pg
      .selectFrom('opinion.event_level')
      .select('drill_id')
      .where('event_id', '=', eventId)
      .forUpdate()
      .executeTakeFirst()
    if (!level) throw problem.notGraded({ eventId })
    const made = await ctx.pg
      .insertInto('opinion.clock_pause')
      .values({ event_id: eventId, drill_id: level.drill_id, reason, from_at: ctx.now(), paused_by: ctx.actor.name })
      .onConflict((conflict) => conflict.column('event_id').where('to_at', 'is', null).doNothing())
      .returning('id')
      .executeTakeFirst()
    if (!made) throw problem.pausedAlready({ eventId })
    await recompute(ctx, eventId)
    await ctx.audit.record(ctx, { action: 'clock.pause', subject: `opinionEvent:${eventId}`, detail: { reason } })
  })

/** The clocks go on. @throws problem.notPaused */
export const resumeClocks = (ctx: Ctx, { eventId }: { eventId: number }): Promise<void> =>
  ctx.tx(async (ctx) => {
    const ended = await ctx.pg
      .updateTable('opinion.clock_pause')
      .set({ to_at: ctx.now(), resumed_by: ctx.actor.name })
      .where('event_id', '=', eventId)
      .where('to_at', 'is', null)
      .returning('id')
      .executeTakeFirst()
    if (!ended) throw problem.notPaused({ eventId })
    await recompute(ctx, eventId)
    await ctx.audit.record(ctx, { action: 'clock.resume', subject: `opinionEvent:${eventId}` })
  })

/**
 * A clock is stopped because what it asked for was done. Quiet when it does not run: the first to do it counts.
 * @returns whether it ran
 */
export const meetDeadline = async (
  ctx: Ctx,
  { eventId, kind, by = ctx.actor.name }: { eventId: number; kind: ClockKind; by?: string },
): Promise<boolean> => {
  const met = await ctx.pg
    .updateTable('opinion.deadline')
    .set({ state: 'met', ended_at: ctx.now(), ended_by: by })
    .where('event_id', '=', eventId)
    .where('kind', '=', kind)
    .where('state', '=', 'running')
    .returning('id')
    .executeTakeFirst()
  return met !== undefined
}

/** A clock ends without its deed: nothing had to be done after all, or the case was over before. Nobody met it. */
export const dropDeadline = async (
  ctx: Ctx,
  { eventId, kinds }: { eventId: number; kinds: readonly ClockKind[] },
): Promise<void> => {
  await sql`update opinion.deadline set state = 'dropped', ended_at = ${ctx.now()}, ended_by = ${ctx.actor.name}
    where event_id = ${eventId} and kind = any(${[...kinds]}::text[]) and state = 'running'`.execute(ctx.pg)
}

/** An event was merged into another: its clocks are dropped, the other one has its own. */
export const dropClocks = async (ctx: Ctx, eventId: number): Promise<void> => {
  await sql`update opinion.deadline set state = 'dropped', ended_at = ${ctx.now()}, ended_by = ${ctx.actor.name}
    where event_id = ${eventId} and state = 'running'`.execute(ctx.pg)
}

/** Clocks of events, the running ones and those before, in the order they were started. */
export const deadlinesOf = async (ctx: Ctx, eventIds: readonly number[]): Promise<Map<number, Deadline[]>> => {
  const found = new Map<number, Deadline[]>(eventIds.map((id) => [id, []]))
  if (eventIds.length === 0) return found
  const rows = await ctx.pg
    .selectFrom('opinion.deadline')
    .selectAll()
    .where('event_id', 'in', [...eventIds])
    .orderBy('id')
    .execute()
  const now = ctx.now()
  for (const row of rows) found.get(row.event_id)?.push(shown(row, now))
  return found
}
