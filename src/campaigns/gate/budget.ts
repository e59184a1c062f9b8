import { sql } from 'kysely'
import type { Ctx } from '#platform'
import type { SendRequest } from './send-request.ts'

export interface Used {
  sends: number
  costMillifen: number
}

/**
 * What campaigns with a budget have used, by campaign. Their rows are held until the transaction ends: nobody else takes of
 * the same budget meanwhile, so what is left here is left. Changes of sends move the rows by a trigger.
 */
export const holdBudgets = async (ctx: Ctx, requests: readonly SendRequest[]): Promise<Map<number, Used>> => {
  const bound = requests.filter(({ budget }) => budget.costFen !== undefined || budget.sends !== undefined)
  const ids = [...new Set(bound.map(({ campaignId }) => campaignId))].sort((a, b) => a - b)
  if (ids.length === 0) return new Map()
  const read = async () => {
    const { rows } = await sql<{ campaign_id: number; sends: number; cost_millifen: string }>`
      select campaign_id, sends, cost_millifen::text from campaigns.budget_use where campaign_id = any(${ids}::int[])
      order by campaign_id for update`.execute(ctx.pg)
    return new Map(
      rows.map((row) => [row.campaign_id, { sends: row.sends, costMillifen: Number(row.cost_millifen) }] as const),
    )
  }
  const held = await read()
  const missing = ids.filter((id) => !held.has(id))
  if (missing.length === 0) return held
  // First send under a budget: what went out before it had one counts too.
  await sql`insert into campaigns.budget_use (campaign_id, sends, cost_millifen)
    select c.id, (select count(*) from campaigns.send s where s.campaign_id = c.id and campaigns.counts(s.state, s.sent_at)),
      (select coalesce(sum(s.cost_millifen), 0) from campaigns.send s where s.campaign_id = c.id and campaigns.counts(s.state, s.sent_at))
    from unnest(${missing}::int[]) as c (id) on conflict do nothing`.execute(ctx.pg)
  return read()
}
