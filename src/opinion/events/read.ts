import { sql } from 'kysely'
import { type Ctx, ch } from '#platform'
import type { Aspect, AuthorClass, Platform, PostKind, Speaker } from '../contract.ts'
import { changesOf } from './changes.ts'
import { clustersOfEvents } from './count.ts'
import type {
  Burst,
  EventDetail,
  EventPost,
  EventPostQuery,
  EventPosts,
  OpinionEvent,
  Spread,
  Timeline,
  TimelineQuery,
  Voice,
} from './events-contract.ts'
import { forecast } from './forecast.ts'
import { findEvent, subjectMarks } from './list.ts'
import { problem } from './problem.ts'
import { influenceOf, type SpreadPost, spreadOf } from './spread.ts'
import './tables.ts'

const minuteMs = 60_000
const hourMs = 3_600_000
const mostInTree = 20_000
const mostForForecast = 20_000

const eventAt = async (ctx: Ctx, id: number): Promise<OpinionEvent> => {
  const event = await findEvent(ctx, id)
  if (!event) throw problem.unknown({ event: id })
  return event
}

/** The posts of an event as a table to select from. */
const postsOf = ({ drillId, id, firstAt }: Pick<OpinionEvent, 'drillId' | 'id' | 'firstAt'>) =>
  ch.sql`(select p.* from posts as p final inner join ${clustersOfEvents(drillId, [id])} as e using cluster_id
    where p.drill_id = ${ch.u32(drillId)} and p.published_at >= ${ch.moment(new Date(new Date(firstAt).getTime() - hourMs))})`

interface PostRow {
  id: string
  platform: Platform
  kind: PostKind
  title: string
  text: string
  url: string
  at: string
  author: string
  class: AuthorClass
  followers: number
  engagement: string
  negative: number
  speaker: Speaker
  cluster: string
  copies: string
}

const shownPost = (row: PostRow, firstPostId: string): EventPost => ({
  id: row.id,
  platform: row.platform,
  kind: row.kind,
  title: row.title,
  text: row.text,
  url: row.url,
  publishedAt: new Date(row.at).toISOString(),
  author: row.author,
  authorClass: row.class,
  followers: row.followers,
  engagement: Number(row.engagement),
  negative: row.negative,
  speaker: row.speaker,
  clusterId: row.cluster,
  copies: Number(row.copies),
  first: row.id === firstPostId,
})

const orders = {
  engagement: ch.sql`likes + 5 * comments + 10 * greatest(reposts, copies - 1) desc, published_at, post_id`,
  first: ch.sql`published_at, post_id`,
  latest: ch.sql`published_at desc, post_id`,
  followers: ch.sql`followers desc, published_at, post_id`,
} as const

const columns = ch.sql`toString(post_id) as id, platform, kind, title, text, url, published_at as at, author_name as author,
  author_class as class, followers, likes + comments + reposts as engagement, sentiment_p as negative, speaker,
  toString(cluster_id) as cluster`

type PostQuery = ReturnType<typeof EventPostQuery.parse>

const readPosts = async (ctx: Ctx, event: OpinionEvent, query: PostQuery): Promise<EventPosts> => {
  const parts = [ch.sql`1`]
  if (query.clusterId !== undefined) parts.push(ch.sql`cluster_id = ${ch.u64(BigInt(query.clusterId))}`)
  if (query.platform !== undefined) parts.push(ch.sql`platform = ${ch.str(query.platform)}`)
  const where = ch.join(parts, ' and ')
  const one = query.distinct && query.clusterId === undefined
  const [rows, total] = await Promise.all([
    ctx.ch.rows<PostRow>(
      ch.sql`select ${columns}, count() over (partition by cluster_id) as copies from ${postsOf(event)} where ${where}
        order by ${one ? ch.sql`root_id != 0, ` : ch.sql``}${orders[query.order]} ${one ? ch.sql`limit 1 by cluster_id` : ch.sql``}
        limit ${ch.u32(query.limit)} offset ${ch.u32(query.offset)}`,
    ),
    ctx.ch.one<{ total: string }>(
      ch.sql`select ${one ? ch.sql`uniqExact(cluster_id)` : ch.sql`count()`} as total from ${postsOf(event)} where ${where}`,
    ),
  ])
  return { items: rows.map((row) => shownPost(row, event.firstPostId)), total: Number(total?.total ?? 0) }
}

