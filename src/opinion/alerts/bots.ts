import { createHmac } from 'node:crypto'
import { z } from 'zod'

/** Group bots of DingTalk, WeCom and Feishu: how each signs, what it takes, what it answers. Pure. */

export type BotKind = 'dingtalk' | 'wecom' | 'feishu'

export interface Message {
  title: string
  /** Markdown that all three understand: bold, links, line breaks. */
  text: string
  /** Whom to call by name in the group. */
  mention: readonly {
    mobile?: string | undefined
    dingtalk?: string | undefined
    wecom?: string | undefined
    feishu?: string | undefined
  }[]
}

export interface BotRequest {
  url: string
  body: string
}

/** What an answer means; `rests` when the provider wants fewer of them. */
export type Answer =
  | { is: 'accepted'; code: string; answer: string }
  | { is: 'rejected'; code: string; answer: string; next: 'later' | 'never'; restsMs?: number }

/**
 * Cuts a text to so many bytes of UTF-8 without breaking a character, with a mark that it was cut.
 * @param most ≥ the mark's length
 */
export const cutToBytes = (text: string, most: number): string => {
  if (Buffer.byteLength(text) <= most) return text
  const mark = '…'
  const bytes = Buffer.from(text).subarray(0, Math.max(0, most - Buffer.byteLength(mark)))
  // A character that was cut through decodes to U+FFFD at the end.
  return `${bytes.toString('utf8').replace(/\uFFFD+$/, '')}${mark}`
}

/** Cuts the text of a body until the whole of it fits. */
const fitted = (make: (text: string) => string, text: string, mostBytes: number): string => {
  const whole = make(text)
  if (Buffer.byteLength(whole) <= mostBytes) return whole
  // Escapes and the frame count too, so the longest text that fits is searched for.
  let [low, high] = [0, Math.min(mostBytes, Buffer.byteLength(text))]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (Buffer.byteLength(make(cutToBytes(text, middle))) <= mostBytes) low = middle
    else high = middle - 1
  }
  return make(cutToBytes(text, low))
}

/**
 * DingTalk: `timestamp` (ms) and `sign` in the address, sign = base64(HMAC-SHA256(secret, timestamp + "\n" + secret)).
 * Source: https://open.dingtalk.com/document/robots/customize-robot-security-settings
 */
export const signDingtalk = (secret: string, atMs: number): string =>
  createHmac('sha256', secret).update(`${atMs}\n${secret}`).digest('base64')

/**
 * Feishu: `timestamp` (s) and `sign` in the body, sign = base64(HMAC-SHA256(key: timestamp + "\n" + secret, message: empty)).
 * Source: https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot
 */
export const signFeishu = (secret: string, atSeconds: number): string =>
  createHmac('sha256', `${atSeconds}\n${secret}`).update('').digest('base64')

const isText = (value: string | undefined): value is string => value !== undefined && value !== ''

/** The request that carries a message. @param secret empty where the bot is not protected by a signature */
export const botRequest = (
  kind: BotKind,
  { url, secret, mostBytes, now }: { url: string; secret: string; mostBytes: number; now: Date },
  { title, text, mention }: Message,
): BotRequest => {
  const bare = text.trim()
  switch (kind) {
    case 'dingtalk': {
      const address = new URL(url)
      if (secret !== '') {
        address.searchParams.set('timestamp', String(now.getTime()))
        address.searchParams.set('sign', signDingtalk(secret, now.getTime()))
      }
      const atMobiles = mention.map(({ mobile }) => mobile).filter(isText)
      const atUserIds = mention.map(({ dingtalk }) => dingtalk).filter(isText)
      // A mention has to stand in the text as well.
      const called = [...atMobiles, ...atUserIds].map((one) => `@${one}`).join(' ')
      const make = (part: string) =>
        JSON.stringify({
          msgtype: 'markdown',
          markdown: { title, text: `#### ${title}\n\n${part.replaceAll('\n', '\n\n')}${called && `\n\n${called}`}` },
          at: { atMobiles, atUserIds, isAtAll: false },
        })
      return { url: address.href, body: fitted(make, bare, mostBytes) }
    }
    case 'wecom': {
      const called = mention
        .map(({ wecom }) => wecom)
        .filter(isText)
        .map((id) => `<@${id}>`)
        .join('')
      // The cap of WeCom is on the content, not on the whole request.
      const content = (part: string) => `**${title}**\n${part}${called && `\n${called}`}`
      const room = mostBytes - Buffer.byteLength(content(''))
      return {
        url,
        body: JSON.stringify({ msgtype: 'markdown', markdown: { content: content(cutToBytes(bare, room)) } }),
      }
    }
    case 'feishu': {
      const atSeconds = Math.floor(now.getTime() / 1_000)
      const called = mention
        .map(({ feishu }) => feishu)
        .filter(isText)
        .map((id) => `<at id=${id}></at>`)
        .join('')
      const make = (part: string) =>
        JSON.stringify({
          ...(secret !== '' && { timestamp: String(atSeconds), sign: signFeishu(secret, atSeconds) }),
          msg_type: 'interactive',
          card: {
            header: { title: { tag: 'plain_text', content: title } },
            elements: [{ tag: 'markdown', content: `${part}${called && `\n${called}`}` }],
          },
        })
      return { url, body: fitted(make, bare, mostBytes) }
    }
  }
}

const DingtalkAnswer = z.object({ errcode: z.number(), errmsg: z.string().default('') })
const FeishuAnswer = z.union([
  z.object({ code: z.number(), msg: z.string().default('') }),
  z.object({ StatusCode: z.number(), StatusMessage: z.string().default('') }),
])

/** Codes by which a provider asks for fewer messages. */
const tooMany: Record<BotKind, readonly number[]> = {
  dingtalk: [130101, 302033, 410100],
  wecom: [45009],
  feishu: [11232, 9499],
}
/** Codes of a provider's own trouble: the same message may be taken later. */
const passing: Record<BotKind, readonly number[]> = { dingtalk: [-1, 300005], wecom: [-1], feishu: [] }
/** DingTalk takes nothing for ten minutes from a bot that was too fast; the others count by the minute. */
const restMs: Record<BotKind, number> = { dingtalk: 600_000, wecom: 60_000, feishu: 60_000 }

/** Reads what a bot answered: all three say HTTP 200 to what they refuse. */
export const readAnswer = (kind: BotKind, { status, body }: { status: number; body: string }): Answer => {
  const answer = body.slice(0, 500)
  let json: unknown
  try {
    json = JSON.parse(body)
  } catch {
    json = undefined
  }
  const read = kind === 'feishu' ? FeishuAnswer.safeParse(json) : DingtalkAnswer.safeParse(json)
  if (!read.success) {
    if (status === 429) return { is: 'rejected', code: 'HTTP_429', answer, next: 'later', restsMs: restMs[kind] }
    return { is: 'rejected', code: `HTTP_${status}`, answer, next: status >= 500 || status === 408 ? 'later' : 'never' }
  }
  const { data } = read
  const code = 'errcode' in data ? data.errcode : 'code' in data ? data.code : data.StatusCode
  if (code === 0) return { is: 'accepted', code: '0', answer }
  if (tooMany[kind].includes(code))
    return { is: 'rejected', code: String(code), answer, next: 'later', restsMs: restMs[kind] }
  return { is: 'rejected', code: String(code), answer, next: passing[kind].includes(code) ? 'later' : 'never' }
}
