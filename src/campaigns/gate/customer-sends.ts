import { sql } from 'kysely'
import type { Ctx } from '#platform'
import type { Category, Channel, Refusal, SendState } from '../channels-contract.ts'
import type { CustomerSend } from './gate-contract.ts'
import { problem } from './problem.ts'
import { stepName } from './report.ts'
import { shownStored } from './shown.ts'
import { versionKey, versionsOf } from './versions.ts'

interface Row {
  id: string
  campaign_id: number
  campaign: string
  version: number
  step: string
  category: Category
  channel: Channel
  state: SendState
  refusal: Refusal | null
  refusal_detail: Record<string, unknown> | null
  decided_at: Date
  not_before: Date | null
  sent_at: Date | null
  delivered_at: Date | null
}

/** All numbers of a person, the one that stands for him first. @throws problem.customerUnknown */
export const numbersOf = async (ctx: Ctx, no: number): Promise<{ root: number; nos: number[]; erased: boolean }> => {
  const { rows } = await sql<{ no: number; root_no: number; erased: boolean }>`
    select m.no, m.root_no, m.erased_at is not null as erased from customers.customer c
    join customers.customer m on m.root_no = c.root_no where c.no = ${no} order by m.no = m.root_no desc, m.no`.execute(
    ctx.pg,
  )
  const [first] = rows
  if (!first) throw problem.customerUnknown({ id: String(no) })
  return { root: first.root_no, nos: rows.map((row) => row.no), erased: first.erased }
}

interface Wanted {
  refused: boolean
  limit: number
  after?: string | undefined
  campaignId?: number | undefined
}

/** Sends of a person under all his numbers, newest first. */
export const sendsOf = async (
  ctx: Ctx,
  nos: readonly number[],
  { refused, limit, after, campaignId }: Wanted,
): Promise<{ sends: CustomerSend[]; next: string | null }> => {
  const { rows } = await sql<Row>`
    select s.id::text as id, s.campaign_id, c.name as campaign, s.version, s.step, s.category, s.channel, s.state, s.refusal,
      s.refusal_detail, s.decided_at, s.not_before, s.sent_at, s.delivered_at
    from campaigns.send s join campaigns.campaign c on c.id = s.campaign_id
    where s.customer_no = any(${[...nos]}::int[]) and (not ${refused}::boolean or s.state = 'refused')
      and (${campaignId ?? null}::int is null or s.campaign_id = ${campaignId ?? null}::int)
      and (${after ?? null}::bigint is null or s.id < ${after ?? null}::bigint)
    order by s.id desc limit ${limit + 1}`.execute(ctx.pg)
  const page = rows.slice(0, limit)
  const versions = await versionsOf(
    ctx,
    page.map((row) => ({ campaignId: row.campaign_id, version: row.version })),
  )
  const sends = page.map((row): CustomerSend => {
    const told =
      row.state === 'refused' && row.refusal ? shownStored(ctx.actor, row.refusal, row.refusal_detail) : undefined
    return {
      id: row.id,
      campaignId: row.campaign_id,
      campaign: row.campaign,
      version: row.version,
      step: row.step,
      stepName: stepName(versions.get(versionKey(row.campaign_id, row.version)), row.step),
      category: row.category,
      channel: row.channel,
      state: row.state,
      reason: told?.reason ?? null,
      tried: told?.tried ?? [],
      decidedAt: row.decided_at.toISOString(),
      notBefore: row.not_before?.toISOString() ?? null,
      sentAt: row.sent_at?.toISOString() ?? null,
      deliveredAt: row.delivered_at?.toISOString() ?? null,
    }
  })
  return { sends, next: rows.length > limit ? (page.at(-1)?.id ?? null) : null }
}

/** Of an erased customer nothing is shown: what the law holds of him is stored and not looked at. @throws problem.customerUnknown */
export const customerSends = async (ctx: Ctx, { id, ...wanted }: Wanted & { id: number }) => {
  const { nos, erased } = await numbersOf(ctx, id)
  return sendsOf(ctx, erased ? [] : nos, wanted)
}
