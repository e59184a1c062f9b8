import { sql } from 'kysely'
import type { Ctx } from '#platform'
import type { Level } from '../contract.ts'
import { factsInForce } from '../statements/judge.ts'
import type { Criterion, Score } from './drill-contract.ts'

/** What each part is worth; 100 together. */
const worth = {
  graded: 10,
  level: 10,
  acknowledged: 20,
  acted: 20,
  statement: 10,
  closed: 10,
  deadlines: 5,
  tasks: 5,
  signed: 5,
  facts: 5,
} as const

/** Full points in time, half up to twice the time, none after that or when it never happened. */
export const pointsFor = (minutes: number | null, target: number, of: number): number =>
  minutes === null || minutes > 2 * target ? 0 : minutes <= target ? of : of / 2

const minutesBetween = (from: Date | null | undefined, to: Date | null | undefined) =>
  from && to ? Math.round((to.getTime() - from.getTime()) / 6_000) / 10 : null

/** A machine grades within a minute of the first post being stored. */
const gradeWithinMinutes = 1

interface ClockRow {
  kind: string
  minutes: number
  started_at: Date
  due_at: Date
  stopped_at: Date | null
  stopped_why: string | null
}

/** Deadlines that have no criterion of their own, the regulator's and those of tasks: how many there were, how many were kept. */
const keptOf = async (ctx: Ctx, incidentId: number, clocks: readonly ClockRow[]) => {
  const { rows } = await sql<{ of: number; kept: number }>`
    select count(*)::int as of, count(*) filter (where state = 'done' and done_at <= due_at)::int as kept
    from opinion.incident_task where incident_id = ${incidentId} and due_at is not null and state <> 'dropped'`.execute(
    ctx.pg,
  )
  const regulator = clocks.filter(({ kind, stopped_why }) => kind === 'regulator' && stopped_why !== 'void')
  const told = regulator.filter(
    ({ stopped_at, stopped_why, due_at }) => stopped_why === 'done' && stopped_at && stopped_at <= due_at,
  )
  return { of: (rows[0]?.of ?? 0) + regulator.length, kept: (rows[0]?.kept ?? 0) + told.length }
}

/** Whether each statement of an incident, as it stands now, cites facts and only such as are approved and valid. */
const statementsOf = async (ctx: Ctx, incidentId: number): Promise<boolean[]> => {
  const { rows } = await sql<{ facts: number[] }>`
    select v.facts from opinion.statement s join opinion.statement_version v on v.statement_id = s.id and v.version = s.version
    where s.incident_id = ${incidentId} and s.withdrawn_at is null order by s.id`.execute(ctx.pg)
  const good = new Set(
    (
      await factsInForce(
        ctx,
        rows.flatMap(({ facts }) => facts),
      )
    ).map(({ id }) => id),
  )
  return rows.map(({ facts }) => facts.length > 0 && facts.every((id) => good.has(id)))
}

/**
 * Scores a team by what the drill left behind: its grade, and the very clocks, tasks and signatures of its incident. Clocks that
 * the level does not have are not counted, so the points are of what was asked.
 */
