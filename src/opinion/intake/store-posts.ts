import type { Ctx } from '#platform'
import type { Engagement } from '../contract.ts'
import type { Prepared } from './prepare.ts'
import { inTurn, rewritePosts } from './rewrite.ts'
import type { Understood } from './understood.ts'

export interface KnownPost {
  id: string
  counts: Engagement
}

export interface PostToStore extends Prepared {
  understood: Understood
  clusterId: string
}

interface Where {
  sourceId: number
  drillId: number
  batch: number
  number: string
}

/** Likes, comments, reposts, views; 0 for what the source does not tell. */
export const countsOf = ({ likes = 0, comments = 0, reposts = 0, views = 0 }: Engagement) => [
  likes,
  comments,
  reposts,
  views,
]

const chTime = (at: Date) => at.toISOString().replace('T', ' ').replace('Z', '')

const extraOf = ({ complaint, hotList }: Prepared['item']) =>
  complaint || hotList ? JSON.stringify({ ...(complaint && { complaint }), ...(hotList && { hotList }) }) : ''

/**
 * Writes new posts. Mentions go first and keys last: whatever a crash cuts off, a stored post has its mentions, and one
 * without a key is taken in again under the same id.
 */
export const writePosts = async (
  ctx: Ctx,
  { sourceId, drillId, batch, number }: Where,
  posts: readonly PostToStore[],
): Promise<void> => {
  const now = chTime(ctx.now())
  const shared = ({ id, item, authorKey, understood, clusterId }: PostToStore) => ({
    drill_id: drillId,
    published_at: chTime(new Date(item.publishedAt)),
    post_id: id,
    batch,
    source_id: sourceId,
    platform: item.platform,
    kind: item.kind,
    author: authorKey,
    author_class: item.author?.class ?? 'person',
    followers: Math.min(item.author?.followers ?? 0, 0xffff_ffff),
    sentiment: understood.sentiment,
    aspects: understood.aspects,
    speaker: understood.speaker,
    urgency: understood.urgency,
    rumour: understood.rumour,
    spam: understood.spam,
    cluster_id: clusterId,
    number,
  })
  const mentions = posts.flatMap((post) =>
    post.understood.mentions.map(({ subjectId, toward, negativeP, rule, disguised }) => ({
      ...shared(post),
      subject_id: subjectId,
      toward,
      negative_p: negativeP,
      rule,
      disguised: disguised ? 1 : 0,
    })),
  )
  if (mentions.length > 0) await ctx.ch.insert('mentions', mentions)
  await ctx.ch.insert(
    'posts',
    posts.map((post) => {
      const { item, understood, parentId, rootId, authorName } = post
      const [likes, comments, reposts, views] = countsOf(item.engagement)
      return {
        ...shared(post),
        guid: item.guid,
        url: item.url,
        title: item.title,
        text: item.text,
        parent_id: parentId,
        root_id: rootId,
        author_name: authorName,
        likes,
        comments,
        reposts,
        views,
        first_seen_at: now,
        seen_at: now,
        date_doubt: item.dateDoubt ?? '',
        extra: extraOf(item),
        subjects: understood.mentions.map(({ subjectId }) => subjectId),
        sentiment_p: understood.sentimentP,
        emotion: understood.emotion,
        unsure: understood.unsure,
        corrected: [],
        reading: understood.reading,
      }
    }),
  )
  const counted = posts.filter(({ item }) => countsOf(item.engagement).some((count) => count > 0))
  if (counted.length > 0)
    await ctx.ch.insert(
      'post_engagement',
      counted.map(({ id, item }) => {
        const [likes, comments, reposts, views] = countsOf(item.engagement)
        return { drill_id: drillId, post_id: id, at: now, likes, comments, reposts, views }
      }),
    )
  await ctx.ch.insert(
    'post_keys',
    posts.flatMap(({ id, urlKey }) =>
      (urlKey === undefined ? [id] : [id, urlKey]).map((key) => ({ drill_id: drillId, key, post_id: id })),
    ),
  )
}

/** Notes the counts of posts seen again; a count that a source leaves out or that shrank by a glitch keeps its highest. */
export const refreshCounts = async (ctx: Ctx, drillId: number, known: readonly KnownPost[]): Promise<void> => {
  if (known.length === 0) return
  const wanted = new Map(known.map(({ id, counts }) => [id, countsOf(counts)]))
  const at = chTime(ctx.now())
  const names = ['likes', 'comments', 'reposts', 'views'] as const
  const changed = await inTurn(ctx, () =>
    rewritePosts(ctx, { drillId, ids: [...wanted.keys()] }, (row) => {
      const counts = wanted.get(row.post_id) ?? []
      const grown = names.map((name, index) => Math.max(Number(row[name]), counts[index] ?? 0))
      if (names.every((name, index) => Number(row[name]) === grown[index])) return undefined
      const [likes, comments, reposts, views] = grown
      return { likes, comments, reposts, views, seen_at: at }
    }),
  )
  if (changed.length === 0) return
  await ctx.ch.insert(
    'post_engagement',
    changed.map((row) => ({
      drill_id: drillId,
      post_id: row.post_id,
      at,
      ...Object.fromEntries(names.map((name) => [name, row[name]])),
    })),
  )
}
