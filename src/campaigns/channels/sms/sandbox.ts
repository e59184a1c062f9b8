import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { aliyunProtocol } from './sandbox-aliyun.ts'
import { type Counts, type Ledger, openLedger, type Taken } from './sandbox-count.ts'
import { httpProtocol } from './sandbox-http.ts'
import { tencentProtocol } from './sandbox-tencent.ts'

/**
 * A provider of short messages to try against, which sends nothing: Alibaba Cloud's, Tencent Cloud's and our own protocol on one port,
 * with their signatures, limits, receipts and replies. It counts what came, so that a doubled message shows.
 * As a program: `node src/campaigns/channels/sms/sandbox.ts --port 8790`; what it can be told by HTTP is in docs/channels.md.
 */

export interface SandboxReply {
  id: string
  number: string
  text: string
  at: number
}

/** What a protocol sees of the sandbox. */
export interface SandboxWorld {
  account: { id: string; secret: string }
  ledger: Ledger
  dropsRepeated: boolean
  now: () => number
  template(code: string): { variables: readonly string[] } | undefined
  knowsSign(sign: string): boolean
  /** Whether one of the numbers had its share of this minute. */
  limited(numbers: readonly string[]): boolean
  /** The code that is to be refused with, by script. */
  refusal(): string | undefined
  take(message: { key: string; number: string; content: string }): Taken
  /** Receipts that nobody has fetched. */
  waiting(limit: number): Taken[]
  replies(limit: number): SandboxReply[]
}

export interface SandboxRequest {
  method: string
  url: URL
  headers: Record<string, string>
  body: string
  world: SandboxWorld
}

export interface Protocol {
  name: 'aliyun' | 'tencent' | 'http'
  owns(request: { headers: Record<string, string> }): boolean
  answer(request: SandboxRequest): { status: number; body: unknown }
  report(messages: readonly Taken[]): unknown
  up(reply: SandboxReply): unknown
  sign?(body: string, world: SandboxWorld): Record<string, string>
}

const protocols: readonly Protocol[] = [aliyunProtocol, tencentProtocol, httpProtocol]

export const faultKinds = [
  'silentAfterAccept',
  'resetAfterAccept',
  'resetBefore',
  'error500After',
  'error500Before',
  'slow',
  'throttle',
  'refuse',
] as const

/** What goes wrong with the next `times` requests to send, or with a `share` of all of them. */
const Fault = z.object({
  kind: z.enum(faultKinds),
  times: z.int().min(1).optional(),
  share: z.number().min(0).max(1).optional(),
  /** For `refuse`: the provider's code. */
  code: z.string().optional(),
  /** For `slow`. */
  ms: z.int().optional(),
})
export type Fault = z.infer<typeof Fault>

export interface SandboxOptions {
  port?: number
  host?: string
  accountId?: string
  secret?: string
  /** Codes of templates with their variables; without any every code is known and wants no variable. */
  templates?: Readonly<Record<string, readonly string[]>>
  /** Signatures that are known; without any all are. */
  signs?: readonly string[]
  /** Requests per second before the protocol's own error of throttling. */
  requestsPerSecond?: number
  /** Messages per number and minute. */
  perNumberMinute?: number
  /** Whether the own protocol drops keys it has seen. */
  dropsRepeated?: boolean
  /** Where receipts and replies are pushed, by protocol; without one they wait to be fetched. */
  pushTo?: Partial<Record<Protocol['name'], string>>
  /** How long after a message its receipt comes; left out: receipts only when `report` is called. */
  receiptAfterMs?: number
  /** Share of messages that are not delivered. */
  failShare?: number
  now?: () => number
}

export interface SmsSandbox {
  url: string
  port: number
  counts(): Counts
  ledger: Ledger
  fault(fault: Fault): void
  clearFaults(): void
  /** Makes the receipts of all messages that have none and pushes them. @returns how many */
  report(): Promise<number>
  /** Somebody writes back. */
  reply(protocol: Protocol['name'], number: string, text: string): Promise<void>
  /** Where pushes go from now on. */
  pushTo(protocol: Protocol['name'], url: string): void
  stop(): Promise<void>
}

const readBody = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

