import { instantOf, wallClock } from '#audiences'
import { ch } from '#platform'
import type { Granularity } from './contract.ts'
import { problem } from './problem.ts'

const { sql, str } = ch

const dayMs = 86_400_000
const mostBuckets = 2_000

const startOfWall = (wall: Date, granularity: Granularity): Date => {
  const day = Math.floor(wall.getTime() / dayMs) * dayMs
  if (granularity === 'hour') return new Date(Math.floor(wall.getTime() / 3_600_000) * 3_600_000)
  if (granularity === 'day') return new Date(day)
  if (granularity === 'week') return new Date(day - ((wall.getUTCDay() + 6) % 7) * dayMs)
  return new Date(Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth(), 1))
}

const nextWall = (start: Date, granularity: Granularity): Date => {
  if (granularity === 'month') return new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 1))
  const lengths = { hour: 3_600_000, day: dayMs, week: 7 * dayMs }
  return new Date(start.getTime() + lengths[granularity])
}

/**
 * First instants of the units of the calendar of `zone` that meet the period, and of the one after them. Weeks begin on Monday.
 * @throws problem.tooManyBuckets beyond two thousand
 */
export const bucketsOf = (from: Date, to: Date, granularity: Granularity, zone: string): Date[] => {
  const starts: Date[] = []
  let wall = startOfWall(wallClock(from, zone), granularity)
  for (;;) {
    const start = instantOf(wall, zone)
    starts.push(start)
    if (start > to) return starts
    if (starts.length > mostBuckets) throw problem.tooManyBuckets({ most: mostBuckets, granularity })
    wall = nextWall(wall, granularity)
  }
}

/** Seconds since 1970 of the first instant of the unit in which `ts` lies, as SQL. */
export const bucketStart = (granularity: Granularity, zone: string, ts: ch.Sql = sql`ts`): ch.Sql => {
  const local = sql`toTimeZone(${ts}, ${str(zone)})`
  if (granularity === 'hour') return sql`toUnixTimestamp(toStartOfHour(${local}))`
  if (granularity === 'day') return sql`toUnixTimestamp(toStartOfDay(${local}))`
  const day = granularity === 'week' ? sql`toMonday(${local})` : sql`toStartOfMonth(${local})`
  return sql`toUnixTimestamp(toDateTime(${day}, ${str(zone)}))`
}
