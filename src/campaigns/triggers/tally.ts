import { sql } from 'kysely'
import type { Ctx } from '#platform'
import type { TallyOutcome } from './tables.ts'
import './tables.ts'

export interface Tallied {
  campaignId: number
  outcome: TallyOutcome
  count: number
  detail?: string
}

/** Adds to the counts of this hour. In the transaction of what is counted. */
export const tally = async (ctx: Ctx, tallied: readonly Tallied[], now: Date): Promise<void> => {
  if (tallied.length === 0) return
  const sums = new Map<string, Tallied>()
  for (const one of tallied) {
    const key = `${one.campaignId} ${one.outcome}`
    const held = sums.get(key)
    sums.set(key, held ? { ...held, ...one, count: held.count + one.count } : one)
  }
  // In one order for all, so that two processes never wait for each other.
  const rows = [...sums.values()].sort((a, b) => a.campaignId - b.campaignId || a.outcome.localeCompare(b.outcome))
  await sql`
    insert into campaigns.trigger_tally as t (campaign_id, hour, outcome, count, detail)
    select id, date_trunc('hour', ${now}::timestamptz), outcome, count, detail from unnest(
      ${rows.map(({ campaignId }) => campaignId)}::int[], ${rows.map(({ outcome }) => outcome)}::text[],
      ${rows.map(({ count }) => count)}::bigint[], ${rows.map(({ detail }) => detail ?? null)}::text[]
    ) as told (id, outcome, count, detail)
    on conflict (campaign_id, hour, outcome) do update
      set count = t.count + excluded.count, detail = coalesce(excluded.detail, t.detail)`.execute(ctx.pg)
}

/** Counts are kept for two years. */
const keptMs = 2 * 366 * 86_400_000

export const dropOldTallies = async (ctx: Ctx): Promise<void> => {
  await sql`delete from campaigns.trigger_tally where hour < ${new Date(ctx.now().getTime() - keptMs)}`.execute(ctx.pg)
}
