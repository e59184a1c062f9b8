import { barAddresses, smsReplied, stopWordIn, withdrawEverything } from '#compliance'
import { lookUp, trackInside } from '#customers'
import { type Ctx, mask } from '#platform'
import type { Channel } from '../channels-contract.ts'
import { consentChannelOf } from '../gate/people.ts'
import { takeOutcomes } from '../tasks/called.ts'
import type { Happening, Receipt, Reply, Reported } from './adapter.ts'
import type { OpenProvider } from './provider-world.ts'
import { normalAddress, type StoredReceipt, takeReceipts } from './receipts.ts'

/**
 * Stores what a provider told: receipts move sends, replies go to compliance, addresses that will never work are taken off, and who
 * called a message spam has withdrawn. When this returns, all of it is durable.
 */
export const takeReported = async (
  ctx: Ctx,
  provider: OpenProvider,
  { receipts, replies, happenings = [], outcomes = [] }: Reported,
): Promise<void> => {
  for (const { address, text, at } of replies)
    if (provider.row.channel === 'sms')
      await smsReplied(ctx, { phone: address, text, at, provider: provider.adapter.kind })
  await keepHappenings(ctx, provider, happenings)
  await withdrawByWord(ctx, provider, replies)
  const unknown = await takeOutcomes(ctx, provider.row.id, outcomes)
  if (unknown.length > 0)
    ctx.log.warn({ provider: provider.row.id, calls: unknown.length }, 'outcomes of calls that we did not ask for')
  if (receipts.length === 0) return
  await ctx.tx(async (ctx) => {
    const matched = await takeReceipts(ctx, provider, receipts)
    await barBounced(ctx, provider, receipts, matched)
    await withdrawComplained(ctx, matched)
  })
}

/** A mailbox is barred that belongs to him whose mail came back, and no other: anybody who got a mail could write a report of it. */
const barBounced = async (
  ctx: Ctx,
  provider: OpenProvider,
  receipts: readonly Receipt[],
  matched: readonly { receipt: StoredReceipt; customerNo: number }[],
): Promise<void> => {
  const { address: kind } = provider.adapter
  if (kind !== 'email') return
  const bounced = receipts.flatMap(({ hardBounce, address, key }) => {
    const value = hardBounce && address !== undefined ? normalAddress(provider, address) : undefined
    const no = matched.find(({ receipt }) => receipt.key === key)?.customerNo
    return value === undefined || key === undefined || no === undefined ? [] : [{ no, value }]
  })
  if (bounced.length === 0) return
  const [owners, roots] = await Promise.all([
    lookUp(
      ctx,
      kind,
      bounced.map(({ value }) => value),
    ),
    ctx.pg
      .selectFrom('customers.customer')
      .select(['no', 'root_no'])
      .where(
        'no',
        'in',
        bounced.map(({ no }) => no),
      )
      .execute(),
  ])
  const rootOf = new Map(roots.map(({ no, root_no }) => [no, root_no]))
  const values = bounced.flatMap(({ no, value }, i) => (owners[i]?.no === rootOf.get(no) ? [{ kind, value }] : []))
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
  matched: readonly { receipt: StoredReceipt; customerNo: number; channel: Channel }[],
): Promise<void> => {
  const complained = matched.filter(({ receipt }) => receipt.marks.includes('complaint'))
  if (complained.length === 0) return
  await withdrawEverything(
    ctx,
    complained.map(({ customerNo, channel, receipt }) => ({
      customerNo,
      channel: consentChannelOf(channel),
      at: receipt.at,
      source: 'api',
      evidence: { method: 'spamComplaint' },
    })),
  )
}

/** Clocks of others run ahead at times. */
const notLater = (at: Date, now: Date): Date => new Date(Math.min(at.getTime(), now.getTime()))

/** What people did, as events of the customer; one who writes to us for the first time becomes a customer by it. */
const keepHappenings = async (
  ctx: Ctx,
  { adapter, row }: OpenProvider,
  happenings: readonly Happening[],
): Promise<void> => {
  const kind = adapter.address
  if (kind === 'none' || happenings.length === 0) return
  await trackInside(
    ctx,
    happenings.map(({ address, event, properties, at, id }) => ({
      messageId: `provider-${row.id}-${id}`,
      event,
      at: notLater(at, ctx.now()),
      properties: { ...properties, account: row.name },
      identifier: { kind, value: address },
    })),
  )
}

/** Who writes back a word to stop has withdrawn for this channel. Texts are no addresses to bar: he may well ask for something else. */
const withdrawByWord = async (ctx: Ctx, { adapter, row }: OpenProvider, replies: readonly Reply[]): Promise<void> => {
  if (row.channel === 'sms' || adapter.address === 'none') return
  const stops = replies.flatMap(({ address, text, at }) => {
    const word = stopWordIn(text)
    return word === undefined ? [] : [{ address, word, at }]
  })
  if (stops.length === 0) return
  const found = await lookUp(
    ctx,
    adapter.address,
    stops.map(({ address }) => address),
  )
  const words = stops.flatMap(({ word, at }, i) => {
    const no = found[i]?.no
    if (no === undefined || no === null) return []
    return [{ no, word, at: notLater(at, ctx.now()) }]
  })
  await ctx.tx(async (ctx) => {
    await withdrawEverything(
      ctx,
      words.map(({ no, word, at }) => ({
        customerNo: no,
        channel: consentChannelOf(row.channel),
        at,
        source: 'api',
        evidence: { method: 'reply', word },
      })),
    )
    await ctx.audit.recordAll(
      ctx,
      words.map(({ no, word }) => ({
        action: 'consent.replyStop',
        subject: { customerNo: no },
        detail: { word, provider: adapter.kind },
      })),
    )
  })
}
