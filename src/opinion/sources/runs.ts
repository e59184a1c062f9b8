import type { Ctx } from '#platform'
import type { BlindSpan, RunView } from './sources-contract.ts'
import { sourceRow } from './store.ts'
import './tables.ts'

/** How readings went. */

export const listRuns = async (
  ctx: Ctx,
  { id, before, limit }: { id: number; before?: number | undefined; limit: number },
): Promise<{ items: RunView[]; next: string | null }> => {
  await sourceRow(ctx, id)
  const rows = await ctx.pg
    .selectFrom('opinion.source_run')
    .selectAll()
    .where('source_id', '=', id)
    .$if(before !== undefined, (query) => query.where('id', '<', before ?? 0))
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  const items = rows.slice(0, limit).map(
    (row): RunView => ({
      id: String(row.id),
      startedAt: row.started_at.toISOString(),
      tookMs: row.took_ms,
      outcome: row.outcome,
      found: row.found,
      stored: row.stored,
      known: row.known,
      refused: row.refused,
      bytes: row.bytes,
      cut: row.cut,
      fault: row.fault,
      faultText: row.fault_text,
      rejects: row.rejects,
    }),
  )
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null }
}

export const listBlind = async (ctx: Ctx, { id }: { id: number }): Promise<{ items: BlindSpan[] }> => {
  await sourceRow(ctx, id)
  const rows = await ctx.pg
    .selectFrom('opinion.source_blind')
    .selectAll()
    .where('source_id', '=', id)
    .orderBy('from_at', 'desc')
    .limit(100)
    .execute()
  return {
    items: rows.map(({ from_at, to_at, reason }) => ({
      from: from_at.toISOString(),
      to: to_at?.toISOString() ?? null,
      reason,
    })),
  }
}

const runsKeptDays = 90

/** Forgets runs older than ninety days; blind times stay, for reports of the past. */
export const dropOldRuns = async (ctx: Ctx): Promise<void> => {
  const before = new Date(ctx.now().getTime() - runsKeptDays * 86_400_000)
  await ctx.pg.deleteFrom('opinion.source_run').where('started_at', '<', before).execute()
}
