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

/** What it did before it was paused: one that was told to stop lets nobody in only because it was held meanwhile. */
const heldFrom = async (ctx: Ctx, id: number): Promise<'running' | 'stopping'> => {
  const { rows } = await sql<{ was: string | null }>`
    select record::jsonb #>> '{detail,from}' as was from platform.audit
    where subject = ${`campaign:${id}`} and action = 'campaign.pause' order by seq desc limit 1`.execute(ctx.pg)
  return rows[0]?.was === 'stopping' ? 'stopping' : 'running'
}

/** Goes on where it was held; what fell due meanwhile is done now, within the hours. @throws problem.wrongState */
export const resumeCampaign = (ctx: Ctx, { id }: { id: number }): Promise<Campaign> =>
  ctx.tx(async (ctx) => move(ctx, id, { action: 'campaign.resume', from: ['paused'], to: await heldFrom(ctx, id) }))

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

/**
 * Messages whose time is over without anybody having taken them, as on a channel without an account: told as too late, so that they
 * hold no place in budgets and limits. What a paused campaign holds stays.
 */
export const refuseTooLate = async (ctx: Ctx): Promise<void> => {
  await sql`update campaigns.send s set state = 'refused', refusal = 'TOO_LATE', cost_millifen = null,
      refusal_detail = jsonb_build_object('notAfter', s.not_after)
    from campaigns.campaign c where c.id = s.campaign_id and c.state <> 'paused' and s.state = 'planned'
      and s.not_before < ${ctx.now()} and s.not_after < ${ctx.now()}`.execute(ctx.pg)
}

/**
 * Campaigns past their last day, as it was published, let nobody in any more; and those that were told to stop end when nobody is
 * inside and nothing is left to send: what a slow account or the hours hold back still goes out.
 */
export const endDrained = async (ctx: Ctx): Promise<void> => {
  const { rows: over } = await sql<{ id: number }>`
    select c.id from campaigns.campaign c join campaigns.version v on v.campaign_id = c.id and v.version = c.live_version
    where c.state = 'running' and (v.frozen #>> '{definition,endsAt}')::timestamptz < ${ctx.now()}`.execute(ctx.pg)
  for (const { id } of over)
    await move(ctx, id, { action: 'campaign.stop', from: ['running'], to: 'stopping', reason: 'endsAt' })
  const { rows } = await sql<{ id: number }>`
    select id from campaigns.campaign c where state = 'stopping'
      and not exists (select 1 from campaigns.entry e where e.campaign_id = c.id and e.state = 'active')
      and not exists (select 1 from campaigns.send s where s.campaign_id = c.id and s.state = 'planned')`.execute(
    ctx.pg,
  )
  for (const { id } of rows) await move(ctx, id, { action: 'campaign.end', from: ['stopping'], to: 'ended' })
}
