import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { signedHeaders } from '#platform'
import { type BotKind, signDingtalk, signFeishu } from './bots.ts'

/** The other side of every way an alert leaves: three kinds of bots, an SMS gateway and a web hook, as their makers describe them. */

export interface HeardMessage {
  path: string
  title: string
  text: string
  /** Whom it calls by name, or the number of an SMS. */
  to: string[]
  at: number
}

export interface AlertSandbox {
  port: number
  /** Address of one bot or gateway; each name is another group. */
  url(kind: BotKind | 'sms' | 'webhook', name?: string): string
  /** What was accepted, oldest first. */
  heard(path?: string): HeardMessage[]
  /** Answers so many of the next requests to a kind with this code instead. */
  refuse(kind: BotKind | 'sms' | 'webhook', code: number, times: number): void
  /** Cuts so many of the next connections after the request was read. */
  cut(times: number): void
  stop(): Promise<void>
}

interface Reply {
  status: number
  body: unknown
}

const caps = { dingtalk: 20_000, wecom: 4_096, feishu: 30_000 } as const

/** @param perMinute messages one bot takes in any minute, as each maker says of his own */
export const startAlertSandbox = async ({
  secret = 'SEC-sandbox',
  webhookSecret,
  perMinute = 20,
  port = 0,
  now = Date.now,
}: {
  secret?: string
  webhookSecret?: string
  perMinute?: number
  port?: number
  now?: () => number
} = {}): Promise<AlertSandbox> => {
  const heard: HeardMessage[] = []
  const refusals = new Map<string, number[]>()
  const recent = new Map<string, number[]>()
  let cuts = 0

  const tooFast = (path: string): boolean => {
    const since = (recent.get(path) ?? []).filter((at) => at > now() - 60_000)
    since.push(now())
    recent.set(path, since)
    return since.length > perMinute
  }
  const keep = (message: Omit<HeardMessage, 'at'>): void => void heard.push({ ...message, at: now() })

  const dingtalk = (url: URL, body: string): Reply => {
    const no = (errcode: number, errmsg: string): Reply => ({ status: 200, body: { errcode, errmsg } })
    const atMs = Number(url.searchParams.get('timestamp'))
    if (Math.abs(now() - atMs) > 3_600_000) return no(310000, 'invalid timestamp')
    if (url.searchParams.get('sign') !== signDingtalk(secret, atMs)) return no(310000, 'sign not match')
    if (Buffer.byteLength(body) > caps.dingtalk) return no(40035, 'message is too long')
    if (tooFast(url.pathname)) return no(130101, 'send too fast, exceed 20 times per minute')
    const { markdown, at } = JSON.parse(body) as {
      markdown: { title: string; text: string }
      at: { atMobiles: string[]; atUserIds: string[] }
    }
    keep({ path: url.pathname, title: markdown.title, text: markdown.text, to: [...at.atMobiles, ...at.atUserIds] })
    return { status: 200, body: { errcode: 0, errmsg: 'ok' } }
  }
  const wecom = (url: URL, body: string): Reply => {
    const no = (errcode: number, errmsg: string): Reply => ({ status: 200, body: { errcode, errmsg } })
    if (!url.searchParams.get('key')) return no(93000, 'invalid webhook url')
    const { markdown } = JSON.parse(body) as { markdown: { content: string } }
    if (Buffer.byteLength(markdown.content) > caps.wecom) return no(40058, 'markdown.content exceed max length 4096')
    if (tooFast(url.pathname + url.search)) return no(45009, 'api freq out of limit')
    keep({
      path: url.pathname,
      title: markdown.content.split('\n')[0]?.replaceAll('*', '') ?? '',
      text: markdown.content,
      to: [...markdown.content.matchAll(/<@([^>]+)>/g)].map(([, id = '']) => id),
    })
    return { status: 200, body: { errcode: 0, errmsg: 'ok' } }
  }
  const feishu = (url: URL, body: string): Reply => {
    const no = (code: number, msg: string): Reply => ({ status: 200, body: { code, msg, data: {} } })
    const given = JSON.parse(body) as {
      timestamp?: string
      sign?: string
      card: { header: { title: { content: string } }; elements: { content: string }[] }
    }
    const atSeconds = Number(given.timestamp)
    if (Math.abs(now() / 1_000 - atSeconds) > 3_600 || given.sign !== signFeishu(secret, atSeconds))
      return no(19021, 'sign match fail or timestamp is not within one hour from current time')
    if (Buffer.byteLength(body) > caps.feishu) return no(9499, 'Bad Request')
    if (tooFast(url.pathname)) return no(11232, 'frequency limited')
    const text = given.card.elements.map(({ content }) => content).join('\n')
    keep({
      path: url.pathname,
      title: given.card.header.title.content,
      text,
      to: [...text.matchAll(/<at id=([^>]+)>/g)].map(([, id = '']) => id),
    })
    return { status: 200, body: { code: 0, msg: 'success', data: {} } }
  }
  const isSigned = (request: IncomingMessage, body: string): boolean => {
    const id = String(request.headers['webhook-id'])
    const atSeconds = Number(request.headers['webhook-timestamp'])
    const expected = signedHeaders([webhookSecret ?? ''], { id, atSeconds, body })['webhook-signature']
    return request.headers['webhook-signature'] === expected && Math.abs(now() / 1_000 - atSeconds) < 300
  }
  const sms = (url: URL, body: string, request: IncomingMessage): Reply => {
    if (!isSigned(request, body)) return { status: 401, body: { error: 'signature' } }
    const { messages } = JSON.parse(body) as { messages: { key: string; to: string; text: string }[] }
    const results = messages.map(({ key, to, text }) => {
      if (!/^1[3-9]\d{9}$/.test(to)) return { key, status: 'rejected', code: 'NUMBER' }
      keep({ path: url.pathname, title: '', text, to: [to] })
      return { key, status: 'accepted', id: `s-${key}` }
    })
    return { status: 200, body: { results } }
  }
  const webhook = (url: URL, body: string, request: IncomingMessage): Reply => {
    if (!isSigned(request, body)) return { status: 401, body: {} }
    const { data } = JSON.parse(body) as { data: { title: string; text: string } }
    keep({ path: url.pathname, title: data.title, text: data.text, to: [] })
    return { status: 200, body: {} }
  }
  const kinds = { dingtalk, wecom, feishu, sms, webhook }

  const answer = (request: IncomingMessage, body: string): Reply => {
    const url = new URL(request.url ?? '/', 'http://sandbox')
    const kind = (['dingtalk', 'wecom', 'feishu', 'sms', 'webhook'] as const).find((one) =>
      url.pathname.startsWith(`/${one}/`),
    )
    if (!kind) return { status: 404, body: {} }
    const code = refusals.get(kind)?.shift()
    if (code !== undefined) {
      if (kind === 'sms' || kind === 'webhook') return { status: code, body: {} }
      return { status: 200, body: kind === 'feishu' ? { code, msg: 'refused' } : { errcode: code, errmsg: 'refused' } }
    }
    return kinds[kind](url, body, request)
  }
  const server = createServer((request, reply) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { status, body } = answer(request, Buffer.concat(chunks).toString('utf8'))
      if (cuts > 0) {
        cuts -= 1
        return void request.socket.destroy()
      }
      reply.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
  const listening = (server.address() as AddressInfo).port
  return {
    port: listening,
    url: (kind, name = 'duty') =>
      `http://127.0.0.1:${listening}/${kind}/${name}${kind === 'wecom' ? `?key=${name}` : ''}`,
    heard: (path) => heard.filter((one) => path === undefined || one.path === path),
    refuse: (kind, code, times) =>
      void refusals.set(kind, [...(refusals.get(kind) ?? []), ...Array.from({ length: times }, () => code)]),
    cut: (times) => {
      cuts += times
    },
    stop: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
