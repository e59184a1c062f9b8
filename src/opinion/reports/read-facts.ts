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

/** Posts per hour (up to four days) or day of the workspace's zone, empty ones included. */
export const readTrend = async (ctx: Ctx, scope: Scope): Promise<ReportFacts['trend']> => {
  const step = scope.to.getTime() - scope.from.getTime() <= 4 * dayMs ? 'hour' : 'day'
  const stepMs = step === 'hour' ? hourMs : dayMs
  const rows = await ctx.ch.rows<{ slot: string; posts: string; negative: string; positive: string; ids: string[] }>(
    ch.sql`select intDiv(toUnixTimestamp64Milli(published_at) + ${ch.i64(shanghaiMs)}, ${ch.i64(stepMs)}) as slot, uniqExact(post_id) as posts,
        uniqExactIf(post_id, toward < 0) as negative, uniqExactIf(post_id, toward > 0) as positive, ${witnesses} as ids
      from mentions final where ${inPeriod(scope)} group by slot order by slot`,
  )
  const bySlot = new Map(rows.map((row) => [Number(row.slot), row]))
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
  const peak = rows.toSorted((a, b) => Number(b.posts) - Number(a.posts) || Number(a.slot) - Number(b.slot))[0]
  return { step, points, peak: evidence(Number(peak?.posts ?? 0), peak?.ids) }
}

interface Keyed {
  key: string
  posts: string
  negative: string
  before: string
  ids: string[]
}

const readBy = async (ctx: Ctx, scope: Scope, key: ChSql) => {
  const now = ch.sql`published_at >= ${ch.moment(scope.from)}`
  const rows = await ctx.ch.rows<Keyed>(
    ch.sql`select toString(${key}) as key, uniqExactIf(post_id, ${now}) as posts, uniqExactIf(post_id, ${now} and toward < 0) as negative,
        uniqExactIf(post_id, not ${now}) as before, ${witnessesIf(now)} as ids
      from mentions final where ${inScope(scope)} group by key order by posts desc, key`,
  )
  return rows.map(({ key, posts, negative, before, ids }) => ({
    key,
    posts: Number(posts),
    negative: Number(negative),
    before: Number(before),
    from: evidence(Number(posts), ids),
  }))
}

/** Rows whose key is one of the known ones: what an older reading called otherwise is left out, never shown raw. */
const known = <K extends string>(rows: Awaited<ReturnType<typeof readBy>>, names: readonly K[]) =>
  rows.flatMap((row) => {
    const key = names.find((name) => name === row.key)
    return key === undefined ? [] : [{ ...row, key }]
  })

/** Aspects, platforms, speakers, kinds of account and urgencies, each with the period before. */
export const readBreakdowns = async (ctx: Ctx, scope: Scope) => ({
  aspects: known<Aspect>(await readBy(ctx, scope, ch.sql`arrayJoin(aspects)`), aspects),
  platforms: known<Platform>(await readBy(ctx, scope, ch.sql`platform`), platforms),
  speakers: known<Speaker>(await readBy(ctx, scope, ch.sql`speaker`), speakers),
  authorClasses: known<AuthorClass>(await readBy(ctx, scope, ch.sql`author_class`), authorClasses),
  urgencies: known<Urgency>(await readBy(ctx, scope, ch.sql`arrayJoin(urgency)`), urgencies),
})

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

/** The ten posts with the most engagement (a repost or comment counts as several likes); each cluster once. */
export const readKeyPosts = async (ctx: Ctx, scope: Scope): Promise<ReportFacts['keyPosts']> => {
  const rows = await ctx.ch.rows<{
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
    // Weights of src/opinion/events: a like 1, a comment 5, a repost 10.
    ch.sql`select toString(post_id) as id, published_at, platform, author_name, author_class, title, text, url, likes + comments * 5 + reposts * 10 as engagement, sentiment
      from posts final where ${postsInPeriod(scope)} order by engagement desc, followers desc, post_id limit 1 by cluster_id limit 10`,
  )
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
  const complaint = ch.sql`kind = 'complaint' and ${postsInPeriod({ ...scope, from: scope.beforeFrom })}`
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
      from posts final where ${complaint}`,
  )
  const appeals = await ctx.ch.rows<{ appeal: string; posts: string; ids: string[] }>(
    ch.sql`select arrayJoin(JSONExtract(extra, 'complaint', 'appeal', 'Array(String)')) as appeal, uniqExact(post_id) as posts, ${witnesses} as ids
      from posts final where ${complaint} and ${now} group by appeal order by posts desc, appeal limit 8`,
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
