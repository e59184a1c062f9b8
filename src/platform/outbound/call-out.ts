import { Agent as HttpAgent, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { Socket } from 'node:net'
import { namesNever, notNever, publicOnly } from './inside.ts'

export interface CallOut {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  headers?: Record<string, string>
  body?: string | Buffer
  /** For the whole exchange. */
  timeoutMs: number
  /** Whether the name may lead to this machine or a private network; to its link or a cloud's metadata it never may. */
  allowInside: boolean
  signal?: AbortSignal
  /** Longer answers are cut off, 1 MiB unless said. */
  answerBytes?: number
}

export interface CallAnswer {
  status: number
  headers: Record<string, string | string[] | undefined>
  /** As UTF-8. */
  body: string
  bytes: Buffer
}

/** No answer. `reached` tells whether the receiver may have got the request: only false is certain that it did not. */
export class NoAnswer extends Error {
  readonly reached: boolean
  readonly code: string
  constructor(message: string, { reached, code }: { reached: boolean; code: string }) {
    super(message)
    this.name = 'NoAnswer'
    this.reached = reached
    this.code = code
  }
}

const keep = { keepAlive: true, maxSockets: 64, maxFreeSockets: 16, timeout: 60_000 } as const
const agents = { http: new HttpAgent(keep), https: new HttpsAgent(keep) }

/**
 * One HTTP request out of the program. Redirections are not followed.
 * @throws NoAnswer when no whole answer came
 */
export const callOut = (
  address: string,
  { method = 'POST', headers, body, timeoutMs, allowInside, signal, answerBytes = 1_048_576 }: CallOut,
): Promise<CallAnswer> => {
  const url = new URL(address)
  // Only names are looked up.
  if (namesNever(url.hostname))
    return Promise.reject(new NoAnswer('the address is one that is never called', { reached: false, code: 'EINSIDE' }))
  const secure = url.protocol === 'https:'
  const { promise, resolve, reject } = Promise.withResolvers<CallAnswer>()
  // Nothing of a request is written before its connection stands (with TLS: before the handshake is over).
  let reached = false
  let timedOut = false
  const fail = (error: NodeJS.ErrnoException) =>
    reject(
      new NoAnswer(timedOut ? `no answer within ${timeoutMs} ms` : error.message, {
        reached,
        code: timedOut ? 'TIMEOUT' : (error.code ?? 'FAILED'),
      }),
    )
  const call = (secure ? httpsRequest : httpRequest)(
    url,
    {
      method,
      headers: { ...headers, ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }) },
      agent: secure ? agents.https : agents.http,
      ...(signal && { signal }),
      lookup: allowInside ? notNever : publicOnly,
    },
    (answer) => {
      const chunks: Buffer[] = []
      let bytes = 0
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes <= answerBytes) chunks.push(chunk)
        else call.destroy(Object.assign(new Error('the answer is too long'), { code: 'TOO_LONG' }))
      })
      answer.on('end', () => {
        const whole = Buffer.concat(chunks)
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          body: whole.toString('utf8'),
          bytes: whole,
        })
      })
      answer.on('error', fail)
    },
  )
  const timer = setTimeout(() => {
    timedOut = true
    call.destroy(new Error('timed out'))
  }, timeoutMs)
  call.on('socket', (socket: Socket) => {
    if (call.reusedSocket || !socket.connecting) {
      reached = true
      return
    }
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      reached = true
    })
  })
  call.on('error', fail)
  call.end(body)
  return promise.finally(() => clearTimeout(timer))
}
