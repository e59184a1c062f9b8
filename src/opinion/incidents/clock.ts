import { sql } from 'kysely'
import type { Ctx } from '#platform'
import { dueAt } from '../clocks/clock.ts'
import type { WorkTime } from '../clocks/clock-contract.ts'
import { dropDeadline, meetDeadline } from '../grading/deadlines.ts'
import { addEntry } from './entries.ts'
import {
  type Clock,
  type ClockKind,
  type ClockStanding,
  type ClockTerm,
  type ClockTerms,
  clockKinds,
  type Pause,
} from './incident-contract.ts'
import { problem } from './problem.ts'
import { workTime } from './work-time.ts'

/** Deadlines of an incident: stored, held with a reason, stopped when what they wait for has happened. */

export interface ClockRow {
  id: number
  incident_id: number
  kind: ClockKind
  calendar: Clock['calendar']
  minutes: number
  escalate_minutes: number
  started_at: Date
  due_at: Date
  escalate_at: Date
  pauses: Pause[]
  stopped_at: Date | null
  stopped_why: string | null
}

/**
 * How a clock stands at an instant. One that was stopped with the case, before its deadline, without its deed, is void; so is
 * every one that ran when the case turned out to be nothing.
 */
export const standingOf = (
  row: Pick<ClockRow, 'due_at' | 'escalate_at' | 'pauses' | 'stopped_at' | 'stopped_why'>,
  now: Date,
): ClockStanding => {
  if (row.stopped_at) {
    if (row.stopped_why === 'void') return 'void'
    if (row.stopped_at > row.due_at) return 'missed'
    return row.stopped_why === 'closed' ? 'void' : 'met'
  }
  if (row.pauses.at(-1)?.to === null) return 'held'
  if (now < row.due_at) return 'running'
  return now < row.escalate_at ? 'due' : 'escalated'
}

export const shownClock = (row: ClockRow, now: Date): Clock => {
  const standing = standingOf(row, now)
  return {
    id: row.id,
    kind: row.kind,
    calendar: row.calendar,
    minutes: row.minutes,
    startedAt: row.started_at.toISOString(),
    dueAt: row.due_at.toISOString(),
    escalateAt: row.escalate_at.toISOString(),
    pauses: row.pauses,
    stoppedAt: row.stopped_at?.toISOString() ?? null,
    standing,
    leftSeconds:
      row.stopped_at || standing === 'held' ? null : Math.round((row.due_at.getTime() - now.getTime()) / 1000),
  }
}

/** Both deadlines of a clock; null while a pause is open. */
const deadlines = (
  {
    started_at,
    minutes,
    escalate_minutes,
    calendar,
    pauses,
  }: Pick<ClockRow, 'started_at' | 'minutes' | 'escalate_minutes' | 'calendar' | 'pauses'>,
  work: WorkTime,
): { due: Date; escalate: Date } | null => {
  const spans = pauses.map(({ from, to }) => ({ from: new Date(from), to: to === null ? null : new Date(to) }))
  const week = calendar === 'work' ? work : null
  const due = dueAt(started_at, minutes, week, spans)
  const escalate = dueAt(started_at, minutes + escalate_minutes, week, spans)
  return due && escalate ? { due, escalate } : null
}

const clockColumns = sql`id, incident_id, kind, calendar, minutes, escalate_minutes, started_at, due_at, escalate_at, pauses, stopped_at,
  stopped_why`

const runningClocks = async (ctx: Ctx, incidentId: number): Promise<ClockRow[]> => {
  const { rows } = await sql<ClockRow>`
    select ${clockColumns} from opinion.incident_clock where incident_id = ${incidentId} and stopped_at is null for update`.execute(
    ctx.pg,
  )
  return rows
}

/** Ends an open pause at an instant: the deadlines move by the time it was held, and what passes again is told again. */
const endPause = async (ctx: Ctx, row: ClockRow, at: Date): Promise<void> => {
  const last = row.pauses.at(-1)
  if (!last || last.to !== null) return
  const to = new Date(Math.max(at.getTime(), Date.parse(last.from))).toISOString()
  const pauses: Pause[] = [...row.pauses.slice(0, -1), { ...last, to }]
  const ends = deadlines({ ...row, pauses }, await workTime(ctx))
  const [due, escalate] = [ends?.due ?? row.due_at, ends?.escalate ?? row.escalate_at]
  await sql`update opinion.incident_clock set pauses = ${JSON.stringify(pauses)}::jsonb, due_at = ${due}, escalate_at = ${escalate},
    told_due_at = case when ${due}::timestamptz > ${ctx.now()} then null else told_due_at end,
    told_escalate_at = case when ${escalate}::timestamptz > ${ctx.now()} then null else told_escalate_at end
    where id = ${row.id}`.execute(ctx.pg)
}

const replace = async (ctx: Ctx, row: ClockRow): Promise<void> => {
  await endPause(ctx, row, ctx.now())
  await sql`update opinion.incident_clock set stopped_at = ${ctx.now()}, stopped_why = 'replaced' where id = ${row.id}`.execute(
    ctx.pg,
  )
}

/**
 * Starts clocks from now, in the transaction of `ctx`. A clock of a kind that runs already is replaced, unless it is due sooner.
 * @param goOn at a lower level the clocks go on from where they began, with their pauses; those that the level does not have end
 */
