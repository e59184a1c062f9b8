import type { Selectable } from 'kysely'
import { createTransport } from 'nodemailer'
import { z } from 'zod'
import { type Ctx, callOut, NoAnswer, readSecret, signedHeaders, type Tables, targetFault } from '#platform'
import { type BotKind, botRequest, cutToBytes, type Message, readAnswer } from './bots.ts'
import { channelSettings } from './channel-contract.ts'
import './tables.ts'

/** One message out by one channel, over its real protocol. */

export type ChannelRow = Selectable<Tables['opinion.alert_channel']>

export interface OutMessage extends Message {
  /** The same at each attempt, by which receivers drop what they have seen. */
  key: string
  /** Mail address or mobile number, where the channel needs one. */
  to: string
  /** What a program gets: a web hook. */
  data: Record<string, unknown>
}

export type Outcome =
  | { is: 'accepted'; code: string; answer: string }
  | { is: 'rejected'; code: string; answer: string; next: 'later' | 'never'; restsMs?: number }
  /** It may have arrived or not. An alert told twice is better than one not told. */
  | { is: 'unclear'; code: string; answer: string }

const timeoutMs = 10_000
export const secretName = (id: number, field: string) => `opinion.channel.${id}.${field}`

const opened = new WeakMap<object, Map<number, { version: number; secrets: Record<string, string> }>>()

/** A channel's secrets; kept in memory as long as its version is the same. */
const secretsOf = async (ctx: Ctx, row: ChannelRow): Promise<Record<string, string>> => {
  const held = opened.get(ctx.store) ?? new Map<number, { version: number; secrets: Record<string, string> }>()
  opened.set(ctx.store, held)
  const before = held.get(row.id)
  if (before?.version === row.version) return before.secrets
  const secrets: Record<string, string> = {}
  for (const field of row.secrets)
    secrets[field] = (await readSecret(ctx.vault, ctx.pg, secretName(row.id, field))) ?? ''
  held.set(row.id, { version: row.version, secrets })
  return secrets
}

/** Markdown as plain text: links become their address in brackets. */
export const plain = (text: string): string =>
  text.replaceAll(/\[([^\]]*)\]\(([^)]*)\)/g, '$1 $2').replaceAll(/\*\*([^*]*)\*\*/g, '$1')

const unsent = (error: unknown): Outcome => {
  if (!(error instanceof NoAnswer)) throw error
  const said = { code: error.code, answer: error.message.slice(0, 300) }
  return error.reached ? { is: 'unclear', ...said } : { is: 'rejected', ...said, next: 'later' }
}

const byBot = async (ctx: Ctx, kind: BotKind, row: ChannelRow, message: OutMessage): Promise<Outcome> => {
  const { url = '', secret = '' } = await secretsOf(ctx, row)
  const request = botRequest(kind, { url, secret, mostBytes: row.most_bytes, now: ctx.now() }, message)
  const answer = await callOut(request.url, {
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: request.body,
    timeoutMs,
    allowInside: ctx.config.webhooksPrivate,
    answerBytes: 65_536,
  })
  return readAnswer(kind, answer)
}

const signedPost = async (ctx: Ctx, row: ChannelRow, key: string, payload: unknown) => {
  const { url = '', secret = '' } = await secretsOf(ctx, row)
  const body = JSON.stringify(payload)
  const atSeconds = Math.floor(ctx.now().getTime() / 1_000)
  return callOut(url, {
    headers: { 'content-type': 'application/json', ...signedHeaders([secret], { id: key, atSeconds, body }) },
    body,
    timeoutMs,
    allowInside: ctx.config.webhooksPrivate,
    answerBytes: 65_536,
  })
}

const byStatus = ({ status, body }: { status: number; body: string }): Outcome => {
  const said = { code: `HTTP_${status}`, answer: body.slice(0, 300) }
  if (status >= 200 && status < 300) return { is: 'accepted', ...said }
  if (status === 429) return { is: 'rejected', ...said, next: 'later', restsMs: 60_000 }
  return { is: 'rejected', ...said, next: status >= 500 || status === 408 ? 'later' : 'never' }
}

const SmsAnswer = z.object({
  results: z
    .array(
      z.object({ status: z.enum(['accepted', 'rejected']), code: z.string().optional(), next: z.string().optional() }),
    )
    .min(1),
})

