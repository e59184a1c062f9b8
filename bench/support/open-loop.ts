import { Agent, request } from 'node:http'
import { percentile } from './figures.ts'

export interface Answered {
  /** Requests sent per second; below what was asked for when the generator itself could not keep up. */
  offered: number
  answered: number
  /** Answers other than 200, and broken connections. */
  failed: number
  /** Milliseconds from when a request was due to the end of its answer. */
  p50: number
  p99: number
  p999: number
  max: number
}

/**
 * Requests at a fixed rate whether or not earlier ones were answered. Time counts from when a request was due, so a server
 * that stops for a second shows a second of slow answers and not one (coordinated omission).
 * @param path of the nth request
 */
export const openLoop = async (
  url: string,
  {
    path,
    perSecond,
    seconds,
    headers,
    connections,
  }: {
    path: (n: number) => string
    perSecond: number
    seconds: number
    headers: Record<string, string>
    connections: number
  },
): Promise<Answered> => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const { hostname, port } = new URL(url)
  const total = Math.round(perSecond * seconds)
  const took: number[] = []
  let failed = 0
  let sent = 0
  let open = 0
  const over = Promise.withResolvers<void>()
  const startedAt = performance.now()
  const dueMs = (n: number) => startedAt + (n * 1_000) / perSecond
  const settle = (ok: boolean, n: number) => {
    if (ok) took.push(performance.now() - dueMs(n))
    else failed++
    open--
    if (open === 0 && sent === total) over.resolve()
  }
  const send = (n: number) => {
    open++
    const outgoing = request({ hostname, port, path: path(n), headers, agent }, (incoming) => {
      incoming.resume()
      incoming.once('end', () => settle(incoming.statusCode === 200, n))
      incoming.once('error', () => settle(false, n))
    })
    outgoing.once('error', () => settle(false, n))
    outgoing.end()
  }
  const sendDue = () => {
    const now = performance.now()
    while (sent < total && dueMs(sent) <= now) send(sent++)
    if (sent < total) setTimeout(sendDue, Math.max(0, dueMs(sent) - performance.now()))
  }
  sendDue()
  await over.promise
  const lastedSeconds = (performance.now() - startedAt) / 1_000
  agent.destroy()
  return {
    offered: total / Math.max(lastedSeconds, seconds),
    answered: took.length,
    failed,
    p50: percentile(took, 50),
    p99: percentile(took, 99),
    p999: percentile(took, 99.9),
    max: percentile(took, 100),
  }
}
