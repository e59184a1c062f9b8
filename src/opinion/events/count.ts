import { type Ctx, ch } from '#platform'
import type { Aspect, AuthorClass, Platform, Speaker, Urgency } from '../contract.ts'

/** What the posts of an event come to. */
export interface Counted {
  eventId: number
  posts: number
  /** Posts that name a subject themselves: what is said is taken from these, a bare copy says nothing of its own. */
  own: number
  authors: number
  clusters: number
  platforms: Platform[]
  reach: number
  engagement: number
  heat: number
  rumour: number
  spam: number
  perHour: number
  halfHour: number
  verifiedFollowers: number
  rank: number | null
  /** Posts by aspect, the most frequent first. */
  aspects: [Aspect, number][]
  urgency: Urgency[]
  speakers: Speaker[]
  classes: AuthorClass[]
  lastAt: Date
}

interface Row {
  event_id: number
  posts: string
  own: string
  authors: string
  clusters: string
  platforms: Platform[]
  reach: string
  engagement: string
  heat: number
  rumour: number
  spam: number
  per_hour: string
  half_hour: string
  verified: number
  rank: string
  aspects: [Aspect[], string[]]
  urgency: Urgency[]
  speakers: Speaker[]
  classes: AuthorClass[]
  last: string
}

/** Which cluster belongs to which of these events. */
export const clustersOfEvents = (drillId: number, events: readonly number[]) =>
  ch.sql`(select cluster_id, event_id from cluster_events final
    where drill_id = ${ch.u32(drillId)} and event_id in ${ch.u32s(events)})`

/**
 * Counts the posts of events. Heat adds up posts of which half is forgotten each day, each with its engagement
 * (likes 1, comments 5, reposts 10, views 0.1) and its author's followers on a logarithmic scale: a loud post counts for
 * several, not for thousands.
 * @param from nothing of them was published before
 */
export const countEvents = async (
  ctx: Ctx,
  { drillId, events, from }: { drillId: number; events: readonly number[]; from: Date },
): Promise<Map<number, Counted>> => {
  if (events.length === 0) return new Map()
  const now = ch.moment(ctx.now())
  const rows = await ctx.ch.rows<Row>(
    ch.sql`select event_id, count() as posts, uniqExact(if(author = 0, post_id, author)) as authors,
        uniqExact(cluster_id) as clusters, groupUniqArray(toString(platform)) as platforms,
        toUInt64(arraySum(mapValues(maxMap(map(author, toUInt64(followers)))))) + sum(views) as reach,
        sum(likes + comments + reposts) as engagement,
        sum(exp2(-greatest(0, dateDiff('minute', published_at, ${now})) / 1440)
          * (1 + log(1 + likes + 5 * comments + 10 * reposts + 0.1 * views) / 3 + log(1 + followers) / 5)) as heat,
        maxIf(rumour, notEmpty(subjects)) as rumour, countIf(notEmpty(subjects)) as own, avg(spam) as spam,
        countIf(published_at > ${now} - interval 1 hour) as per_hour,
        countIf(published_at > ${now} - interval 30 minute) as half_hour,
        maxIf(followers, author_class != 'person') as verified,
        minIf(JSONExtractUInt(extra, 'hotList', 'rank'),
          kind = 'hot-list' and published_at > ${now} - interval 24 hour and JSONHas(extra, 'hotList')) as rank,
        sumMapIf(arrayMap(name -> toString(name), aspects), arrayMap(name -> toUInt64(1), aspects), notEmpty(subjects)) as aspects,
        groupUniqArrayArray(arrayMap(name -> toString(name), urgency)) as urgency,
        groupUniqArray(toString(speaker)) as speakers, groupUniqArray(toString(author_class)) as classes,
        max(published_at) as last
      from posts final inner join ${clustersOfEvents(drillId, events)} as e using cluster_id
      where drill_id = ${ch.u32(drillId)} and published_at >= ${ch.moment(from)}
      group by event_id`,
  )
  return new Map(
    rows.map((row) => [
      row.event_id,
      {
        eventId: row.event_id,
        posts: Number(row.posts),
        own: Number(row.own),
        authors: Number(row.authors),
        clusters: Number(row.clusters),
        platforms: row.platforms.sort(),
        reach: Number(row.reach),
        engagement: Number(row.engagement),
        heat: row.heat,
        rumour: row.rumour,
        spam: row.spam,
        perHour: Number(row.per_hour),
        halfHour: Number(row.half_hour),
        verifiedFollowers: row.verified,
        rank: Number(row.rank) || null,
        aspects: row.aspects[0]
          .map((name, at): [Aspect, number] => [name, Number(row.aspects[1][at])])
          .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)),
        urgency: row.urgency.sort(),
        speakers: row.speakers.sort(),
        classes: row.classes.sort(),
        lastAt: new Date(row.last),
      },
    ]),
  )
}

/** Mean probability that a mention is negative toward its subject, per event; 0 without mentions. */
export const negativeOf = async (
  ctx: Ctx,
  { drillId, events, from }: { drillId: number; events: readonly number[]; from: Date },
): Promise<Map<number, number>> => {
  if (events.length === 0) return new Map()
  const rows = await ctx.ch.rows<{ event_id: number; negative: number }>(
    ch.sql`select event_id, avg(negative_p) as negative
      from mentions final inner join ${clustersOfEvents(drillId, events)} as e using cluster_id
      where drill_id = ${ch.u32(drillId)} and published_at >= ${ch.moment(from)} group by event_id`,
  )
  return new Map(rows.map(({ event_id, negative }) => [event_id, negative]))
}

/** One post for each text of an event, those with most copies and engagement first. */
export const textsOf = async (
  ctx: Ctx,
  { drillId, eventId, from, most }: { drillId: number; eventId: number; from: Date; most: number },
) => {
  const rows = await ctx.ch.rows<{ id: string; title: string; text: string; at: string; weight: number }>(
    ch.sql`select toString(argMin(post_id, (root_id != 0, published_at))) as id,
        argMin(title, (root_id != 0, published_at)) as title,
        argMin(substringUTF8(text, 1, 600), (root_id != 0, published_at)) as text, min(published_at) as at,
        toFloat64(count() + sum(likes + 5 * comments + 10 * reposts) / 20) as weight
      from posts final inner join ${clustersOfEvents(drillId, [eventId])} as e using cluster_id
      where drill_id = ${ch.u32(drillId)} and published_at >= ${ch.moment(from)} and notEmpty(subjects)
      group by cluster_id order by weight desc, id limit ${ch.u32(most)}`,
  )
  return rows.map(({ at, ...row }) => ({ ...row, publishedAt: new Date(at) }))
}
