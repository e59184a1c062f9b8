import { type Ctx, mask, NoAnswer } from '#platform'
import type { OutMessage } from './adapter.ts'
import { isArmed } from './armed.ts'
import { newBatch } from './claim.ts'
import type { NewTestSend, TestSend } from './delivery-contract.ts'
import { takeTokens } from './limits.ts'
import { problem } from './problem.ts'
import { type OpenProvider, openProvider, worldFor } from './provider-world.ts'
import { providerRow } from './providers.ts'
import { normalAddress } from './receipts.ts'
import { cleanDetail } from './record.ts'

const opened = async (ctx: Ctx, id: number): Promise<OpenProvider> => {
  const row = await providerRow(ctx, id)
  const provider = await openProvider(ctx, row)
  if (!provider) throw problem.adapterUnknown({ kind: row.kind })
  return provider
}

const patienceMs = 20_000

/** Asks the provider whether it knows the account. @throws problem.checkFailed with what it said */
export const checkProvider = async (ctx: Ctx, { id }: { id: number }) => {
  const provider = await opened(ctx, id)
  const startedAt = performance.now()
  const tookMs = () => Math.round(performance.now() - startedAt)
  try {
    const { detail } = await provider.adapter.check(worldFor(ctx, provider, AbortSignal.timeout(patienceMs)))
    await ctx.audit.record(ctx, { action: 'provider.check', subject: `provider:${id}`, detail: { ok: true } })
    return { detail: cleanDetail(detail), tookMs: tookMs() }
  } catch (error) {
    const reason = cleanDetail(error instanceof NoAnswer ? `${error.code} ${error.message}` : (error as Error).message)
    await ctx.audit.record(ctx, { action: 'provider.check', subject: `provider:${id}`, detail: { ok: false } })
    throw problem.checkFailed({ reason, tookMs: tookMs() })
  }
}

/** What a test message says on the channel. @throws problem.testContent naming what it lacks */
const contentOf = (provider: OpenProvider, given: NewTestSend): unknown => {
  const { text, signature, template, variables, subject } = given
  switch (provider.row.channel) {
    case 'sms': {
      if (!signature) throw problem.testContent({ field: 'signature' })
      if (!template && provider.row.kind !== 'sms.http') throw problem.testContent({ field: 'template' })
      return {
        channel: 'sms',
        signature,
        body: text,
        optOut: '',
        text: `【${signature}】${text}`,
        ...(template && {
          aliyun: { code: template, params: Object.fromEntries(variables.map(({ name, value }) => [name, value])) },
          tencent: { id: template, params: variables.map(({ value }) => value) },
        }),
      }
    }
    case 'email':
      return {
        channel: 'email',
        fromName: signature ?? 'Zhiyin',
        subject: subject ?? text.slice(0, 60),
        preheader: '',
        html: `<p>${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</p>`,
        text,
      }
    case 'webhook':
      return { channel: 'webhook', type: 'test', body: { text } }
    case 'wechat':
      return { channel: 'wechat', message: { kind: 'text', text } }
    case 'wecom':
      return { channel: 'wecom', text, attachments: [] }
    case 'push':
      return { channel: 'push', title: subject ?? text.slice(0, 30), text, link: '', picture: '' }
    case 'call':
      return { channel: 'call', opening: text }
    default:
      throw problem.testContent({ field: 'channel' })
  }
}

/**
 * One message to oneself, by this account and no other; the address is kept masked.
 * @throws problem.testAddress, problem.testContent, problem.sendsDisarmed
 */
export const sendTest = async (ctx: Ctx, { id, ...given }: NewTestSend & { id: number }): Promise<TestSend> => {
  const provider = await opened(ctx, id)
  const { adapter } = provider
  if (!(await isArmed(ctx))) throw problem.sendsDisarmed()
  const address = adapter.address === 'none' ? '' : normalAddress(provider, given.address)
  if (address === undefined) throw problem.testAddress({ kind: adapter.address })
  const read = adapter.content.safeParse(contentOf(provider, given))
  if (!read.success) throw problem.testContent({ field: read.error.issues[0]?.path.join('.') ?? '' })
  const key = `t-${newBatch()}`
  const message: OutMessage = { key, sendId: 0, address, category: 'service', content: read.data }
  const masked = adapter.address === 'none' ? '' : mask(adapter.address, address)
  await ctx.audit.record(ctx, { action: 'provider.test', subject: `provider:${id}`, detail: { address: masked } })
  const granted = await ctx.tx((ctx) => takeTokens(ctx, provider.row, 1))
  const [outcome] =
    granted === 0
      ? [{ is: 'rejected', code: 'LIMIT', detail: 'the limits of the account are used up', next: 'later' } as const]
      : await adapter.send(worldFor(ctx, provider, AbortSignal.timeout(patienceMs)), [message], { batch: key })
  const row = await ctx.pg
    .insertInto('campaigns.test_send')
    .values({
      provider_id: id,
      key,
      address: masked,
      at: ctx.now(),
      by: ctx.actor.name,
      outcome: outcome?.is ?? 'unknown',
      code: outcome && outcome.is !== 'accepted' ? outcome.code.slice(0, 100) : null,
      detail: outcome && outcome.is !== 'accepted' ? cleanDetail(outcome.detail) : null,
      delivered_at: outcome?.is === 'accepted' && outcome.delivered ? ctx.now() : null,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  return {
    id: Number(row.id),
    address: row.address,
    at: row.at.toISOString(),
    by: row.by,
    outcome: outcome?.is ?? 'unknown',
    code: row.code,
    detail: row.detail,
    deliveredAt: row.delivered_at?.toISOString() ?? null,
  }
}
