import { sql } from 'kysely'
import { type Ctx, ch, type HealthCheck } from '#platform'
import type { Schedule } from '../contract.ts'
import { nextDue } from '../schedule.ts'
import { zone } from '../world.ts'
import type { Health } from './contract.ts'
import { readable } from './moves.ts'
import { problem } from './problem.ts'
import '../tables.ts'
import './tables.ts'

/** What a living audience may be behind before somebody should look: three times the bound of five seconds, and a grace. */
const liveStuckMs = 60_000
/** The same for one that is computed in full on a short timetable. */
const wholeStuckMs = 600_000

interface Row {
  id: string
  name: string
  schedule: Schedule | null
  size: number | null
  as_of: Date | null
  built_at: Date | null
  took_ms: number | null
  rows_read: number | string | null
  error: string | null
  failing_since: Date | null
  created_at: Date
  switched_on: boolean | null
  switched_at: Date | null
  switched_by: string | null
  rebuild_wanted_at: Date | null
  rebuild_started_at: Date | null
  failures: number | null
  retry_at: Date | null
  tick_ms: number | null
  tick_touched: number | null
  whole: boolean | null
  followed: boolean
}

const rowsOf = async (ctx: Ctx, id?: string): Promise<Row[]> => {
  const { rows } = await sql<Row>`
    select a.id, a.name, a.schedule, a.size, a.as_of, a.built_at, a.took_ms, a.rows_read, a.error, a.failing_since,
      a.created_at, l.switched_on, l.switched_at, l.switched_by, l.rebuild_wanted_at, l.rebuild_started_at, l.failures,
      l.retry_at, l.tick_ms, l.tick_touched, l.whole,
      exists (select 1 from audiences.live_lease where until > now()) as followed
    from audiences.audience a left join audiences.live l on l.audience_id = a.id
    ${id === undefined ? sql`` : sql`where a.id = ${id}`} order by a.created_at desc, a.id desc`.execute(ctx.pg)
  return rows
}

/** How long a schedule lets pass between two refreshes. */
const periodMs = (schedule: Schedule, now: Date): number => {
  if ('everyMinutes' in schedule) return schedule.everyMinutes * 60_000
  const next = nextDue(schedule, now, zone)
  return next ? (nextDue(schedule, next, zone)?.getTime() ?? 0) - next.getTime() : 86_400_000
}

const isStuck = (row: Row, now: Date): boolean => {
  const since = (at: Date | null) => now.getTime() - (at ?? row.created_at).getTime()
  if (row.switched_on) {
    // Since it was switched on, or since a change of definition, it may take its time to be computed.
    const from = Math.max(row.as_of?.getTime() ?? 0, row.switched_at?.getTime() ?? 0)
    return now.getTime() - from > (row.whole ? wholeStuckMs : liveStuckMs)
  }
  if (!row.schedule) return false
  return since(row.built_at) > 3 * periodMs(row.schedule, now)
}

const stateOf = (row: Row): 'building' | 'following' | 'failing' | 'waiting' => {
  if (!row.followed) return 'waiting'
  if (row.rebuild_started_at !== null || row.rebuild_wanted_at !== null) return 'building'
  return (row.failures ?? 0) > 0 ? 'failing' : 'following'
}

const shown = (row: Row, now: Date): Health => ({
  id: row.id,
  live:
    row.switched_on && row.switched_at
      ? {
          since: row.switched_at.toISOString(),
          by: row.switched_by ?? '',
          state: stateOf(row),
          retryAt: row.retry_at?.toISOString() ?? null,
          rebuild: row.rebuild_started_at && { since: row.rebuild_started_at.toISOString(), expectedMs: row.took_ms },
          whole: row.whole === true,
          tickMs: row.tick_ms,
          tickTouched: row.tick_touched,
        }
      : null,
  size: row.size,
  moved: null,
  asOf: row.as_of?.toISOString() ?? null,
  lagMs: row.as_of && Math.max(0, now.getTime() - row.as_of.getTime()),
  builtAt: row.built_at?.toISOString() ?? null,
  tookMs: row.took_ms,
  rowsRead: row.rows_read === null ? null : Number(row.rows_read),
  error: row.error,
  failingSince: row.failing_since?.toISOString() ?? null,
  stuck: isStuck(row, now),
})

