import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { z } from 'zod'
import { type Ctx, ch, emit, event } from '#platform'
import { compile } from './condition.ts'
import { AudienceId, type Definition, type Refresh, type Schedule } from './contract.ts'
import { bitmapAt, isHeard, type Moved, membersNow, publish, rebuiltMark, tellMoved } from './live/moves.ts'
import { askRebuild, isLive, rebuildLive } from './live/switch.ts'
import { problem } from './problem.ts'
import { nextDue } from './schedule.ts'
import { worldOf, zone } from './world.ts'
import './tables.ts'

const { u32, uuid, moment } = ch

/** The membership of an audience was taken anew; `refresh` is its number. */
export const audienceRefreshed = event(
  'audiences.refreshed',
  z.object({ id: AudienceId, refresh: z.int(), size: z.int(), entered: z.int(), left: z.int() }),
)

export const statementSeconds = 300
/** Longer than all statements of a refresh together, so that a lease runs out only when its process died. */
const leaseSeconds = 900
/** Bitmaps kept per audience; 1 M members take about 130 kB. */
const keptRefreshes = 200
/** Days of the change feed; a consumer that is further behind reads the members again. */
const keptFeedDays = 100

export interface Leased {
  definition: Definition
  version: number
  schedule: Schedule | null
  refresh_given: number
  refresh_shown: number | null
  feed_refresh: number
}

/**
 * Leases that end before this were taken before this process began. On the embedded stores no other can be: whoever took
 * them is dead. With servers there is no telling.
 */
export const leaseOfBefore = ({ store }: Pick<Ctx, 'store'>, seconds: number): Date =>
  store.mode === 'embedded' ? new Date(performance.timeOrigin + seconds * 1_000) : new Date(0)

/** Takes the audience for one refresh. The clock is that of Postgres, which all processes share. */
export const takeLease = async (ctx: Ctx, id: string, lease: string): Promise<Leased> => {
  const row = await ctx.pg
    .updateTable('audiences.audience')
    .set(({ eb }) => ({
      lease,
      lease_until: sql<Date>`now() + make_interval(secs => ${leaseSeconds})`,
      refresh_given: eb('refresh_given', '+', 1),
    }))
    .where('id', '=', id)
    .where(({ or, eb }) =>
      or([
        eb('lease_until', 'is', null),
        eb('lease_until', '<', sql<Date>`now()`),
        eb('lease_until', '<', leaseOfBefore(ctx, leaseSeconds)),
      ]),
    )
    .returning(['definition', 'version', 'schedule', 'refresh_given', 'refresh_shown', 'feed_refresh'])
    .executeTakeFirst()
  if (row) return row
  const known = await ctx.pg.selectFrom('audiences.audience').select('id').where('id', '=', id).executeTakeFirst()
  throw known ? problem.refreshing({ id }) : problem.unknown({ id })
}

/**
 * Takes the membership anew, as of now. Never overlaps itself, in this process or another. A living audience is computed
 * by whoever follows it, so that no increment is lost between the two.
 * @returns the refresh with how many entered and left since the one before
 * @throws problem.unknown, problem.refreshing, problem.notFollowed, and what compiling the definition throws
 */
export const refreshAudience = async (ctx: Ctx, { id }: { id: string }): Promise<Refresh> => {
  if (await isLive(ctx, id)) return rebuildLive(ctx, id)
  const lease = randomUUID()
  const leased = await takeLease(ctx, id, lease)
  try {
    const built = await buildMembership(ctx, { ...leased, id, refresh: leased.refresh_given })
    return await ctx.tx((ctx) => showRefresh(ctx, { id, lease, leased, built }))
  } catch (error) {
    await refreshFailed(ctx, { id, lease, error })
    throw error
  }
}

/** Lets go of an audience whose refresh failed; members stay as they were. */
export const refreshFailed = async (
  ctx: Ctx,
  { id, lease, error }: { id: string; lease: string; error: unknown },
): Promise<void> => {
  await ctx.pg
    .updateTable('audiences.audience')
    .set(({ fn, val }) => ({
      lease: null,
      lease_until: null,
      error: error instanceof Error ? error.message.slice(0, 500) : 'failed',
      failing_since: fn.coalesce('failing_since', val(ctx.now())),
    }))
    .where('id', '=', id)
    .where('lease', '=', lease)
    .execute()
}

/** More moves than this are not told one by one: the feed then says that the members are to be read again. */
const mostMovesTold = 100_000

