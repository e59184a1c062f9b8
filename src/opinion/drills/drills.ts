import { sql } from 'kysely'
import type { Ctx } from '#platform'
import type { Level } from '../contract.ts'
import { closeEvent } from '../events/changes.ts'
import { stopClocks } from '../incidents/clock.ts'
import type { Drill, DrillDetail, NewDrill, Scenario } from './drill-contract.ts'
import { planOf } from './plan.ts'
import { problem } from './problem.ts'
import { scenarioOf } from './scenarios.ts'
import { scoreOf } from './score.ts'
import './tables.ts'

/** A drill with what is needed to run it. */
export interface DrillRow {
  id: number
  name: string
  definition: Scenario
  subject_id: number
  subject: string
  state: Drill['state']
  speed: number
  seed: number
  planned_at: Date | null
  started_at: Date | null
  paused_at: Date | null
  paused_ms: string | number
  told: number
  ended_at: Date | null
  score: Drill['score']
  note: string
  made_by: string
}

const rowsWhere = async (ctx: Ctx, condition: ReturnType<typeof sql>): Promise<DrillRow[]> => {
  const { rows } = await sql<DrillRow>`
    select d.id, d.name, d.definition, d.subject_id, s.name as subject, d.state, d.speed, d.seed, d.planned_at, d.started_at, d.paused_at,
      d.paused_ms, d.told, d.ended_at, d.score, d.note, d.made_by
    from opinion.drill d join opinion.subject s on s.id = d.subject_id where ${condition} order by d.id desc limit 200`.execute(
    ctx.pg,
  )
  return rows
}

/** Drills that run now, or whose time to begin has come. */
export const drillsAtWork = (ctx: Ctx): Promise<DrillRow[]> =>
  rowsWhere(ctx, sql`d.state = 'running' or (d.state = 'planned' and d.planned_at <= ${ctx.now()})`)

/** @throws drills.drillUnknown */
export const drillRow = async (ctx: Ctx, id: number): Promise<DrillRow> => {
  const [row] = await rowsWhere(ctx, sql`d.id = ${id}`)
  if (!row) throw problem.drillUnknown({ id })
  return row
}

/** Minutes of the story that have passed at a time; pauses do not count. */
export const minuteAt = ({ started_at, paused_at, ended_at, paused_ms, speed }: DrillRow, now: Date): number => {
  if (!started_at) return 0
  const until = ended_at ?? paused_at ?? now
  return (Math.max(0, until.getTime() - started_at.getTime() - Number(paused_ms)) / 60_000) * speed
}

/** When a minute of the story is, or was, on the clock. */
export const clockOf = ({ started_at, paused_ms, speed }: DrillRow, minute: number): Date =>
  new Date((started_at?.getTime() ?? 0) + Number(paused_ms) + (minute / speed) * 60_000)

export const planFor = ({ id, definition, subject, seed }: DrillRow) =>
  planOf(definition, { drillId: id, name: subject, seed })

const shown = (ctx: Ctx, row: DrillRow): Drill => ({
  id: row.id,
  name: row.name,
  scenario: row.definition.name,
  subjectId: row.subject_id,
  subject: row.subject,
  state: row.state,
  speed: row.speed,
  plannedAt: row.planned_at?.toISOString() ?? null,
  startedAt: row.started_at?.toISOString() ?? null,
  endedAt: row.ended_at?.toISOString() ?? null,
  minute: Math.round(Math.min(row.definition.minutes, minuteAt(row, ctx.now())) * 10) / 10,
  minutes: row.definition.minutes,
  told: row.told,
  posts: planFor(row).length,
  score: row.score,
  madeBy: row.made_by,
})

export const listDrills = async (ctx: Ctx): Promise<{ items: Drill[] }> => ({
  items: (await rowsWhere(ctx, sql`true`)).map((row) => shown(ctx, row)),
})

/** @throws drills.drillUnknown */
export const readDrill = async (ctx: Ctx, { id }: { id: number }): Promise<DrillDetail> => {
  const row = await drillRow(ctx, id)
  const plan = planFor(row)
  const step = Math.max(1, Math.ceil(row.definition.minutes / 60))
  const curve = Array.from({ length: Math.ceil(row.definition.minutes / step) }, (_, index) => ({
    minute: index * step,
    planned: 0,
    out: 0,
  }))
  for (const [index, { minute }] of plan.entries()) {
    const slot = curve[Math.min(curve.length - 1, Math.floor(minute / step))]
    if (!slot) continue
    slot.planned += 1
    if (index < row.told) slot.out += 1
  }
  const out = new Set(plan.slice(0, row.told).map(({ item }) => item.guid))
  const { rows: events } = await sql<{ id: number; title: string; posts: number; level: Level | null }>`
    select e.id, e.title, e.posts, (select l.level from opinion.event_level l where l.event_id = e.id) as level
    from opinion.event e where e.drill_id = ${id} and e.merged_into is null order by e.posts desc, e.id`.execute(ctx.pg)
  const { rows: incidents } = await sql<DrillDetail['incidents'][number]>`
    select id, title, level, state from opinion.incident where drill_id = ${id} order by id`.execute(ctx.pg)
  const { rows: alerts } = await sql<{
    id: number
    title: string
    level: Level
    state: DrillDetail['alerts'][number]['state']
    fired_at: Date
  }>`select id, title, level, state, fired_at from opinion.alert where drill_id = ${id} order by id`.execute(ctx.pg)
  return {
    ...shown(ctx, row),
    score: row.score ?? (row.started_at ? await scoreOf(ctx, { drillId: id, level: row.definition.level }) : null),
    story: row.definition.story,
    aims: row.definition.aims,
    level: row.definition.level,
    note: row.note,
    beats: row.definition.beats.map((beat, index) => ({ ...beat, out: out.has(`drill-${id}-beat-${index}`) })),
    curve,
    events,
    incidents,
    alerts: alerts.map(({ fired_at, ...alert }) => ({ ...alert, firedAt: fired_at.toISOString() })),
  }
}

