import { type ChSql, type Ctx, ch } from '#platform'
import { postCondition } from './condition.ts'
import type { Facets, PostFilter } from './post-contract.ts'

const { sql, u32, moment } = ch
const within = { timeoutSeconds: 20 }

const minute = 60_000
const steps = [
  minute,
  5 * minute,
  15 * minute,
  60 * minute,
  3 * 60 * minute,
  6 * 60 * minute,
  24 * 60 * minute,
  7 * 24 * 60 * minute,
]
const mostBars = 120
const shanghaiMs = 8 * 60 * minute

/** The finest step that makes a picture of so many bars at most. */
export const stepFor = (from: Date, to: Date, most = mostBars): number => {
  const span = to.getTime() - from.getTime()
  return steps.find((step) => span / step <= most) ?? 28 * 24 * 60 * minute
}

/** The beginning of the step a time belongs to, steps counted from midnight in Shanghai. */
export const bucketOf = (stepMs: number): ChSql =>
  sql`intDiv(toUnixTimestamp64Milli(published_at) + ${ch.i64(shanghaiMs)}, ${ch.i64(stepMs)}) * ${ch.i64(stepMs)} - ${ch.i64(shanghaiMs)}`

/** All steps between two times, empty ones too. */
export const bucketsBetween = (from: Date, to: Date, stepMs: number): number[] => {
  const first = Math.floor((from.getTime() + shanghaiMs) / stepMs) * stepMs - shanghaiMs
  const made: number[] = []
  for (let at = first; at < to.getTime(); at += stepMs) made.push(at)
  return made
}

type Grouped = 'platforms' | 'sources' | 'kinds' | 'sentiment' | 'speakers' | 'authorClasses' | 'bars'

interface Counted {
  set: Grouped
  key: string
  posts: string
  negative: string
}

/** Keys and how many posts have each. */
type Summed = [(string | number)[], string[]]
interface Once {
  posts: string
  clusters: string
  authors: string
  unsure_posts: string
  subjects_sums: Summed
  aspects_sums: Summed
  urgency_sums: Summed
}

/** How many posts have each value of a list. */
const summed = (column: ChSql): ChSql =>
  sql`sumMapIf(${column}, arrayWithConstant(length(${column}), toUInt64(1)), notEmpty(${column}))`

/** Counts beside the list and the posts over time. @param signal ends the counting @throws problem.timesWrong */
export const facetsOf = async (ctx: Ctx, filter: PostFilter, signal?: AbortSignal): Promise<Facets> => {
  const started = performance.now()
  const options = { ...within, ...(signal && { signal }) }
  const where = postCondition(filter)
  const range = await rangeOf(ctx, filter)
  const stepMs = stepFor(range.from, range.to)
  // Two passes: what a post has one of is grouped, what it has many of is summed together with what is counted once.
  const [counted, once] = await Promise.all([
    ctx.ch.rows<Counted>(
      sql`select multiIf(grouping(platform) = 0, 'platforms', grouping(source_id) = 0, 'sources', grouping(kind) = 0, 'kinds',
            grouping(sentiment) = 0, 'sentiment', grouping(speaker) = 0, 'speakers', grouping(author_class) = 0, 'authorClasses', 'bars') as set,
          multiIf(set = 'platforms', toString(platform), set = 'sources', toString(source_id), set = 'kinds', toString(kind),
            set = 'sentiment', toString(sentiment), set = 'speakers', toString(speaker), set = 'authorClasses', toString(author_class),
            toString(bucket)) as key,
          count() as posts, countIf(is_negative) as negative
        from (select platform, source_id, kind, sentiment, speaker, author_class, sentiment < 0 as is_negative, ${bucketOf(stepMs)} as bucket
          from posts final ${where})
        group by grouping sets ((platform), (source_id), (kind), (sentiment), (speaker), (author_class), (bucket))`,
      options,
    ),
    ctx.ch.one<Once>(
      sql`select count() as posts, uniqHLL12(cluster_id) as clusters, uniqHLL12(author) as authors, countIf(notEmpty(unsure)) as unsure_posts,
          ${summed(sql`subjects`)} as subjects_sums, ${summed(sql`aspects`)} as aspects_sums, ${summed(sql`urgency`)} as urgency_sums
        from posts final ${where}`,
      options,
    ),
  ])
  const of = (set: Grouped) =>
    counted
      .filter((row) => row.set === set)
      .map(({ key, posts }) => ({ key, posts: Number(posts) }))
      .sort((a, b) => b.posts - a.posts)
      .slice(0, 100)
  const listed = (pairs: Once['subjects_sums'] | undefined) =>
    (pairs?.[0] ?? [])
      .map((key, at) => ({ key: String(key), posts: Number(pairs?.[1][at] ?? 0) }))
      .sort((a, b) => b.posts - a.posts)
      .slice(0, 200)
  const bars = new Map(counted.filter(({ set }) => set === 'bars').map((row) => [Number(row.key), row]))
  return {
    total: Number(once?.posts ?? 0),
    clusters: Number(once?.clusters ?? 0),
    authors: Number(once?.authors ?? 0),
    unsure: Number(once?.unsure_posts ?? 0),
    facets: {
      subjects: listed(once?.subjects_sums),
      platforms: of('platforms'),
      sources: of('sources'),
      kinds: of('kinds'),
      sentiment: of('sentiment'),
      aspects: listed(once?.aspects_sums),
      speakers: of('speakers'),
      urgency: listed(once?.urgency_sums),
      authorClasses: of('authorClasses'),
    },
    histogram: {
      stepMs,
      from: range.from.toISOString(),
      to: range.to.toISOString(),
      bars: bucketsBetween(range.from, range.to, stepMs).map((at) => ({
        at: new Date(at).toISOString(),
        posts: Number(bars.get(at)?.posts ?? 0),
        negative: Number(bars.get(at)?.negative ?? 0),
      })),
    },
    tookMs: Math.round(performance.now() - started),
  }
}

/** What the picture spans: what was asked for, at its open ends as far as there are posts. */
const rangeOf = async (ctx: Ctx, { from, to, drill }: PostFilter): Promise<{ from: Date; to: Date }> => {
  const known = await ctx.ch.one<{ first: string | null; last: string | null; posts: string }>(
    sql`select min(published_at) as first, max(published_at) as last, count() as posts from posts where drill_id = ${u32(drill)}
      and published_at <= ${moment(new Date(ctx.now().getTime() + 86_400_000))}`,
  )
  const now = ctx.now()
  const has = Number(known?.posts ?? 0) > 0
  const end =
    to === undefined ? (has && known?.last ? new Date(new Date(known.last).getTime() + 1) : now) : new Date(to)
  const start =
    from === undefined
      ? has && known?.first
        ? new Date(known.first)
        : new Date(end.getTime() - 86_400_000)
      : new Date(from)
  return { from: start < end ? start : new Date(end.getTime() - 3_600_000), to: end }
}

/** How many posts fit, and how many of these are of the last 24 hours. */
export const countPosts = async (ctx: Ctx, filter: PostFilter): Promise<{ total: number; day: number }> => {
  const counted = await ctx.ch.one<{ total: string; day: string }>(
    sql`select count() as total, countIf(published_at >= ${moment(new Date(ctx.now().getTime() - 86_400_000))}) as day
      from posts final ${postCondition(filter)}`,
    within,
  )
  return { total: Number(counted?.total ?? 0), day: Number(counted?.day ?? 0) }
}