/** The gateway of `docs/channels.md`: the key of the message is the key of the SMS. */
const bySms = async (ctx: Ctx, row: ChannelRow, { key, to, title, text }: OutMessage): Promise<Outcome> => {
  const { signature } = channelSettings.sms.parse(row.settings)
  const words = cutToBytes(`【${signature}】${title}\n${plain(text)}`, row.most_bytes)
  const answer = await signedPost(ctx, row, key, { messages: [{ key, to, text: words }] })
  const whole = byStatus(answer)
  if (whole.is !== 'accepted') return whole
  const read = SmsAnswer.safeParse(JSON.parse(answer.body))
  const [one] = read.success ? read.data.results : []
  if (!one) return { is: 'unclear', code: 'ODD_ANSWER', answer: whole.answer }
  if (one.status === 'accepted') return { ...whole, code: '0' }
  return {
    is: 'rejected',
    code: one.code ?? 'REJECTED',
    answer: whole.answer,
    next: one.next === 'later' ? 'later' : 'never',
  }
}

const byWebhook = async (ctx: Ctx, row: ChannelRow, { key, title, text, data }: OutMessage): Promise<Outcome> =>
  byStatus(
    await signedPost(ctx, row, key, {
      type: 'opinion.alert',
      timestamp: ctx.now().toISOString(),
      data: { title, text: cutToBytes(plain(text), Math.max(200, row.most_bytes - 2_000)), ...data },
    }),
  )

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
const htmlOf = (text: string): string =>
  escaped(text)
    .replaceAll(/\[([^\]]*)\]\((https?:[^)\s]*)\)/g, '<a href="$2">$1</a>')
    .replaceAll(/\*\*([^*]*)\*\*/g, '<b>$1</b>')
    .replaceAll('\n', '<br>\n')

const byEmail = async (ctx: Ctx, row: ChannelRow, { key, to, title, text }: OutMessage): Promise<Outcome> => {
  const settings = channelSettings.email.parse(row.settings)
  const { password = '' } = await secretsOf(ctx, row)
  // A connection for each mail: alerts are few, and a server that was restarted meanwhile costs nothing.
  const transport = createTransport({
    host: settings.host,
    port: settings.port,
    secure: settings.security === 'tls',
    requireTLS: settings.security === 'starttls',
    ignoreTLS: settings.security === 'none',
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(settings.user !== '' && { auth: { user: settings.user, pass: password } }),
  })
  const body = cutToBytes(text, row.most_bytes)
  try {
    const { response } = await transport.sendMail({
      messageId: `<${key}@${settings.fromAddress.split('@')[1] ?? 'localhost'}>`,
      from: { name: settings.fromName, address: settings.fromAddress },
      to,
      subject: title,
      text: plain(body),
      html: `<p>${htmlOf(body)}</p>`,
      headers: { 'auto-submitted': 'auto-generated' },
    })
    return { is: 'accepted', code: /^\d{3}/.exec(response)?.[0] ?? '250', answer: response.slice(0, 300) }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const { responseCode, code = 'SMTP' } = error as Error & { responseCode?: number; code?: string }
    const said = { code: String(responseCode ?? code), answer: error.message.slice(0, 300) }
    if (responseCode !== undefined) return { is: 'rejected', ...said, next: responseCode >= 500 ? 'never' : 'later' }
    return { is: 'rejected', ...said, next: code === 'EAUTH' ? 'never' : 'later' }
  } finally {
    transport.close()
  }
}

/** Why nothing may leave to the address of a channel, or undefined. */
export const faultOfTarget = (ctx: Ctx, url: string) => targetFault(url, ctx.config.webhooksPrivate)

/** Sends one message. Never inside a transaction. */
export const sendBy = async (ctx: Ctx, row: ChannelRow, message: OutMessage): Promise<Outcome> => {
  try {
    if (row.kind !== 'email') {
      const fault = faultOfTarget(ctx, (await secretsOf(ctx, row)).url ?? '')
      if (fault) return { is: 'rejected', code: `TARGET_${fault}`, answer: fault, next: 'never' }
    }
    switch (row.kind) {
      case 'email':
        return await byEmail(ctx, row, message)
      case 'sms':
        return await bySms(ctx, row, message)
      case 'webhook':
        return await byWebhook(ctx, row, message)
      default:
        return await byBot(ctx, row.kind, row, message)
    }
  } catch (error) {
    return unsent(error)
  }
}
