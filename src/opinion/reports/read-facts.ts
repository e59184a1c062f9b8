import { type ChSql, type Ctx, ch } from '#platform'
import {
  type Aspect,
  type AuthorClass,
  aspects,
  authorClasses,
  type Platform,
  platforms,
  type Speaker,
  speakers,
  type Urgency,
  urgencies,
} from '../contract.ts'
import type { Counts, ReportFacts } from './facts-contract.ts'
import type { Evidence } from './report-contract.ts'
import { inPeriod, inScope, postsInPeriod, type Scope, witnesses } from './scope.ts'

const evidence = (posts: number, ids: readonly string[] = []): Evidence => ({ posts, ids: [...new Set(ids)] })

/** Only the ids of one side: others would be witnesses of something else. */
const witnessesIf = (condition: ChSql) =>
  ch.sql`arrayMap(x -> toString(x.2), groupArraySortedIf(12)((-toInt64(followers), post_id), ${condition}))`

/** A post, and how many of its mentions are meant. */
type Weighed = [id: string, mentions: number]

/** What `witnesses` tells of mentions, told from posts that know how many mentions they have. */
const weighed = (mentions: ChSql, condition: ChSql) =>
  ch.sql`arrayMap(x -> (toString(x.2), x.3),
    groupArraySortedIf(12)((-toInt64(followed), post_id, toUInt32(${mentions})), ${condition}))`
const twelve = (posts: readonly Weighed[]): string[] =>
  posts.flatMap(([id, mentions]) => Array.from({ length: mentions }, () => id)).slice(0, 12)

/** Posts of both periods, each with what its mentions say together: merged once for all that is counted of them. */
const postsSaid = (scope: Scope, columns: ChSql, where: ChSql) =>
  ch.sql`(select post_id, any(published_at) as at, at >= ${ch.moment(scope.from)} as lately, any(followers) as followed,
      count() as said, countIf(toward < 0) as against, countIf(toward > 0) as in_favour, ${columns}
    from mentions final where ${inScope(scope)} and ${where} group by post_id)`

const noCounts: Counts = {
  posts: 0,
  authors: 0,
  platforms: 0,
  negative: 0,
  positive: 0,
  from: evidence(0),
  fromNegative: evidence(0),
}