/** Posts of an event. @throws problem.unknown */
export const readEventPosts = async (ctx: Ctx, { id, ...query }: PostQuery & { id: number }): Promise<EventPosts> =>
  readPosts(ctx, await eventAt(ctx, id), query)

const firstPost = async (ctx: Ctx, event: OpinionEvent): Promise<EventPost | null> => {
  const row = await ctx.ch.one<PostRow>(
    ch.sql`select ${columns}, 1 as copies from ${postsOf(event)} where post_id = ${ch.u64(BigInt(event.firstPostId))}`,
  )
  return row ? shownPost(row, event.firstPostId) : null
}

const sharesOf = async <T extends string>(ctx: Ctx, event: OpinionEvent, column: 'speaker' | 'platform') => {
  const rows = await ctx.ch.rows<{ name: T; posts: string }>(
    ch.sql`select toString(${column === 'speaker' ? ch.sql`speaker` : ch.sql`platform`}) as name, count() as posts from ${postsOf(event)}
      group by name order by posts desc, name`,
  )
  const all = rows.reduce((sum, { posts }) => sum + Number(posts), 0)
  return rows.map(({ name, posts }) => ({ name, posts: Number(posts), share: Number(posts) / Math.max(1, all) }))
}

/** Aspects of the posts that name a subject themselves: a bare copy says nothing of its own. */
const aspectShares = async (ctx: Ctx, event: OpinionEvent) => {
  const rows = await ctx.ch.rows<{ name: Aspect; posts: string; own: string }>(
    ch.sql`with own as (select aspects from ${postsOf(event)} where notEmpty(subjects))
      select toString(arrayJoin(aspects)) as name, count() as posts, (select count() from own) as own from own
      group by name order by posts desc, name`,
  )
  return rows.map(({ name, posts, own }) => ({
    name,
    posts: Number(posts),
    share: Math.min(1, Number(posts) / Math.max(1, Number(own))),
  }))
}

const towardOf = async (ctx: Ctx, event: OpinionEvent): Promise<EventDetail['toward']> => {
  const row = await ctx.ch.one<{ negative: string; neutral: string; positive: string }>(
    ch.sql`select countIf(toward < 0) as negative, countIf(toward = 0) as neutral, countIf(toward > 0) as positive
      from mentions final inner join ${clustersOfEvents(event.drillId, [event.id])} as e using cluster_id
      where drill_id = ${ch.u32(event.drillId)} and published_at >= ${ch.moment(new Date(new Date(event.firstAt).getTime() - hourMs))}
        and subject_id in ${ch.u32s(event.subjects.map(({ id }) => id))}`,
  )
  return {
    negative: Number(row?.negative ?? 0),
    neutral: Number(row?.neutral ?? 0),
    positive: Number(row?.positive ?? 0),
  }
}

const voicesOf = async (ctx: Ctx, event: OpinionEvent): Promise<Voice[]> => {
  const rows = await ctx.ch.rows<{
    author: string
    class: AuthorClass
    platform: Platform
    most_followers: number
    posts: string
    engagement: string
    negative: number
    first: string
    post: string
  }>(
    ch.sql`select any(author_name) as author, any(author_class) as class, any(platform) as platform, max(p.followers) as most_followers,
        count() as posts, sum(likes + comments + reposts) as engagement, avg(sentiment_p) as negative,
        min(published_at) as first, toString(argMax(post_id, likes + 5 * comments + 10 * reposts)) as post
      from ${postsOf(event)} as p where p.author != 0 group by p.author
      order by (log10(1 + most_followers) + if(class = 'person', 0, 2)) * 10 + log(1 + engagement) desc, post limit 20`,
  )
  return rows
    .map((row) => ({
      author: row.author,
      authorClass: row.class,
      platform: row.platform,
      followers: row.most_followers,
      posts: Number(row.posts),
      engagement: Number(row.engagement),
      influence: influenceOf(row.class, row.most_followers),
      negative: row.negative,
      firstAt: new Date(row.first).toISOString(),
      postId: row.post,
    }))
    .sort((a, b) => b.influence - a.influence || b.engagement - a.engagement)
}

