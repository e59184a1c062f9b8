import { barAddresses, recordConsents, smsReplied } from '#compliance'
import { type Ctx, mask } from '#platform'
import type { Receipt, Reported } from './adapter.ts'
import type { OpenProvider } from './provider-world.ts'
import { normalAddress, type StoredReceipt, takeReceipts } from './receipts.ts'

/**
 * Stores what a provider told: receipts move sends, replies go to compliance, addresses that will never work are taken off, and who
 * called a message spam has withdrawn. When this returns, all of it is durable.
 */
export const takeReported = async (
  ctx: Ctx,
  provider: OpenProvider,
  { receipts, replies }: Reported,
): Promise<void> => {
  for (const { address, text, at } of replies)
    if (provider.row.channel === 'sms')
      await smsReplied(ctx, { phone: address, text, at, provider: provider.adapter.kind })
  if (receipts.length === 0) return
  await ctx.tx(async (ctx) => {
    const matched = await takeReceipts(ctx, provider, receipts)
    await barBounced(ctx, provider, receipts)
    await withdrawComplained(ctx, matched)
  })
}

const barBounced = async (ctx: Ctx, provider: OpenProvider, receipts: readonly Receipt[]): Promise<void> => {
  const { address: kind } = provider.adapter
  if (kind !== 'email') return
  const values = receipts.flatMap(({ hardBounce, address }) => {
    const value = hardBounce && address !== undefined ? normalAddress(provider, address) : undefined
    return value === undefined ? [] : [{ kind, value }]
  })
  if (values.length === 0) return
  const made = await barAddresses(ctx, values, { origin: 'bounce' })
  if (made.length > 0)
    await ctx.audit.record(ctx, {
      action: 'doNotContact.bounce',
      subject: `provider:${provider.row.id}`,
      detail: { entries: made, addresses: values.slice(0, 20).map(({ value }) => mask('email', value)) },
    })
}

const withdrawComplained = async (
  ctx: Ctx,
  matched: readonly { receipt: StoredReceipt; customerNo: number; channel: string }[],
): Promise<void> => {
  const complained = matched.filter(({ receipt }) => receipt.marks.includes('complaint'))
  if (complained.length === 0) return
  await recordConsents(
    ctx,
    complained.map(({ customerNo, channel, receipt }) => ({
      customerNo,
      purpose: 'marketing',
      channel,
      status: 'withdrawn',
      at: receipt.at,
      noticeVersion: null,
      source: 'api',
      evidence: { method: 'spamComplaint' },
    })),
  )
}
