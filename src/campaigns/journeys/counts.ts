import { sql } from 'kysely'
import type { Ctx } from '#platform'
import '../tables.ts'

/**
 * What happened in a transaction, added up, to be written once at its end. Of a step: `in`, and one name per way out. Of step
 * '': `entered`, and the states that entries ended in.
 */
export interface Counts {
  add(campaignId: number, version: number, step: string, edge: string, n?: number): void
  /** Writes the sums. Last in the transaction and in one order, so that two processes never wait for each other in a ring. */
  write(ctx: Ctx): Promise<void>
}

export const openCounts = (): Counts => {
  const sums = new Map<string, { campaignId: number; version: number; step: string; edge: string; n: number }>()
  return {
    add: (campaignId, version, step, edge, n = 1) => {
      const key = `${String(campaignId).padStart(10, '0')} ${String(version).padStart(10, '0')} ${step} ${edge}`
      const held = sums.get(key)
      if (held) held.n += n
      else sums.set(key, { campaignId, version, step, edge, n })
    },
    write: async (ctx) => {
      const rows = [...sums]
        .filter(([, { n }]) => n !== 0)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, sum]) => sum)
      sums.clear()
      if (rows.length === 0) return
      await sql`
        insert into campaigns.step_count as held (campaign_id, version, step, edge, n)
        select * from unnest(${rows.map(({ campaignId }) => campaignId)}::int[], ${rows.map(({ version }) => version)}::int[],
          ${rows.map(({ step }) => step)}::text[], ${rows.map(({ edge }) => edge)}::text[], ${rows.map(({ n }) => n)}::bigint[])
        on conflict (campaign_id, version, step, edge) do update set n = held.n + excluded.n`.execute(ctx.pg)
    },
  }
}

/** People who are in campaigns now, over all versions, and who ever entered; by campaign. Cheap however many there are. */
export const peopleIn = async (
  ctx: Ctx,
  ids: readonly number[],
): Promise<Map<number, { inside: number; entered: number }>> => {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<{ id: number; inside: number; entered: number }>`
    select campaign_id as id, coalesce(sum(n) filter (where edge = 'entered'), 0)::int as entered,
      coalesce(sum(case when edge = 'entered' then n else -n end), 0)::int as inside
    from campaigns.step_count where campaign_id = any(${ids}::int[]) and step = '' group by campaign_id`.execute(ctx.pg)
  return new Map(rows.map(({ id, ...people }) => [id, people]))
}