/** Bursts of an event, the latest first. */
const burstsOf = async (ctx: Ctx, event: OpinionEvent): Promise<Burst[]> => {
  const rows = await ctx.pg
    .selectFrom('opinion.burst')
    .selectAll()
    .where('event_id', '=', event.id)
    .where('state', '!=', 'passed')
    .orderBy('id', 'desc')
    .limit(50)
    .execute()
  const marks = await subjectMarks(
    ctx,
    rows.map(({ subject_id }) => subject_id),
  )
  return rows.map((row) => ({
    id: row.id,
    subjectId: row.subject_id,
    subject: marks.get(row.subject_id)?.name ?? '',
    eventId: row.event_id,
    state: row.state,
    beganAt: row.began_at.toISOString(),
    confirmedAt: row.confirmed_at?.toISOString() ?? null,
    endedAt: row.ended_at?.toISOString() ?? null,
    p: row.p,
    z: row.z,
    minutes: row.minutes,
    posts: row.posts,
    authors: row.authors,
    perHour: row.per_hour,
    confirmedBy: row.confirmed_by,
  }))
}

/** All of an event. @throws problem.unknown */
export const readEvent = async (ctx: Ctx, { id }: { id: number }): Promise<EventDetail> => {
  const event = await eventAt(ctx, id)
  const [bursts, changes, aspects, speakers, platforms, toward, voices, first, representative] = await Promise.all([
    burstsOf(ctx, event),
    changesOf(ctx, event.id),
    aspectShares(ctx, event),
    sharesOf<Speaker>(ctx, event, 'speaker'),
    sharesOf<Platform>(ctx, event, 'platform'),
    towardOf(ctx, event),
    voicesOf(ctx, event),
    firstPost(ctx, event),
    readPosts(ctx, event, { order: 'engagement', distinct: true, limit: 5, offset: 0 }),
  ])
  return {
    ...event,
    bursts,
    changes,
    aspectShares: aspects,
    speakerShares: speakers,
    platformShares: platforms,
    toward,
    voices,
    firstPost: first,
    representative: representative.items,
  }
}

const stepOf = ({ firstAt, lastAt }: OpinionEvent, step: 'auto' | '5m' | '1h' | '1d'): number => {
  if (step !== 'auto') return { '5m': 5, '1h': 60, '1d': 1_440 }[step]
  const hours = (new Date(lastAt).getTime() - new Date(firstAt).getTime()) / hourMs
  return hours <= 12 ? 5 : hours <= 24 * 10 ? 60 : 1_440
}