/** Totals of the period and of the one before it. */
export const readTotals = async (ctx: Ctx, scope: Scope): Promise<{ now: Counts; before: Counts }> => {
  const rows = await ctx.ch.rows<{
    now: number
    posts: string
    authors: string
    platforms: string
    negative: string
    positive: string
    ids: string[]
    negative_ids: string[]
  }>(
    ch.sql`select toUInt8(published_at >= ${ch.moment(scope.from)}) as now, uniqExact(post_id) as posts, uniqExact(author) as authors,
        uniqExact(platform) as platforms, uniqExactIf(post_id, toward < 0) as negative, uniqExactIf(post_id, toward > 0) as positive,
        ${witnesses} as ids, ${witnessesIf(ch.sql`toward < 0`)} as negative_ids
      from mentions final where ${inScope(scope)} group by now`,
  )
  const of = (now: number): Counts => {
    const row = rows.find((row) => row.now === now)
    if (!row) return noCounts
    return {
      posts: Number(row.posts),
      authors: Number(row.authors),
      platforms: Number(row.platforms),
      negative: Number(row.negative),
      positive: Number(row.positive),
      from: evidence(Number(row.posts), row.ids),
      fromNegative: evidence(Number(row.negative), row.negative_ids),
    }
  }
  return { now: of(1), before: of(0) }
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** Shanghai has had no summer time since 1991. */
const shanghaiMs = 8 * hourMs

interface Keyed {
  key: string
  posts: string
  negative: string
  positive: string
  before: string
  ids: Weighed[]
}

/** Posts per hour or day of the workspace's zone, empty ones included. */
const trendOf = (scope: Scope, stepMs: number, rows: readonly Keyed[]): ReportFacts['trend'] => {
  const bySlot = new Map(rows.map((row) => [Number(row.key), row]))
  const slotOf = (at: number) => Math.floor((at + shanghaiMs) / stepMs)
  const points: ReportFacts['trend']['points'] = []
  for (let slot = slotOf(scope.from.getTime()); slot <= slotOf(scope.to.getTime() - 1); slot += 1) {
    const row = bySlot.get(slot)
    points.push({
      at: new Date(slot * stepMs - shanghaiMs).toISOString(),
      posts: Number(row?.posts ?? 0),
      negative: Number(row?.negative ?? 0),
      positive: Number(row?.positive ?? 0),
    })
  }
  const peak = rows
    .filter(({ posts }) => Number(posts) > 0)
    .sort((a, b) => Number(b.posts) - Number(a.posts) || Number(a.key) - Number(b.key))[0]
  return {
    step: stepMs === hourMs ? 'hour' : 'day',
    points,
    peak: evidence(Number(peak?.posts ?? 0), twelve(peak?.ids ?? [])),
  }
}

/** Those whose key is known, most posts first: what an older reading called otherwise is left out, never shown raw. */
const known = <K extends string>(rows: readonly Keyed[], names: readonly K[]) =>
  rows
    .toSorted((a, b) => Number(b.posts) - Number(a.posts) || (a.key < b.key ? -1 : 1))
    .flatMap((row) => {
      const key = names.find((name) => name === row.key)
      const posts = Number(row.posts)
      const from = evidence(posts, twelve(row.ids))
      return key === undefined ? [] : [{ key, posts, negative: Number(row.negative), before: Number(row.before), from }]
    })

/** What is counted of posts under a key: of the period, and how many before it. */
const counted = ch.sql`countIf(lately) as posts, countIf(lately and against > 0) as negative,
    countIf(lately and in_favour > 0) as positive, countIf(not lately) as before, ${weighed(ch.sql`said`, ch.sql`lately`)} as ids`

/** Posts over time (by hour up to four days, else by day), by platform, speaker and kind of account: one reading for all. */
const readDimensions = async (ctx: Ctx, scope: Scope) => {
  const stepMs = scope.to.getTime() - scope.from.getTime() <= 4 * dayMs ? hourMs : dayMs
  const rows = await ctx.ch.rows<Keyed & { dimension: 'slot' | 'platform' | 'speaker' | 'class' }>(
    ch.sql`select multiIf(grouping(slot) = 0, 'slot', grouping(place) = 0, 'platform', grouping(voice) = 0, 'speaker', 'class') as dimension,
        multiIf(dimension = 'slot', toString(slot), dimension = 'platform', toString(place), dimension = 'speaker', toString(voice),
          toString(rank)) as key,
        ${counted}
      from (select *, if(lately, intDiv(toUnixTimestamp64Milli(at) + ${ch.i64(shanghaiMs)}, ${ch.i64(stepMs)}), -1) as slot
        from ${postsSaid(scope, ch.sql`any(platform) as place, any(speaker) as voice, any(author_class) as rank`, ch.sql`1`)})
      group by grouping sets ((slot), (place), (voice), (rank))`,
  )
  const of = (dimension: (typeof rows)[number]['dimension']) => rows.filter((row) => row.dimension === dimension)
  return { stepMs, of }
}

/** Posts over time, and aspects, platforms, speakers, kinds of account and urgencies, each with the period before. */
export const readBreakdowns = async (ctx: Ctx, scope: Scope) => {
  const { stepMs, of } = await readDimensions(ctx, scope)
  // Few posts have any of these.
  const lists = await ctx.ch.rows<Keyed & { list: 'aspect' | 'urgency' }>(
    ch.sql`select list, key, ${counted}
      from (select *, arrayJoin(arrayConcat(arrayMap(x -> ('aspect', toString(x)), about), arrayMap(x -> ('urgency', toString(x)), pressing))) as told,
          told.1 as list, told.2 as key
        from ${postsSaid(
          scope,
          ch.sql`any(aspects) as about, any(urgency) as pressing`,
          ch.sql`(notEmpty(aspects) or notEmpty(urgency))`,
        )})
      group by list, key`,
  )
  return {
    trend: trendOf(scope, stepMs, of('slot')),
    aspects: known<Aspect>(
      lists.filter(({ list }) => list === 'aspect'),
      aspects,
    ),
    platforms: known<Platform>(of('platform'), platforms),
    speakers: known<Speaker>(of('speaker'), speakers),
    authorClasses: known<AuthorClass>(of('class'), authorClasses),
    urgencies: known<Urgency>(
      lists.filter(({ list }) => list === 'urgency'),
      urgencies,
    ),
  }
}

/** Posts and tone of each subject of `ids`; competitors too when they are asked for. */
export const readSubjects = async (ctx: Ctx, scope: Scope, ids: readonly number[]) => {
  const now = ch.sql`published_at >= ${ch.moment(scope.from)}`
  const rows = await ctx.ch.rows<{
    id: number
    posts: string
    negative: string
    positive: string
    before: string
    ids: string[]
  }>(
    ch.sql`select subject_id as id, uniqExactIf(post_id, ${now}) as posts, uniqExactIf(post_id, ${now} and toward < 0) as negative,
        uniqExactIf(post_id, ${now} and toward > 0) as positive, uniqExactIf(post_id, not ${now}) as before, ${witnessesIf(now)} as ids
      from mentions final where ${inScope({ ...scope, subjects: ids })} group by id order by posts desc, id`,
  )
  return rows.map(({ id, posts, negative, positive, before, ids }) => ({
    id,
    posts: Number(posts),
    negative: Number(negative),
    positive: Number(positive),
    before: Number(before),
    from: evidence(Number(posts), ids),
  }))
}

const excerptLength = 80

/** Weights of src/opinion/events: a like 1, a comment 5, a repost 10. */
const engagement = ch.sql`likes + comments * 5 + reposts * 10`
const mostKeyPosts = 10
/** Of so many posts with the most engagement, ten mostly belong to different clusters. */
const firstLook = 500

/** Which posts: told from narrow columns alone, since texts of a million posts take longer than everything else. */
const keyPlaces = async (ctx: Ctx, scope: Scope) => {
  const look = (many: ChSql) =>
    ctx.ch.rows<{ id: string; at: string; looked: string }>(
      ch.sql`select toString(post_id) as id, published_at as at, looked from (
          select *, count() over () as looked from (
            select post_id, published_at, cluster_id, followers, ${engagement} as engagement
            from posts final where ${postsInPeriod(scope)} order by engagement desc, followers desc, post_id ${many}))
        order by engagement desc, followers desc, post_id limit 1 by cluster_id limit ${ch.u32(mostKeyPosts)}`,
    )
  const first = await look(ch.sql`limit ${ch.u32(firstLook)}`)
  return first.length === mostKeyPosts || Number(first[0]?.looked ?? 0) < firstLook ? first : look(ch.sql``)
}

/** The ten posts with the most engagement (a repost or comment counts as several likes); each cluster once. */
export const readKeyPosts = async (ctx: Ctx, scope: Scope): Promise<ReportFacts['keyPosts']> => {
  const places = await keyPlaces(ctx, scope)
  if (places.length === 0) return []
  const times = ch.join(
    places.map(({ at }) => ch.moment(new Date(at))),
    ', ',
  )
  const found = await ctx.ch.rows<{
    id: string
    published_at: string
    platform: Platform
    author_name: string
    author_class: AuthorClass
    title: string
    text: string
    url: string
    engagement: string
    sentiment: number
  }>(
    ch.sql`select toString(post_id) as id, published_at, platform, author_name, author_class, title, text, url, ${engagement} as engagement, sentiment
      from posts final where drill_id = ${ch.u32(scope.drillId)} and published_at in (${times})
        and post_id in ${ch.u64s(places.map(({ id }) => BigInt(id)))}`,
  )
  const rows = places.flatMap(({ id }) => found.find((row) => row.id === id) ?? [])
  return rows.map((row) => {
    const said = row.title === '' || row.text.startsWith(row.title) ? row.text : `${row.title} ${row.text}`
    const letters = Array.from(said.replaceAll(/\s+/g, ' ').trim())
    return {
      id: row.id,
      at: new Date(row.published_at).toISOString(),
      platform: row.platform,
      author: row.author_name,
      authorClass: row.author_class,
      excerpt: letters.slice(0, excerptLength).join('') + (letters.length > excerptLength ? '…' : ''),
      url: row.url,
      engagement: Number(row.engagement),
      negative: row.sentiment < 0,
    }
  })
}

/** Complaints as complaint platforms keep them. */
export const readComplaints = async (ctx: Ctx, scope: Scope): Promise<ReportFacts['complaints']> => {
  // What kind a post is never changes: asked before versions are merged.
  const complaint = ch.sql`prewhere drill_id = ${ch.u32(scope.drillId)} and kind = 'complaint'
      where ${postsInPeriod({ ...scope, from: scope.beforeFrom })}`
  const now = ch.sql`published_at >= ${ch.moment(scope.from)}`
  const amount = ch.sql`JSONExtractUInt(extra, 'complaint', 'amountFen')`
  const sums = await ctx.ch.one<{
    posts: string
    before: string
    amount: string
    priced: string
    replied: string
    ids: string[]
  }>(
    ch.sql`select countIf(${now}) as posts, countIf(not ${now}) as before, sumIf(${amount}, ${now}) as amount, countIf(${now} and ${amount} > 0) as priced,
        countIf(${now} and JSONExtractString(extra, 'complaint', 'replyState') in ('replied', 'supplemented', 'done')) as replied, ${witnessesIf(now)} as ids
      from posts final ${complaint}`,
  )
  const appeals = await ctx.ch.rows<{ appeal: string; posts: string; ids: string[] }>(
    ch.sql`select arrayJoin(JSONExtract(extra, 'complaint', 'appeal', 'Array(String)')) as appeal, uniqExact(post_id) as posts, ${witnesses} as ids
      from posts final ${complaint} and ${now} group by appeal order by posts desc, appeal limit 8`,
  )
  return {
    posts: Number(sums?.posts ?? 0),
    before: Number(sums?.before ?? 0),
    amountFen: Number(sums?.amount ?? 0),
    withAmount: Number(sums?.priced ?? 0),
    replied: Number(sums?.replied ?? 0),
    appeals: appeals.map(({ appeal, posts, ids }) => ({
      appeal,
      posts: Number(posts),
      from: evidence(Number(posts), ids),
    })),
    from: evidence(Number(sums?.posts ?? 0), sums?.ids),
  }
}

/** How an event went from platform to platform. */
export const readHops = async (ctx: Ctx, scope: Scope): Promise<ReportFacts['hops']> => {
  if (scope.eventId === undefined) return []
  const rows = await ctx.ch.rows<{ platform: Platform; first_at: string; posts: string; ids: string[] }>(
    ch.sql`select platform, min(published_at) as first_at, uniqExact(post_id) as posts, ${witnesses} as ids
      from mentions final where ${inPeriod(scope)} group by platform order by first_at, platform`,
  )
  return rows.map(({ platform, first_at, posts, ids }) => ({
    platform,
    firstAt: new Date(first_at).toISOString(),
    posts: Number(posts),
    from: evidence(Number(posts), ids),
  }))
}
