import { sql } from 'kysely'
import { type Ctx, ch } from '#platform'
import type { Aspect } from '../contract.ts'
import './tables.ts'

/** A post as events look at it. */
export interface StoredPost {
  id: string
  cluster: string
  title: string
  text: string
  at: Date
  subjects: number[]
  aspects: Aspect[]
  /** Those of its subjects that it was found to be about after it was stored; left out for a post that is new. */
  gained?: number[]
}

interface Row extends Omit<StoredPost, 'at'> {
  at: string
}

const columns = ch.sql`toString(post_id) as id, toString(cluster_id) as cluster, if(notEmpty(subjects), title, '') as title,
  if(notEmpty(subjects), substringUTF8(text, 1, 1500), '') as text, published_at as at, subjects, aspects`

const readRows = (rows: readonly Row[]): StoredPost[] => rows.map((row) => ({ ...row, at: new Date(row.at) }))

/** Posts of batches, the earliest published first. Text only of what says something itself: a copy tells its root's story. */
export const postsOfBatches = async (ctx: Ctx, drillId: number, batches: readonly string[]): Promise<StoredPost[]> =>
  readRows(
    await ctx.ch.rows<Row>(
      ch.sql`select ${columns} from posts where drill_id = ${ch.u32(drillId)} and batch in ${ch.u64s(batches.map(BigInt))}
        order by published_at, post_id limit 1 by post_id`,
    ),
  )

/** Real posts by their ids, published within a stretch of time, the earliest first, as they stand now. */
export const storedPosts = async (
  ctx: Ctx,
  { ids, from, until }: { ids: readonly string[]; from: Date; until: Date },
): Promise<StoredPost[]> =>
  readRows(
    await ctx.ch.rows<Row>(
      ch.sql`select ${columns} from posts where drill_id = 0 and published_at >= ${ch.moment(from)}
        and published_at <= ${ch.moment(until)} and post_id in ${ch.u64s(ids.map(BigInt))}
        order by published_at, post_id, number desc limit 1 by post_id`,
    ),
  )

/**
 * Tells ClickHouse which clusters belong to which event, from the truth in Postgres. Each change of a cluster has its
 * number, the largest counts: a copy that another process holds up, or one told twice, changes nothing.
 */
export const copyClusters = async (ctx: Ctx): Promise<void> => {
  for (;;) {
    const rows = await ctx.pg
      .selectFrom('opinion.event_cluster')
      .select(['drill_id', 'cluster_id', 'event_id', 'number'])
      .where('copied', '=', false)
      .limit(5_000)
      .execute()
    if (rows.length === 0) return
    await ctx.ch.insert('cluster_events', rows)
    // Only those that still say what was copied: another change waits for the next round.
    await sql`update opinion.event_cluster c set copied = true
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r (drill_id int, cluster_id text, number bigint)
      where c.drill_id = r.drill_id and c.cluster_id = r.cluster_id and c.number = r.number`.execute(ctx.pg)
  }
}
