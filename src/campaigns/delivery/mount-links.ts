import rateLimit, { normalizeIP } from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Actor, Ctx } from '#platform'
import { linkGonePage } from './link-gone-page.ts'
import { followLink, openedMail } from './visits.ts'

/** Requests a minute from one address: many people share one in a mobile network. */
const perMinute = 300

const reader: Actor = { kind: 'system', id: 'reader', name: 'reader', roles: [], permissions: new Set() }

/** A picture of one clear point. */
const point = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')

/** `/s/{token}` leads on to where a link of a message leads, `/o/{token}` is the picture of a mail. Both only GET and only count. */
export const mountLinks = async (app: FastifyInstance, ctx: Ctx): Promise<void> => {
  await app.register(async (links) => {
    await links.register(rateLimit, {
      max: perMinute,
      timeWindow: 60_000,
      keyGenerator: (request) => normalizeIP(request.ip),
    })
    const inRequest = (request: FastifyRequest): Ctx => ({
      ...ctx,
      actor: reader,
      log: request.log as Ctx['log'],
      requestId: request.id,
    })
    const unheard = (request: FastifyRequest) => (error: unknown) =>
      request.log.error({ error }, 'a visit to a link was not kept')
    links.get<{ Params: { token: string } }>('/s/:token', { schema: { hide: true } }, async (request, reply) => {
      const followed = await followLink(inRequest(request), request.params.token, request)
      reply
        .header('cache-control', 'no-store')
        .header('referrer-policy', 'no-referrer')
        .header('x-robots-tag', 'noindex')
      if (!followed) return reply.code(404).type('text/html; charset=utf-8').send(linkGonePage)
      // Waited for, so that whoever counts counts it; but a visitor gets on his way whatever becomes of it.
      await followed.note().catch(unheard(request))
      return reply.redirect(new URL(followed.target).href, 302)
    })
    links.get<{ Params: { token: string } }>('/o/:token', { schema: { hide: true } }, async (request, reply) => {
      await openedMail(inRequest(request), request.params.token, request).catch(unheard(request))
      return reply.header('cache-control', 'no-store').type('image/gif').send(point)
    })
  })
}