export interface Built extends Omit<Moved, 'id' | 'entered' | 'left'> {
  asOf: Date
  entered: number
  left: number
  rowsRead: number
  tookMs: number
}

/**
 * Computes the members, as of now, and writes bitmap and moves to ClickHouse under the number `refresh`. Nobody sees them
 * before `showRefresh`.
 */
export const buildMembership = async (
  ctx: Ctx,
  {
    id,
    refresh,
    version,
    definition,
    refresh_shown,
    feed_refresh,
    timeoutSeconds = statementSeconds,
  }: Pick<Leased, 'version' | 'definition' | 'refresh_shown' | 'feed_refresh'> & {
    id: string
    refresh: number
    timeoutSeconds?: number
  },
): Promise<Built> => {
  const startedAt = performance.now()
  const world = await worldOf(ctx, definition)
  const { members } = compile(definition, world)
  // The number is new for each attempt: rows of one key would be united, not replaced.
  await ctx.ch.command(
    ch.sql`insert into audience_membership (audience_id, version, refresh, members, at) select ${uuid(id)}, ${u32(version)}, ${u32(refresh)}, members, ${moment(world.at)} from (${members})`,
    { timeoutSeconds },
  )
  const rowsRead = await rowsToRead(ctx, members)
  const now = bitmapAt(id, refresh)
  const before = await membersNow(ctx, { id, refresh_shown, feed_refresh })
  const both = ch.sql`(select ${now} as now, ${before} as before)`
  const counted = await ctx.ch.one<{ size: number; entered: number; left: number }>(
    ch.sql`select toUInt32(bitmapCardinality(now)) as size, toUInt32(bitmapAndnotCardinality(now, before)) as entered, toUInt32(bitmapAndnotCardinality(before, now)) as left from ${both}`,
    { timeoutSeconds },
  )
  const { size, entered, left } = counted ?? { size: 0, entered: 0, left: 0 }
  const rebuilt = refresh_shown === null || entered + left > mostMovesTold
  const head = ch.sql`insert into audience_changes (audience_id, version, refresh, at, customer_no, entered) select ${uuid(id)}, ${u32(version)}, ${u32(refresh)}, ${moment(world.at)}`
  if (rebuilt) await ctx.ch.command(ch.sql`${head}, 0, ${u32(rebuiltMark)}`)
  else if (entered + left > 0)
    await ctx.ch.command(
      ch.sql`${head}, move.1, move.2 from (select arrayJoin(arrayConcat(arrayMap(no -> (no, 1), bitmapToArray(bitmapAndnot(now, before))), arrayMap(no -> (no, 0), bitmapToArray(bitmapAndnot(before, now))))) as move from ${both})`,
      { timeoutSeconds },
    )
  const tookMs = Math.round(performance.now() - startedAt)
  return { refresh, version, asOf: world.at, size, entered, left, rebuilt, rowsRead, tookMs }
}

/**
 * Rows of tables that the index leaves to be read. The engine in the process does not tell what a statement read, and its
 * log of statements is off.
 */
const rowsToRead = async (ctx: Ctx, members: ch.Sql): Promise<number> => {
  const row = await ctx.ch.one<{ rows: string }>(
    ch.sql`select toString(sum(rows)) as rows from (explain estimate ${members})`,
  )
  return Number(row?.rows ?? 0)
}

/**
 * Shows what was built, with its figures, and tells who listens. Inside a transaction.
 * @throws problem.overtaken when the audience was deleted meanwhile, or another process took over
 */
export const showRefresh = async (
  ctx: Ctx,
  {
    id,
    lease,
    leased: { schedule },
    built,
    byTimetable = false,
  }: { id: string; lease: string; leased: Pick<Leased, 'schedule'>; built: Built; byTimetable?: boolean },
): Promise<Refresh> => {
  const { refresh, version, asOf, size, entered, left, rowsRead, tookMs } = built
  const { name: by } = ctx.actor
  const published = await publish(ctx, [{ ...built, id, entered: [], left: [] }], asOf)
  const kept = await ctx.pg
    .updateTable('audiences.audience')
    .set({
      refreshed_version: version,
      refresh_shown: refresh,
      took_ms: tookMs,
      rows_read: rowsRead,
      built_at: ctx.now(),
      error: null,
      failing_since: null,
      alarmed_at: null,
      lease: null,
      lease_until: null,
      due_at: nextDue(schedule, ctx.now(), zone),
    })
    .where('id', '=', id)
    .where('lease', '=', lease)
    .returning('id')
    .executeTakeFirst()
  // Deleted meanwhile, or so slow that another process took over.
  if (!kept || !published.has(id)) throw problem.overtaken({ id })
  await ctx.pg
    .insertInto('audiences.refresh')
    .values({
      audience_id: id,
      refresh,
      version,
      as_of: asOf,
      size,
      entered,
      left,
      took_ms: tookMs,
      rows_read: rowsRead,
      by,
    })
    .execute()
  const detail = { refresh, version, size, entered, left }
  // What a living audience does each minute by itself would bury what people did.
  if (!byTimetable) await ctx.audit.record(ctx, { action: 'audience.refresh', subject: `audience:${id}`, detail })
  await emit(ctx, audienceRefreshed, { id, refresh, size, entered, left }, id)
  if (isHeard(ctx)) await tellMoved(ctx, { ...built, id, ...(await movesOf(ctx, id, built)) }, asOf)
  return { refresh, version, asOf: asOf.toISOString(), size, entered, left, tookMs, by }
}

