import { sql as pg } from 'kysely'
import type { z } from 'zod'
import { type ChSql, type Ctx, ch } from '#platform'
import type { Level } from '../contract.ts'
import { problem as subjectProblem } from '../subjects/problem.ts'
import { bucketOf, bucketsBetween, stepFor } from './facets.ts'
import type { FiguresQuery, SubjectFigures } from './post-contract.ts'
import { problem } from './problem.ts'

const { sql, u32, u32s, moment } = ch

type Volume = SubjectFigures['now']
interface Counted {
  key: string
  posts: string
  negative: string
  positive: string
}
const counts = sql`toString(uniq(post_id)) as posts, toString(uniqIf(post_id, toward < 0)) as negative, toString(uniqIf(post_id, toward > 0)) as positive`
const volume = (row: Omit<Counted, 'key'> | undefined): Volume => ({
  posts: Number(row?.posts ?? 0),
  negative: Number(row?.negative ?? 0),
  positive: Number(row?.positive ?? 0),
})

/** A subject with everything below it. @throws subjects.unknown */
const familyOf = async (ctx: Ctx, id: number, parts: boolean): Promise<number[]> => {
  const { rows } = await pg<{ id: number }>`
    with recursive family as (
      select id from opinion.subject where id = ${id} and deleted_at is null
      union select s.id from opinion.subject s join family f on s.parent_id = f.id where ${parts}::boolean and s.deleted_at is null)
    select id from family`.execute(ctx.pg)
  if (rows.length === 0) throw subjectProblem.unknown({ id })
  return rows.map(({ id }) => id)
}

/** What is said of a subject in a time, beside the time before and beside others. Real posts only. @throws subjects.unknown, problem.timesWrong */
export const subjectFigures = async (
  ctx: Ctx,
  query: z.output<typeof FiguresQuery> & { id: number },
): Promise<SubjectFigures> => {
  const { id, parts = false, with: others = [] } = query
  const from = new Date(query.from)
  const to = new Date(query.to)
  if (from >= to) throw problem.timesWrong()
  const family = await familyOf(ctx, id, parts)
  const families = new Map<number, number[]>([[id, family]])
  for (const other of others) if (!families.has(other)) families.set(other, await familyOf(ctx, other, parts))
  const start = new Date(from.getTime() - (to.getTime() - from.getTime()))
  const between = (a: Date, b: Date) => sql`published_at >= ${moment(a)} and published_at < ${moment(b)}`
  const stepMs = stepFor(from, to, 62)
  const mentions = (ids: readonly number[], when: ChSql, key: ChSql) =>
    ctx.ch.rows<Counted>(
      sql`select ${key} as key, ${counts} from mentions final where drill_id = 0 and subject_id in ${u32s(ids)} and ${when}
        group by key order by uniq(post_id) desc limit ${u32(200)}`,
    )
  const now = between(from, to)
  const [whole, before, trend, aspects, platforms, speakers, voices, shares] = await Promise.all([
    mentions(family, now, sql`''`),
    mentions(family, between(start, from), sql`''`),
    mentions(family, now, sql`toString(${bucketOf(stepMs)})`),
    mentions(family, now, sql`arrayJoin(aspects)`),
    mentions(family, now, sql`toString(platform)`),
    mentions(family, now, sql`toString(speaker)`),
    voicesOf(ctx, family, now),
    Promise.all(
      [...families].map(async ([subjectId, ids]) => ({ subjectId, ...volume((await mentions(ids, now, sql`''`))[0]) })),
    ),
  ])
  const bars = new Map(trend.map((row) => [Number(row.key), row]))
  const { rows: events } = await pg<{
    id: number
    title: string
    level: Level | null
    state: string
    posts: number
    last_at: Date
  }>`
    select e.id, e.title, l.level, e.state, e.posts, e.last_at from opinion.event e left join opinion.event_level l on l.event_id = e.id
    where e.drill_id = 0 and e.merged_into is null and e.subjects && ${family}::int[] and e.last_at >= ${from} and e.first_at < ${to}
    order by e.heat desc, e.id desc limit 10`.execute(ctx.pg)
  const keyed = <K extends string>(rows: readonly Counted[]) =>
    rows.map((row) => ({ key: row.key as K, posts: Number(row.posts), negative: Number(row.negative) }))
  return {
    now: volume(whole[0]),
    before: volume(before[0]),
    stepMs,
    trend: bucketsBetween(from, to, stepMs).map((at) => ({ at: new Date(at).toISOString(), ...volume(bars.get(at)) })),
    aspects: keyed(aspects),
    platforms: keyed(platforms),
    speakers: keyed(speakers),
    voices,
    shares,
    events: events.map(({ id, title, level, state, posts, last_at }) => ({
      id,
      title,
      level,
      state,
      posts,
      lastAt: last_at.toISOString(),
    })),
  }
}

/** Who is heard most: followers count, so does how often. */
const voicesOf = async (ctx: Ctx, family: readonly number[], when: ChSql): Promise<SubjectFigures['voices']> => {
  const rows = await ctx.ch.rows<{
    author: string
    class: SubjectFigures['voices'][number]['class']
    platform: SubjectFigures['voices'][number]['platform']
    reach: number
    posts: string
    negative: string
  }>(
    sql`select author, any(author_class) as class, any(platform) as platform, max(mentions.followers) as reach,
        uniq(post_id) as posts, uniqIf(post_id, toward < 0) as negative
      from mentions final where drill_id = 0 and subject_id in ${u32s(family)} and author != 0 and ${when}
      group by author order by log2(reach + 2) * log2(posts + 1) desc limit 15`,
  )
  if (rows.length === 0) return []
  const named = await ctx.ch.rows<{ author: string; name: string }>(
    sql`select author, any(author_name) as name from posts
      where drill_id = 0 and ${when} and author in ${ch.u64s(rows.map(({ author }) => BigInt(author)))} group by author`,
  )
  const names = new Map(named.map(({ author, name }) => [author, name]))
  return rows.map(({ posts, negative, reach, ...row }) => ({
    ...row,
    followers: reach,
    name: names.get(row.author) ?? '',
    posts: Number(posts),
    negative: Number(negative),
  }))
}
