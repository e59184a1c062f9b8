import { z } from 'zod'
import { signedHeaders } from '#platform'
import { RenderedSms } from '../../creatives/rendered-contract.ts'
import {
  type Answer,
  adapter,
  type Outcome,
  type ProviderWorld,
  type Pushed,
  receiptStates,
} from '../../delivery/adapter.ts'
import { callProvider, isProviderAddress, jsonIn, oddAnswer, unsent } from '../../delivery/call-provider.ts'
import { smsParts } from './parts.ts'

/**
 * Short messages by a gateway of one's own, in JSON over HTTP: `docs/channels.md` has the protocol. Requests and receipts are signed
 * as Standard Webhooks are, with the same secret.
 */

const Settings = z.strictObject({
  url: z.url().refine(isProviderAddress),
  /** Asked about messages whose outcome is not known; empty: they stay unknown. */
  queryUrl: z.union([z.literal(''), z.url().refine(isProviderAddress)]).default(''),
  /** The gateway promises to drop a key that it has seen. */
  dropsRepeated: z.boolean().default(false),
  absentAfterSeconds: z.int().min(1).max(604_800).default(120),
})
type Settings = z.output<typeof Settings>

const Results = z.object({
  results: z.array(
    z.object({
      key: z.string(),
      status: z.enum(['accepted', 'rejected']),
      id: z.string().max(100).optional(),
      parts: z.int().min(1).max(50).optional(),
      code: z.string().default(''),
      message: z.string().default(''),
      next: z.enum(['none', 'other', 'later']).default('other'),
      retryAfterSeconds: z.number().min(0).max(86_400).optional(),
    }),
  ),
})
const States = z.object({
  results: z.array(
    z.object({
      key: z.string(),
      status: z.enum(['absent', 'accepted', 'delivered', 'failed']),
      id: z.string().max(100).optional(),
      at: z.iso.datetime().optional(),
      code: z.string().default(''),
    }),
  ),
})
const Told = z.object({
  receipts: z
    .array(
      z.object({
        key: z.string().optional(),
        id: z.string().optional(),
        state: z.enum(receiptStates),
        at: z.iso.datetime(),
        code: z.string().optional(),
        message: z.string().optional(),
        parts: z.int().min(1).max(50).optional(),
      }),
    )
    .default([]),
  replies: z
    .array(z.object({ from: z.string(), text: z.string(), at: z.iso.datetime(), id: z.string().optional() }))
    .default([]),
})

const post = ({ settings: _, ...world }: ProviderWorld<Settings>, url: string, id: string, payload: unknown) => {
  const body = JSON.stringify(payload)
  const atSeconds = Math.floor(world.now().getTime() / 1_000)
  return callProvider(world, url, {
    headers: {
      'content-type': 'application/json',
      'idempotency-key': id,
      ...signedHeaders([world.secrets.secret ?? ''], { id, atSeconds, body }),
    },
    body,
  })
}

/** Whether the gateway signed what it pushed, within five minutes. */
const isSigned = ({ now, secrets }: ProviderWorld<Settings>, { headers, body }: Pushed): boolean => {
  const [id, at, given] = [headers['webhook-id'], headers['webhook-timestamp'], headers['webhook-signature']]
  if (!id || !at || !given || Math.abs(now().getTime() / 1_000 - Number(at)) > 300) return false
  const expected = signedHeaders([secrets.secret ?? ''], { id, atSeconds: Number(at), body: body.toString('utf8') })
  return given.split(' ').includes(expected['webhook-signature'] ?? '')
}

