import { sql } from 'kysely'
import type { Ctx } from '#platform'
import { columns, type Traveller } from './claim.ts'
import { goingFrom, openLedger } from './settle.ts'

/** People who leave in one transaction. */
const together = 2_000

/** Lets people out of campaigns that were ended at once, a set at a time. @returns whether there were any */
export const endStopped = async (ctx: Ctx): Promise<boolean> => {
  const { rows } = await sql<{ id: number }>`
    select c.id from campaigns.campaign c cross join lateral (
      select 1 from campaigns.entry where campaign_id = c.id and state = 'active' limit 1) e
    where c.state = 'ended' limit 1`.execute(ctx.pg)
  const [campaign] = rows
  if (!campaign) return false
  await ctx.tx(async (ctx) => {
    const { rows: people } = await sql<Traveller>`
      select ${columns} from campaigns.entry e where campaign_id = ${campaign.id} and state = 'active'
      limit ${together} for update skip locked`.execute(ctx.pg)
    const ledger = openLedger(ctx.now(), () => new Set())
    const going = people.map(goingFrom)
    for (const one of going) ledger.leave(one, 'stopped', null, { state: 'stopped', reason: 'campaignEnded' })
    await ledger.write(ctx, going)
  })
  return true
}
