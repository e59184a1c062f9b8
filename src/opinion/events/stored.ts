import { sql } from 'kysely'
import { type Ctx, ch } from '#platform'
import type { Urgency } from '../contract.ts'
import { stampFor } from '../intake/stamp.ts'
import './tables.ts'

/** A post as events look at it. */
export interface StoredPost {
  id: string
  cluster: string
  title: string
  text: string
  at: Date
  subjects: number[]
  urgency: Urgency[]
}

interface Row {
  id: string
  cluster: string
  title: string
  text: string
  at: string
  subjects: number[]
  urgency: Urgency[]
}

/** Posts of batches, the earliest published first. Text only of what says something itself: a copy tells its root's story. */
export const postsOfBatches = async (ctx: Ctx, drillId: number, batches: readonly string[]): Promise<StoredPost[]> => {
  const rows = await ctx.ch.rows<Row>(
    ch.sql`select toString(post_id) as id, toString(cluster_id) as cluster, if(notEmpty(subjects), title, '') as title,
        if(notEmpty(subjects), substringUTF8(text, 1, 1500), '') as text, published_at as at, subjects, urgency
      from posts where drill_id = ${ch.u32(drillId)} and batch in ${ch.u64s(batches.map(BigInt))}
      order by published_at, post_id limit 1 by post_id`,
  )
  return rows.map((row) => ({ ...row, at: new Date(row.at) }))
}

/** Tells ClickHouse which clusters belong to which event, from the truth in Postgres; what was told before is told once. */
export const copyClusters = async (ctx: Ctx): Promise<void> => {
  for (;;) {
    const rows = await ctx.pg
      .selectFrom('opinion.event_cluster')
      .select(['drill_id', 'cluster_id', 'event_id'])
      .where('copied', '=', false)
      .limit(5_000)
      .execute()
    if (rows.length === 0) return
    const number = stampFor(ctx)
    await ctx.ch.insert(
      'cluster_events',
      rows.map((row) => ({ ...row, number })),
    )
    // Only those that still say what was copied: another change waits for the next round.
    await sql`update opinion.event_cluster c set copied = true
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r (drill_id int, cluster_id text, event_id int)
      where c.drill_id = r.drill_id and c.cluster_id = r.cluster_id and c.event_id = r.event_id`.execute(ctx.pg)
  }
}