/** How an event ran: posts by time, its hops between platforms, what is to come. @throws problem.unknown */
export const readTimeline = async (
  ctx: Ctx,
  { id, step }: ReturnType<typeof TimelineQuery.parse> & { id: number },
): Promise<Timeline> => {
  const event = await eventAt(ctx, id)
  const stepMinutes = stepOf(event, step)
  const seconds = ch.u32(stepMinutes * 60)
  const [points, hops, times, statements] = await Promise.all([
    ctx.ch.rows<{ t: string; posts: string; negative: string; copied: string; authors: string; engagement: string }>(
      ch.sql`select toUnixTimestamp(published_at) div ${seconds} as t, count() as posts, countIf(sentiment < 0) as negative,
          countIf(root_id != 0) as copied, uniqExact(if(author = 0, post_id, author)) as authors,
          sum(likes + comments + reposts) as engagement
        from (select published_at, sentiment, root_id, author, post_id, likes, comments, reposts from ${postsOf(event)})
        group by t order by t limit 3000`,
    ),
    ctx.ch.rows<{ platform: Platform; at: string; post: string; author: string; class: AuthorClass; posts: string }>(
      ch.sql`select platform, min(published_at) as at, toString(argMin(post_id, published_at)) as post,
          argMin(author_name, published_at) as author, argMin(author_class, published_at) as class, count() as posts
        from ${postsOf(event)} group by platform order by at, platform`,
    ),
    ctx.ch.rows<{ t: string }>(
      ch.sql`select toUnixTimestamp64Milli(published_at) as t from ${postsOf(event)} order by published_at desc limit ${ch.u32(mostForForecast)}`,
    ),
    statementsOn(ctx, id),
  ])
  const byStep = new Map(points.map((point) => [Number(point.t), point]))
  const numbers = [...byStep.keys()]
  const steps =
    numbers.length === 0
      ? []
      : Array.from(
          { length: Math.min(3_000, (numbers.at(-1) ?? 0) - (numbers[0] ?? 0) + 1) },
          (_, at) => (numbers[0] ?? 0) + at,
        )
  const first = new Date(event.firstAt).getTime()
  return {
    stepMinutes,
    points: steps.map((at) => {
      const point = byStep.get(at)
      return {
        at: new Date(at * stepMinutes * minuteMs).toISOString(),
        posts: Number(point?.posts ?? 0),
        negative: Number(point?.negative ?? 0),
        reposts: Number(point?.copied ?? 0),
        authors: Number(point?.authors ?? 0),
        engagement: Number(point?.engagement ?? 0),
      }
    }),
    hops: hops.map(({ platform, at, post, author, class: authorClass, posts }) => ({
      platform,
      at: new Date(at).toISOString(),
      postId: post,
      author,
      authorClass,
      posts: Number(posts),
      minutesAfterFirst: Math.max(0, (new Date(at).getTime() - first) / minuteMs),
    })),
    statements,
    forecast:
      event.state === 'closed' ? null : forecastOf(times.map(({ t }) => Number(t)).reverse(), ctx.now().getTime()),
  }
}

/** Where the timeline shows what was said in answer. */
const statementsOn = async (ctx: Ctx, eventId: number): Promise<Timeline['statements']> => {
  const { rows } = await sql<{ id: number; at: Date; title: string; place: string }>`
    select p.id, p.at, v.title, p.place from opinion.statement_publication p
      join opinion.statement s on s.id = p.statement_id
      join opinion.statement_version v on v.statement_id = p.statement_id and v.version = p.version
      join opinion.incident_event i on i.incident_id = s.incident_id
    where i.event_id = ${eventId} and i.unlinked_at is null order by p.at limit 50`.execute(ctx.pg)
  return rows.map(({ at, ...row }) => ({ ...row, at: at.toISOString() }))
}

const horizons = [1, 2, 3, 6]

const forecastOf = (times: readonly number[], now: number): Timeline['forecast'] => {
  const points = horizons.flatMap((hours) => {
    const expected = forecast(times, now, hours)
    return expected ? [{ at: new Date(now + hours * hourMs).toISOString(), ...expected }] : []
  })
  return points.length === 0 ? null : { posts: times.length, points }
}

/** How an event spread. @throws problem.unknown */
export const readSpread = async (ctx: Ctx, { id }: { id: number }): Promise<Spread> => {
  const event = await eventAt(ctx, id)
  const rows = await ctx.ch.rows<{
    id: string
    parent: string
    root: string
    author: string
    name: string
    class: AuthorClass
    followers: number
    platform: Platform
    at: string
    spam: number
  }>(
    ch.sql`select toString(post_id) as id, toString(parent_id) as parent, toString(root_id) as root, toString(p.author) as author,
        author_name as name, author_class as class, followers, platform, published_at as at, spam
      from ${postsOf(event)} as p order by published_at, post_id limit ${ch.u32(mostInTree + 1)}`,
  )
  const posts = rows.slice(0, mostInTree).map(
    (row): SpreadPost => ({
      id: row.id,
      parentId: row.parent,
      rootId: row.root,
      author: row.author,
      authorName: row.name,
      authorClass: row.class,
      followers: row.followers,
      platform: row.platform,
      at: new Date(row.at),
      spam: row.spam,
    }),
  )
  return spreadOf(posts, rows.length > mostInTree)
}
