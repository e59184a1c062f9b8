import { type ChSql, type Ctx, ch } from '#platform'
import { postCondition } from './condition.ts'
import type { PostRow, PostsPage, PostsQuery } from './post-contract.ts'
import { problem } from './problem.ts'
import { type Place, postsAt } from './rows.ts'

const { sql, join, i64, u64, u32, moment } = ch

/** A question that takes longer was asked too widely. */
const options = { timeoutSeconds: 20 }

const ms = sql`toUnixTimestamp64Milli(published_at)`

/** What posts are ordered by, larger first. A regulator's word weighs like that of fifty million followers, a paper's like a million's. */
const orders: Record<PostsQuery['sort'], ChSql> = {
  newest: ms,
  oldest: sql`-${ms}`,
  engagement: sql`toInt64(likes + comments + reposts)`,
  influence: sql`toInt64(followers) + multiIf(author_class in ('regulator', 'central-media'), 50000000, author_class = 'media', 1000000, 0)`,
}

const cursorOf = (text: string | undefined): Cursor | undefined => {
  if (text === undefined) return
  const [, value, id] = /^(-?\d{1,18})\.(\d{1,20})$/.exec(text) ?? []
  if (value === undefined || id === undefined) throw problem.cursorWrong()
  return { value: BigInt(value), id: BigInt(id) }
}

interface Found {
  post_id: string
  published_at: string
  sort_value: string
  copies: string | number
}

interface Cursor {
  value: bigint
  id: bigint
}

/** Versions of posts that are changed since are candidates too: some more than the page holds are read. */
const spare = 20
const mostCandidates = 5_000

/**
 * Which posts a page holds. Rows are ordered whichever version they are of, by time in the order of the key and only until
 * the page is full; what may fit is then looked at in its last version. Merging versions first would read all columns of the
 * whole time asked for.
 * @returns at most one more than the page holds
 */
const findEach = async (
  ctx: Ctx,
  query: PostsQuery,
  cursor: Cursor | undefined,
  signal: AbortSignal | undefined,
): Promise<Found[]> => {
  const { sort, limit } = query
  const value = orders[sort]
  const place =
    sort === 'newest'
      ? sql`published_at desc, post_id desc`
      : sort === 'oldest'
        ? sql`published_at, post_id desc`
        : sql`sort_value desc, post_id desc`
  const found: Found[] = []
  let after = cursor
  for (let many = limit + 1 + spare; ; many = Math.min(many * 2, mostCandidates)) {
    const beyond = after ? sql` and (${value}, post_id) < (${i64(after.value)}, ${u64(after.id)})` : sql``
    // The same bound in terms of the key.
    const byKey =
      after && sort === 'newest'
        ? sql` and published_at <= ${moment(new Date(Number(after.value)))}`
        : after && sort === 'oldest'
          ? sql` and published_at >= ${moment(new Date(Number(-after.value)))}`
          : sql``
    const candidates = await ctx.ch.rows<Omit<Found, 'copies'>>(
      sql`select post_id, published_at, ${value} as sort_value from posts ${postCondition(query)}${beyond}${byKey}
        order by ${place} limit ${u32(many)}`,
      { ...options, ...(signal && { signal }) },
    )
    const last = candidates.at(-1)
    if (!last) return found
    const times = join(
      [...new Set(candidates.map((one) => one.published_at))].map((at) => moment(new Date(at))),
      ', ',
    )
    const fitting = await ctx.ch.rows<Found>(
      sql`select post_id, published_at, ${value} as sort_value, 1 as copies
        from posts final ${postCondition(query, new Set(candidates.map(({ post_id }) => post_id)))}${beyond}
          and published_at in (${times})
        order by sort_value desc, post_id desc`,
      { ...options, ...(signal && { signal }) },
    )
    const isAll = candidates.length < many
    const end = { value: BigInt(last.sort_value), id: BigInt(last.post_id) }
    // What weighs less now than when it was a candidate comes again in its place.
    found.push(...(isAll ? fitting : fitting.filter((one) => !isBehind(one, end))))
    if (isAll || found.length > limit) return found.slice(0, limit + 1)
    after = end
  }
}

const isBehind = (one: Found, { value, id }: Cursor) =>
  BigInt(one.sort_value) < value || (BigInt(one.sort_value) === value && BigInt(one.post_id) < id)

/** One post of each group of near-duplicates: all that fit are compared. */
const findCollapsed = (
  ctx: Ctx,
  query: PostsQuery,
  cursor: Cursor | undefined,
  signal: AbortSignal | undefined,
): Promise<Found[]> => {
  const { sort, limit } = query
  const before = cursor ? sql`(sort_value, post_id) < (${i64(cursor.value)}, ${u64(cursor.id)})` : sql`1`
  return ctx.ch.rows<Found>(
    sql`select best.2 as post_id, best.3 as published_at, best.1 as sort_value, copies
      from (select max((${orders[sort]}, post_id, published_at)) as best, count() as copies from posts final ${postCondition(query)}
        group by cluster_id)
      where ${before} order by best desc limit ${u32(limit + 1)}`,
    { ...options, ...(signal && { signal }) },
  )
}

/**
 * One page of posts by cursor. Read in two steps: which ones, from narrow columns; then these whole.
 * @param signal ends the reading
 * @throws problem.cursorWrong, problem.timesWrong
 */
export const searchPosts = async (ctx: Ctx, query: PostsQuery, signal?: AbortSignal): Promise<PostsPage> => {
  const { limit, drill, collapse } = query
  const found = await (collapse ? findCollapsed : findEach)(ctx, query, cursorOf(query.after), signal)
  const page = found.slice(0, limit)
  const last = page.at(-1)
  const places: Place[] = page.map(({ post_id, published_at, copies }) => ({
    id: post_id,
    at: new Date(published_at),
    copies: Number(copies),
  }))
  return {
    items: await postsAt(ctx, drill, places),
    next: found.length > limit && last ? `${last.sort_value}.${last.post_id}` : null,
  }
}

/** All posts of a question, in pages, at most so many. */
export async function* everyPost(ctx: Ctx, query: PostsQuery, most: number): AsyncGenerator<PostRow> {
  let after: string | undefined
  let count = 0
  while (count < most) {
    const page = await searchPosts(ctx, { ...query, limit: Math.min(200, most - count), after })
    yield* page.items
    count += page.items.length
    if (page.next === null) return
    after = page.next
  }
}
