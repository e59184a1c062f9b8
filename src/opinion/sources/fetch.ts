import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'
import { type CallAnswer, callOut, NoAnswer, namesInside } from '#platform'
import type { RequestAuth, SourceFault } from './sources-contract.ts'

/** One polite question over HTTP: bounded in time, size and redirections; an address inside is never reached. */

export class Fault extends Error {
  readonly fault: SourceFault
  /** When the other side asked to be left alone until. */
  readonly retryAfterMs: number | undefined
  readonly status: number | undefined
  constructor(fault: SourceFault, message: string, more: { retryAfterMs?: number | undefined; status?: number } = {}) {
    super(message)
    this.fault = fault
    this.retryAfterMs = more.retryAfterMs
    this.status = more.status
  }
}

export interface Ask {
  url: string
  auth: RequestAuth
  secret: string | undefined
  userAgent: string
  allowInside: boolean
  /** From the last answer. */
  etag?: string | null
  lastModified?: string | null
  signal?: AbortSignal
  /** Asked before each request, those after a redirection too: waits its turn and throws where robots forbid. */
  before?: (url: string) => Promise<void>
  /** Defaults: 25 s for the whole, 8 MiB unpacked. */
  timeoutMs?: number
  mostBytes?: number
}

export interface Got {
  status: number
  /** Where it was found in the end. */
  url: string
  /** Unpacked. */
  bytes: Buffer
  contentType: string
  headers: Record<string, string>
  etag: string | null
  lastModified: string | null
  unchanged: boolean
}

const mostRedirects = 5
const unpackers = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
} as const

/** Headers worth keeping with evidence; none that name a person or a session. */
const keptHeaders = [
  'content-type',
  'content-length',
  'content-encoding',
  'date',
  'etag',
  'last-modified',
  'server',
  'age',
]

const one = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value)

/** @throws Fault where the address must not be asked */
const assertOutside = (url: URL, allowInside: boolean, secret: boolean): void => {
  if (!/^https?:$/.test(url.protocol)) throw new Fault('unreachable', `no web address: ${url.protocol}`)
  if (url.username !== '' || url.password !== '') throw new Fault('credentials', 'a name or password in the address')
  if (allowInside) return
  if (namesInside(url.hostname)) throw new Fault('inside', url.hostname)
  // A public text may travel in clear; a key of ours may not.
  if (secret && url.protocol !== 'https:') throw new Fault('notEncrypted', url.hostname)
}

/** The address and headers that prove who asks. */
const authorised = (url: URL, auth: RequestAuth, secret: string): Record<string, string> => {
  switch (auth.type) {
    case 'none':
      return {}
    case 'bearer':
      return { authorization: `Bearer ${secret}` }
    case 'basic':
      return { authorization: `Basic ${Buffer.from(`${auth.user}:${secret}`).toString('base64')}` }
    case 'header':
      return { [auth.name.toLowerCase()]: secret }
    case 'query':
      url.searchParams.set(auth.name, secret)
      return {}
  }
}

const unpacked = async (answer: CallAnswer, mostBytes: number): Promise<Buffer> => {
  const encoding = one(answer.headers['content-encoding'])?.trim().toLowerCase()
  if (!encoding || encoding === 'identity' || answer.bytes.length === 0) return answer.bytes
  const unpack = unpackers[encoding as keyof typeof unpackers]
  if (!unpack) throw new Fault('notReadable', `packed as ${encoding}`)
  try {
    // It stops at the limit: a packed bomb costs no more than an honest answer.
    return await unpack(answer.bytes, { maxOutputLength: mostBytes })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw code === 'ERR_BUFFER_TOO_LARGE'
      ? new Fault('tooLarge', `more than ${mostBytes} bytes unpacked`)
      : new Fault('notReadable', `broken ${encoding}`)
  }
}

/** Milliseconds that `Retry-After` asks for; at most a day. */
export const retryAfter = (header: string | undefined, now: number): number | undefined => {
  if (header === undefined) return undefined
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1_000 : Date.parse(header) - now
  return Number.isFinite(ms) && ms > 0 ? Math.min(ms, 86_400_000) : undefined
}

