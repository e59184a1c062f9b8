import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { signedHeaders } from '#platform'
import type { TaskOutcome } from '../../tasks/task-contract.ts'

/**
 * A call centre to try against, which calls nobody: takes tasks by the protocol of docs/tasks.md, counts keys that come twice, and
 * tells how calls went when it is told to, or by itself after a while.
 * As a program: `node src/campaigns/channels/call/sandbox.ts --secret whsec_… --push-to URL --after-ms 2000`.
 */

const Task = z.object({
  key: z.string().min(1).max(32),
  to: z.string(),
  category: z.string(),
  script: z.object({ opening: z.string().min(1) }).loose(),
})
const Order = z.object({
  tries: z.int().min(1),
  forbiddenTimes: z.array(z.object({ from: z.string(), until: z.string() })),
  tasks: z.array(Task),
})
const Keys = z.object({ keys: z.array(z.string()) })

export interface TakenCall {
  key: string
  /** What the centre calls it. */
  id: string
  to: string
  script: { opening: string }
  forbiddenTimes: readonly { from: string; until: string }[]
  outcome?: TaskOutcome
}

export interface CallSandbox {
  url: string
  calls: ReadonlyMap<string, TakenCall>
  /** Keys that came again. */
  repeated(): number
  /** Tells how a call went. @returns the status of the answer; undefined without one */
  tell(
    key: string,
    outcome: TaskOutcome,
    more?: { seconds?: number; note?: string; at?: Date },
  ): Promise<number | undefined>
  pushTo(url: string): void
  /** The next request is taken and not answered, or cut before it is taken. */
  fault(kind: 'silentAfter' | 'resetBefore'): void
  stop(): Promise<void>
}

/** @param afterMs tells an outcome by itself after so long; undefined: only when told to */
export const startCallSandbox = async ({
  secret,
  port = 0,
  now = Date.now,
  afterMs,
}: {
  secret: string
  port?: number
  now?: () => number
  afterMs?: number
}): Promise<CallSandbox> => {
  const calls = new Map<string, TakenCall>()
  const faults: ('silentAfter' | 'resetBefore')[] = []
  const timers = new Set<NodeJS.Timeout>()
  let [repeated, serial] = [0, 0]
  let target: string | undefined

  const tell: CallSandbox['tell'] = async (key, outcome, { at = new Date(now()), ...more } = {}) => {
    const call = calls.get(key)
    if (call) call.outcome = outcome
    if (target === undefined) return undefined
    const body = JSON.stringify({ calls: [{ key, id: call?.id, outcome, at: at.toISOString(), ...more }] })
    const id = `call-${key}-${now()}-${++serial}`
    const answer = await fetch(target, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...signedHeaders([secret], { id, atSeconds: Math.floor(now() / 1_000), body }),
      },
      body,
    }).catch(() => undefined)
    return answer?.status
  }
  const usual: readonly TaskOutcome[] = ['interested', 'noAnswer', 'notInterested', 'callBack', 'applied', 'busy']
  const take = (given: z.output<typeof Order>) =>
    given.tasks.map(({ key, to, script }) => {
      if (!/^1[3-9]\d{9}$/.test(to)) return { key, status: 'rejected', code: 'NUMBER', next: 'none' }
      const known = calls.get(key)
      if (known) {
        repeated += 1
        return { key, status: 'accepted', id: known.id }
      }
      const id = `c${calls.size + 1}`
      calls.set(key, { key, id, to, script, forbiddenTimes: given.forbiddenTimes })
      if (afterMs !== undefined) {
        const timer = setTimeout(() => {
          timers.delete(timer)
          void tell(key, usual[calls.size % usual.length] ?? 'interested', { seconds: 40 })
        }, afterMs)
        timers.add(timer)
      }
      return { key, status: 'accepted', id }
    })
  const states = ({ keys }: z.output<typeof Keys>) =>
    keys.map((key) => {
      const call = calls.get(key)
      if (!call) return { key, status: 'absent' }
      return { key, id: call.id, status: call.outcome === undefined ? 'accepted' : 'called' }
    })

  const server = createServer((request, reply) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const answer = (status: number, body: unknown) =>
        void reply.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      const body = Buffer.concat(chunks).toString('utf8')
      const id = String(request.headers['webhook-id'])
      const atSeconds = Number(request.headers['webhook-timestamp'])
      const expected = signedHeaders([secret], { id, atSeconds, body })['webhook-signature'] ?? ''
      const given = String(request.headers['webhook-signature']).split(' ')
      if (!given.includes(expected) || !(Math.abs(now() / 1_000 - atSeconds) < 300))
        return answer(401, { error: 'signature' })
      const fault = faults.shift()
      if (fault === 'resetBefore') return void request.socket.destroy()
      const asking = request.url?.endsWith('/query') === true
      const read = (asking ? Keys : Order).safeParse(JSON.parse(body))
      if (!read.success) return answer(body.includes('"tasks":[]') ? 200 : 400, { results: [] })
      const results = 'keys' in read.data ? states(read.data) : take(read.data)
      if (fault === 'silentAfter') return void request.socket.destroy()
      answer(200, { results })
    })
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    repeated: () => repeated,
    tell,
    pushTo: (url) => {
      target = url
    },
    fault: (kind) => void faults.push(kind),
    stop: async () => {
      for (const timer of timers) clearTimeout(timer)
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8795' },
      secret: { type: 'string', default: 'whsec_c2FuZGJveA==' },
      'push-to': { type: 'string' },
      'after-ms': { type: 'string', default: '2000' },
    },
  })
  const sandbox = await startCallSandbox({
    port: Number(values.port),
    secret: values.secret,
    afterMs: Number(values['after-ms']),
  })
  if (values['push-to'] !== undefined) sandbox.pushTo(values['push-to'])
  process.stdout.write(`${JSON.stringify({ listening: sandbox.url })}\n`)
}
