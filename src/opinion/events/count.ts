import { type Ctx, ch } from '#platform'
import { type Aspect, type AuthorClass, type Platform, type Speaker, type Urgency, urgencies } from '../contract.ts'

/** What the posts of an event come to. */
export interface Counted {
  eventId: number
  posts: number
  /** Posts that name a subject themselves: what is said is taken from these, a bare copy says nothing of its own. */
  own: number
  authors: number
  clusters: number
  /** Posts that repost another one. */
  reposts: number
  platforms: Platform[]
  reach: number
  engagement: number
  heat: number
  /** Highest suspicion that texts which name a subject give; see `rumour.ts` for what reposts tell. */
  rumour: number
  spam: number
  perHour: number
  halfHour: number
  verifiedFollowers: number
  rank: number | null
  /** Posts by aspect, the most frequent first. */
  aspects: [Aspect, number][]
  /** Those that count, see `urgent`. */
  urgency: Urgency[]
  speakers: Speaker[]
  /** Media, regulators and lawyers among them who surely are. */
  institutions: Speaker[]
  classes: AuthorClass[]
  lastAt: Date
}

interface Row {
  event_id: number
  posts: string
  own: string
  authors: string
  clusters: string
  reposted: string
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
  counted_urgency: Urgency[]
  speakers: Speaker[]
  institutions: Speaker[]
  classes: AuthorClass[]
  last: string
}

const voice = ch.sql`if(author = 0, post_id, author)`

/** A post of a medium, a regulator or a lawyer: the account says so, or the text does and nothing speaks against it. */
const institutional = ch.sql`(author_class in ('media', 'central-media', 'regulator') or (
  speaker in ('media', 'regulator', 'lawyer') and (author_class != 'person' or not has(unsure, 'speaker'))))`

/**
 * Urgencies that count. One post may be misread, and one voice is no crowd: an urgency counts from two posts by two authors
 * on; at once where life is in danger, where an institution says so itself, or where a person looked and agreed.
 */
const urgent = ch.sql`arrayFilter((name, voices, alone) -> voices >= 2 or alone > 0, ${ch.strings(urgencies)}, [${ch.join(
  urgencies.map((name) => ch.sql`uniqExactIf(${voice}, has(urgency, ${ch.str(name)}))`),
  ', ',
)}], [${ch.join(
  urgencies.map((name) =>
    name === 'self-harm'
      ? ch.sql`countIf(has(urgency, ${ch.str(name)}))`
      : ch.sql`countIf(has(urgency, ${ch.str(name)}) and (has(corrected, 'urgency') or ${institutional}))`,
  ),
  ', ',
)}])`

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
    ch.sql`select event_id, count() as posts, uniqExact(${voice}) as authors,
        uniqExact(cluster_id) as clusters, countIf(kind = 'repost' and root_id != 0) as reposted, groupUniqArray(toString(platform)) as platforms,
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
        ${urgent} as counted_urgency, groupUniqArray(toString(speaker)) as speakers,
        groupUniqArrayIf(toString(speaker), speaker in ('media', 'regulator', 'lawyer') and ${institutional}) as institutions,
        groupUniqArray(toString(author_class)) as classes,
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
        reposts: Number(row.reposted),
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
        urgency: row.counted_urgency.sort(),
        speakers: row.speakers.sort(),
        institutions: row.institutions.sort(),
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

interface EventText {
  id: string
  title: string
  text: string
  weight: number
  publishedAt: Date
}

/** One post for each text of events, those with most copies and engagement first; at most so many of each event. */
export const textsOf = async (
  ctx: Ctx,
  { drillId, events, from, most }: { drillId: number; events: readonly number[]; from: Date; most: number },
): Promise<Map<number, EventText[]>> => {
  if (events.length === 0) return new Map()
  const rows = await ctx.ch.rows<Omit<EventText, 'publishedAt'> & { event_id: number; at: string }>(
    ch.sql`select event_id, toString(argMin(post_id, (root_id != 0, published_at))) as id,
        argMin(title, (root_id != 0, published_at)) as title,
        argMin(substringUTF8(text, 1, 600), (root_id != 0, published_at)) as text, min(published_at) as at,
        toFloat64(count() + sum(likes + 5 * comments + 10 * reposts) / 20) as weight
      from posts final inner join ${clustersOfEvents(drillId, events)} as e using cluster_id
      where drill_id = ${ch.u32(drillId)} and published_at >= ${ch.moment(from)} and notEmpty(subjects)
      group by event_id, cluster_id order by weight desc, id limit ${ch.u32(most)} by event_id`,
  )
  const texts = rows.map(({ at, ...row }) => ({ ...row, publishedAt: new Date(at) }))
  return Map.groupBy(texts, ({ event_id }) => event_id)
}
