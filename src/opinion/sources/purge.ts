import { sql } from 'kysely'
import { type ChSql, type Ctx, ch } from '#platform'
import { postKinds } from '../contract.ts'
import { type Held, heldPosts } from './held.ts'
import type { TermKind } from './retention-contract.ts'
import { postTerms } from './terms.ts'
import './tables.ts'

/** Deletes posts past their term, with everything that hangs on them, but for what is held. */

const dayMs = 86_400_000
/** Posts deleted together: every deletion rewrites parts of the tables, so few large ones. */
const pageSize = 100_000
const together = { settings: { mutations_sync: 2 } }

type Counts = Record<'mentions' | 'counts' | 'hotEntries' | 'evidence', number>

const affected = async (done: Promise<{ numAffectedRows?: bigint }>): Promise<number> =>
  Number((await done).numAffectedRows ?? 0n)

/** Everything of these posts, the posts last: what a crash cuts off is found again by the next round. */
const deletePosts = async (
  ctx: Ctx,
  { drills, of, ids }: { drills: boolean; of: ChSql; ids: readonly string[] },
  counts: Counts,
): Promise<void> => {
  const where = ch.sql`${of} and post_id in ${ch.u64s(ids.map(BigInt))}`
  for (const [table, name] of [
    ['mentions', 'mentions'],
    ['post_engagement', 'counts'],
  ] as const) {
    const found = await ctx.ch.one<{ n: string }>(
      ch.sql`select toString(count()) as n from ${ch.identifier(table)} where ${where}`,
    )
    counts[name] += Number(found?.n ?? 0)
    await ctx.ch.command(ch.sql`alter table ${ch.identifier(table)} delete where ${where}`, together)
  }
  if (!drills)
    await ctx.tx(async (ctx) => {
      const list = `{${ids.join(',')}}`
      await sql`delete from opinion.recount where post_id = any(${list}::text[])`.execute(ctx.pg)
      counts.hotEntries += await affected(
        sql`delete from opinion.hot_entry where post_id = any(${list}::text[])`.execute(ctx.pg),
      )
      const { rows: freed } = await sql<{ id: string }>`
        delete from opinion.snapshot_post where post_id = any(${list}::text[]) returning snapshot_id as id`.execute(
        ctx.pg,
      )
      // Evidence of nothing that is kept is no evidence any more: the row says that it was there, the bytes and their salt are gone.
      counts.evidence += await affected(
        sql`update opinion.snapshot s set sealed = null, salt = '' where s.sealed is not null
          and s.id = any(${[...new Set(freed.map((one) => one.id))]}::uuid[])
          and not exists (select from opinion.snapshot_post p where p.snapshot_id = s.id)`.execute(ctx.pg),
      )
    })
  await ctx.ch.command(ch.sql`alter table posts delete where ${where}`, together)
}

interface Round {
  id: number
  posts: number
  held: number
  counts: Counts
}

const note = (ctx: Ctx, { id, posts, held, counts }: Round, finishedAt: Date | null = null) =>
  ctx.pg
    .updateTable('opinion.post_purge')
    .set({ posts, held, counts: JSON.stringify(counts), finished_at: finishedAt })
    .where('id', '=', id)
    .execute()

/** What drills left that are over: one may be paused for longer than its posts are kept. */
const ofEndedDrills = async (ctx: Ctx): Promise<ChSql> => {
  const { rows } = await sql<{ id: number }>`
    select id from opinion.drill where state in ('planned', 'running', 'paused')`.execute(ctx.pg)
  return ch.sql`drill_id > 0 and not has(${ch.u32s(rows.map(({ id }) => id))}, drill_id)`
}

/** Posts of one kind. */
const purgeKind = async (
  ctx: Ctx,
  {
    kind,
    before,
    held,
    round,
    signal,
  }: { kind: TermKind; before: Date; held: Held; round: Round; signal: AbortSignal },
): Promise<void> => {
  const drills = kind === 'drill'
  const of = drills ? await ofEndedDrills(ctx) : ch.sql`drill_id = 0`
  const ofKind = drills ? of : ch.sql`${of} and kind = ${ch.str(kind)}`
  for (let after = '0'; ; ) {
    signal.throwIfAborted()
    const rows = await ctx.ch.rows<{ id: string; cluster: string }>(
      ch.sql`select toString(post_id) as id, toString(any(cluster_id)) as cluster from posts
        where ${ofKind} and post_id > ${ch.u64(BigInt(after))} and first_seen_at < ${ch.moment(before)} group by post_id
        order by post_id limit ${ch.u32(pageSize)}`,
    )
    const last = rows.at(-1)
    if (!last) return
    after = last.id
    const isHeld = ({ id, cluster }: (typeof rows)[number]) =>
      held.posts.has(id) || (!drills && held.clusters.has(cluster))
    const gone = rows.filter((row) => !isHeld(row)).map(({ id }) => id)
    round.held += rows.length - gone.length
    if (gone.length > 0) {
      await deletePosts(ctx, { drills, of, ids: gone }, round.counts)
      round.posts += gone.length
    }
    await note(ctx, round)
  }
}

/**
 * One round over all kinds. Safe to break off at any moment and to run again; a drill that is under way is left alone.
 * @returns how many posts were deleted and held
 */
export const purgePosts = async (ctx: Ctx, signal: AbortSignal): Promise<{ posts: number; held: number }> => {
  const { id: termId, value } = await postTerms(ctx)
  const now = ctx.now()
  const { id } = await ctx.pg
    .insertInto('opinion.post_purge')
    .values({ term_id: termId, started_at: now, finished_at: null, counts: '{}' })
    .returning('id')
    .executeTakeFirstOrThrow()
  const round: Round = { id, posts: 0, held: 0, counts: { mentions: 0, counts: 0, hotEntries: 0, evidence: 0 } }
  for (const kind of [...postKinds, 'drill'] as const) {
    const days = value[kind]
    if (days === null) continue
    // For each kind anew: a round takes hours, and incidents are opened meanwhile.
    const held = await heldPosts(ctx)
    await purgeKind(ctx, { kind, before: new Date(now.getTime() - days * dayMs), held, round, signal })
  }
  await ctx.tx(async (ctx) => {
    await note(ctx, round, ctx.now())
    await ctx.audit.record(ctx, {
      action: 'opinion.purgePosts',
      detail: { term: termId, posts: round.posts, held: round.held, ...round.counts },
    })
  })
  return { posts: round.posts, held: round.held }
}
