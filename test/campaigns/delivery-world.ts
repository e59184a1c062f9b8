import { sql } from 'kysely'
import type { Ctx } from '#platform'
import { someCustomers } from '#test'
import type { Compose } from '../../src/campaigns/delivery/compose.ts'
import { changeProvider, createProvider } from '../../src/campaigns/delivery/providers.ts'
import { recipientsOf } from '../../src/customers/addresses.ts'

/** A campaign that runs, without the rest of it. @returns its id */
export const aCampaign = async (ctx: Ctx, name = `campaign ${crypto.randomUUID()}`): Promise<number> => {
  const { rows } = await sql<{ id: number }>`
    insert into campaigns.campaign (name, description, category, priority, state, definition, created_at, created_by, changed_at, changed_by, edited_by)
    values (${name}, '', 'marketing', 50, 'running', '{}', now(), 'test', now(), 'test', 'test') returning id`.execute(
    ctx.pg,
  )
  return rows[0]?.id ?? 0
}

export const phoneOf = (n: number): string => `139${String(n).padStart(8, '0')}`

/** People with a number and a mailbox each. */
export const people = async (ctx: Ctx, count: number, from = 1): Promise<number[]> => {
  const made = await someCustomers(
    ctx,
    Array.from({ length: count }, (_, i) => ({
      traits: { phone: phoneOf(from + i), email: `person${from + i}@example.cn`, name: '张三' },
    })),
  )
  return made.map(({ no }) => no)
}

/** Planned sends, due now. @returns their ids */
export const planned = async (
  ctx: Ctx,
  campaignId: number,
  nos: readonly number[],
  { channel = 'sms', category = 'marketing', pass = 1 }: { channel?: string; category?: string; pass?: number } = {},
): Promise<string[]> => {
  const { rows } = await sql<{ id: string }>`
    insert into campaigns.send (campaign_id, version, step, customer_no, entry_no, pass, entry_id, category, channel, creative_id, state,
      decided_at, not_before, not_after, key)
    select ${campaignId}, 1, 'm', no, 1, ${pass}, 0, ${category}, ${channel}, 1, 'planned', ${ctx.now()}, ${ctx.now()},
      ${new Date(ctx.now().getTime() + 86_400_000)}, 'k' || ${campaignId}::int || '-' || no || '-' || ${pass}::int
    from unnest(${[...nos]}::int[]) as n (no) returning id::text as id`.execute(ctx.pg)
  return rows.map(({ id }) => id)
}

/** The same short text to everybody, in place of creatives. */
export const sameText: Compose = async (ctx, { adapter }, sends) => {
  const kind = adapter.address
  const found = await recipientsOf(
    ctx,
    sends.map(({ customer_no }) => customer_no),
    kind === 'none' ? [] : [kind],
  )
  return {
    refused: [],
    messages: new Map(
      sends.map((send) => [
        send.id,
        {
          key: send.key,
          sendId: Number(send.id),
          address: kind === 'none' ? '' : (found.get(send.customer_no)?.addresses[kind] ?? ''),
          category: send.category,
          content: {
            channel: 'sms',
            signature: '明月',
            body: '到期提醒',
            optOut: '拒收请回复R',
            text: '【明月】到期提醒，拒收请回复R',
            aliyun: { code: 'SMS_1234', params: {} },
            tencent: { id: '1234', params: [] },
          },
        },
      ]),
    ),
  }
}

export const everyoneMay = async () => new Map()

export const secret = 'c2FuZGJveA=='

/** An account with the sandbox, switched on. */
export const anAccount = async (
  ctx: Ctx,
  kind: 'sms.aliyun' | 'sms.tencent' | 'sms.http',
  url: string,
  more: {
    perSecond?: number
    perDay?: number
    unitCostMillifen?: number
    settings?: Record<string, string | number | boolean>
  } = {},
): Promise<number> => {
  const { settings = {}, ...rest } = more
  const own = {
    'sms.aliyun': {
      settings: { endpoint: url, accessKeyId: 'sandbox', ...settings },
      secrets: { accessKeySecret: secret },
    },
    'sms.tencent': {
      settings: { endpoint: url, secretId: 'sandbox', appId: '1400006666', ...settings },
      secrets: { secretKey: secret },
    },
    'sms.http': { settings: { url: `${url}/send`, queryUrl: `${url}/query`, ...settings }, secrets: { secret } },
  }[kind]
  const { id } = await createProvider(ctx, {
    name: `${kind} ${crypto.randomUUID().slice(0, 8)}`,
    kind,
    ...own,
    carries: 'all',
    unitCostMillifen: 4_500,
    perSecond: null,
    perMinute: null,
    perDay: null,
    ...rest,
  })
  await changeProvider(ctx, { id, state: 'on' })
  return id
}

export const states = async (ctx: Ctx, campaignId: number): Promise<Record<string, number>> => {
  const { rows } = await sql<{ state: string; n: number }>`
    select state, count(*)::int as n from campaigns.send where campaign_id = ${campaignId} group by 1 order by 1`.execute(
    ctx.pg,
  )
  return Object.fromEntries(rows.map(({ state, n }) => [state, n]))
}