/** @throws problem.unknown */
export const readHealth = async (ctx: Ctx, { id }: { id: string }): Promise<Health> => {
  const [row] = await rowsOf(ctx, id)
  if (!row) throw problem.unknown({ id })
  return { ...shown(row, ctx.now()), moved: await movedLately(ctx, id) }
}

/** Moves of a day: those summed up where the bitmap was stored, and those of the feed since. */
const movedLately = async (ctx: Ctx, id: string): Promise<{ entered: number; left: number }> => {
  const since = new Date(ctx.now().getTime() - 86_400_000)
  const { rows } = await sql<{ entered: number; left: number }>`
    select coalesce(sum(entered), 0)::int as entered, coalesce(sum("left"), 0)::int as "left" from audiences.refresh
    where audience_id = ${id} and as_of > ${since}`.execute(ctx.pg)
  const stored = rows[0] ?? { entered: 0, left: 0 }
  const row = await ctx.pg
    .selectFrom('audiences.audience')
    .select(['id', 'refresh_shown', 'feed_refresh'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row || row.refresh_shown === null || row.feed_refresh <= row.refresh_shown) return stored
  const among = await readable(ctx, row, row.refresh_shown)
  const fed = await ctx.ch.one<{ came: string; gone: string }>(
    ch.sql`select toString(countIf(entered = 1)) as came, toString(countIf(entered = 0)) as gone from audience_changes where ${among} and at > ${ch.moment(since)}`,
  )
  return { entered: stored.entered + Number(fed?.came ?? 0), left: stored.left + Number(fed?.gone ?? 0) }
}

/** Of every audience, newest first. */
export const listHealth = async (ctx: Ctx): Promise<{ items: Health[] }> => {
  const now = ctx.now()
  return { items: (await rowsOf(ctx)).map((row) => shown(row, now)) }
}

/** Whether audiences are up to date, for the program's health: nothing of it keeps traffic away. */
export const audienceHealth = async (ctx: Ctx): Promise<readonly HealthCheck[]> => {
  const rows = await rowsOf(ctx)
  const now = ctx.now()
  const live = rows.filter(({ switched_on }) => switched_on)
  const stuck = rows.filter((row) => isStuck(row, now))
  const lag = Math.max(0, ...live.map(({ as_of }) => (as_of ? now.getTime() - as_of.getTime() : 0)))
  return [
    {
      name: 'audiences',
      ok: stuck.length === 0,
      blocking: false,
      code: stuck.length === 0 ? 'audiences.current' : 'audiences.stuck',
      values: { live: live.length, lag: Math.round(lag / 1_000), stuck: stuck.length, of: rows.length },
      detail: `${live.length} follow events, the furthest ${Math.round(lag / 1_000)} s behind; ${stuck.length} of ${rows.length} stuck`,
      ...(stuck.length > 0 && {
        remedy: `Look at the audience for why: ${stuck
          .slice(0, 5)
          .map(({ id }) => `/audiences/${id}`)
          .join(', ')}`,
      }),
    },
  ]
}

/** Raises an alarm, once, for each audience that is stuck, and takes it back when it no longer is. */
export const watchAudiences = async (ctx: Ctx): Promise<void> => {
  const now = ctx.now()
  for (const row of await rowsOf(ctx)) {
    const stuck = isStuck(row, now)
    const { numUpdatedRows } = await ctx.pg
      .updateTable('audiences.audience')
      .set({ alarmed_at: stuck ? now : null })
      .where('id', '=', row.id)
      .where('alarmed_at', stuck ? 'is' : 'is not', null)
      .executeTakeFirst()
    if (numUpdatedRows === 0n) continue
    if (stuck) ctx.log.error({ audience: row.id, asOf: row.as_of, reason: row.error }, 'audience is stuck')
    else ctx.log.info({ audience: row.id }, 'audience is up to date again')
  }
}
