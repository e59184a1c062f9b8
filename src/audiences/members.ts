import { readRows } from '#customers'
import { type Ctx, ch } from '#platform'
import type { ChangesQuery, MembersQuery } from './contract.ts'
import { bitmapAt, membersNow } from './live/moves.ts'
import { problem } from './problem.ts'
import './tables.ts'

const { u32 } = ch

/** What is shown: a stored refresh, and how far the changes after it may be read. @throws problem.unknown */
export const shownOf = async (ctx: Ctx, id: string) => {
  const row = await ctx.pg
    .selectFrom('audiences.audience')
    .select(['id', 'refresh_shown', 'feed_refresh', 'size', 'as_of'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) throw problem.unknown({ id })
  return row
}

/** Customer numbers above `after`, ascending, of a bitmap. A small bitmap is an unsorted set, hence the sort. */
export const pageOf = async (ctx: Ctx, bitmap: ch.Sql, after: number, limit: number): Promise<number[]> => {
  const rows = await ctx.ch.rows<{ no: number }>(
    ch.sql`select arrayJoin(arraySort(bitmapToArray(bitmapSubsetLimit(bitmap, toUInt32(${u32(after)} + 1), ${u32(limit)})))) as no from ${bitmap}`,
  )
  return rows.map(({ no }) => no)
}

/** People of a bitmap, by number, masked. */
export const page = async (
  ctx: Ctx,
  bitmap: ch.Sql,
  { after = 0, limit }: { after?: number | undefined; limit: number },
) => {
  const nos = await pageOf(ctx, bitmap, after, limit + 1)
  const shown = nos.slice(0, limit)
  return { items: await readRows(ctx, shown), next: nos.length > limit ? String(shown.at(-1)) : null }
}

/**
 * A sub-query of one row, `bitmap`: who belongs now, which for a living audience is later than its last refresh. Of an
 * audience that was never refreshed, nobody. @throws problem.unknown
 */
export const currentMembers = async (ctx: Ctx, id: string): Promise<ch.Sql> => membersNow(ctx, await shownOf(ctx, id))

/** Members now, by number, masked; who was erased since is left out. @throws problem.unknown */
export const readMembers = async (ctx: Ctx, { id, ...query }: MembersQuery & { id: string }) => {
  const shown = await shownOf(ctx, id)
  const { refresh_shown, size, as_of } = shown
  if (refresh_shown === null) return { items: [], total: 0, next: null, asOf: null }
  const { items, next } = await page(ctx, await membersNow(ctx, shown), query)
  return { items, total: size ?? 0, next, asOf: as_of?.toISOString() ?? null }
}

/**
 * Who entered or left between refresh `since` (the one before the last, unless given) and now.
 * @throws problem.unknown, problem.refreshGone when the bitmap of `since` is no longer kept
 */
export const readChanges = async (ctx: Ctx, { id, since, change, ...query }: ChangesQuery & { id: string }) => {
  const shown = await shownOf(ctx, id)
  const { refresh_shown: last, as_of } = shown
  if (last === null) return { since: null, asOf: null, entered: 0, left: 0, items: [], next: null }
  const from = since === undefined ? await refreshBefore(ctx, id, last) : await keptRefresh(ctx, id, since)
  const [now, before] = [await membersNow(ctx, shown), bitmapAt(id, from)]
  const both = ch.sql`(select ${now} as now, ${before} as before)`
  const counted = await ctx.ch.one<{ entered: number; left: number }>(
    ch.sql`select toUInt32(bitmapAndnotCardinality(now, before)) as entered, toUInt32(bitmapAndnotCardinality(before, now)) as left from ${both}`,
  )
  const changed =
    change === 'entered'
      ? ch.sql`(select bitmapAndnot(now, before) as bitmap from ${both})`
      : ch.sql`(select bitmapAndnot(before, now) as bitmap from ${both})`
  const { items, next } = await page(ctx, changed, query)
  return {
    since: from,
    asOf: as_of?.toISOString() ?? null,
    entered: counted?.entered ?? 0,
    left: counted?.left ?? 0,
    items,
    next,
  }
}

const refreshBefore = async (ctx: Ctx, id: string, refresh: number): Promise<number> => {
  const row = await ctx.pg
    .selectFrom('audiences.refresh')
    .select('refresh')
    .where('audience_id', '=', id)
    .where('refresh', '<', refresh)
    .where('pruned', '=', false)
    .orderBy('refresh', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.refresh ?? 0
}

const keptRefresh = async (ctx: Ctx, id: string, refresh: number): Promise<number> => {
  if (refresh === 0) return 0
  const row = await ctx.pg
    .selectFrom('audiences.refresh')
    .select('pruned')
    .where('audience_id', '=', id)
    .where('refresh', '=', refresh)
    .executeTakeFirst()
  if (!row || row.pruned) throw problem.refreshGone({ id, refresh })
  return refresh
}

/** Customer numbers of an audience now, ascending, in blocks. For export. @throws problem.unknown */
export async function* memberNos(ctx: Ctx, id: string, blockSize = 5_000): AsyncGenerator<number[]> {
  const shown = await shownOf(ctx, id)
  if (shown.refresh_shown === null) return
  const bitmap = await membersNow(ctx, shown)
  for (let after = 0; ; ) {
    const nos = await pageOf(ctx, bitmap, after, blockSize)
    if (nos.length > 0) yield nos
    const last = nos.at(-1)
    if (last === undefined || nos.length < blockSize) return
    after = last
  }
}