const movesOf = async (ctx: Ctx, id: string, { refresh, rebuilt }: Built) => {
  if (rebuilt) return { entered: [], left: [] }
  const rows = await ctx.ch.rows<{ no: number; entered: number }>(
    ch.sql`select customer_no as no, entered from audience_changes where audience_id = ${uuid(id)} and refresh = ${u32(refresh)} order by no`,
  )
  const nos = (side: number) => rows.filter(({ entered }) => entered === side).map(({ no }) => no)
  return { entered: nos(1), left: nos(0) }
}

/** Asks for a refresh of every audience that is due. */
export const refreshDue = async (ctx: Ctx): Promise<void> => {
  const due = await ctx.pg
    .selectFrom('audiences.audience')
    .select(['id', 'schedule'])
    .where('due_at', '<=', ctx.now())
    .orderBy('due_at')
    .limit(200)
    .execute()
  for (const { id, schedule } of due) {
    if (await isLive(ctx, id)) await askRebuild(ctx, [id])
    else await ctx.jobs.send('audiences.refresh', { id }, { key: id })
    // Moved on now, so that one which fails waits its turn and does not hold up the others each minute.
    await ctx.pg
      .updateTable('audiences.audience')
      .set({ due_at: nextDue(schedule, ctx.now(), zone) })
      .where('id', '=', id)
      .execute()
  }
}

/** Drops bitmaps beyond the newest of each audience, and those of audiences that are gone. The figures stay. */
export const pruneMembership = async (ctx: Ctx): Promise<void> => {
  const old = await sql<{ audience_id: string; refresh: number }>`
    update audiences.refresh r set pruned = true from audiences.audience a, (
      select audience_id, refresh, row_number() over (partition by audience_id order by refresh desc) as place
      from audiences.refresh where not pruned) newest
    where a.id = r.audience_id and newest.audience_id = r.audience_id and newest.refresh = r.refresh
      and newest.place > ${keptRefreshes} and r.refresh <> a.refresh_shown
    returning r.audience_id, r.refresh`.execute(ctx.pg)
  const held = await ctx.ch.rows<{ id: string; refresh: number }>(
    ch.sql`select distinct audience_id as id, refresh from audience_membership`,
  )
  const kept = await ctx.pg
    .selectFrom('audiences.audience')
    .leftJoin('audiences.refresh', (join) => join.onRef('audience_id', '=', 'id').on('pruned', '=', false))
    .select(['id', 'refresh', 'feed_refresh'])
    .execute()
  const wanted = new Set(kept.map(({ id, refresh }) => `${id} ${refresh}`))
  const read = new Map(kept.map(({ id, feed_refresh }) => [id, feed_refresh]))
  // One beyond what may be read belongs to a refresh that is going on.
  const gone = held.filter(({ id, refresh }) => !wanted.has(`${id} ${refresh}`) && refresh <= (read.get(id) ?? refresh))
  for (let i = 0; i < gone.length; i += 500) {
    const keys = ch.strings(gone.slice(i, i + 500).map(({ id, refresh }) => `${id} ${refresh}`))
    await ctx.ch.command(
      ch.sql`alter table audience_membership delete where concat(toString(audience_id), ' ', toString(refresh)) in ${keys}`,
    )
  }
  await ctx.ch.command(
    ch.sql`alter table audience_changes delete where at < now() - toIntervalDay(${ch.u16(keptFeedDays)})`,
  )
  if (gone.length > 0) ctx.log.info({ bitmaps: gone.length, refreshes: old.rows.length }, 'old memberships dropped')
}
