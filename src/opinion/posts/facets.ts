import { type ChSql, type Ctx, ch } from '#platform'
import { postCondition } from './condition.ts'
import type { Facets, PostFilter } from './post-contract.ts'

const { sql, u32, moment } = ch
const options = { timeoutSeconds: 20 }

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

/** Kinds of counts that one pass makes, by the place of their grouping set. */
const sets = ['platforms', 'sources', 'kinds', 'sentiment', 'speakers', 'authorClasses', 'bars', 'total'] as const

interface Counted {
  set: (typeof sets)[number]
  key: string
  bucket: string
  posts: string
  negative: string
  clusters: string
  authors: string
  unsure: string
}

/** Counts beside the list and the posts over time. @throws problem.timesWrong */
export const facetsOf = async (ctx: Ctx, filter: PostFilter): Promise<Facets> => {
  const started = performance.now()
  const where = postCondition(filter)
  const range = await rangeOf(ctx, filter)
  const stepMs = stepFor(range.from, range.to)
  // One pass over the posts for all counts; what is a list in a post is summed apart.
  const [counted, lists] = await Promise.all([
    ctx.ch.rows<Counted>(
      sql`select multiIf(grouping(platform) = 0, 'platforms', grouping(source_id) = 0, 'sources', grouping(kind) = 0, 'kinds',
            grouping(sentiment) = 0, 'sentiment', grouping(speaker) = 0, 'speakers', grouping(author_class) = 0, 'authorClasses',
            grouping(bucket) = 0, 'bars', 'total') as set,
          multiIf(set = 'platforms', toString(platform), set = 'sources', toString(source_id), set = 'kinds', toString(kind),
            set = 'sentiment', toString(sentiment), set = 'speakers', toString(speaker), set = 'authorClasses', toString(author_class), '') as key,
          toString(bucket) as bucket, count() as posts, countIf(is_negative) as negative,
          if(set = 'total', uniq(cluster_id), 0) as clusters, if(set = 'total', uniq(author), 0) as authors, countIf(is_unsure) as unsure
        from (select platform, source_id, kind, sentiment, speaker, author_class, cluster_id, author, sentiment < 0 as is_negative,
            notEmpty(unsure) as is_unsure, ${bucketOf(stepMs)} as bucket from posts final where ${where})
        group by grouping sets ((platform), (source_id), (kind), (sentiment), (speaker), (author_class), (bucket), ())`,
      options,
    ),
    ctx.ch.rows<{ kind: 'subjects' | 'aspects' | 'urgency'; key: string; posts: string }>(
      sql`select pair.1 as kind, pair.2 as key, count() as posts from (
          select arrayJoin(arrayConcat(arrayMap(one -> ('subjects', toString(one)), subjects), arrayMap(one -> ('aspects', toString(one)), aspects),
            arrayMap(one -> ('urgency', toString(one)), urgency))) as pair
          from posts final where ${where} and (notEmpty(subjects) or notEmpty(aspects) or notEmpty(urgency)))
        group by pair order by posts desc limit ${u32(500)}`,
      options,
    ),
  ])
  const of = (set: Counted['set']) =>
    counted
      .filter((row) => row.set === set)
      .map(({ key, posts }) => ({ key, posts: Number(posts) }))
      .sort((a, b) => b.posts - a.posts)
      .slice(0, 100)
  const listed = (kind: (typeof lists)[number]['kind']) =>
    lists.filter((row) => row.kind === kind).map(({ key, posts }) => ({ key, posts: Number(posts) }))
  const total = counted.find(({ set }) => set === 'total')
  const bars = new Map(counted.filter(({ set }) => set === 'bars').map((row) => [Number(row.bucket), row]))
  return {
    total: Number(total?.posts ?? 0),
    clusters: Number(total?.clusters ?? 0),
    authors: Number(total?.authors ?? 0),
    unsure: Number(total?.unsure ?? 0),
    facets: {
      subjects: listed('subjects'),
      platforms: of('platforms'),
      sources: of('sources'),
      kinds: of('kinds'),
      sentiment: of('sentiment'),
      aspects: listed('aspects'),
      speakers: of('speakers'),
      urgency: listed('urgency'),
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
      from posts final where ${postCondition(filter)}`,
    options,
  )
  return { total: Number(counted?.total ?? 0), day: Number(counted?.day ?? 0) }
}
