import { sql } from 'kysely'
import { z } from 'zod'
import { type Ctx, ch, emit, event } from '#platform'
import { AudienceId } from '../contract.ts'
import '../tables.ts'
import './tables.ts'

const { u32, uuid } = ch

/** Customers in one event; more are told in several. */
const batch = 1_000

/**
 * People entered or left an audience, as of `at`. `rebuilt`: membership was taken anew with more changes than are told one
 * by one (a first fill, say), so whoever keeps a copy reads the members again. Per audience in the order of `refresh`.
 */
export const audiencesMoved = event(
  'audiences.moved',
  z.object({
    id: AudienceId,
    version: z.int(),
    refresh: z.int(),
    at: z.iso.datetime(),
    entered: z.array(z.int()),
    left: z.array(z.int()),
    rebuilt: z.boolean(),
  }),
)

/** In `entered` of audience_changes, beside 1 and 0, on a row of customer 0: too many to tell, read the members again. */
export const rebuiltMark = 2

export interface Moved {
  id: string
  version: number
  refresh: number
  size: number
  entered: readonly number[]
  left: readonly number[]
  rebuilt: boolean
}

/**
 * Makes changes readable whose rows are in ClickHouse: members, feed and size move on together. Numbers passed over are
 * void, so rows that a writer left behind when it died are never read. Inside a transaction.
 * @returns ids of the audiences that are still there
 */
export const publish = async (ctx: Ctx, moved: readonly Omit<Moved, 'version'>[], asOf: Date): Promise<Set<string>> => {
  const ids = moved.map(({ id }) => id)
  const refreshes = moved.map(({ refresh }) => refresh)
  const sizes = moved.map(({ size }) => size)
  const told = sql`unnest(${ids}::uuid[], ${refreshes}::int[], ${sizes}::int[]) as told (id, refresh, size)`
  await sql`
    insert into audiences.void (audience_id, from_refresh, to_refresh)
    select a.id, a.feed_refresh + 1, told.refresh - 1 from audiences.audience a join ${told} on told.id = a.id
    where told.refresh > a.feed_refresh + 1`.execute(ctx.pg)
  const { rows } = await sql<{ id: string }>`
    update audiences.audience a set feed_refresh = told.refresh, size = told.size, as_of = ${asOf}
    from ${told} where told.id = a.id and told.refresh > a.feed_refresh returning a.id`.execute(ctx.pg)
  return new Set(rows.map(({ id }) => id))
}

/** Tells the features above, in the transaction that makes the changes readable. */
export const tellMoved = async (ctx: Ctx, moved: Moved, asOf: Date): Promise<void> => {
  if (!isHeard(ctx)) return
  const { id, version, refresh, rebuilt } = moved
  const at = asOf.toISOString()
  if (rebuilt) return emit(ctx, audiencesMoved, { id, version, refresh, at, entered: [], left: [], rebuilt }, id)
  for (let from = 0; from < Math.max(moved.entered.length, moved.left.length); from += batch / 2) {
    const [entered, left] = [moved.entered, moved.left].map((nos) => nos.slice(from, from + batch / 2))
    await emit(
      ctx,
      audiencesMoved,
      { id, version, refresh, at, entered: entered ?? [], left: left ?? [], rebuilt: false },
      id,
    )
  }
}

/** Whether anybody listens: else the numbers need not be fetched. */
export const isHeard = ({ subscribers }: Ctx): boolean => (subscribers.get(audiencesMoved.name) ?? []).length > 0

export interface Shown {
  id: string
  refresh_shown: number | null
  feed_refresh: number
}

/** A predicate on rows of audience_changes: those whose refresh may be read, above `after`. */
export const readable = async (ctx: Ctx, { id, feed_refresh }: Shown, after: number): Promise<ch.Sql> => {
  const voids = await ctx.pg
    .selectFrom('audiences.void')
    .select(['from_refresh', 'to_refresh'])
    .where('audience_id', '=', id)
    .where('to_refresh', '>', after)
    .where('from_refresh', '<=', feed_refresh)
    .execute()
  const known = ch.sql`audience_id = ${uuid(id)} and refresh > ${u32(after)} and refresh <= ${u32(feed_refresh)}`
  if (voids.length === 0) return known
  const from = ch.u32s(voids.map(({ from_refresh }) => from_refresh))
  const to = ch.u32s(voids.map(({ to_refresh }) => to_refresh))
  return ch.sql`${known} and not arrayExists((a, b) -> refresh between a and b, ${from}, ${to})`
}

/** A sub-query of one row, `bitmap`: the stored members of a refresh; of 0, nobody. */
export const bitmapAt = (id: string, refresh: number): ch.Sql =>
  ch.sql`(select groupBitmapMergeState(members) as bitmap from audience_membership where audience_id = ${uuid(id)} and refresh = ${u32(refresh)})`

/** A sub-query of one row, `bitmap`: who belongs now, the stored members with all that moved since. */
export const membersNow = async (ctx: Ctx, shown: Shown): Promise<ch.Sql> => {
  const { id, refresh_shown, feed_refresh } = shown
  const stored = bitmapAt(id, refresh_shown ?? 0)
  if (refresh_shown === null || feed_refresh <= refresh_shown) return stored
  const since = await readable(ctx, shown, refresh_shown)
  const last = ch.sql`select customer_no, argMax(entered, refresh) as last from audience_changes where ${since} and customer_no != 0 group by customer_no`
  return ch.sql`(select bitmapAndnot(bitmapOr(${stored}, came), gone) as bitmap from (select bitmapBuild(groupArrayIf(customer_no, last = 1)) as came, bitmapBuild(groupArrayIf(customer_no, last = 0)) as gone from (${last})))`
}
