import { type Ctx, ch } from '#platform'
import { comparable, gramsOf } from './grams.ts'
import { type NearIndex, openNearIndex } from './near-index.ts'

/** What of a post decides where it belongs. Texts may be masked: all of them are, alike. */
export interface PlacedPost {
  id: string
  /** Of the post it was copied from or answers; `'0'` for none. */
  rootId: string
  title: string
  text: string
  publishedAt: Date
}

/** Copies come within weeks; a story that returns later is a new one with the old beside it. */
const windowMs = 30 * 86_400_000
/** Distinct texts: about 130 MB when all of them are there, and many more posts. */
const mostTexts = 262_144
const mostTextsOfDrill = 16_384
const mostKnown = 300_000

interface Held {
  index: NearIndex
  /** Cluster by post id, of posts that others may have copied. */
  clusters: Map<string, string>
}

/** Per store, by drill; 0 is real. The oldest drill is forgotten when a fifth begins. */
const byStore = new WeakMap<object, Map<number, Held>>()

const heldOf = (ctx: Ctx, drillId: number): Held => {
  const held = byStore.get(ctx.ch) ?? new Map<number, Held>()
  byStore.set(ctx.ch, held)
  const known = held.get(drillId)
  if (known) return known
  const opened = { index: openNearIndex(drillId === 0 ? mostTexts : mostTextsOfDrill), clusters: new Map() }
  held.set(drillId, opened)
  const drills = [...held.keys()].filter((id) => id !== 0)
  if (drills.length > 4) held.delete(drills[0] ?? -1)
  return opened
}

const remember = (clusters: Map<string, string>, id: string, cluster: string) => {
  if (clusters.size >= mostKnown) {
    let drop = mostKnown / 2
    for (const old of clusters.keys()) {
      if (drop-- <= 0) break
      clusters.delete(old)
    }
  }
  clusters.set(id, cluster)
}

const place = ({ index, clusters }: Held, { id, rootId, title, text, publishedAt }: PlacedPost): string => {
  const known = clusters.get(id)
  const plain = comparable(`${title} ${text}`)
  if (rootId !== '0') {
    // A copy or an answer tells the story of its root, whatever it adds; a root never seen gives its id.
    const cluster = clusters.get(rootId) ?? rootId
    remember(clusters, rootId, cluster)
    remember(clusters, id, cluster)
    return cluster
  }
  if (known !== undefined) {
    // Its copies came before it.
    index.add(gramsOf(plain), known, publishedAt.getTime())
    return known
  }
  const { cluster } = index.place(gramsOf(plain), plain, id, publishedAt.getTime())
  remember(clusters, id, cluster)
  return cluster
}

/**
 * The cluster of near-duplicates of each post, in the order given: the id of the first post that said so. Posts copied or
 * answered are looked up where this process does not know them.
 */
export const clusterOf = async (ctx: Ctx, drillId: number, posts: readonly PlacedPost[]): Promise<string[]> => {
  const held = heldOf(ctx, drillId)
  const within = new Set(posts.map(({ id }) => id))
  const strange = new Set<string>()
  for (const { rootId } of posts)
    if (rootId !== '0' && !held.clusters.has(rootId) && !within.has(rootId)) strange.add(rootId)
  if (strange.size > 0) {
    const rows = await ctx.ch.rows<{ id: string; cluster: string }>(
      ch.sql`select toString(post_id) as id, toString(any(cluster_id)) as cluster from posts
        where drill_id = ${ch.u32(drillId)} and post_id in ${ch.u64s([...strange].map(BigInt))} group by post_id`,
    )
    for (const { id, cluster } of rows) remember(held.clusters, id, cluster)
  }
  // A root given after its copies in one batch is placed before them.
  const placed = new Map<string, string>()
  for (const post of posts) if (post.rootId === '0') placed.set(post.id, place(held, post))
  for (const post of posts) if (post.rootId !== '0') placed.set(post.id, place(held, post))
  return posts.map(({ id }) => placed.get(id) ?? id)
}