/** Listens on the loopback address unless said otherwise. */
export const startSmsSandbox = async (options: SandboxOptions = {}): Promise<SmsSandbox> => {
  const {
    port = 0,
    host = '127.0.0.1',
    accountId = 'sandbox',
    secret = 'sandbox-secret',
    templates,
    signs,
    requestsPerSecond,
    perNumberMinute,
    dropsRepeated = true,
    receiptAfterMs,
    failShare = 0,
    now = Date.now,
  } = options
  const pushes = new Map(Object.entries(options.pushTo ?? {}))
  const ledger = openLedger()
  const faults: Fault[] = []
  const unreported = new Map<Taken, Protocol>()
  const fetchable: { taken: Taken; protocol: Protocol }[] = []
  const replies: SandboxReply[] = []
  const minutes = new Map<string, number>()
  let minute = 0
  let second = { at: 0, requests: 0 }
  let replyNo = 0
  let protocolNow: Protocol = httpProtocol
  let refuseWith: string | undefined

  const world: SandboxWorld = {
    account: { id: accountId, secret },
    ledger,
    dropsRepeated,
    now,
    template: (code) => (templates ? known(templates[code]) : code === '' ? undefined : { variables: [] }),
    knowsSign: (sign) => (signs ? signs.includes(sign) : sign !== ''),
    limited: (numbers) => {
      if (perNumberMinute === undefined) return false
      const at = Math.floor(now() / 60_000)
      if (at !== minute) minutes.clear()
      minute = at
      if (numbers.some((number) => (minutes.get(number) ?? 0) >= perNumberMinute)) return true
      for (const number of numbers) minutes.set(number, (minutes.get(number) ?? 0) + 1)
      return false
    },
    refusal: () => refuseWith,
    take: (message) => {
      const taken = ledger.take({ ...message, at: now() })
      unreported.set(taken, protocolNow)
      return taken
    },
    waiting: (limit) =>
      fetchable
        .filter(({ protocol }) => protocol === protocolNow)
        .slice(0, limit)
        .map((one) => fetchable.splice(fetchable.indexOf(one), 1)[0]?.taken)
        .filter((taken) => taken !== undefined),
    replies: (limit) => replies.splice(0, limit),
  }

  const push = async (protocol: Protocol, payload: unknown): Promise<boolean> => {
    const to = pushes.get(protocol.name)
    if (to === undefined) return false
    const body = JSON.stringify(payload)
    const answer = await fetch(to, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...protocol.sign?.(body, world) },
      body,
    }).catch(() => undefined)
    return answer?.ok ?? false
  }
  const report = async (): Promise<number> => {
    const due = [...unreported].filter(([{ at }]) => receiptAfterMs === undefined || at + receiptAfterMs <= now())
    for (const [taken] of due) {
      unreported.delete(taken)
      taken.state = Math.random() < failShare ? 'failed' : 'delivered'
      taken.code = taken.state === 'failed' ? 'MK:0005' : ''
      taken.reportedAt = now()
    }
    for (const [protocol, list] of Map.groupBy(due, ([, of]) => of)) {
      for (let from = 0; from < list.length; from += 100) {
        const page = list.slice(from, from + 100).map(([taken]) => taken)
        if (!(await push(protocol, protocol.report(page))))
          fetchable.push(...page.map((taken) => ({ taken, protocol })))
      }
    }
    return due.length
  }

  const faultNow = (): Fault | undefined => {
    const at = faults.findIndex(
      ({ times, share }) => (times ?? 0) > 0 || (share !== undefined && Math.random() < share),
    )
    const fault = faults[at]
    if (fault?.times !== undefined && --fault.times <= 0) faults.splice(at, 1)
    return fault
  }
  const isSending = (request: { headers: Record<string, string>; url: URL }): boolean => {
    const action = request.headers['x-acs-action'] ?? request.headers['x-tc-action']
    return action ? action.startsWith('Send') : !request.url.pathname.endsWith('/query')
  }
  const json = (response: ServerResponse, status: number, body: unknown) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request)
    const url = new URL(request.url ?? '/', 'http://sandbox')
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(',') : (value ?? ''),
      ]),
    )
    if (url.pathname.startsWith('/_')) return control(url, body, response)
    const protocol = protocols.find((one) => one.owns({ headers }))
    if (!protocol) return void json(response, 404, { error: 'no protocol' })
    const asked = { method: request.method ?? 'POST', url, headers, body, world }
    const sending = isSending(asked)
    ledger.request()
    if (requestsPerSecond !== undefined) {
      const at = Math.floor(now() / 1_000)
      second = second.at === at ? { at, requests: second.requests + 1 } : { at, requests: 1 }
      if (second.requests > requestsPerSecond) return void throttled(protocol, response)
    }
    const fault = sending ? faultNow() : undefined
    if (fault?.kind === 'resetBefore') return void request.socket.destroy()
    if (fault?.kind === 'error500Before') return void json(response, 500, { error: 'before' })
    if (fault?.kind === 'throttle') return void throttled(protocol, response)
    if (fault?.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, fault.ms ?? 1_000))
    // What follows runs in one go: the protocol of this request and its fault are not another's.
    protocolNow = protocol
    refuseWith = fault?.kind === 'refuse' ? (fault.code ?? 'isv.AMOUNT_NOT_ENOUGH') : undefined
    const answer = protocol.answer(asked)
    if (fault?.kind === 'silentAfterAccept') return
    if (fault?.kind === 'resetAfterAccept') return void request.socket.destroy()
    if (fault?.kind === 'error500After') return void json(response, 500, { error: 'after' })
    json(response, answer.status, answer.body)
  }
  const throttled = (protocol: Protocol, response: ServerResponse) => {
    ledger.refuse()
    if (protocol.name === 'aliyun')
      return json(response, 400, { Code: 'Throttling.User', Message: 'Request was denied due to user flow control.' })
    if (protocol.name === 'tencent')
      return json(response, 200, {
        Response: { Error: { Code: 'RequestLimitExceeded', Message: '请求的次数超过了频率限制' } },
      })
    return json(response, 429, { error: 'throttled' })
  }
  const control = async (url: URL, body: string, response: ServerResponse): Promise<void> => {
    const given = body === '' ? {} : (JSON.parse(body) as Record<string, unknown>)
    switch (url.pathname) {
      case '/_counts':
        return void json(response, 200, { ...ledger.counts(), examples: ledger.repeated() })
      case '/_messages':
        return void json(response, 200, ledger.ofNumber(url.searchParams.get('number') ?? ''))
      case '/_fault':
        faults.push(Fault.parse(given))
        return void json(response, 200, {})
      case '/_calm':
        faults.length = 0
        return void json(response, 200, {})
      case '/_report':
        return void json(response, 200, { receipts: await report() })
      case '/_reply':
        await reply(String(given.protocol) as Protocol['name'], String(given.number), String(given.text))
        return void json(response, 200, {})
      case '/_pushTo':
        pushes.set(String(given.protocol), String(given.url))
        return void json(response, 200, {})
      case '/_clear':
        ledger.clear()
        unreported.clear()
        return void json(response, 200, {})
      default:
        return void json(response, 404, {})
    }
  }
  const reply = async (name: Protocol['name'], number: string, text: string): Promise<void> => {
    const protocol = protocols.find((one) => one.name === name) ?? aliyunProtocol
    const said = { id: String(++replyNo), number, text, at: now() }
    if (!(await push(protocol, protocol.up(said)))) replies.push(said)
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) =>
      json(response, 500, { error: error instanceof Error ? error.message : 'failed' }),
    )
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve))
  const timer =
    receiptAfterMs === undefined ? undefined : setInterval(() => void report(), Math.max(50, receiptAfterMs / 4))
  const bound = (server.address() as AddressInfo).port
  return {
    url: `http://${host}:${bound}`,
    port: bound,
    counts: ledger.counts,
    ledger,
    fault: (fault) => void faults.push({ ...fault }),
    clearFaults: () => void faults.splice(0),
    report,
    reply,
    pushTo: (protocol, url) => void pushes.set(protocol, url),
    stop: async () => {
      clearInterval(timer)
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

const known = (variables: readonly string[] | undefined) => variables && { variables }

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8790' },
      host: { type: 'string', default: '127.0.0.1' },
      secret: { type: 'string', default: 'sandbox-secret' },
      'receipt-after-ms': { type: 'string', default: '1000' },
      'fail-share': { type: 'string', default: '0' },
      'requests-per-second': { type: 'string' },
    },
  })
  const perSecond = values['requests-per-second']
  const { url } = await startSmsSandbox({
    port: Number(values.port),
    host: values.host,
    secret: values.secret,
    receiptAfterMs: Number(values['receipt-after-ms']),
    failShare: Number(values['fail-share']),
    ...(perSecond !== undefined && { requestsPerSecond: Number(perSecond) }),
  })
  process.stdout.write(`${JSON.stringify({ listening: url })}\n`)
}
