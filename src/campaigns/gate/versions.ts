import { sql } from 'kysely'
import type { Ctx } from '#platform'
import type { Frozen } from '../plans/frozen.ts'
import '../tables.ts'

/** Versions never change, so what the gate needs of them is read once per process. */

export type VersionFacts = Pick<Frozen, 'category' | 'priority' | 'definition' | 'offers'>

const known = new WeakMap<object, Map<string, VersionFacts>>()
const mostKept = 2_000

export const versionKey = (campaignId: number, version: number): string => `${campaignId} ${version}`

/** Frozen definitions by `versionKey`; without those that do not exist. No statement when all are known. */
export const versionsOf = async (
  ctx: Ctx,
  asked: Iterable<{ campaignId: number; version: number }>,
): Promise<ReadonlyMap<string, VersionFacts>> => {
  const kept = known.get(ctx.store) ?? new Map<string, VersionFacts>()
  known.set(ctx.store, kept)
  const missing = new Map<string, { campaignId: number; version: number }>()
  for (const one of asked) {
    const key = versionKey(one.campaignId, one.version)
    if (!kept.has(key)) missing.set(key, one)
  }
  if (missing.size === 0) return kept
  if (kept.size > mostKept) kept.clear()
  const wanted = [...missing.values()]
  const { rows } = await sql<{ campaign_id: number; version: number; frozen: Frozen }>`
    select campaign_id, version, frozen from campaigns.version where (campaign_id, version) in (select * from unnest(
      ${wanted.map(({ campaignId }) => campaignId)}::int[], ${wanted.map(({ version }) => version)}::int[]))`.execute(
    ctx.pg,
  )
  for (const { campaign_id, version, frozen } of rows) {
    const { category, priority, definition, offers } = frozen
    kept.set(versionKey(campaign_id, version), { category, priority, definition, offers })
  }
  return kept
}
