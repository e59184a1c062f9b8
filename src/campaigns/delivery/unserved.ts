import { sql } from 'kysely'
import type { Ctx } from '#platform'
import type { Category, Channel } from '../channels-contract.ts'
import '../tables.ts'

/** Channels whose messages leave by accounts; calls and visits are tasks of people, in-app messages are fetched. */
const byAccount: readonly Channel[] = ['sms', 'email', 'wechat', 'wecom', 'push', 'webhook']

export interface Unserved {
  channel: Channel
  category: Category
  due: number
  oldest: Date
}

/** Due messages of running campaigns that no account which is switched on would carry. */
export const unservedSends = async (ctx: Ctx): Promise<Unserved[]> => {
  const { rows } = await sql<Unserved>`
    select s.channel, s.category, count(*)::int as due, min(s.not_before) as oldest
    from campaigns.send s join campaigns.campaign c on c.id = s.campaign_id
    where s.state = 'planned' and s.not_before <= ${ctx.now()} and s.channel = any(${[...byAccount]}::text[]) and c.state <> 'paused'
      and not exists (select 1 from campaigns.provider p where p.channel = s.channel and p.deleted_at is null and p.state = 'on'
        and p.carries in ('all', s.category))
    group by 1, 2 order by 1, 2`.execute(ctx.pg)
  return rows
}

/** Refused in one statement, so that a large backlog does not hold its rows for long. */
const page = 2_000

/**
 * Ends messages whose time is over while nothing could carry them: CHANNEL_OFF where no account of the channel is switched on,
 * TOO_LATE where one is and does not answer, or its limits are used up. What somebody else holds is left to him.
 * @returns how many
 */
export const refuseOverdue = async (ctx: Ctx, signal?: AbortSignal): Promise<number> => {
  let refused = 0
  for (;;) {
    const now = ctx.now()
    const { numAffectedRows = 0n } = await sql`
      with over as (
        select s.id from campaigns.send s join campaigns.campaign c on c.id = s.campaign_id
        where s.state = 'planned' and s.not_after < ${now} and s.channel = any(${[...byAccount]}::text[]) and c.state <> 'paused'
        limit ${page} for update of s skip locked)
      update campaigns.send s set state = 'refused', decided_at = ${now}, refusal_detail = '{"late": 1}',
        refusal = case when exists (select 1 from campaigns.provider p where p.channel = s.channel and p.deleted_at is null
          and p.state = 'on' and p.carries in ('all', s.category)) then 'TOO_LATE' else 'CHANNEL_OFF' end
      from over where s.id = over.id`.execute(ctx.pg)
    refused += Number(numAffectedRows)
    if (numAffectedRows < page || signal?.aborted) break
  }
  if (refused > 0) ctx.log.warn({ sends: refused }, 'messages refused: nothing could carry them in time')
  return refused
}
