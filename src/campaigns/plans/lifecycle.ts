import { sql } from 'kysely'
import type { Ctx } from '#platform'
import type { Campaign, CampaignState } from '../contract.ts'
import { problem } from './problem.ts'
import { type CampaignRow, readCampaign, rowKept } from './store.ts'

interface Move {
  action: 'campaign.pause' | 'campaign.resume' | 'campaign.stop' | 'campaign.end'
  from: readonly CampaignState[]
  to: CampaignState
  reason?: string
}

/** Moves a campaign to another state, with an audit record. Idempotent: already there is not an error. */
const move = (ctx: Ctx, id: number, { action, from, to, reason }: Move): Promise<Campaign> =>
  ctx.tx(async (ctx) => {
    const row: CampaignRow = await rowKept(ctx, id)
    if (row.state !== to) {
      if (!from.includes(row.state)) throw problem.wrongState({ campaign: id, state: row.state, to })
      await sql`update campaigns.campaign set state = ${to}, run_no = run_no + 1 where id = ${id}`.execute(ctx.pg)
      const detail = { from: row.state, to, ...(reason && { reason }) }
      await ctx.audit.record(ctx, { action, subject: `campaign:${id}`, detail })
    }
    return readCampaign(ctx, { id })
  })

/** Nobody enters, nobody moves on, nothing that waits is sent; everybody keeps his place. @throws problem.wrongState */
export const pauseCampaign = (ctx: Ctx, { id, reason }: { id: number; reason: string }): Promise<Campaign> =>
  move(ctx, id, { action: 'campaign.pause', from: ['running', 'stopping'], to: 'paused', reason })

/** Goes on where it was held; what fell due meanwhile is done now, within the hours. @throws problem.wrongState */
export const resumeCampaign = (ctx: Ctx, { id }: { id: number }): Promise<Campaign> =>
  move(ctx, id, { action: 'campaign.resume', from: ['paused'], to: 'running' })

/**
 * Nobody enters any more. Those inside finish their journeys, unless `atOnce`: then everybody leaves and what is planned
 * is refused as CAMPAIGN_STOPPED.
 * @throws problem.wrongState
 */
export const stopCampaign = (
  ctx: Ctx,
  { id, reason, atOnce }: { id: number; reason: string; atOnce: boolean },
): Promise<Campaign> =>
  move(ctx, id, {
    action: 'campaign.stop',
    from: ['running', 'paused', 'stopping'],
    to: atOnce ? 'ended' : 'stopping',
    reason,
  })

/** Campaigns that were told to stop, and past their last day, end when nobody is inside any more. */
export const endDrained = async (ctx: Ctx): Promise<void> => {
  await sql`update campaigns.campaign set state = 'stopping', run_no = run_no + 1
    where state = 'running' and (definition ->> 'endsAt')::timestamptz < ${ctx.now()}`.execute(ctx.pg)
  const { rows } = await sql<{ id: number }>`
    select id from campaigns.campaign c where state = 'stopping'
      and not exists (select 1 from campaigns.entry e where e.campaign_id = c.id and e.state = 'active')`.execute(
    ctx.pg,
  )
  for (const { id } of rows) await move(ctx, id, { action: 'campaign.end', from: ['stopping'], to: 'ended' })
}
