import { type Ctx, ch, weighedWords } from '#platform'
import type { Platform } from '../contract.ts'
import { storyVector, type TermVector } from '../events/story-vector.ts'
import type { FactLink, LinkState } from './facts-contract.ts'
import { problem } from './problem.ts'
import './tables.ts'
import '../events/tables.ts'

/**
 * From this share of a claim found again in a post, it makes the claim. On made-up posts about one brand posts that make a
 * claim hold .42–.79 of it and others at most .37.
 */
const linkFrom = 0.4
const mostTexts = 20_000

export const vectorOf = (text: string): TermVector => storyVector(text, weighedWords(text, 40))

/** How much of a claim stands in a text, 0 to 1, by weight of its words and pairs of characters. */
export const shareOf = (claim: TermVector, text: TermVector): number => {
  let found = 0
  let all = 0
  for (const [term, weight] of claim) {
    all += weight ** 2
    if (text.has(term)) found += weight ** 2
  }
  return all > 0 ? found / all : 0
}

/**
 * Finds posts that make the claims of facts and suggests them; what a person decided stays.
 * @param factId only this fact
 * @param since only texts published from then on; `seenSince` only those that came in from then on
 * @returns how many were found
 */
export const linkFacts = async (
  ctx: Ctx,
  {
    factId,
    since,
    seenSince,
    signal,
  }: { factId?: number | undefined; since: Date; seenSince?: Date; signal?: AbortSignal },
): Promise<number> => {
  const facts = await ctx.pg
    .selectFrom('opinion.fact_version')
    .select(['fact_id', 'claim'])
    .where('state', '=', 'approved')
    .$if(factId !== undefined, (query) => query.where('fact_id', '=', factId ?? 0))
    .limit(2_000)
    .execute()
  if (facts.length === 0) return 0
  const claims = facts.map(({ fact_id, claim }) => ({ id: fact_id, vector: vectorOf(claim) }))
  const texts = await ctx.ch.rows<{ drill: number; cluster: string; post: string; text: string }>(
    ch.sql`select drill_id as drill, toString(cluster_id) as cluster, toString(argMin(post_id, (root_id != 0, published_at))) as post,
        argMin(concat(title, ' ', substringUTF8(text, 1, 1500)), (root_id != 0, published_at)) as text
      from posts where published_at >= ${ch.moment(since)} and first_seen_at >= ${ch.moment(seenSince ?? since)} and notEmpty(subjects)
      group by drill_id, cluster_id order by max(published_at) desc limit ${ch.u32(mostTexts)}`,
  )
  let found = 0
  for (let start = 0; start < texts.length && !signal?.aborted; start += 200) {
    const rows = texts.slice(start, start + 200).flatMap(({ drill, cluster, post, text }) => {
      const vector = vectorOf(text)
      return claims.flatMap(({ id, vector: claim }) => {
        const likeness = shareOf(claim, vector)
        const state: LinkState = 'suggested'
        return likeness < linkFrom
          ? []
          : [
              {
                drill_id: drill,
                fact_id: id,
                cluster_id: cluster,
                post_id: post,
                likeness,
                state,
                by_name: null,
                at: ctx.now(),
              },
            ]
      })
    })
    found += rows.length
    if (rows.length > 0)
      await ctx.pg
        .insertInto('opinion.fact_link')
        .values(rows)
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return found
}

interface PostRow {
  cluster: string
  platform: Platform
  title: string
  text: string
  url: string
  author: string
  at: string
  posts: string
}

/** Posts linked to a fact, those to be decided first. Real ones only. */
export const linksOf = async (ctx: Ctx, factId: number): Promise<FactLink[]> => {
  const links = await ctx.pg
    .selectFrom('opinion.fact_link as k')
    .leftJoin('opinion.event_cluster as c', (join) =>
      join.onRef('c.cluster_id', '=', 'k.cluster_id').onRef('c.drill_id', '=', 'k.drill_id'),
    )
    .leftJoin('opinion.event as e', 'e.id', 'c.event_id')
    .select([
      'k.cluster_id',
      'k.post_id',
      'k.likeness',
      'k.state',
      'k.by_name',
      'k.at',
      'e.id as event_id',
      'e.title as event',
    ])
    .where('k.fact_id', '=', factId)
    .where('k.drill_id', '=', 0)
    .orderBy((eb) =>
      eb.case().when('k.state', '=', 'suggested').then(0).when('k.state', '=', 'confirmed').then(1).else(2).end(),
    )
    .orderBy('k.at', 'desc')
    .limit(200)
    .execute()
  if (links.length === 0) return []
  const rows = await ctx.ch.rows<PostRow>(
    ch.sql`select toString(cluster_id) as cluster, argMin(platform, (root_id != 0, published_at)) as platform,
        argMin(title, (root_id != 0, published_at)) as title, argMin(text, (root_id != 0, published_at)) as text,
        argMin(url, (root_id != 0, published_at)) as url, argMin(author_name, (root_id != 0, published_at)) as author,
        min(published_at) as at, uniqExact(post_id) as posts
      from posts where drill_id = 0 and cluster_id in ${ch.u64s(links.map(({ cluster_id }) => BigInt(cluster_id)))} group by cluster_id`,
  )
  const byCluster = new Map(rows.map((row) => [row.cluster, row]))
  return links.map((link) => {
    const post = byCluster.get(link.cluster_id)
    return {
      clusterId: link.cluster_id,
      postId: link.post_id,
      likeness: link.likeness,
      state: link.state,
      by: link.by_name,
      at: link.at.toISOString(),
      platform: post?.platform ?? null,
      title: post?.title ?? '',
      text: post?.text ?? '',
      url: post?.url ?? '',
      author: post?.author ?? '',
      publishedAt: post ? new Date(post.at).toISOString() : null,
      posts: Number(post?.posts ?? 0),
      eventId: link.event_id,
      event: link.event,
    }
  })
}

/** A person says whether a post makes the claim. */
export const decideLink = (
  ctx: Ctx,
  { id, clusterId, state }: { id: number; clusterId: string; state: LinkState },
): Promise<{ id: number }> =>
  ctx.tx(async (ctx) => {
    const done = await ctx.pg
      .updateTable('opinion.fact_link')
      .set({ state, by_name: state === 'suggested' ? null : ctx.actor.name, at: ctx.now() })
      .where('fact_id', '=', id)
      .where('cluster_id', '=', clusterId)
      .where('drill_id', '=', 0)
      .returning('post_id')
      .executeTakeFirst()
    if (!done) throw problem.notLinked({ fact: id, cluster: clusterId })
    await ctx.audit.record(ctx, {
      action: 'opinion.fact.link',
      subject: `fact:${id}`,
      detail: { fact: id, post: done.post_id, state },
    })
    return { id }
  })
