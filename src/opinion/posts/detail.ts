import { sql as pg } from 'kysely'
import { type ChSql, type Ctx, ch } from '#platform'
import type { Level } from '../contract.ts'
import type { PostDetail, SmallPost } from './post-contract.ts'
import { problem } from './problem.ts'
import { placesOf, postsAt } from './rows.ts'

const { sql, u32, u64 } = ch

interface SmallRow {
  id: string
  platform: SmallPost['platform']
  kind: SmallPost['kind']
  text: string
  title: string
  author_name: string
  published_at: string
  sum: string
}

const small = async (ctx: Ctx, drill: number, where: ChSql, limit: number): Promise<SmallPost[]> => {
  const rows = await ctx.ch.rows<SmallRow>(
    sql`select toString(post_id) as id, platform, kind, substringUTF8(text, 1, 300) as text, title, author_name, published_at,
        toString(likes + comments + reposts) as sum
      from posts final where drill_id = ${u32(drill)} and ${where} order by published_at, post_id limit ${u32(limit)}`,
  )
  return rows.map(({ id, platform, kind, text, title, author_name, published_at, sum }) => ({
    id,
    platform,
    kind,
    text,
    title,
    authorName: author_name,
    publishedAt: new Date(published_at).toISOString(),
    engagementSum: Number(sum),
  }))
}

const most = 20

/** A post with what surrounds it. @throws problem.unknown */
export const readPost = async (ctx: Ctx, { id, drill }: { id: string; drill: number }): Promise<PostDetail> => {
  const [post] = await postsAt(ctx, drill, await placesOf(ctx, drill, [id]))
  if (!post) throw problem.unknown({ id })
  const one = async (wanted: string) =>
    wanted === '0' || wanted === id
      ? null
      : ((await small(ctx, drill, sql`post_id = ${u64(BigInt(wanted))}`, 1))[0] ?? null)
  const others = sql`cluster_id = ${u64(BigInt(post.clusterId))} and post_id != ${u64(BigInt(id))}`
  const under = sql`(parent_id = ${u64(BigInt(id))} or root_id = ${u64(BigInt(id))}) and post_id != ${u64(BigInt(id))}`
  const total = async (where: ChSql) =>
    Number(
      (
        await ctx.ch.one<{ total: string }>(
          sql`select toString(uniq(post_id)) as total from posts where drill_id = ${u32(drill)} and ${where}`,
        )
      )?.total ?? 0,
    )
  const [engagement, similar, similarTotal, answers, answersTotal, parent, root, events] = await Promise.all([
    ctx.ch.rows<{ at: string; likes: string; comments: string; reposts: string; views: string }>(
      sql`select at, likes, comments, reposts, views from post_engagement final
        where drill_id = ${u32(drill)} and post_id = ${u64(BigInt(id))} order by at limit 500`,
    ),
    small(ctx, drill, others, most),
    total(others),
    small(ctx, drill, under, most),
    total(under),
    one(post.parentId),
    one(post.rootId === post.parentId ? '0' : post.rootId),
    eventsOf(ctx, drill, post.clusterId),
  ])
  const source = await ctx.pg
    .selectFrom('opinion.source')
    .select(['id', 'name'])
    .where('id', '=', post.sourceId)
    .executeTakeFirst()
  const { rows: snapshots } = await pg<{ id: string; fetched_at: Date; sha256: string }>`
    select s.id::text as id, s.fetched_at, s.sha256 from opinion.snapshot_post p join opinion.snapshot s on s.id = p.snapshot_id
    where p.post_id = ${id} and ${drill} = 0 order by s.fetched_at limit 20`.execute(ctx.pg)
  return {
    post,
    source: source ?? null,
    engagement: engagement.map(({ at, likes, comments, reposts, views }) => ({
      at: new Date(at).toISOString(),
      likes: Number(likes),
      comments: Number(comments),
      reposts: Number(reposts),
      views: Number(views),
    })),
    similar: { total: similarTotal, items: similar },
    parent,
    root,
    answers: { total: answersTotal, items: answers },
    events,
    snapshots: snapshots.map(({ id, fetched_at, sha256 }) => ({ id, fetchedAt: fetched_at.toISOString(), sha256 })),
  }
}

/** The event a cluster of near-duplicates belongs to now. */
const eventsOf = async (ctx: Ctx, drill: number, clusterId: string): Promise<PostDetail['events']> => {
  const rows = await ctx.ch.rows<{ event_id: number }>(
    sql`select event_id from cluster_events final where drill_id = ${u32(drill)} and cluster_id = ${u64(BigInt(clusterId))} and event_id > 0`,
  )
  if (rows.length === 0) return []
  const { rows: events } = await pg<{ id: number; title: string; state: string; level: Level | null }>`
    select e.id, e.title, e.state, l.level from opinion.event e left join opinion.event_level l on l.event_id = e.id
    where e.id = any(${rows.map(({ event_id }) => event_id)}::int[]) order by e.id`.execute(ctx.pg)
  return events
}
