import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'

/** JPush to try against: marks that are pushed once, aliases that nobody has, answers that get lost. It pushes nothing. */

export interface PushSandbox {
  url: string
  port: number
  /** What was pushed: once per mark. */
  pushed: readonly { cid: string; alias: string; title: string; msgId: string }[]
  /** Nobody has these aliases. */
  strangers: Set<string>
  /** The next push is taken, and its answer lost. */
  loseAnswer(): void
  stop(): Promise<void>
}

const Push = z.object({
  cid: z.string(),
  audience: z.object({ alias: z.array(z.string()).length(1) }),
  notification: z.object({ android: z.object({ title: z.string(), alert: z.string() }) }),
})

const readBody = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

/** Listens on the loopback address. */
export const startPushSandbox = async ({
  port = 0,
  appKey = '0123456789abcdef01234567',
  masterSecret = 'sandbox-secret',
}: {
  port?: number
  appKey?: string
  masterSecret?: string
} = {}): Promise<PushSandbox> => {
  const pushed: { cid: string; alias: string; title: string; msgId: string }[] = []
  const byCid = new Map<string, string>()
  const strangers = new Set<string>()
  const given = `Basic ${Buffer.from(`${appKey}:${masterSecret}`).toString('base64')}`
  let losing = false
  const server = createServer((request, reply) => {
    const url = new URL(request.url ?? '/', 'http://sandbox')
    const answer = (status: number, body: object) =>
      reply.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    const fail = (status: number, code: number, message: string) => answer(status, { error: { code, message } })
    void readBody(request).then((text) => {
      if (request.headers.authorization !== given) return fail(401, 1004, 'Authen failed')
      if (url.pathname === '/v3/push/cid') {
        const count = Math.min(10, Number(url.searchParams.get('count') ?? 1))
        return answer(200, { cidlist: Array.from({ length: count }, () => `${appKey}-${randomUUID()}`) })
      }
      const push = Push.safeParse(JSON.parse(text))
      if (url.pathname !== '/v3/push' || !push.success) return fail(400, 1003, 'Parameter value is invalid')
      const [alias = ''] = push.data.audience.alias
      if (strangers.has(alias)) return fail(400, 1011, 'cannot find user by this audience')
      const { cid } = push.data
      const known = byCid.get(cid)
      const msgId = known ?? String(pushed.length + 1)
      if (known === undefined) {
        byCid.set(cid, msgId)
        pushed.push({ cid, alias, title: push.data.notification.android.title, msgId })
      }
      if (losing) {
        losing = false
        return request.socket.destroy()
      }
      return answer(200, { sendno: '0', msg_id: msgId })
    })
  })
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done))
  const { port: bound } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    pushed,
    strangers,
    loseAnswer: () => {
      losing = true
    },
    stop: () => new Promise((done) => server.close(() => done())),
  }
}
