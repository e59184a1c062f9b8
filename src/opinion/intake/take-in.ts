import { type Ctx, ch, emit, nudgeOutbox } from '#platform'
import '../tables.ts'
import { postsStored } from '../notices.ts'
import { clustersOf } from './clusters.ts'
import { whileOpen } from './hold.ts'
import { isRefused, type Prepared, prepare, type RefusedItem } from './prepare.ts'
import { stampFor } from './stamp.ts'
import { countsOf, type KnownPost, refreshCounts, writePosts } from './store-posts.ts'
import { understand } from './understand.ts'

export interface Batch {
  sourceId: number
  /** 0, or left out, is real. */
  drillId?: number
  /** Each an `Item`; checked here. At most 5,000 at once. */
  items: readonly unknown[]
}

export interface Taken {
  /** Ids of posts that were new, in the order given. */
  stored: string[]
  /** Posts known before, by id or address. Their counts were noted. */
  known: string[]
  refused: RefusedItem[]
  /** Of the new posts; 0 when there were none. */
  batch: number
}

/** Ids and addresses that another call is just storing. */
const underway = new Set<string>()

const keysOf = ({ id, urlKey }: Prepared) => (urlKey === undefined ? [id] : [id, urlKey])

/** Which of the keys are known: key → id of its post. */
const knownKeys = async (ctx: Ctx, drillId: number, keys: readonly string[]): Promise<Map<string, string>> => {
  if (keys.length === 0) return new Map()
  const rows = await ctx.ch.rows<{ key: string; post_id: string }>(
    ch.sql`select toString(key) as key, toString(any(post_id)) as post_id from post_keys
      where drill_id = ${ch.u32(drillId)} and key in ${ch.u64s(keys.map(BigInt))} group by key`,
  )
  return new Map(rows.map(({ key, post_id }) => [key, post_id]))
}

/**
 * The one way in for posts: checks, masks, tells known from new (by the platform's id or the address), understands,
 * clusters, stores, and tells those who listen to `postsStored`. Posts are durable when it resolves. Calling it again
 * with the same items stores nothing twice.
 */
export const takeIn = (ctx: Ctx, batch: Batch): Promise<Taken> => whileOpen(ctx, () => take(ctx, batch))

const take = async (ctx: Ctx, { sourceId, drillId = 0, items }: Batch): Promise<Taken> => {
  const made = items.map(prepare)
  const refused = made.filter(isRefused)
  const byId = new Map<string, Prepared>()
  for (const one of made) if (!isRefused(one) && !byId.has(one.id)) byId.set(one.id, one)
  // Claimed before asking what is known: whoever claims after us finds our posts stored.
  const held: string[] = []
  const claimed: Prepared[] = []
  const known: KnownPost[] = []
  for (const one of byId.values()) {
    const claims = keysOf(one).map((key) => `${drillId} ${key}`)
    if (claims.some((claim) => underway.has(claim))) known.push({ id: one.id, counts: {} })
    else {
      for (const claim of claims) underway.add(claim)
      held.push(...claims)
      claimed.push(one)
    }
  }
  try {
    const before = await knownKeys(ctx, drillId, claimed.flatMap(keysOf))
    const fresh: Prepared[] = []
    for (const one of claimed) {
      const id = keysOf(one)
        .map((key) => before.get(key))
        .find((found) => found !== undefined)
      if (id === undefined) fresh.push(one)
      else known.push({ id, counts: one.item.engagement })
    }
    await refreshCounts(
      ctx,
      drillId,
      known.filter(({ counts }) => countsOf(counts).some((count) => count > 0)),
    )
    const batch = fresh.length > 0 ? await store(ctx, sourceId, drillId, fresh) : 0
    return { stored: fresh.map(({ id }) => id), known: known.map(({ id }) => id), refused, batch }
  } finally {
    for (const claim of held) underway.delete(claim)
  }
}

const store = async (ctx: Ctx, sourceId: number, drillId: number, fresh: readonly Prepared[]): Promise<number> => {
  const readings = await understand(
    ctx,
    drillId,
    fresh.map(({ item }) => ({
      title: item.title,
      text: item.text,
      platform: item.platform,
      kind: item.kind,
      sourceId,
      authorClass: item.author?.class ?? 'person',
      followers: item.author?.followers ?? 0,
    })),
  )
  const clusters = await clustersOf(ctx, drillId, fresh)
  const { id } = await ctx.pg
    .insertInto('opinion.intake')
    .values({ drill_id: drillId, source_id: sourceId, at: ctx.now(), posts: fresh.length })
    .returning('id')
    .executeTakeFirstOrThrow()
  const batch = Number(id)
  const rows = fresh.flatMap((one, index) => {
    const understood = readings[index]
    return understood ? [{ ...one, understood, clusterId: clusters[index] ?? one.id }] : []
  })
  await writePosts(ctx, { sourceId, drillId, batch, number: stampFor(ctx) }, rows)
  await tell(ctx, { batch, drillId, posts: fresh.length })
  nudgeOutbox(ctx)
  return batch
}

/**
 * Tells of a batch once, whoever comes first: its own process or the one that looks for lost batches. One that was closed as
 * empty because storing took long is still told of. Counts of posts by hour rest on this.
 */
const tell = (ctx: Ctx, told: { batch: number; drillId: number; posts: number }) =>
  ctx.tx(async (ctx) => {
    const mine = await ctx.pg
      .updateTable('opinion.intake')
      .set({ state: told.posts > 0 ? 'told' : 'empty', closed_at: ctx.now() })
      .where('id', '=', String(told.batch))
      .where('state', '<>', 'told')
      .returning('id')
      .executeTakeFirst()
    if (mine && told.posts > 0) await emit(ctx, postsStored, told, String(told.drillId))
  })

/** A batch that is open for so long lost its process. */
const lostAfterMs = 60_000

/** Tells of batches whose process died between storing and telling; those of which nothing was stored are closed. */
export const closeLostBatches = async (ctx: Ctx): Promise<number> => {
  const lost = await ctx.pg
    .selectFrom('opinion.intake')
    .select(['id', 'drill_id'])
    .where('state', '=', 'open')
    .where('at', '<', new Date(ctx.now().getTime() - lostAfterMs))
    .limit(1_000)
    .execute()
  for (const { id, drill_id } of lost) {
    const found = await ctx.ch.one<{ posts: string }>(
      ch.sql`select toString(count()) as posts from posts where drill_id = ${ch.u32(drill_id)} and batch = ${ch.u64(BigInt(id))}`,
    )
    await tell(ctx, { batch: Number(id), drillId: drill_id, posts: Number(found?.posts ?? 0) })
  }
  return lost.length
}
