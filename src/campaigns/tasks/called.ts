import { sql } from 'kysely'
import { type Ctx, scanText } from '#platform'
import type { CallOutcome } from '../delivery/adapter.ts'
import { recheckSends } from '../gate/recheck.ts'
import { taskOutcome } from '../journeys/arrived.ts'
import '../tables.ts'
import { type Said, takeEffect, tellTalk } from './effect.ts'
import { taskOutcomes } from './task-contract.ts'
import { noteTry } from './tries.ts'

interface SendRow {
  id: string
  key: string
  state: string
  customer_no: number
  campaign_id: number
  channel: string
}

/**
 * How calls went that a call centre made, by the key or by what it called them: sends follow, journeys go on, wishes and complaints
 * take effect. What is told again changes nothing; whom he spoke with beats that nobody answered.
 * @returns those that belong to no send of this account
 */
export const takeOutcomes = async (
  ctx: Ctx,
  providerId: number,
  outcomes: readonly CallOutcome[],
): Promise<CallOutcome[]> => {
  const unknown: CallOutcome[] = []
  const said: Said[] = []
  await ctx.tx(async (ctx) => {
    for (const one of outcomes) {
      const { rows } = await sql<SendRow>`
        select id::text as id, key, state, customer_no, campaign_id, channel from campaigns.send
        where provider_id = ${providerId}
          and (key = ${one.key ?? null} or (${one.key ?? null}::text is null and provider_key = ${one.ref ?? null}))
        limit 1 for update`.execute(ctx.pg)
      const [send] = rows
      if (!send) {
        unknown.push(one)
        continue
      }
      const at = new Date(Math.min(one.at.getTime(), ctx.now().getTime()))
      const { reached } = taskOutcomes[one.outcome]
      await noteTry(ctx, { sendId: send.id, customerNo: send.customer_no, at, outcome: one.outcome })
      const { rows: moved } = await sql`
        update campaigns.send set state = ${reached ? 'delivered' : 'failed'}, sent_at = coalesce(sent_at, queued_at, ${at}),
          delivered_at = case when ${reached}::boolean then ${at}::timestamptz end,
          failed_at = case when ${reached}::boolean then null else ${at}::timestamptz end,
          error = ${reached ? null : one.outcome}
        where id = ${send.id}::bigint
          and state = any(${reached ? ['planned', 'queued', 'unknown', 'sent', 'failed'] : ['planned', 'queued', 'unknown', 'sent']}::text[])
        returning id`.execute(ctx.pg)
      // A wish or a complaint may be told after the call was, and of a call that should not have been made.
      const lasting = one.outcome === 'doNotCall' || one.outcome === 'complaint'
      if (moved.length === 0 && !(lasting && !(await isTold(ctx, send)))) continue
      await taskOutcome(ctx, send.id, one.outcome)
      const talk: Said = {
        about: { send: send.id },
        customerNo: send.customer_no,
        campaignId: send.campaign_id,
        channel: send.channel,
        outcome: one.outcome,
        at,
        source: 'api',
        seconds: one.seconds,
        name: `send-${send.id}-${one.outcome}`,
      }
      await takeEffect(ctx, talk)
      await ctx.audit.record(ctx, {
        action: 'task.reported',
        subject: { customerNo: send.customer_no },
        detail: {
          send: Number(send.id),
          provider: providerId,
          outcome: one.outcome,
          ...(one.note && { note: scanText(one.note).text.slice(0, 500) }),
        },
      })
      said.push(talk)
    }
  })
  for (const one of said) await tellTalk(ctx, one)
  return unknown
}

/** Whether a wish or a complaint of this call took effect before. */
const isTold = async (ctx: Ctx, { id, customer_no }: SendRow): Promise<boolean> => {
  const { rows } = await sql`
    select 1 from compliance.consent where customer_no = ${customer_no} and evidence ->> 'send' = ${id}
    union all select 1 from compliance.exclusion where customer_no = ${customer_no} and evidence ->> 'send' = ${id} limit 1`.execute(
    ctx.pg,
  )
  return rows.length > 0
}

/**
 * A call centre asks before it calls, by the keys it was given: who withdrew or was excluded since is not called, and his send ends
 * refused. A key that is not known, or whose call is over, may not be called.
 */
export const checkCalls = (ctx: Ctx, { keys }: { keys: readonly string[] }) =>
  ctx.tx(async (ctx) => {
    const { rows } = await sql<{ id: string; key: string; customer_no: number }>`
      select id::text as id, key, customer_no from campaigns.send
      where key = any(${[...keys]}::text[]) and channel = 'call' and state in ('queued', 'unknown', 'sent') for update`.execute(
      ctx.pg,
    )
    const verdicts = await recheckSends(ctx, rows)
    const byKey = new Map(rows.map((row) => [row.key, row]))
    const items: { key: string; allowed: boolean; refusal: string | null; until: string | null }[] = []
    for (const key of keys) {
      const row = byKey.get(key)
      const verdict = row && verdicts.get(row.id)
      if (row && verdict?.is === 'refused') {
        await sql`update campaigns.send set state = 'refused', refusal = ${verdict.refusal},
          refusal_detail = ${JSON.stringify(verdict.detail)}, decided_at = ${ctx.now()} where id = ${row.id}::bigint`.execute(
          ctx.pg,
        )
        await ctx.audit.record(ctx, {
          action: 'task.refused',
          subject: { customerNo: row.customer_no },
          detail: { send: Number(row.id), refusal: verdict.refusal },
        })
      }
      items.push({
        key,
        allowed: row !== undefined && verdict === undefined,
        refusal: verdict?.is === 'refused' ? verdict.refusal : null,
        until: verdict?.is === 'deferred' ? verdict.until.toISOString() : null,
      })
    }
    return { items }
  })
