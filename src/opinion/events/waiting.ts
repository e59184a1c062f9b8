import { sql } from 'kysely'
import type { Ctx } from '#platform'
import { postsOfBatches, type StoredPost, storedPosts } from './stored.ts'
import './tables.ts'

/** Batches put to events at once. */
const mostBatches = 40
/** Posts that were matched again put to events at once. */
const mostGained = 2_000
/** A gain that its post does not tell of by then was not written: its process died, and the rules are asked again. */
const lostAfterMs = 10 * 60_000

/** What is put to events next. */
export interface Waiting {
  drillId: number
  /** Earliest published first. */
  posts: StoredPost[]
  /** In the transaction that puts them. */
  done: (ctx: Ctx) => Promise<void>
}

/** A batch waits for its turn. */
export const queueForEvents = async (
  ctx: Ctx,
  { batch, drillId, posts }: { batch: number; drillId: number; posts: number },
): Promise<void> => {
  await ctx.pg
    .insertInto('opinion.event_queue')
    .values({ batch: String(batch), drill_id: drillId, posts, at: ctx.now() })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/**
 * Real posts are about further subjects since they were matched again: they wait for their turn. To be said before the posts
 * say so, so that a crash between the two loses none.
 */
export const queueGained = async (
  ctx: Ctx,
  gained: readonly { postId: string; subjects: readonly number[]; publishedAt: Date }[],
): Promise<void> => {
  if (gained.length === 0) return
  const rows = gained.map(({ postId, subjects, publishedAt }) => ({ id: postId, subjects, at: publishedAt }))
  await sql`insert into opinion.event_gain as g (post_id, subjects, published_at, at)
    select r.id, r.subjects, r.at, ${ctx.now()} from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r (id text, subjects int[], at timestamptz)
    on conflict (post_id) do update set at = excluded.at,
      subjects = (select array_agg(distinct s) from unnest(g.subjects || excluded.subjects) as s)`.execute(ctx.pg)
}

const nextBatches = async (ctx: Ctx): Promise<Waiting | undefined> => {
  const first = await ctx.pg
    .selectFrom('opinion.event_queue')
    .select('drill_id')
    .orderBy('batch')
    .limit(1)
    .executeTakeFirst()
  if (!first) return undefined
  const drillId = first.drill_id
  const queue = await ctx.pg
    .selectFrom('opinion.event_queue')
    .select('batch')
    .where('drill_id', '=', drillId)
    .orderBy('batch')
    .limit(mostBatches)
    .execute()
  const batches = queue.map(({ batch }) => batch)
  return {
    drillId,
    posts: await postsOfBatches(ctx, drillId, batches),
    done: async (ctx) => {
      await ctx.pg.deleteFrom('opinion.event_queue').where('batch', 'in', batches).execute()
    },
  }
}

const nextGained = async (ctx: Ctx): Promise<Waiting | undefined> => {
  const rows = await ctx.pg
    .selectFrom('opinion.event_gain')
    .selectAll()
    .orderBy('published_at')
    .orderBy('post_id')
    .limit(mostGained)
    .execute()
  const [first] = rows
  const last = rows.at(-1)
  if (!first || !last) return undefined
  const stored = new Map(
    (
      await storedPosts(ctx, {
        ids: rows.map(({ post_id }) => post_id),
        from: first.published_at,
        until: last.published_at,
      })
    ).map((post) => [post.id, post]),
  )
  const lostBefore = ctx.now().getTime() - lostAfterMs
  const posts: StoredPost[] = []
  const done: { id: string; at: Date }[] = []
  for (const { post_id, subjects, at } of rows) {
    const post = stored.get(post_id)
    // Not written yet, or lost again since: it is not put anywhere.
    const now = subjects.filter((subject) => post?.subjects.includes(subject))
    if (now.length < subjects.length && at.getTime() >= lostBefore) continue
    done.push({ id: post_id, at })
    if (post && now.length > 0) posts.push({ ...post, gained: now })
  }
  if (done.length === 0) return undefined
  return {
    drillId: 0,
    posts,
    done: async (ctx) => {
      // One that gained more meanwhile waits on.
      await sql`delete from opinion.event_gain g using jsonb_to_recordset(${JSON.stringify(done)}::jsonb) as r (id text, at timestamptz)
        where g.post_id = r.id and g.at = r.at`.execute(ctx.pg)
    },
  }
}

/** What waits to be put to events: batches that came in first, then posts that were matched again. Undefined for nothing. */
export const nextWaiting = async (ctx: Ctx): Promise<Waiting | undefined> =>
  (await nextBatches(ctx)) ?? (await nextGained(ctx))
