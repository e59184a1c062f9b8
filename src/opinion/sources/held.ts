import { sql } from 'kysely'
import { type Ctx, ch } from '#platform'

export interface Held {
  posts: ReadonlySet<string>
  clusters: ReadonlySet<string>
}

/** Posts that something rests on: named by a report, a complaint pack, a ticket, a confirmed fact; of incidents the whole event. */
export const heldPosts = async (ctx: Ctx): Promise<Held> => {
  const { rows: named } = await sql<{ id: string }>`
    select distinct x #>> '{}' as id from opinion.report r
      cross join lateral jsonb_path_query(r.facts, '$.**.ids[*]') as x
    union select distinct x #>> '{}' from opinion.report r
      cross join lateral jsonb_path_query(r.facts, '$.**.gistPosts[*]') as x
    union select distinct x #>> '{}' from opinion.report r
      cross join lateral jsonb_path_query(r.facts, '$.**.firstPost') as x
    union select distinct x #>> '{}' from opinion.report r
      cross join lateral jsonb_path_query(r.facts, '$.keyPosts[*].id') as x
    union select distinct unnest(posts) from opinion.complaint_pack
    union select post_id from opinion.ticket where post_id is not null
    union select post_id from opinion.fact_link where state = 'confirmed'
    union select e.first_post_id from opinion.event e join opinion.incident_event i on i.event_id = e.id where i.unlinked_at is null
    union select unnest(e.gist_posts) from opinion.event e join opinion.incident_event i on i.event_id = e.id
      where i.unlinked_at is null`.execute(ctx.pg)
  // An incident follows an event that was merged a moment later than its posts do.
  const { rows: clusters } = await sql<{ id: string }>`
    select distinct c.cluster_id as id from opinion.incident_event i join opinion.event e on e.id = i.event_id
      join opinion.event_cluster c on c.event_id = any(array[e.id, e.merged_into])
    where i.unlinked_at is null and c.drill_id = 0`.execute(ctx.pg)
  return { posts: new Set(named.map(({ id }) => id)), clusters: new Set(clusters.map(({ id }) => id)) }
}

/** Those of the posts that are held. */
export const heldAmong = async (ctx: Ctx, ids: readonly string[]): Promise<Set<string>> => {
  if (ids.length === 0) return new Set()
  const { posts, clusters } = await heldPosts(ctx)
  const rows = await ctx.ch.rows<{ id: string; cluster: string }>(
    ch.sql`select toString(post_id) as id, toString(any(cluster_id)) as cluster from posts
      where drill_id = 0 and post_id in ${ch.u64s(ids.map(BigInt))} group by post_id`,
  )
  return new Set([
    ...ids.filter((id) => posts.has(id)),
    ...rows.filter(({ cluster }) => clusters.has(cluster)).map(({ id }) => id),
  ])
}
