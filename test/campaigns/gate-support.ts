import { sql } from 'kysely'
import { recordConsents } from '#compliance'
import type { Ctx } from '#platform'
import { someCustomers } from '#test'
import { CampaignDefinition } from '../../src/campaigns/contract.ts'
import type { SendRequest } from '../../src/campaigns/gate/send-request.ts'
import type { LimitName } from '../../src/campaigns/limits/limits-contract.ts'
import { changeLimit, readLimits } from '../../src/campaigns/limits/store.ts'
import type { Frozen } from '../../src/campaigns/plans/frozen.ts'

let phones = 13_900_000_000

/** People with a phone and an e-mail address, and their consent to marketing on these channels. */
export const people = async (
  ctx: Ctx,
  count: number,
  { channels = ['sms'], traits = {} }: { channels?: readonly string[]; traits?: Record<string, unknown> } = {},
): Promise<number[]> => {
  const made = await someCustomers(
    ctx,
    Array.from({ length: count }, () => {
      phones++
      return { traits: { phone: String(phones), email: `u${phones}@example.com`, birthday: '1990-05-05', ...traits } }
    }),
  )
  const nos = made.map(({ no }) => no)
  await recordConsents(
    ctx,
    nos.flatMap((customerNo) =>
      channels.map((channel) => ({
        customerNo,
        purpose: 'marketing',
        channel,
        status: 'granted' as const,
        at: new Date('2026-01-02T00:00:00Z'),
        noticeVersion: 'v1',
        source: 'import' as const,
        evidence: {},
      })),
    ),
    { tell: false },
  )
  return nos
}

let made = 0

/** A campaign that runs, with a version frozen, and a request for a customer at its step. */
export const aCampaign = async (
  ctx: Ctx,
  {
    priority = 50,
    category = 'marketing',
    offers = {},
    ...definition
  }: Partial<Omit<CampaignDefinition, 'trigger' | 'journey'>> & {
    priority?: number
    category?: 'marketing' | 'service'
    offers?: Frozen['offers']
  } = {},
) => {
  const parsed = CampaignDefinition.parse({
    trigger: { kind: 'api' },
    journey: {
      start: 'send',
      steps: {
        send: { kind: 'message', channels: [{ channel: 'sms', creativeId: 1 }], next: null },
      },
    },
    ...definition,
  })
  const frozen: Frozen = { category, priority, definition: parsed, audiences: {}, creatives: {}, offers }
  const now = ctx.now()
  const { rows } = await sql<{ id: number }>`
    insert into campaigns.campaign (name, category, priority, state, definition, live_version, live_hash, published_at, created_at,
      created_by, changed_at, changed_by, edited_by)
    values (${`campaign ${++made} ${now.getTime()}`}, ${category}, ${priority}, 'running', ${JSON.stringify(parsed)}::jsonb, 1, 'x', ${now},
      ${now}, 'test', ${now}, 'test', 'test') returning id`.execute(ctx.pg)
  const id = rows[0]?.id ?? 0
  await sql`insert into campaigns.version (campaign_id, version, frozen, content_hash, published_at, published_by)
    values (${id}, 1, ${JSON.stringify(frozen)}::jsonb, 'x', ${now}, 'test')`.execute(ctx.pg)
  const request = (customerNo: number, more: Partial<SendRequest> = {}): SendRequest => ({
    campaignId: id,
    version: 1,
    step: 'send',
    customerNo,
    entryNo: 1,
    pass: 1,
    entryId: '1',
    category,
    purpose: parsed.purpose,
    product: parsed.product,
    personalised: parsed.personalised,
    priority,
    channels: [{ channel: 'sms', creativeId: 1 }],
    budget: parsed.budget,
    holdout: parsed.holdout,
    notAfter: new Date(ctx.now().getTime() + 7 * 86_400_000),
    ...more,
  })
  return { id, request }
}

/** Replaces a limit from now on. */
export const setLimit = async (ctx: Ctx, name: LimitName, value: Record<string, unknown>): Promise<void> => {
  const { limits } = await readLimits(ctx)
  const before = limits.find((limit) => limit.name === name)
  await changeLimit(ctx, {
    name,
    value: { ...before?.value, ...value },
    source: 'test',
    reason: 'test',
    basedOn: before?.id ?? 0,
  })
}
