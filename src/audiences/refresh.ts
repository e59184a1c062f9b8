import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { z } from 'zod'
import { type Ctx, ch, emit, event } from '#platform'
import { compile } from './condition.ts'
import { AudienceId, type Definition, type Refresh, type Schedule } from './contract.ts'
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

const statementSeconds = 300
/** Longer than all statements of a refresh together, so that a lease runs out only when its process died. */
const leaseSeconds = 900
/** Bitmaps kept per audience; 1 M members take about 130 kB. */
const keptRefreshes = 200

interface Leased {
  definition: Definition
  version: number
  schedule: Schedule | null
  refresh_given: number
  refresh_shown: number | null
}

/** Takes the audience for one refresh. The clock is that of Postgres, which all processes share. */
const takeLease = async (ctx: Ctx, id: string, lease: string): Promise<Leased> => {
  const row = await ctx.pg
    .updateTable('audiences.audience')
    .set(({ eb }) => ({
      lease,
      lease_until: sql<Date>`now() + make_interval(secs => ${leaseSeconds})`,
      refresh_given: eb('refresh_given', '+', 1),
    }))
    .where('id', '=', id)
    .where(({ or, eb }) => or([eb('lease_until', 'is', null), eb('lease_until', '<', sql<Date>`now()`)]))
    .returning(['definition', 'version', 'schedule', 'refresh_given', 'refresh_shown'])
    .executeTakeFirst()
  if (row) return row
  const known = await ctx.pg.selectFrom('audiences.audience').select('id').where('id', '=', id).executeTakeFirst()
  throw known ? problem.refreshing({ id }) : problem.unknown({ id })
}

/**
 * Takes the membership anew, as of now. Never overlaps itself, in this process or another.
 * @returns the refresh with how many entered and left since the one before
 * @throws problem.unknown, problem.refreshing, and what compiling the definition throws
 */
export const refreshAudience = async (ctx: Ctx, { id }: { id: string }): Promise<Refresh> => {
  const lease = randomUUID()
  const leased = await takeLease(ctx, id, lease)
  try {
    return await refreshLeased(ctx, id, lease, leased)
  } catch (error) {
    await ctx.pg
      .updateTable('audiences.audience')
      .set({ lease: null, lease_until: null, error: error instanceof Error ? error.message.slice(0, 500) : 'failed' })
      .where('id', '=', id)
      .where('lease', '=', lease)
      .execute()
    throw error
  }
}

const refreshLeased = async (ctx: Ctx, id: string, lease: string, leased: Leased): Promise<Refresh> => {
  const { definition, version, schedule, refresh_given: refresh, refresh_shown: before } = leased
  const startedAt = performance.now()
  const world = await worldOf(ctx, definition)
  const { members } = compile(definition, world)
  const options = { timeoutSeconds: statementSeconds }
  // The number is new for each attempt: rows of one key would be united, not replaced.
  await ctx.ch.command(
    ch.sql`insert into audience_membership (audience_id, version, refresh, members, at) select ${uuid(id)}, ${u32(version)}, ${u32(refresh)}, members, ${moment(world.at)} from (${members})`,
    options,
  )
  const counted = await ctx.ch.one<{ size: number; entered: number; left: number }>(
    ch.sql`select toUInt32(bitmapCardinality(now)) as size, toUInt32(bitmapAndnotCardinality(now, before)) as entered, toUInt32(bitmapAndnotCardinality(before, now)) as left from (select groupBitmapMergeStateIf(members, refresh = ${u32(refresh)}) as now, groupBitmapMergeStateIf(members, refresh != ${u32(refresh)}) as before from audience_membership where audience_id = ${uuid(id)} and refresh in (${u32(refresh)}, ${u32(before ?? 0)}))`,
    options,
  )
  const { size, entered, left } = counted ?? { size: 0, entered: 0, left: 0 }
  const tookMs = Math.round(performance.now() - startedAt)
  const { name: by } = ctx.actor
  await ctx.tx(async (ctx) => {
    const kept = await ctx.pg
      .updateTable('audiences.audience')
      .set({
        size,
        as_of: world.at,
        refreshed_version: version,
        refresh_shown: refresh,
        took_ms: tookMs,
        error: null,
        lease: null,
        lease_until: null,
        due_at: nextDue(schedule, ctx.now(), zone),
      })
      .where('id', '=', id)
      .where('lease', '=', lease)
      .returning('id')
      .executeTakeFirst()
    // Deleted meanwhile, or so slow that another process took over.
    if (!kept) throw problem.overtaken({ id })
    await ctx.pg
      .insertInto('audiences.refresh')
      .values({ audience_id: id, refresh, version, as_of: world.at, size, entered, left, took_ms: tookMs, by })
      .execute()
    const detail = { refresh, version, size, entered, left }
    await ctx.audit.record(ctx, { action: 'audience.refresh', subject: `audience:${id}`, detail })
    await emit(ctx, audienceRefreshed, { id, refresh, size, entered, left }, id)
  })
  return { refresh, version, asOf: world.at.toISOString(), size, entered, left, tookMs, by }
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
    await ctx.jobs.send('audiences.refresh', { id }, { key: id })
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
    update audiences.refresh r set pruned = true from audiences.audience a
    where a.id = r.audience_id and not r.pruned and r.refresh <= a.refresh_given - ${keptRefreshes} and r.refresh <> a.refresh_shown
    returning r.audience_id, r.refresh`.execute(ctx.pg)
  const held = await ctx.ch.rows<{ id: string; refresh: number }>(
    ch.sql`select distinct audience_id as id, refresh from audience_membership`,
  )
  const kept = await ctx.pg
    .selectFrom('audiences.audience')
    .leftJoin('audiences.refresh', (join) => join.onRef('audience_id', '=', 'id').on('pruned', '=', false))
    .select(['id', 'refresh', 'refresh_given'])
    .execute()
  const wanted = new Set(
    kept.flatMap(({ id, refresh, refresh_given }) => [`${id} ${refresh}`, `${id} ${refresh_given}`]),
  )
  const gone = held.filter(({ id, refresh }) => !wanted.has(`${id} ${refresh}`))
  for (let i = 0; i < gone.length; i += 500) {
    const keys = ch.strings(gone.slice(i, i + 500).map(({ id, refresh }) => `${id} ${refresh}`))
    await ctx.ch.command(
      ch.sql`alter table audience_membership delete where concat(toString(audience_id), ' ', toString(refresh)) in ${keys}`,
    )
  }
  if (gone.length > 0) ctx.log.info({ bitmaps: gone.length, refreshes: old.rows.length }, 'old memberships dropped')
}
