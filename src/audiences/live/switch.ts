import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Ctx } from '#platform'
import type { Refresh } from '../contract.ts'
import { problem } from './problem.ts'
import '../tables.ts'
import './tables.ts'

/** Whether the audience follows events. */
export const isLive = async (ctx: Ctx, id: string): Promise<boolean> => {
  const row = await ctx.pg
    .selectFrom('audiences.live')
    .select('audience_id')
    .where('audience_id', '=', id)
    .where('switched_on', '=', true)
    .executeTakeFirst()
  return row !== undefined
}

/** Asks whoever follows the audience to compute it anew; he sees it at his next tick. */
export const askRebuild = async (ctx: Ctx, ids: readonly string[]): Promise<void> => {
  if (ids.length === 0) return
  await ctx.pg
    .updateTable('audiences.live')
    // The newest wish counts: a computation that has begun answers those before it only.
    .set({ rebuild_wanted_at: ctx.now(), retry_at: null })
    .where('audience_id', 'in', ids)
    .where('switched_on', '=', true)
    .execute()
}

const lookEveryMs = 150
/** The follower answers within a tick; this long without a sign nobody follows. */
const patienceMs = 20_000

/**
 * Has a living audience computed anew and waits until it is.
 * @throws problem.notFollowed when no process follows, problem.rebuildFailed with what the follower met
 */
export const rebuildLive = async (ctx: Ctx, id: string): Promise<Refresh> => {
  const state = () =>
    ctx.pg
      .selectFrom('audiences.audience')
      .innerJoin('audiences.live', 'audience_id', 'id')
      .select(['refresh_shown', 'rebuild_wanted_at', 'failures', 'error', 'switched_on'])
      .select(sql<boolean>`exists (select 1 from audiences.live_lease where until > now())`.as('followed'))
      .where('id', '=', id)
      .executeTakeFirst()
  const before = await state()
  await askRebuild(ctx, [id])
  for (let waitedMs = 0; ; waitedMs += lookEveryMs) {
    const now = await state()
    if (!now) throw problem.unknown({ id })
    if (now.rebuild_wanted_at === null) {
      const row = await ctx.pg
        .selectFrom('audiences.refresh')
        .selectAll()
        .where('audience_id', '=', id)
        .orderBy('refresh', 'desc')
        .limit(1)
        .executeTakeFirst()
      if (row && row.refresh !== before?.refresh_shown)
        return {
          refresh: row.refresh,
          version: row.version,
          asOf: row.as_of.toISOString(),
          size: row.size,
          entered: row.entered,
          left: row.left,
          tookMs: row.took_ms,
          by: row.by,
        }
    }
    if (now.failures > (before?.failures ?? 0) && now.error !== null) throw problem.rebuildFailed({ reason: now.error })
    if (!now.switched_on || (!now.followed && waitedMs > patienceMs)) throw problem.notFollowed({ id })
    await sleep(lookEveryMs)
  }
}

/**
 * Has an audience follow events from now on, or no more. Switched off it keeps the members it has.
 * @throws problem.unknown
 */
export const switchLive = (ctx: Ctx, { id, on }: { id: string; on: boolean }): Promise<void> =>
  ctx.tx(async (ctx) => {
    const audience = await ctx.pg
      .selectFrom('audiences.audience')
      .select('id')
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst()
    if (!audience) throw problem.unknown({ id })
    const row = {
      switched_on: on,
      switched_at: ctx.now(),
      switched_by: ctx.actor.name,
      rebuild_wanted_at: on ? ctx.now() : null,
      rebuild_started_at: null,
      failures: 0,
      retry_at: null,
      tick_ms: null,
      tick_touched: null,
    }
    const changed = await sql<{ audience_id: string }>`
      select audience_id from audiences.live where audience_id = ${id} and switched_on = ${on}`.execute(ctx.pg)
    if (changed.rows.length > 0) return
    await ctx.pg
      .insertInto('audiences.live')
      .values({ audience_id: id, ...row })
      .onConflict((conflict) => conflict.column('audience_id').doUpdateSet(row))
      .execute()
    await ctx.audit.record(ctx, { action: on ? 'audience.live' : 'audience.unlive', subject: `audience:${id}` })
  })
