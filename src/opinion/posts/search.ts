import { type ChSql, type Ctx, ch } from '#platform'
import { postCondition } from './condition.ts'
import type { PostRow, PostsPage, PostsQuery } from './post-contract.ts'
import { problem } from './problem.ts'
import { type Place, postsAt } from './rows.ts'

const { sql, i64, u64, u32, moment } = ch

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

const cursorOf = (text: string | undefined) => {
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

const dayMs = 86_400_000

/** Beginnings of ever wider looks back: the newest posts that fit mostly lie in the first. The last is the whole time asked for. */
const windows = (ctx: Ctx, { from, to }: PostsQuery, cursor: bigint | undefined): (Date | undefined)[] => {
  const end = cursor === undefined ? (to === undefined ? ctx.now() : new Date(to)) : new Date(Number(cursor))
  const least = from === undefined ? Number.NEGATIVE_INFINITY : new Date(from).getTime()
  return [
    ...[2, 16, 90]
      .map((days) => end.getTime() - days * dayMs)
      .filter((start) => start > least)
      .map((start) => new Date(start)),
    undefined,
  ]
}

/** One page of posts by cursor. Read in two steps: which ones, from narrow columns; then these whole. @throws problem.cursorWrong, problem.timesWrong */
export const searchPosts = async (ctx: Ctx, query: PostsQuery): Promise<PostsPage> => {
  const { sort, limit, drill, collapse } = query
  const cursor = cursorOf(query.after)
  const where = postCondition(query)
  const value = orders[sort]
  const before = cursor ? sql`(sort_value, post_id) < (${i64(cursor.value)}, ${u64(cursor.id)})` : sql`1`
  // The order of the key reads only as far as the page reaches.
  const place =
    sort === 'newest'
      ? sql`published_at desc, post_id desc`
      : sort === 'oldest'
        ? sql`published_at, post_id desc`
        : sql`sort_value desc, post_id desc`
  const beforeByKey =
    cursor && sort === 'newest'
      ? sql` and published_at <= fromUnixTimestamp64Milli(${i64(cursor.value)})`
      : cursor && sort === 'oldest'
        ? sql` and published_at >= fromUnixTimestamp64Milli(${i64(-cursor.value)})`
        : sql``
  const find = (since: Date | undefined): Promise<Found[]> => {
    const lately = since ? sql` and published_at >= ${moment(since)}` : sql``
    return ctx.ch.rows<Found>(
      collapse
        ? sql`select best.2 as post_id, best.3 as published_at, best.1 as sort_value, copies
            from (select max((${value}, post_id, published_at)) as best, count() as copies from posts final ${where} group by cluster_id)
            where ${before} order by best desc limit ${u32(limit + 1)}`
        : sql`select post_id, published_at, sort_value, 1 as copies
            from (select post_id, published_at, ${value} as sort_value from posts final ${where}${beforeByKey}${lately})
            where ${before} order by ${place} limit ${u32(limit + 1)}`,
      options,
    )
  }
  let found: Found[] = []
  for (const since of sort === 'newest' && !collapse ? windows(ctx, query, cursor?.value) : [undefined]) {
    found = await find(since)
    if (found.length > limit) break
  }
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
