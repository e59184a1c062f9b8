import { XMLParser } from 'fast-xml-parser'
import { z } from 'zod'
import type { ProviderWorld, PushAnswer, Pushed, Receipt, Reported } from '../../delivery/adapter.ts'
import { isSignedBy, open } from './envelope.ts'
import type { WechatSettings } from './wechat-api.ts'

/**
 * What the platform calls back about: the check of the address (GET), and what followers do (POST): subscribe, scan, menu,
 * text, and what became of subscription messages.
 */

/** Older call-backs are somebody repeating them. */
const oldestSeconds = 600

// Entities and document types are refused by the parser's own limits; values stay texts, numbers of messages are too long for numbers.
const parser = new XMLParser({ ignoreAttributes: true, parseTagValue: false, processEntities: false })

const Envelope = z.object({ xml: z.record(z.string(), z.unknown()) })

export const fieldsOf = (text: string): Record<string, unknown> | undefined => {
  try {
    return Envelope.safeParse(parser.parse(text)).data?.xml
  } catch {
    // Not XML: a stranger, or somebody trying what happens.
    return undefined
  }
}

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

const refused = (status: number): Reported & { answer: PushAnswer } => ({
  receipts: [],
  replies: [],
  answer: { status, body: '' },
})
/** The platform repeats a call-back three times unless it is answered with this, or with nothing. */
const taken: PushAnswer = { status: 200, body: 'success', type: 'text/plain' }

export const receiveCallback = (
  world: ProviderWorld<WechatSettings & { encrypted: boolean }>,
  { method, query, body }: Pushed,
): Reported & { answer: PushAnswer } => {
  const { token = '', encodingAesKey = '' } = world.secrets
  const { timestamp = '', nonce = '', signature, msg_signature, echostr } = query
  if (Math.abs(world.now().getTime() / 1_000 - Number(timestamp)) > oldestSeconds) return refused(403)
  if (method === 'GET') {
    if (!isSignedBy(signature, token, timestamp, nonce) || echostr === undefined) return refused(403)
    return { receipts: [], replies: [], answer: { status: 200, body: echostr, type: 'text/plain' } }
  }
  const outer = fieldsOf(body.toString('utf8'))
  if (!outer) return refused(400)
  const sealed = textOf(outer.Encrypt)
  if (sealed !== '') {
    if (!isSignedBy(msg_signature, token, timestamp, nonce, sealed)) return refused(403)
    const opened = open(sealed, { encodingAesKey, appId: world.settings.appId })
    const inner = opened === undefined ? undefined : fieldsOf(opened)
    return inner ? readFields(world, inner) : refused(400)
  }
  if (world.settings.encrypted || !isSignedBy(signature, token, timestamp, nonce)) return refused(403)
  return readFields(world, outer)
}

const instantOf = (world: ProviderWorld<unknown>, fields: Record<string, unknown>): Date => {
  const seconds = Number(textOf(fields.CreateTime))
  return seconds > 0 ? new Date(seconds * 1_000) : world.now()
}

/** The place of a parametric QR code: `qrscene_42` on the first scan, `42` on later ones. */
const sceneOf = (key: unknown): string => textOf(key).replace(/^qrscene_/, '')

const readFields = (
  world: ProviderWorld<unknown>,
  fields: Record<string, unknown>,
): Reported & { answer: PushAnswer } => {
  const openId = textOf(fields.FromUserName)
  const at = instantOf(world, fields)
  const kind = textOf(fields.MsgType)
  const event = textOf(fields.Event).toLowerCase()
  const happened = (name: string, properties: Record<string, string> = {}) => ({
    event: name,
    address: openId,
    at,
    properties,
    // Messages have a number; events are one by who and when.
    id: textOf(fields.MsgId) || `${openId}-${textOf(fields.CreateTime)}-${event}`,
  })
  const none = { receipts: [], replies: [], answer: taken }
  if (kind === 'text')
    return {
      ...none,
      replies: [{ address: openId, text: textOf(fields.Content), at, id: textOf(fields.MsgId) }],
      happenings: [happened('WeChat Message Received', { kind })],
    }
  if (kind !== 'event') return { ...none, happenings: [happened('WeChat Message Received', { kind })] }
  switch (event) {
    case 'subscribe': {
      const scene = sceneOf(fields.EventKey)
      return { ...none, happenings: [happened('WeChat Followed', scene === '' ? {} : { scene })] }
    }
    case 'unsubscribe':
      return { ...none, happenings: [happened('WeChat Unfollowed')] }
    case 'scan':
      return { ...none, happenings: [happened('WeChat Code Scanned', { scene: sceneOf(fields.EventKey) })] }
    case 'click':
    case 'view':
      return {
        ...none,
        happenings: [happened('WeChat Menu Used', { kind: event, key: textOf(fields.EventKey).slice(0, 200) })],
      }
    case 'subscribe_msg_sent_event':
      return { ...none, receipts: sentReceipts(fields, openId, at) }
    case 'subscribe_msg_popup_event':
    case 'subscribe_msg_change_event':
      return {
        ...none,
        happenings: choices(fields).map((properties) => happened('WeChat Subscription Chosen', properties)),
      }
    default:
      return none
  }
}

const asList = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value]
const Item = z.record(z.string(), z.unknown())

const listIn = (fields: Record<string, unknown>, outer: string): Record<string, unknown>[] => {
  const held = Item.safeParse(fields[outer]).data
  return asList(held?.List).flatMap((one) => {
    const item = Item.safeParse(one)
    return item.success ? [item.data] : []
  })
}

const sentReceipts = (fields: Record<string, unknown>, address: string, at: Date): Receipt[] =>
  listIn(fields, 'SubscribeMsgSentEvent').map((one) => {
    const code = textOf(one.ErrorCode)
    const failed = code !== '0'
    return {
      ref: textOf(one.MsgID),
      address,
      state: failed ? 'failed' : 'delivered',
      at,
      ...(failed && { code, detail: textOf(one.ErrorStatus) }),
    }
  })

const choices = (fields: Record<string, unknown>): Record<string, string>[] =>
  ['SubscribeMsgPopupEvent', 'SubscribeMsgChangeEvent']
    .flatMap((outer) => listIn(fields, outer))
    .map((one) => ({ templateId: textOf(one.TemplateId), choice: textOf(one.SubscribeStatusString) }))
