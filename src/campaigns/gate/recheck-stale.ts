import { sql } from 'kysely'
import type { Ctx } from '#platform'
import { freshOf } from './fresh-words.ts'
import { type PlannedSend, type Recheck, recheckRead } from './recheck.ts'

/**
 * As `recheckRead`, asking only about sends of campaigns that run whose word is not fresh.
 * @param rows held by the caller; none of them has left
 */
export const recheckStale = async (ctx: Ctx, rows: readonly PlannedSend[]): Promise<ReadonlyMap<string, Recheck>> => {
  const fresh = await freshOf(
    ctx,
    rows.map(({ id }) => id),
  )
  const inHand = new Set(rows.map(({ id }) => id))
  if (fresh.size === 0) return recheckRead(ctx, rows, { inHand })
  const campaigns = [...new Set(rows.map(({ campaign_id }) => campaign_id))]
  const { rows: open } = await sql<{ id: number }>`
    select id from campaigns.campaign where id = any(${campaigns}::int[]) and state in ('running', 'stopping')`.execute(
    ctx.pg,
  )
  const runs = new Set(open.map(({ id }) => id))
  return recheckRead(
    ctx,
    rows.filter(({ id, campaign_id }) => !runs.has(campaign_id) || !fresh.has(id)),
    { inHand },
  )
}
