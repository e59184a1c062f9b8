import { signedHeaders } from '#platform'
import type { Protocol } from './sandbox.ts'

/** The side of a gateway of one's own: `docs/channels.md`. It drops keys it has seen where it is told to. */
export const httpProtocol: Protocol = {
  name: 'http',
  owns: (request) => request.headers['webhook-signature'] !== undefined,
  answer: ({ url, headers, body, world }) => {
    const id = headers['webhook-id'] ?? ''
    const atSeconds = Number(headers['webhook-timestamp'])
    const expected = signedHeaders([world.account.secret], { id, atSeconds, body })
    if (headers['webhook-signature'] !== expected['webhook-signature'])
      return { status: 401, body: { error: 'signature' } }
    const given = JSON.parse(body) as { messages?: { key: string; to: string; text: string }[]; keys?: string[] }
    if (url.pathname.endsWith('/query'))
      return {
        status: 200,
        body: {
          results: (given.keys ?? []).map((key) => {
            const one = world.ledger.byKey(key)
            if (!one) return { key, status: 'absent' }
            const at = new Date(one.reportedAt ?? one.at).toISOString()
            return { key, status: one.state, id: one.ref, at, code: one.code }
          }),
        },
      }
    const fault = world.refusal()
    const results = (given.messages ?? []).map(({ key, to, text }) => {
      if (fault !== undefined) return { key, status: 'rejected', code: fault, message: fault, next: 'other' }
      if (!/^1[3-9]\d{9}$/.test(to)) return { key, status: 'rejected', code: 'NUMBER', message: '', next: 'none' }
      const known = world.dropsRepeated ? world.ledger.byKey(key) : undefined
      const { ref } = known ?? world.take({ key, number: to, content: text })
      return { key, status: 'accepted', id: ref }
    })
    return { status: 200, body: { results } }
  },
  report: (messages) => ({
    receipts: messages.map((one) => ({
      key: one.key,
      id: one.ref,
      state: one.state,
      at: new Date(one.reportedAt ?? one.at).toISOString(),
      ...(one.state === 'failed' && { code: one.code }),
    })),
  }),
  up: ({ number, text, at, id }) => ({ replies: [{ from: number, text, at: new Date(at).toISOString(), id }] }),
  sign: (body, { account, now }) =>
    signedHeaders([account.secret], {
      id: `push-${now()}-${Math.random()}`,
      atSeconds: Math.floor(now() / 1_000),
      body,
    }),
}