/** @throws drills.scenarioUnknown, drills.subjectUnknown */
export const makeDrill = (
  ctx: Ctx,
  { scenarioId, name, subjectId, speed, plannedAt }: NewDrill,
): Promise<DrillDetail> =>
  ctx.tx(async (ctx) => {
    const {
      id: _,
      version: __,
      changedAt: ___,
      changedBy: ____,
      ...definition
    } = await scenarioOf(ctx, { id: scenarioId })
    const subject = await ctx.pg
      .selectFrom('opinion.subject')
      .select('id')
      .where('id', '=', subjectId)
      .where('deleted_at', 'is', null)
      .executeTakeFirst()
    if (!subject) throw problem.subjectUnknown({ id: subjectId })
    const { id } = await ctx.pg
      .insertInto('opinion.drill')
      .values({
        name,
        scenario_id: scenarioId,
        definition: JSON.stringify(definition),
        subject_id: subjectId,
        speed,
        seed: Math.floor(ctx.now().getTime() % 2_000_000_000),
        planned_at: plannedAt ? new Date(plannedAt) : null,
        made_at: ctx.now(),
        made_by: ctx.actor.name,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await ctx.audit.record(ctx, { action: 'opinion.drillMade', detail: { id, scenarioId, subjectId } })
    return readDrill(ctx, { id })
  })

/** A drill that is over calls nobody any more: its events close, its alerts with them, and the clocks of its incidents end. */
const comeToRest = async (ctx: Ctx, drillId: number): Promise<void> => {
  const events = await ctx.pg
    .selectFrom('opinion.event')
    .select('id')
    .where('drill_id', '=', drillId)
    .where('merged_into', 'is', null)
    .where('state', '<>', 'closed')
    .execute()
  for (const { id } of events) await closeEvent(ctx, { id, reason: '演练结束' })
  const { rows: incidents } = await sql<{ id: number }>`
    select id from opinion.incident where drill_id = ${drillId} and state <> 'closed' order by id`.execute(ctx.pg)
  for (const { id } of incidents) await stopClocks(ctx, id, 'all', 'closed')
}

export const drillMoves = ['start', 'pause', 'resume', 'end', 'cancel'] as const
type Move = (typeof drillMoves)[number]
const from: Readonly<Record<Move, readonly Drill['state'][]>> = {
  start: ['planned'],
  pause: ['running'],
  resume: ['paused'],
  end: ['running', 'paused'],
  cancel: ['planned', 'running', 'paused'],
}

/**
 * Starts, pauses, resumes, ends or cancels a drill. Ending scores it for good; a cancelled one has no score.
 * @throws drills.drillUnknown, drills.cannot, drills.oneAtATime
 */
export const moveDrill = (
  ctx: Ctx,
  { id, move, note = '' }: { id: number; move: Move; note?: string | undefined },
): Promise<DrillDetail> =>
  ctx.tx(async (ctx) => {
    await sql`select id from opinion.drill where id = ${id} for update`.execute(ctx.pg)
    const row = await drillRow(ctx, id)
    if (!from[move].includes(row.state)) throw problem.cannot({ state: row.state, move })
    const now = ctx.now()
    if (move === 'start') {
      // Two drills started at once would both see none running.
      await sql`select pg_advisory_xact_lock(hashtext('opinion.drill'))`.execute(ctx.pg)
      const other = await ctx.pg
        .selectFrom('opinion.drill')
        .select('id')
        .where('state', 'in', ['running', 'paused'])
        .executeTakeFirst()
      if (other) throw problem.oneAtATime({ id: other.id })
    }
    const waited = Number(row.paused_ms) + (row.paused_at ? now.getTime() - row.paused_at.getTime() : 0)
    const change = {
      start: { state: 'running' as const, started_at: now },
      pause: { state: 'paused' as const, paused_at: now },
      resume: { state: 'running' as const, paused_at: null, paused_ms: waited },
      end: {
        state: 'ended' as const,
        ended_at: now,
        paused_at: null,
        paused_ms: waited,
        score: move === 'end' ? JSON.stringify(await scoreOf(ctx, { drillId: id, level: row.definition.level })) : null,
        note,
      },
      cancel: { state: 'cancelled' as const, ended_at: now, paused_at: null, paused_ms: waited, note },
    }[move]
    await ctx.pg.updateTable('opinion.drill').set(change).where('id', '=', id).execute()
    if (move === 'end' || move === 'cancel') await comeToRest(ctx, id)
    await ctx.audit.record(ctx, { action: `opinion.drill.${move}`, detail: { id } })
    return readDrill(ctx, { id })
  })
