import { readRows } from '#customers'
import { type Ctx, ch } from '#platform'
import type { FeedItem, FeedQuery } from './contract.ts'
import { readable } from './moves.ts'
import { problem } from './problem.ts'
import '../tables.ts'

const { u32 } = ch

/** A place in the feed of an audience: everything up to customer `no` of `refresh` is behind it. */
export interface Cursor {
  refresh: number
  no: number
}

const highestNo = 4_294_967_295

export const cursorText = ({ refresh, no }: Cursor): string => `${refresh}.${no}`
const cursorOf = (text: string): Cursor => {
  const [refresh = Number.NaN, no = Number.NaN] = text.split('.').map(Number)
  if (!(refresh <= 2_147_483_647 && no <= highestNo)) throw problem.cursorUnread()
  return { refresh, no }
}

const shownOf = async (ctx: Ctx, id: string) => {
  const row = await ctx.pg
    .selectFrom('audiences.audience')
    .select(['id', 'refresh_shown', 'feed_refresh'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) throw problem.unknown({ id })
  return row
}

/** Where the feed ends now. @throws problem.unknown */
export const endOfFeed = async (ctx: Ctx, id: string): Promise<Cursor> => ({
  refresh: (await shownOf(ctx, id)).feed_refresh,
  no: highestNo,
})

interface Row {
  refresh: number
  no: number
  entered: number
  version: number
  at: string
}

const changeOf = ['left', 'entered', 'rebuilt'] as const
const itemOf = ({ refresh, no, entered, version, at }: Row): FeedItem => {
  const change = changeOf[entered] ?? 'rebuilt'
  return {
    cursor: cursorText({ refresh, no }),
    change,
    customerId: change === 'rebuilt' ? null : String(no),
    version,
    refresh,
    at: new Date(at).toISOString(),
  }
}

/** Changes after a cursor, in order: by refresh, within one by customer. @throws problem.unknown */
export const changesAfter = async (
  ctx: Ctx,
  id: string,
  { refresh, no }: Cursor,
  limit: number,
): Promise<{ items: FeedItem[]; next: Cursor; more: boolean }> => {
  const shown = await shownOf(ctx, id)
  // From the refresh of the cursor on, of which some customers may not have been read.
  const among = await readable(ctx, shown, Math.max(0, refresh - 1))
  const rows = await ctx.ch.rows<Row>(
    ch.sql`select refresh, customer_no as no, max(entered) as entered, any(version) as version, any(at) as at from audience_changes where ${among} and (refresh, customer_no) > (${u32(refresh)}, ${u32(no)}) group by refresh, customer_no order by refresh, customer_no limit ${u32(limit + 1)}`,
  )
  const items = rows.slice(0, limit).map(itemOf)
  const last = rows.length > limit ? rows[limit - 1] : undefined
  const end = { refresh: Math.max(refresh, shown.feed_refresh), no: shown.feed_refresh >= refresh ? highestNo : no }
  return { items, next: last ? { refresh: last.refresh, no: last.no } : end, more: last !== undefined }
}

/** The feed as consumers read it. @throws problem.unknown, problem.cursorUnread */
export const readFeed = async (ctx: Ctx, { id, after, limit }: FeedQuery & { id: string }) => {
  if (after === 'end') return { items: [], next: cursorText(await endOfFeed(ctx, id)), more: false }
  const { items, next, more } = await changesAfter(
    ctx,
    id,
    after ? cursorOf(after) : { refresh: 0, no: highestNo },
    limit,
  )
  return { items, next: cursorText(next), more }
}

/** The newest changes, newest first, with whom they were about, masked. @throws problem.unknown */
export const readRecent = async (ctx: Ctx, { id, limit }: { id: string; limit: number }) => {
  const among = await readable(ctx, await shownOf(ctx, id), 0)
  const rows = await ctx.ch.rows<Row>(
    ch.sql`select refresh, customer_no as no, entered, version, at from audience_changes where ${among} order by refresh desc, customer_no limit ${u32(limit)}`,
  )
  const known = new Map(
    (
      await readRows(
        ctx,
        rows.map(({ no }) => no).filter((no) => no > 0),
      )
    ).map((row) => [row.id, row]),
  )
  return { items: rows.map((row) => ({ ...itemOf(row), display: known.get(String(row.no))?.display ?? null })) }
}
