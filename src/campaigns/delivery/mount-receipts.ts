import { createHash, timingSafeEqual } from 'node:crypto'
import rateLimit, { normalizeIP } from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Actor, Ctx } from '#platform'
import type { Pushed } from './adapter.ts'
import { openProvider, worldFor } from './provider-world.ts'
import { takeReported } from './reported.ts'

const bodyLimit = 4_194_304
/** Requests a minute from one address: a provider pushes hundreds of receipts in each. */
const perMinute = 6_000

const provider: Actor = { kind: 'system', id: 'provider', name: 'provider', roles: [], permissions: new Set() }

const same = (a: string, b: string): boolean =>
  timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest())

const pushedOf = (request: FastifyRequest): Pushed => ({
  method: request.method === 'GET' ? 'GET' : 'POST',
  query: Object.fromEntries(
    Object.entries(request.query as Record<string, string | string[]>).map(([name, value]) => [
      name,
      Array.isArray(value) ? (value[0] ?? '') : value,
    ]),
  ),
  headers: Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  ),
  body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
})

/**
 * Where providers push receipts and replies: `/receipts/{account}/{token}`. The token is the account's own; what the protocol signs is
 * checked by its adapter. Answered when everything is stored, so that a push that failed comes again.
 */
export const mountReceipts = async (app: FastifyInstance, ctx: Ctx): Promise<void> => {
  await app.register(async (pushes) => {
    await pushes.register(rateLimit, {
      max: perMinute,
      timeWindow: 60_000,
      keyGenerator: (request) => normalizeIP(request.ip),
    })
    pushes.removeAllContentTypeParsers()
    pushes.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, (_request, body, done) => done(null, body))
    pushes.route<{ Params: { id: string; token: string } }>({
      method: ['GET', 'POST'],
      url: '/receipts/:id/:token',
      schema: { hide: true },
      handler: async (request, reply) => {
        const { id, token } = request.params
        const row = /^\d{1,9}$/.test(id)
          ? await ctx.pg.selectFrom('campaigns.provider').selectAll().where('id', '=', Number(id)).executeTakeFirst()
          : undefined
        const open = row && (await openProvider(ctx, row))
        if (!open?.adapter.receive || open.token === '' || !same(open.token, token)) return reply.code(404).send()
        const mine: Ctx = { ...ctx, actor: provider, requestId: request.id, log: request.log as Ctx['log'] }
        const { answer, ...reported } = await open.adapter.receive(
          worldFor(mine, open, AbortSignal.timeout(30_000)),
          pushedOf(request),
        )
        await takeReported(mine, open, reported)
        return reply
          .code(answer.status)
          .type(answer.type ?? 'text/plain; charset=utf-8')
          .send(answer.body)
      },
    })
  })
}