export const scoreOf = async (ctx: Ctx, { drillId, level }: { drillId: number; level: Level }): Promise<Score> => {
  const { rows: events } = await sql<{ id: number; first_at: Date; graded_at: Date | null; level: Level | null }>`
    select e.id, e.first_at, (select min(g.at) from opinion.grade g where g.event_id = e.id) as graded_at,
      (select l.level from opinion.event_level l where l.event_id = e.id) as level
    from opinion.event e where e.drill_id = ${drillId} and e.merged_into is null order by e.posts desc, e.id limit 1`.execute(
    ctx.pg,
  )
  const [event] = events
  const { rows: incidents } = await sql<{ id: number; signs: number; signed: number; tasks: number; done: number }>`
    select i.id, cardinality(i.sign_offs) as signs,
      (select count(*)::int from opinion.incident_signature s where s.incident_id = i.id) as signed,
      (select count(*)::int from opinion.incident_task t where t.incident_id = i.id and t.state <> 'dropped') as tasks,
      (select count(*)::int from opinion.incident_task t where t.incident_id = i.id and t.state = 'done') as done
    from opinion.incident i where i.drill_id = ${drillId} order by i.opened_at, i.id limit 1`.execute(ctx.pg)
  const [incident] = incidents
  const { rows: clocks } = await sql<ClockRow>`
    select distinct on (kind) kind, minutes, started_at, due_at, stopped_at, stopped_why from opinion.incident_clock
    where incident_id = ${incident?.id ?? 0} and stopped_why is distinct from 'replaced' order by kind, started_at desc`.execute(
    ctx.pg,
  )

  const graded = minutesBetween(event?.first_at, event?.graded_at)
  const criteria: Criterion[] = [
    {
      key: 'graded',
      measured: graded,
      target: gradeWithinMinutes,
      unit: 'minutes',
      points: pointsFor(graded, gradeWithinMinutes, worth.graded),
      of: worth.graded,
    },
    {
      key: 'level',
      measured: event?.level ?? null,
      target: level,
      unit: 'level',
      points: event?.level === level ? worth.level : 0,
      of: worth.level,
    },
  ]
  const byClock = [
    ['acknowledged', 'acknowledge'],
    ['acted', 'act'],
    ['statement', 'statement'],
    ['closed', 'close'],
  ] as const
  for (const [key, kind] of byClock) {
    const clock = clocks.find((one) => one.kind === kind)
    // Without an incident everything that was to be timed is missed; with one, only what its level times.
    if (!clock && (incident || key === 'statement')) continue
    // Closing a case also ends clocks whose deed never came; that is not the deed.
    const took =
      clock?.stopped_why === 'closed' || clock?.stopped_why === 'void'
        ? null
        : minutesBetween(clock?.started_at, clock?.stopped_at)
    // The deadline as it was reckoned over the calendar, not the bare minutes.
    const target = clock ? (minutesBetween(clock.started_at, clock.due_at) ?? clock.minutes) : null
    criteria.push({
      key,
      measured: took,
      target,
      unit: 'minutes',
      points: target === null ? 0 : pointsFor(took, target, worth[key]),
      of: worth[key],
    })
  }
  if (incident && incident.tasks > 0)
    criteria.push({
      key: 'tasks',
      measured: incident.done / incident.tasks,
      target: 1,
      unit: 'share',
      points: (incident.done / incident.tasks) * worth.tasks,
      of: worth.tasks,
    })
  if (incident && incident.signs > 0)
    criteria.push({
      key: 'signed',
      measured: incident.signed,
      target: incident.signs,
      unit: 'count',
      points: Math.min(1, incident.signed / incident.signs) * worth.signed,
      of: worth.signed,
    })
  const timed = incident ? await keptOf(ctx, incident.id, clocks) : { of: 0, kept: 0 }
  if (timed.of > 0)
    criteria.push({
      key: 'deadlines',
      measured: timed.kept / timed.of,
      target: 1,
      unit: 'share',
      points: (timed.kept / timed.of) * worth.deadlines,
      of: worth.deadlines,
    })
  const said = incident ? await statementsOf(ctx, incident.id) : []
  // Where the level asks for a statement, one that was never written cites nothing.
  if (said.length > 0 || clocks.some(({ kind }) => kind === 'statement')) {
    const resting = said.filter(Boolean).length
    const share = said.length === 0 ? null : resting / said.length
    criteria.push({
      key: 'facts',
      measured: share,
      target: 1,
      unit: 'share',
      points: (share ?? 0) * worth.facts,
      of: worth.facts,
    })
  }
  const sum = (part: 'points' | 'of') => Math.round(criteria.reduce((total, one) => total + one[part], 0) * 10) / 10
  return { points: sum('points'), of: sum('of'), criteria }
}
