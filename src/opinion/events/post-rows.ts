import { type Ctx, ch } from '#platform'
import { clustersOfEvents } from './count.ts'
import { problem } from './problem.ts'
import './tables.ts'

/** Those of the posts that belong to an event, the earliest first. @throws problem.unknown */
export const postRows = async (ctx: Ctx, eventId: number, posts: readonly string[]) => {
  const event = await ctx.pg
    .selectFrom('opinion.event')
    .select(['drill_id', 'first_at'])
    .where('id', '=', eventId)
    .executeTakeFirst()
  if (!event) throw problem.unknown({ event: eventId })
  const rows = await ctx.ch.rows<{ id: string; cluster: string; title: string; text: string; at: string }>(
    ch.sql`select toString(post_id) as id, toString(cluster_id) as cluster, title, text, published_at as at
      from posts final inner join ${clustersOfEvents(event.drill_id, [eventId])} as e using cluster_id
      where drill_id = ${ch.u32(event.drill_id)} and post_id in ${ch.u64s(posts.map(BigInt))}
      order by published_at, post_id`,
  )
  return rows.map((row) => ({ ...row, at: new Date(row.at) }))
}
