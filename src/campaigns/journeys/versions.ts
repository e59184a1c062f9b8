import { sql } from 'kysely'
import type { Ctx } from '#platform'
import type { CampaignDefinition } from '../contract.ts'
import type { Frozen } from '../plans/frozen.ts'
import { problem } from '../plans/problem.ts'
import '../tables.ts'
import { stepsInLoops } from './journey-exits-contract.ts'

/** What runs, as moving people through it needs it. Never changes, so it is kept. */
export interface RunningVersion {
  campaignId: number
  version: number
  category: Frozen['category']
  priority: number
  definition: CampaignDefinition
  audiences: Frozen['audiences']
  /** Steps whose passages have to be counted. */
  looping: ReadonlySet<string>
}

/** Versions kept per program; a journey of 200 steps is about 100 kB. */
const mostKept = 500
const kept = new WeakMap<object, Map<string, RunningVersion>>()

/** @throws problem.unknownVersion */
export const versionOf = async (ctx: Ctx, campaignId: number, version: number): Promise<RunningVersion> => {
  const held = kept.get(ctx.store) ?? new Map<string, RunningVersion>()
  kept.set(ctx.store, held)
  const key = `${campaignId} ${version}`
  const known = held.get(key)
  if (known) return known
  // Without creatives and offers: those are large, and read by who needs them.
  const { rows } = await sql<Pick<RunningVersion, 'category' | 'priority' | 'definition' | 'audiences'>>`
    select frozen ->> 'category' as category, (frozen ->> 'priority')::int as priority, frozen -> 'definition' as definition,
      frozen -> 'audiences' as audiences
    from campaigns.version where campaign_id = ${campaignId} and version = ${version}`.execute(ctx.pg)
  const [row] = rows
  if (!row) throw problem.unknownVersion({ campaign: campaignId, version })
  const read: RunningVersion = { campaignId, version, ...row, looping: stepsInLoops(row.definition.journey) }
  if (held.size >= mostKept) held.clear()
  held.set(key, read)
  return read
}