interface StoredText {
  id: string
  root: string
  cluster: string
  title: string
  text: string
  at: string
}

/** Takes over where other processes, or this one before its start, put posts. */
const takeOver = (held: Held, rows: readonly StoredText[]) => {
  for (const { id, root, cluster, title, text, at } of rows) {
    if (held.clusters.has(id)) continue
    remember(held.clusters, id, cluster)
    if (root !== '0') continue
    const plain = comparable(`${title} ${text}`)
    held.index.place(gramsOf(plain), plain, cluster, new Date(at).getTime())
  }
}

const day = 86_400_000

/**
 * Fills the index from what is stored, the latest day first, until it holds what it may. In steps, so that the process
 * goes on answering; posts that arrive meanwhile are compared with what is there already.
 */
const rebuild = async (ctx: Ctx, running: () => boolean): Promise<number> => {
  const held = heldOf(ctx, 0)
  const now = ctx.now().getTime()
  let texts = 0
  for (let back = 0; back < windowMs / day && running() && held.index.size() < mostTexts * 0.7; back++) {
    const from = new Date(now - (back + 1) * day)
    const until = new Date(back === 0 ? now + day : now - back * day)
    const rows = await ctx.ch.rows<StoredText>(
      ch.sql`select toString(post_id) as id, toString(root_id) as root, toString(cluster_id) as cluster, title, text,
          published_at as at
        from posts where drill_id = 0 and published_at >= ${ch.moment(from)} and published_at < ${ch.moment(until)}
        order by published_at limit 1 by cluster_id, cityHash64(text) limit 60000`,
    )
    for (let start = 0; start < rows.length && running(); start += 500) {
      takeOver(held, rows.slice(start, start + 500))
      texts += Math.min(500, rows.length - start)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  return texts
}

/**
 * Keeps this process's index: filled in the background at the start, what is too old forgotten each hour and, where
 * several processes take posts in, what the others stored taken over every few seconds. Two processes that found the
 * same story within those seconds make two clusters of it, which the event holds together.
 */
export const startNearIndex = (ctx: Ctx, shared: boolean): (() => Promise<void>) => {
  let running = true
  const filled = rebuild(ctx, () => running).then(
    (texts) => ctx.log.info({ texts }, 'index of near-duplicates filled'),
    (error: unknown) => running && ctx.log.error({ error }, 'index of near-duplicates not filled'),
  )
  const forgetting = setInterval(() => {
    for (const { index } of byStore.get(ctx.ch)?.values() ?? []) index.forget(ctx.now().getTime() - windowMs)
  }, 3_600_000)
  let batch = '0'
  let turn: Promise<void> = Promise.resolve()
  const follow = async () => {
    const rows = await ctx.ch.rows<StoredText & { batch: string }>(
      ch.sql`select toString(post_id) as id, toString(root_id) as root, toString(cluster_id) as cluster, title, text,
          published_at as at, toString(batch) as batch
        from posts where drill_id = 0 and published_at >= ${ch.moment(new Date(ctx.now().getTime() - 3 * day))}
          and batch > ${ch.u64(BigInt(batch))} and first_seen_at >= ${ch.moment(new Date(ctx.now().getTime() - 120_000))}
        order by batch limit 20000`,
    )
    takeOver(heldOf(ctx, 0), rows)
    // Batches are numbered when they begin and may end out of turn: the last hundred are read again.
    const last = rows.at(-1)?.batch
    if (last !== undefined) batch = String(BigInt(last) > 100n ? BigInt(last) - 100n : 0n)
  }
  const following = shared
    ? setInterval(() => {
        turn = turn.then(follow).catch((error: unknown) => {
          if (running) ctx.log.warn({ error }, 'clusters of other processes not read')
        })
      }, 5_000)
    : undefined
  return async () => {
    running = false
    clearInterval(forgetting)
    clearInterval(following)
    await Promise.all([filled, turn])
  }
}