export const startClocks = async (
  ctx: Ctx,
  incidentId: number,
  terms: ClockTerms,
  { goOn = false }: { goOn?: boolean } = {},
): Promise<void> => {
  const work = await workTime(ctx)
  const running = await runningClocks(ctx, incidentId)
  if (goOn) for (const row of running) if (!(row.kind in terms)) await replace(ctx, row)
  for (const [kind, term] of Object.entries(terms) as [ClockKind, ClockTerm][]) {
    const [minutes, escalate_minutes, calendar] = term
    const old = running.find((row) => row.kind === kind)
    // A millisecond later: the clock that is replaced began at the same instant.
    const started_at = goOn && old ? new Date(old.started_at.getTime() + 1) : ctx.now()
    const pauses = goOn && old ? old.pauses : []
    const over = pauses.filter(({ to }) => to !== null)
    const ends = deadlines({ started_at, minutes, escalate_minutes, calendar, pauses: over }, work)
    if (!ends) continue
    if (old && !goOn && old.pauses.at(-1)?.to !== null && old.due_at <= ends.due) continue
    if (old) await replace(ctx, old)
    await sql`insert into opinion.incident_clock (incident_id, kind, calendar, minutes, escalate_minutes, started_at, due_at, escalate_at, pauses)
      values (${incidentId}, ${kind}, ${calendar}, ${minutes}, ${escalate_minutes}, ${started_at}, ${ends.due}, ${ends.escalate},
        ${JSON.stringify(pauses)}::jsonb)
      on conflict (incident_id, kind, started_at) do nothing`.execute(ctx.pg)
  }
}

/**
 * Ends clocks, at `at`; an open pause ends with them.
 * @param why done: what they waited for has happened; closed: the case is over without it; void: there was no case
 */
export const stopClocks = async (
  ctx: Ctx,
  incidentId: number,
  kinds: readonly ClockKind[] | 'all',
  why: 'done' | 'closed' | 'void',
  at: Date = ctx.now(),
): Promise<void> => {
  for (const row of await runningClocks(ctx, incidentId))
    if (kinds === 'all' || kinds.includes(row.kind)) await endPause(ctx, row, at)
  await sql`update opinion.incident_clock set stopped_at = ${at}, stopped_why = ${why}
    where incident_id = ${incidentId} and stopped_at is null
      and (${kinds === 'all'}::boolean or kind = any(${kinds === 'all' ? [] : [...kinds]}::text[]))`.execute(ctx.pg)
  // The events' own clocks wait for the same deeds: who acted in the case is not called again because of them.
  const { rows } = await sql<{ event_id: number }>`
    select event_id from opinion.incident_event where incident_id = ${incidentId} and unlinked_at is null`.execute(
    ctx.pg,
  )
  const these = kinds === 'all' ? clockKinds : kinds
  for (const { event_id: eventId } of rows)
    if (why === 'done') for (const kind of these) await meetDeadline(ctx, { eventId, kind })
    else await dropDeadline(ctx, { eventId, kinds: these })
}

export const clocksOf = async (ctx: Pick<Ctx, 'pg'>, incidentIds: readonly number[]): Promise<ClockRow[]> => {
  const { rows } = await sql<ClockRow>`
    select ${clockColumns} from opinion.incident_clock where incident_id = any(${[...incidentIds]}::int[]) and stopped_why is distinct from 'replaced'
    order by incident_id, due_at, id`.execute(ctx.pg)
  return rows
}

const kept = async (ctx: Ctx, incidentId: number, clockId: number): Promise<ClockRow> => {
  const { rows } = await sql<ClockRow>`
    select ${clockColumns} from opinion.incident_clock where id = ${clockId} and incident_id = ${incidentId} for update`.execute(
    ctx.pg,
  )
  const [row] = rows
  if (!row) throw problem.clockUnknown({ clock: clockId })
  if (row.stopped_at) throw problem.clockStopped({ clock: clockId })
  return row
}

/** Holds a clock. @throws problem.clockUnknown, problem.clockStopped, problem.clockHeld */
export const pauseClock = async (ctx: Ctx, incidentId: number, clockId: number, reason: string): Promise<void> => {
  const row = await kept(ctx, incidentId, clockId)
  if (row.pauses.at(-1)?.to === null) throw problem.clockHeld({ clock: clockId })
  const pauses: Pause[] = [...row.pauses, { from: ctx.now().toISOString(), to: null, reason, by: ctx.actor.name }]
  await sql`update opinion.incident_clock set pauses = ${JSON.stringify(pauses)}::jsonb where id = ${clockId}`.execute(
    ctx.pg,
  )
  await addEntry(ctx, incidentId, { kind: 'clock', text: reason, detail: { clock: row.kind, what: 'paused' } })
}

/** Lets a held clock go on: its deadlines move by the work time it was held. @throws problem.clockRuns */
export const resumeClock = async (ctx: Ctx, incidentId: number, clockId: number): Promise<void> => {
  const row = await kept(ctx, incidentId, clockId)
  if (row.pauses.at(-1)?.to !== null) throw problem.clockRuns({ clock: clockId })
  await endPause(ctx, row, ctx.now())
  await addEntry(ctx, incidentId, { kind: 'clock', detail: { clock: row.kind, what: 'resumed' } })
}

/** Ends a clock by hand: what it waited for was done, as a report to the regulator by telephone. */
export const stopClock = async (ctx: Ctx, incidentId: number, clockId: number, reason: string): Promise<void> => {
  const row = await kept(ctx, incidentId, clockId)
  await endPause(ctx, row, ctx.now())
  await sql`update opinion.incident_clock set stopped_at = ${ctx.now()}, stopped_why = 'done' where id = ${clockId}`.execute(
    ctx.pg,
  )
  await addEntry(ctx, incidentId, { kind: 'clock', text: reason, detail: { clock: row.kind, what: 'done' } })
}
