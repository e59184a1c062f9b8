import { type Ctx, ch } from '#platform'
import type { Post } from '../contract.ts'
import { matchSubjects } from '../subjects/match.ts'
import { subjectMatcher } from '../subjects/rule-book.ts'
import type { PostRow } from './post-contract.ts'

const { sql, join, u32, u32s, u64s, moment } = ch

export interface Place {
  id: string
  at: Date
  copies: number
}

interface Row {
  post_id: string
  drill_id: number
  source_id: number
  platform: Post['platform']
  kind: Post['kind']
  url: string
  title: string
  text: string
  published_at: string
  seen_at: string
  date_doubt: string
  parent_id: string
  root_id: string
  author: string
  author_name: string
  author_class: Post['author']['class']
  followers: number
  likes: string
  comments: string
  reposts: string
  views: string
  extra: string
  subjects: number[]
  sentiment: Post['sentiment']
  sentiment_p: number
  aspects: Post['aspects']
  speaker: Post['speaker']
  emotion: Post['emotion']
  urgency: Post['urgency']
  rumour: number
  spam: number
  unsure: Post['unsure']
  corrected: Post['corrected']
  cluster_id: string
}

interface MentionRow {
  post_id: string
  subject_id: number
  toward: Post['sentiment']
  negative_p: number
  rule: number
  disguised: number
}

/** Posts at known places, in the order given; one that is gone is left out. */
export const postsAt = async (ctx: Ctx, drillId: number, places: readonly Place[]): Promise<PostRow[]> => {
  if (places.length === 0) return []
  const ids = u64s(places.map(({ id }) => BigInt(id)))
  // Their times lead to them by the key, however far they lie apart.
  const times = join(
    places.map(({ at }) => moment(at)),
    ', ',
  )
  const where = sql`drill_id = ${u32(drillId)} and published_at in (${times}) and post_id in ${ids}`
  const [rows, matcher] = await Promise.all([
    // The last version of each, without `final`: that would merge whole granules of all columns for a row of each.
    ctx.ch.rows<Row>(sql`select * from posts where ${where} order by number desc limit 1 by post_id`),
    subjectMatcher(ctx),
  ])
  // By subject, as their key begins: without it all mentions of all times would be read for one page.
  const subjects = [...new Set(rows.flatMap((row) => row.subjects))]
  const mentions =
    subjects.length === 0
      ? []
      : await ctx.ch.rows<MentionRow>(
          sql`select post_id, subject_id, toward, negative_p, rule, disguised from (
              select * from mentions where subject_id in ${u32s(subjects)} and ${where} order by number desc limit 1 by post_id, subject_id)
            order by subject_id`,
        )
  const byId = new Map(rows.map((row) => [row.post_id, row]))
  const said = Map.groupBy(mentions, ({ post_id }) => post_id)
  return places.flatMap(({ id, copies }): PostRow[] => {
    const row = byId.get(id)
    if (!row) return []
    const found = matchSubjects(matcher, {
      title: row.title,
      text: row.text,
      platform: row.platform,
      sourceId: row.source_id,
    })
    const likes = Number(row.likes)
    const comments = Number(row.comments)
    const reposts = Number(row.reposts)
    const extra = row.extra === '' ? {} : (JSON.parse(row.extra) as Partial<Pick<Post, 'complaint' | 'hotList'>>)
    return [
      {
        id,
        drillId: row.drill_id,
        sourceId: row.source_id,
        platform: row.platform,
        kind: row.kind,
        url: row.url,
        title: row.title,
        text: row.text,
        publishedAt: new Date(row.published_at).toISOString(),
        seenAt: new Date(row.seen_at).toISOString(),
        dateDoubt: row.date_doubt,
        parentId: row.parent_id,
        rootId: row.root_id,
        author: { key: row.author, name: row.author_name, class: row.author_class, followers: row.followers },
        engagement: { likes, comments, reposts, views: Number(row.views) },
        complaint: extra.complaint ?? null,
        hotList: extra.hotList ?? null,
        subjects: row.subjects,
        mentions: (said.get(id) ?? []).map(({ subject_id, toward, negative_p, rule, disguised }) => ({
          subjectId: subject_id,
          toward,
          negativeP: negative_p,
          rule,
          disguised: disguised === 1,
        })),
        sentiment: row.sentiment,
        sentimentP: row.sentiment_p,
        aspects: row.aspects,
        speaker: row.speaker,
        emotion: row.emotion,
        urgency: row.urgency,
        rumour: row.rumour,
        spam: row.spam,
        unsure: row.unsure,
        corrected: row.corrected,
        clusterId: row.cluster_id,
        spans: found
          .filter(({ subjectId }) => row.subjects.includes(subjectId))
          .flatMap(({ subjectId, spans }) => spans.map((span) => ({ ...span, subjectId }))),
        engagementSum: likes + comments + reposts,
        copies,
      },
    ]
  })
}

/** Where posts stand, by id. */
export const placesOf = async (ctx: Ctx, drillId: number, ids: readonly string[]): Promise<Place[]> => {
  const rows = await ctx.ch.rows<{ id: string; at: string }>(
    sql`select toString(post_id) as id, max(published_at) as at from posts
      where drill_id = ${u32(drillId)} and post_id in ${u64s(ids.map(BigInt))} group by post_id`,
  )
  return rows.map(({ id, at }) => ({ id, at: new Date(at), copies: 1 }))
}
