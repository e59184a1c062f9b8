import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { signedHeaders } from '#platform'

export interface ReceivedWebhook {
  id: string
  body: string
  signed: boolean
}

export interface WebhookSandbox {
  url: string
  /** Each id once, as a receiver that drops repeats keeps them. */
  received: Map<string, ReceivedWebhook>
  /** Deliveries, repeats among them. */
  deliveries(): number
  /** Answers so many of the next deliveries with this status; `undefined` cuts the connection after taking it. */
  answer(status: number | undefined, times: number): void
  stop(): Promise<void>
}

/** A receiver of Standard Webhooks: checks signatures and age, keeps each id once. */
export const startWebhookSandbox = async ({
  secret,
  port = 0,
  now = Date.now,
}: {
  secret: string
  port?: number
  now?: () => number
}): Promise<WebhookSandbox> => {
  const received = new Map<string, ReceivedWebhook>()
  const answers: (number | undefined)[] = []
  let deliveries = 0
  const server = createServer((request, reply) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      deliveries += 1
      const body = Buffer.concat(chunks).toString('utf8')
      const id = String(request.headers['webhook-id'])
      const atSeconds = Number(request.headers['webhook-timestamp'])
      const expected = signedHeaders([secret], { id, atSeconds, body })['webhook-signature'] ?? ''
      const signed =
        String(request.headers['webhook-signature']).split(' ').includes(expected) &&
        Math.abs(now() / 1_000 - atSeconds) < 300
      const scripted = answers.length > 0
      const status = scripted ? answers.shift() : 200
      if (!signed) return void reply.writeHead(401).end()
      if (status === undefined || status < 300) {
        if (!received.has(id)) received.set(id, { id, body, signed })
      }
      if (status === undefined) return void request.socket.destroy()
      reply.writeHead(status).end()
    })
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    deliveries: () => deliveries,
    answer: (status, times) => void answers.push(...Array.from({ length: times }, () => status)),
    stop: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
