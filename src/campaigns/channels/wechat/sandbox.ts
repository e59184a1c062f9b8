import { randomBytes, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'
import { seal, signatureOf } from './envelope.ts'

/**
 * An official account's platform to try against: tokens that expire, the 48 hours of customer-service messages, subscriptions
 * that are used up, QR codes, and call-backs in clear or sealed. It keeps what it was sent; nothing leaves it.
 */

export interface WechatSandboxOptions {
  port?: number
  appId?: string
  appSecret?: string
  token?: string
  encodingAesKey?: string
  /** Lives of access tokens. */
  tokenSeconds?: number
  now?: () => number
}

/** A message that was taken. */
export interface TakenMessage {
  openId: string
  kind: string
  content: unknown
  at: number
  msgid: string
}

export interface WechatSandbox {
  url: string
  port: number
  messages: readonly TakenMessage[]
  /** Access tokens given out so far. */
  tokens: number
  /** Takes the token in use away, as when somebody else asked for one. */
  revokeToken(): void
  /** The follower wrote or touched the menu just now: his 48 hours begin. */
  wrote(openId: string): void
  /** The follower agreed to `times` messages of a template. */
  agrees(openId: string, templateId: string, times?: number): void
  /** Posts a call-back as the platform does. @returns the answer */
  callBack(
    to: string,
    fields: Readonly<Record<string, string>>,
    how?: 'sealed' | 'clear',
  ): Promise<{ status: number; body: string }>
  /** Asks an address to prove itself, as the platform does when it is entered. */
  verify(to: string): Promise<string>
  /** The next request gets no answer after it was taken. */
  fallSilent(): void
  stop(): Promise<void>
}

const windowMs = 48 * 3_600_000
const mostCustom = 5

const CustomMessage = z.looseObject({ touser: z.string(), msgtype: z.string() })
const Subscription = z.looseObject({
  touser: z.string(),
  template_id: z.string(),
  data: z.record(z.string(), z.object({ value: z.string() })),
})
const TokenRequest = z.object({ grant_type: z.literal('client_credential'), appid: z.string(), secret: z.string() })
const CodeRequest = z.object({
  expire_seconds: z.number().int().optional(),
  action_name: z.enum(['QR_STR_SCENE', 'QR_LIMIT_STR_SCENE']),
  action_info: z.object({ scene: z.object({ scene_str: z.string().min(1).max(64) }) }),
})

const readBody = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

const xmlOf = (fields: Readonly<Record<string, string>>): string =>
  `<xml>${Object.entries(fields)
    .map(([name, value]) =>
      value.startsWith('<') ? `<${name}>${value}</${name}>` : `<${name}><![CDATA[${value}]]></${name}>`,
    )
    .join('')}</xml>`

/** Listens on the loopback address. */
export const startWechatSandbox = async ({
  port = 0,
  appId = 'wx0123456789abcdef',
  appSecret = 'sandbox-secret',
  token = 'sandbox-token',
  encodingAesKey = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
  tokenSeconds = 7_200,
  now = Date.now,
}: WechatSandboxOptions = {}): Promise<WechatSandbox> => {
  const messages: TakenMessage[] = []
  const lastWords = new Map<string, { at: number; sent: number }>()
  const subscriptions = new Map<string, number>()
  let current: { value: string; until: number } | undefined
  let tokens = 0
  let isSilent = false
  let nextMessage = 1

  const error = (errcode: number, errmsg: string) => ({ errcode, errmsg })
  const giveToken = (body: unknown) => {
    const asked = TokenRequest.safeParse(body)
    if (!asked.success) return error(40002, 'invalid grant_type')
    if (asked.data.appid !== appId) return error(40013, 'invalid appid')
    if (asked.data.secret !== appSecret) return error(40125, 'invalid appsecret')
    if (!current || current.until <= now()) {
      tokens++
      current = { value: `token-${tokens}-${randomUUID()}`, until: now() + tokenSeconds * 1_000 }
    }
    return { access_token: current.value, expires_in: Math.floor((current.until - now()) / 1_000) }
  }
  const take = (openId: string, kind: string, content: unknown): string => {
    const msgid = String(nextMessage++)
    messages.push({ openId, kind, content, at: now(), msgid })
    return msgid
  }
  const custom = (body: unknown) => {
    const asked = CustomMessage.safeParse(body)
    if (!asked.success) return error(47001, 'data format error')
    const { touser, msgtype } = asked.data
    const last = lastWords.get(touser)
    if (!last) return error(40003, 'invalid openid')
    if (now() - last.at > windowMs) return error(45015, 'response out of time limit or subscription is canceled')
    if (last.sent >= mostCustom) return error(45047, 'out of response count limit')
    last.sent++
    take(touser, msgtype, asked.data[msgtype])
    return error(0, 'ok')
  }
  const subscription = (body: unknown) => {
    const asked = Subscription.safeParse(body)
    if (!asked.success) return error(47003, 'argument invalid')
    const key = `${asked.data.touser} ${asked.data.template_id}`
    const left = subscriptions.get(key) ?? 0
    if (left === 0) return error(43101, 'user refuse to accept the msg')
    subscriptions.set(key, left - 1)
    return { ...error(0, 'ok'), msgid: take(asked.data.touser, 'subscription', asked.data.data) }
  }
  const code = (body: unknown) => {
    const asked = CodeRequest.safeParse(body)
    if (!asked.success) return error(40068, 'invalid scene')
    const { expire_seconds } = asked.data
    return {
      ticket: `gQ${randomBytes(24).toString('base64')}`,
      url: `http://weixin.qq.com/q/${randomBytes(12).toString('base64url')}`,
      ...(expire_seconds !== undefined && { expire_seconds }),
    }
  }
  const answers: Readonly<Record<string, (body: unknown) => object>> = {
    '/cgi-bin/message/custom/send': custom,
    '/cgi-bin/message/subscribe/bizsend': subscription,
    '/cgi-bin/qrcode/create': code,
    '/cgi-bin/get_api_domain_ip': () => ({ ip_list: ['127.0.0.1'] }),
  }

  const server = createServer((request, reply) => {
    const url = new URL(request.url ?? '/', 'http://sandbox')
    void readBody(request).then((text) => {
      const body: unknown = text === '' ? {} : JSON.parse(text)
      const give = (answer: object) => {
        if (isSilent) {
          isSilent = false
          request.socket.destroy()
          return
        }
        reply.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
      }
      if (url.pathname === '/cgi-bin/stable_token') return give(giveToken(body))
      const answer = answers[url.pathname]
      if (!answer) return void reply.writeHead(404).end()
      const given = url.searchParams.get('access_token')
      if (given !== current?.value)
        return give(error(40001, 'invalid credential, access_token is invalid or not latest'))
      if (current.until <= now()) return give(error(42001, 'access_token expired'))
      return give(answer(body))
    })
  })
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done))
  const { port: bound } = server.address() as AddressInfo

  const proof = (sealed?: string) => {
    const [timestamp, nonce] = [String(Math.floor(now() / 1_000)), randomBytes(8).toString('hex')]
    return new URLSearchParams({
      timestamp,
      nonce,
      signature: signatureOf(token, timestamp, nonce),
      ...(sealed !== undefined && { msg_signature: signatureOf(token, timestamp, nonce, sealed), encrypt_type: 'aes' }),
    })
  }
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    messages,
    get tokens() {
      return tokens
    },
    revokeToken: () => {
      current = undefined
    },
    wrote: (openId) => void lastWords.set(openId, { at: now(), sent: 0 }),
    agrees: (openId, templateId, times = 1) => void subscriptions.set(`${openId} ${templateId}`, times),
    fallSilent: () => {
      isSilent = true
    },
    callBack: async (to, fields, how = 'sealed') => {
      const plain = xmlOf(fields)
      const sealed = how === 'sealed' ? seal(plain, { encodingAesKey, appId }) : undefined
      const body = sealed === undefined ? plain : xmlOf({ ToUserName: 'gh_sandbox', Encrypt: sealed })
      const answer = await fetch(`${to}?${proof(sealed).toString()}`, {
        method: 'POST',
        headers: { 'content-type': 'text/xml' },
        body,
      })
      return { status: answer.status, body: await answer.text() }
    },
    verify: async (to) => {
      const query = proof()
      query.set('echostr', '5927782489442352469')
      return (await fetch(`${to}?${query.toString()}`)).text()
    },
    stop: () => new Promise((done) => server.close(() => done())),
  }
}
