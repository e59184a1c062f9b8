import { sql } from 'kysely'
import { type Ctx, scanText } from '#platform'
import '../tables.ts'
import type { Decision, Undecided } from './delivery-contract.ts'
import { problem } from './problem.ts'

/**
 * Sends whose outcome is not known and whom nobody can ask about any more: mails that broke off after their text, messages of an
 * official account. They are never sent again; a person says what became of them.
 */

/** So long a receipt, a bounce or the provider's answer may still settle it. */
export const undecidedAfterHours = 6

/** `s` is campaigns.send. */
const isUndecided = (now: Date) => sql`s.state = 'unknown' and s.asked_at is null
  and coalesce(s.queued_at, s.decided_at) < ${new Date(now.getTime() - undecidedAfterHours * 3_600_000)}`

interface Row {
  provider_id: number
  provider: string
  channel: Undecided['channel']
  campaign_id: number
  campaign: string
  version: number
  step: string
  step_name: string | null
  sends: number
  oldest: Date
  code: string | null
}

/** By account, campaign and step; of one account or one campaign where it is named. */
export const readUndecided = async (
  ctx: Ctx,
  { providerId, campaignId }: { providerId?: number; campaignId?: number },
): Promise<Undecided[]> => {
  const { rows } = await sql<Row>`
    with u as (
      select s.provider_id, s.campaign_id, s.version, s.step, count(*)::int as sends, min(s.queued_at) as oldest,
        mode() within group (order by s.error) as code
      from campaigns.send s where ${isUndecided(ctx.now())} and s.provider_id is not null
        and (${providerId ?? null}::int is null or s.provider_id = ${providerId ?? null}::int)
        and (${campaignId ?? null}::int is null or s.campaign_id = ${campaignId ?? null}::int)
      group by 1, 2, 3, 4)
    select u.*, p.name as provider, p.channel, c.name as campaign,
      v.frozen #>> array['definition', 'journey', 'steps', u.step, 'name'] as step_name
    from u join campaigns.provider p on p.id = u.provider_id join campaigns.campaign c on c.id = u.campaign_id
    left join campaigns.version v on v.campaign_id = u.campaign_id and v.version = u.version
    order by u.oldest, u.campaign_id, u.step limit 200`.execute(ctx.pg)
  return rows.map((row) => ({
    providerId: row.provider_id,
    provider: row.provider,
    channel: row.channel,
    campaignId: row.campaign_id,
    campaign: row.campaign,
    version: row.version,
    step: row.step,
    stepName: row.step_name === null || row.step_name === '' ? row.step : row.step_name,
    sends: row.sends,
    oldestAt: row.oldest.toISOString(),
    code: row.code,
  }))
}

export const countUndecided = async (ctx: Ctx): Promise<number> => {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from campaigns.send s where ${isUndecided(ctx.now())}`.execute(ctx.pg)
  return rows[0]?.n ?? 0
}

/**
 * A person says what became of the undecided sends of an account in one step of a campaign. What went out counts as sent and costs;
 * what failed gives its place back. Neither is sent again, and a receipt that comes all the same still has the last word.
 * @throws problem.providerUnknown, problem.nothingUndecided
 */
export const decideUndecided = (
  ctx: Ctx,
  { id, campaignId, version, step, outcome, reason }: Decision & { id: number },
): Promise<{ decided: number }> =>
  ctx.tx(async (ctx) => {
    // Of a deleted account too: what went by it is still open.
    const provider = await ctx.pg
      .selectFrom('campaigns.provider')
      .select('unit_cost_millifen')
      .where('id', '=', id)
      .executeTakeFirst()
    if (!provider) throw problem.providerUnknown({ id })
    const now = ctx.now()
    const wentOut = outcome === 'sent'
    const { numAffectedRows = 0n } = await sql`
      update campaigns.send s set state = ${outcome}, lease_until = null,
        sent_at = case when ${wentOut} then coalesce(s.sent_at, s.queued_at) end,
        failed_at = case when ${wentOut} then null else ${now}::timestamptz end,
        parts = case when ${wentOut} then coalesce(s.parts, 1) else s.parts end,
        cost_millifen = case when ${wentOut} then ${provider.unit_cost_millifen}::int * coalesce(s.parts, 1) else s.cost_millifen end,
        error = case when ${wentOut} then null else 'DECIDED_FAILED' end
      where ${isUndecided(now)} and s.provider_id = ${id} and s.campaign_id = ${campaignId} and s.version = ${version}
        and s.step = ${step}`.execute(ctx.pg)
    if (numAffectedRows === 0n) throw problem.nothingUndecided({ id, campaignId, step })
    const decided = Number(numAffectedRows)
    await ctx.audit.record(ctx, {
      action: wentOut ? 'send.decideSent' : 'send.decideFailed',
      subject: `campaign:${campaignId}`,
      detail: { provider: id, version, step, sends: decided, reason: scanText(reason).text },
    })
    return { decided }
  })