const failed = (error: unknown): Fault => {
  if (error instanceof Fault) return error
  if (!(error instanceof NoAnswer)) throw error
  if (error.code === 'TIMEOUT') return new Fault('timeout', error.message)
  if (error.code === 'TOO_LONG') return new Fault('tooLarge', error.message)
  if (error.code === 'EINSIDE') return new Fault('inside', error.message)
  return new Fault('unreachable', error.code)
}

/**
 * Asks and gets a whole answer of status 200 or "unchanged".
 * @throws Fault for everything else
 */
export const fetchPage = async (ask: Ask): Promise<Got> => {
  const { auth, secret, allowInside, timeoutMs = 25_000, mostBytes = 8_388_608 } = ask
  if (auth.type !== 'none' && !secret) throw new Fault('secretMissing', 'the secret is not set')
  const endAt = Date.now() + timeoutMs
  let url = new URL(ask.url)
  const home = url.origin
  for (let hops = 0; hops <= mostRedirects; hops++) {
    // What proves who asks goes to the host it was given for, nowhere else.
    const proves = auth.type !== 'none' && url.origin === home
    assertOutside(url, allowInside, proves)
    await ask.before?.(url.href)
    const asked = new URL(url)
    const headers = {
      'user-agent': ask.userAgent,
      accept: '*/*',
      'accept-encoding': 'gzip, deflate, br',
      ...(proves && authorised(asked, auth, secret ?? '')),
      ...(hops === 0 && ask.etag && { 'if-none-match': ask.etag }),
      ...(hops === 0 && ask.lastModified && { 'if-modified-since': ask.lastModified }),
    }
    const left = endAt - Date.now()
    if (left <= 0) throw new Fault('timeout', `no answer within ${timeoutMs} ms`)
    const answer = await callOut(asked.href, {
      method: 'GET',
      headers,
      timeoutMs: left,
      allowInside,
      answerBytes: mostBytes,
      ...(ask.signal && { signal: ask.signal }),
    }).catch((error: unknown) => {
      throw failed(error)
    })
    const { status } = answer
    if (status === 304) return gotOf(answer, url, Buffer.alloc(0), true)
    if (status >= 300 && status < 400) {
      const to = one(answer.headers.location)
      const next = to === undefined ? null : URL.parse(to, url.href)
      if (!next) throw new Fault('status', String(status), { status })
      // From an encrypted page to one in clear: somebody in between could have sent us there.
      if (url.protocol === 'https:' && next.protocol === 'http:' && !allowInside)
        throw new Fault('notEncrypted', next.hostname)
      url = next
      continue
    }
    if (status !== 200) throw refused(answer)
    return gotOf(answer, url, await unpacked(answer, mostBytes), false)
  }
  throw new Fault('tooManyRedirects', `more than ${mostRedirects}`)
}

const refused = (answer: CallAnswer): Fault => {
  const { status } = answer
  const retryAfterMs = retryAfter(one(answer.headers['retry-after']), Date.now())
  if (status === 401 || status === 403) return new Fault('unauthorised', String(status), { status, retryAfterMs })
  if (status === 429 || status === 503 || status === 418)
    return new Fault('busy', String(status), { status, retryAfterMs })
  return new Fault('status', String(status), { status, retryAfterMs })
}

const gotOf = (answer: CallAnswer, url: URL, bytes: Buffer, unchanged: boolean): Got => ({
  status: answer.status,
  url: url.href,
  bytes,
  contentType: one(answer.headers['content-type']) ?? '',
  headers: Object.fromEntries(
    keptHeaders.flatMap((name) => {
      const value = one(answer.headers[name])
      return value === undefined ? [] : [[name, value.slice(0, 500)]]
    }),
  ),
  etag: one(answer.headers.etag)?.slice(0, 500) ?? null,
  lastModified: one(answer.headers['last-modified'])?.slice(0, 100) ?? null,
  unchanged,
})