export const httpSms = adapter<Settings, RenderedSms>({
  kind: 'sms.http',
  channel: 'sms',
  title: { zh: '自有短信网关（HTTP）', en: 'Own SMS gateway (HTTP)' },
  settings: Settings,
  fields: [
    { name: 'url', title: { zh: '发送地址', en: 'Address for sending' } },
    { name: 'secret', title: { zh: '签名密钥', en: 'Signing secret' }, secret: true },
    {
      name: 'queryUrl',
      title: { zh: '查询地址', en: 'Address for asking' },
      help: {
        zh: '用于核实结果不明的短信；留空则一直保持“待核实”',
        en: 'Asked about unknown outcomes; empty: they stay unknown',
      },
    },
    {
      name: 'dropsRepeated',
      title: { zh: '网关按键去重', en: 'Drops repeated keys' },
      help: { zh: '网关保证同一个键只发一次', en: 'The gateway promises to send each key once' },
    },
    {
      name: 'absentAfterSeconds',
      title: { zh: '查无记录视为未受理（秒）', en: 'Not listed counts as not taken after (s)' },
    },
  ],
  content: RenderedSms,
  address: 'phone',
  batch: 500,
  concurrency: 8,
  certainty: ({ dropsRepeated, queryUrl, absentAfterSeconds }) => ({
    idempotent: dropsRepeated,
    absentAfterSeconds: queryUrl === '' ? null : absentAfterSeconds,
  }),
  parts: ({ text }) => smsParts(text),
  check: async (world) => {
    const answer = await post(world, world.settings.url, `check-${world.now().getTime()}`, { messages: [] })
    if (answer.status !== 200) throw new Error(`HTTP ${answer.status}`)
    if (!Results.safeParse(jsonIn(answer.body)).success) throw new Error('the answer is not of the protocol')
    return { detail: 'OK' }
  },
  send: async (world, messages, { batch }) => {
    try {
      const answer = await post(world, world.settings.url, batch, {
        messages: messages.map(({ key, address, category, content }) => ({
          key,
          to: address,
          category,
          text: content.text,
        })),
      })
      const read = Results.safeParse(jsonIn(answer.body))
      if (answer.status !== 200 || !read.success) {
        const outcome = oddAnswer(answer)
        return messages.map(() => outcome)
      }
      const byKey = new Map(read.data.results.map((one) => [one.key, one]))
      return messages.map(({ key }): Outcome => {
        const one = byKey.get(key)
        if (!one) return { is: 'unknown', code: 'NOT_ANSWERED', detail: 'the answer does not name the key' }
        if (one.status === 'accepted')
          return {
            is: 'accepted',
            ...(one.id !== undefined && { ref: one.id }),
            ...(one.parts !== undefined && { parts: one.parts }),
          }
        return {
          is: 'rejected',
          code: one.code || 'REJECTED',
          detail: one.message,
          next: one.next,
          ...(one.retryAfterSeconds !== undefined && { retryAfterMs: one.retryAfterSeconds * 1_000 }),
        }
      })
    } catch (error) {
      const outcome = unsent(error)
      return messages.map(() => outcome)
    }
  },
  query: async (world, asked) => {
    const { queryUrl } = world.settings
    if (queryUrl === '') return asked.map(() => ({ is: 'unclear' }))
    const answer = await post(world, queryUrl, `query-${world.now().getTime()}`, { keys: asked.map(({ key }) => key) })
    const read = States.safeParse(jsonIn(answer.body))
    if (answer.status !== 200 || !read.success) throw new Error(`HTTP ${answer.status}`)
    const byKey = new Map(read.data.results.map((one) => [one.key, one]))
    return asked.map(({ key }): Answer => {
      const one = byKey.get(key)
      if (!one) return { is: 'unclear' }
      const ref = one.id === undefined ? {} : { ref: one.id }
      const at = one.at === undefined ? world.now() : new Date(one.at)
      if (one.status === 'delivered') return { is: 'delivered', ...ref, at }
      if (one.status === 'failed') return { is: 'failed', ...ref, at, code: one.code || 'UNDELIVERED', detail: '' }
      return one.status === 'accepted' ? { is: 'accepted', ...ref } : { is: 'absent' }
    })
  },
  receive: async (world, pushed) => {
    const refused = (status: number) => ({ receipts: [], replies: [], answer: { status, body: '' } })
    if (!isSigned(world, pushed)) return refused(401)
    const read = Told.safeParse(jsonIn(pushed.body.toString('utf8')))
    if (!read.success) return refused(400)
    return {
      receipts: read.data.receipts.map(({ id, message, at, key, code, parts, state }) => ({
        state,
        at: new Date(at),
        ...(key !== undefined && { key }),
        ...(id !== undefined && { ref: id }),
        ...(code !== undefined && { code }),
        ...(message !== undefined && { detail: message }),
        ...(parts !== undefined && { parts }),
      })),
      replies: read.data.replies.map(({ from, text, at, id }) => ({
        address: from,
        text,
        at: new Date(at),
        ...(id !== undefined && { id }),
      })),
      answer: { status: 200, body: '{}', type: 'application/json' },
    }
  },
})
