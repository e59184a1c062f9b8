import { sql } from 'kysely'
import type { Ctx } from '#platform'
import { type Level, levels } from '../contract.ts'
import { incidentsOf } from '../incidents/store.ts'
import { type MonthFigures, type Stretch, stretches, type Target, type Times } from './review-contract.ts'

const hourMs = 3_600_000
const zoneMs = 8 * hourMs

/** A month of Shanghai as instants. */
export const spanOf = (month: string): { from: Date; to: Date } => {
  const [year = 0, number = 1] = month.split('-').map(Number)
  return { from: new Date(Date.UTC(year, number - 1, 1) - zoneMs), to: new Date(Date.UTC(year, number, 1) - zoneMs) }
}

/** The month of an instant. */
export const monthOf = (at: Date): string => `${new Date(at.getTime() + zoneMs).toISOString().slice(0, 7)}-01`

/** A month so many before another. */
export const monthBefore = (month: string, by: number): string => {
  const [year = 0, number = 1] = month.split('-').map(Number)
  return new Date(Date.UTC(year, number - 1 - by, 1)).toISOString().slice(0, 10)
}

/** Quantile by linear interpolation (type 7 of Hyndman and Fan, 1996); the list is sorted. */
const quantile = (sorted: readonly number[], q: number): number => {
  const place = (sorted.length - 1) * q
  const low = sorted[Math.floor(place)] ?? 0
  const high = sorted[Math.ceil(place)] ?? low
  return low + (high - low) * (place - Math.floor(place))
}

/** Count, median, ninetieth percentile and mean of hours. */
export const timesOf = (hours: readonly number[]): Times => {
  if (hours.length === 0) return { count: 0, median: null, p90: null, mean: null }
  const sorted = hours.toSorted((a, b) => a - b)
  return {
    count: hours.length,
    median: quantile(sorted, 0.5),
    p90: quantile(sorted, 0.9),
    mean: hours.reduce((sum, hour) => sum + hour, 0) / hours.length,
  }
}

type Handled = Awaited<ReturnType<typeof incidentsOf>>[number]

const between = (from: Date | null, to: Date | null) =>
  from && to ? (to.getTime() - from.getTime()) / hourMs : undefined

/** Hours of each stretch of an incident; undefined for what has not happened. */
export const hoursOf = (incident: Handled): Record<Stretch, number | undefined> => ({
  detect: between(incident.firstPostAt, incident.openedAt),
  acknowledge: between(incident.openedAt, incident.acknowledgedAt),
  act: between(incident.openedAt, incident.actedAt),
  close: between(incident.openedAt, incident.closedAt),
  whole: between(incident.firstPostAt ?? incident.openedAt, incident.closedAt),
})

/** The target that held on a day for a level: the level's own before the one for all, the newest first. */
export const targetOn = (targets: readonly Target[], day: string, level: Level | 'all'): number => {
  const holding = targets.filter(({ validFrom }) => validFrom <= day)
  const newest = (of: Level | 'all') =>
    holding
      .filter((target) => target.level === of)
      .toSorted((a, b) => (a.validFrom < b.validFrom ? 1 : a.validFrom > b.validFrom ? -1 : b.id - a.id))[0]
  return (newest(level) ?? newest('all'))?.hours ?? 48
}

/** Speed of handling in a month, from incidents opened in it; false alarms and duplicates are told, and not counted. */
export const monthFigures = async (
  ctx: Ctx,
  month: string,
  targets: readonly Target[],
  drillId = 0,
): Promise<MonthFigures> => {
  const { from, to } = spanOf(month)
  const incidents = await incidentsOf(ctx, { from, to, drillId })
  const { rows: lanes } = await sql<{
    lane: 'pr' | 'legal' | 'service'
    done: number
    late: number
    open: number
    median: number | null
  }>`
    select t.lane, count(*) filter (where t.state = 'done')::int as done,
      count(*) filter (where t.due_at < coalesce(t.done_at, ${ctx.now()}) and t.state <> 'dropped')::int as late,
      count(*) filter (where t.state in ('open', 'doing'))::int as open,
      percentile_cont(0.5) within group (order by extract(epoch from t.done_at - t.created_at) / 3600) filter (where t.state = 'done') as median
    from opinion.incident_task t join opinion.incident i on i.id = t.incident_id
    where i.drill_id = ${drillId} and t.created_at >= ${from} and t.created_at < ${to} group by t.lane order by t.lane`.execute(
    ctx.pg,
  )
  // What turned out to be nothing, or a second sheet for the same, says nothing about speed.
  const counted = incidents.filter(({ outcome }) => outcome !== 'false-alarm' && outcome !== 'duplicate')
  const lastDay = new Date(to.getTime() - 1 + zoneMs).toISOString().slice(0, 10)
  const part = (level: Level | 'all') => {
    const these = level === 'all' ? counted : counted.filter((incident) => incident.level === level)
    const hours = these.map(hoursOf)
    const whole = these.flatMap((incident, index) => {
      const took = hours[index]?.whole
      return took === undefined ? [] : [took <= targetOn(targets, lastDay, incident.level)]
    })
    return {
      incidents: these.length,
      times: Object.fromEntries(
        stretches.map((stretch) => [stretch, timesOf(hours.flatMap((one) => one[stretch] ?? []))]),
      ) as Record<Stretch, Times>,
      targetHours: targetOn(targets, lastDay, level),
      within: whole.filter(Boolean).length,
    }
  }
  return {
    month,
    incidents: incidents.length,
    closed: incidents.filter(({ closedAt }) => closedAt !== null).length,
    notCounted: incidents.length - counted.length,
    late: counted.filter(({ missed }) => missed.length > 0).length,
    byLevel: {
      all: part('all'),
      ...(Object.fromEntries(levels.map((level) => [level, part(level)])) as Record<Level, ReturnType<typeof part>>),
    },
    byLane: lanes.map(({ lane, done, late, open, median }) => ({
      lane,
      done,
      late,
      open,
      medianHours: median,
    })),
  }
}
