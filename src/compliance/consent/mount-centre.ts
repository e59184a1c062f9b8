import rateLimit, { normalizeIP } from '@fastify/rate-limit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Actor, type Ctx, Problem } from '#platform'
import { actOnCentre, type CentreForm, companyName, readCentre, unsubscribeByOneClick } from './centre.ts'
import { centrePage, linkWrongPage, oneClickPage } from './centre-page.ts'
import { openLink } from './links.ts'

/** Whoever holds the link: the customer himself. */
const customer: Actor = { kind: 'user', id: 'customer', name: 'customer', roles: [], permissions: new Set() }

const perMinute = 60

/**
 * The preference centre and one-click unsubscription, outside `/api`: no sign-in, the token is the proof. GET only shows;
 * POST changes and answers with the page again.
 */
export const mountCentre = async (app: FastifyInstance, ctx: Ctx): Promise<void> => {
  await app.register(async (pages) => {
    await pages.register(rateLimit, {
      max: perMinute,
      timeWindow: 60_000,
      // Mail programs unsubscribe many people from one address, so a link counts by itself; a wrong one by who asks.
      keyGenerator: (request) => {
        const { token = '' } = request.params as { token?: string }
        return token.length > 40 ? token : normalizeIP(request.ip)
      },
      errorResponseBuilder: (_request, { ttl }) =>
        new Problem('platform.tooMany', {
          status: 429,
          title: 'Too many requests',
          retryAfterSeconds: Math.ceil(ttl / 1_000),
        }),
    })
    pages.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: 8_192 },
      (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
    )
    const inRequest = (request: FastifyRequest): Ctx => ({
      ...ctx,
      actor: customer,
      log: request.log as Ctx['log'],
      requestId: request.id,
    })
    const page = (reply: FastifyReply, text: string, status = 200) =>
      reply
        .code(status)
        .type('text/html; charset=utf-8')
        .header('cache-control', 'no-store')
        // The address is the proof; it must not travel to anybody the page links to.
        .header('referrer-policy', 'no-referrer')
        .header('x-robots-tag', 'noindex')
        .send(text)
    const orWrong = async (reply: FastifyReply, run: () => Promise<unknown>): Promise<unknown> => {
      try {
        return await run()
      } catch (error) {
        if (!(error instanceof Problem) || error.code !== 'compliance.linkInvalid') throw error
        return page(reply, linkWrongPage(await companyName(ctx)), 404)
      }
    }
    pages.get<{ Params: { token: string } }>('/p/:token', { schema: { hide: true } }, (request, reply) =>
      orWrong(reply, async () => {
        const scoped = inRequest(request)
        return page(reply, centrePage(await readCentre(scoped, await openLink(scoped, request.params.token), null)))
      }),
    )
    pages.post<{ Params: { token: string } }>('/p/:token', { schema: { hide: true } }, (request, reply) =>
      orWrong(reply, async () => {
        const scoped = inRequest(request)
        const link = await openLink(scoped, request.params.token)
        const done = await doneOrWhyNot(scoped, () => actOnCentre(scoped, link, formOf(request.body)))
        return page(reply, centrePage(await readCentre(scoped, link, done)))
      }),
    )
    pages.get<{ Params: { token: string } }>('/u/:token', { schema: { hide: true } }, (request, reply) =>
      orWrong(reply, async () => {
        const { token } = request.params
        await openLink(inRequest(request), token)
        return page(reply, oneClickPage(await companyName(ctx), { done: false, token }))
      }),
    )
    pages.post<{ Params: { token: string } }>('/u/:token', { schema: { hide: true } }, (request, reply) =>
      orWrong(reply, async () => {
        const scoped = inRequest(request)
        const { token } = request.params
        const form = request.isMultipart() ? await multipartForm(request) : formOf(request.body)
        if (form['List-Unsubscribe'] !== 'One-Click')
          return page(reply, oneClickPage(await companyName(ctx), { done: false, token }), 400)
        await unsubscribeByOneClick(scoped, await openLink(scoped, token))
        return page(reply, oneClickPage(await companyName(ctx), { done: true, token }))
      }),
    )
  })
}

const formOf = (body: unknown): CentreForm =>
  body !== null && typeof body === 'object'
    ? Object.fromEntries(
        Object.entries(body).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
      )
    : {}

/** RFC 8058 lets a mail program send the one field as multipart too. */
const multipartForm = async (request: FastifyRequest): Promise<CentreForm> => {
  const form: Record<string, string> = {}
  for await (const part of request.parts())
    if (part.type === 'field' && typeof part.value === 'string') form[part.fieldname] = part.value
    else if (part.type === 'file') part.file.resume()
  return form
}

/** Reasons a customer can meet, in his words. */
const reasons: Readonly<Record<string, string>> = {
  'compliance.stopped': '号码已回复退订，如需恢复请联系客服。',
  'compliance.noNotice': '暂时不能开启：告知书尚未发布。',
  'compliance.linkExpired': '链接已过期，只能退订。',
  'compliance.purposeUnknown': '这一项已经不再使用。',
  'compliance.noConsentNeeded': '这一项是必要的服务通知，不需要授权。',
  'compliance.separateTogether': '这一项需要单独同意，请分开操作。',
}

const doneOrWhyNot = async (ctx: Ctx, run: () => Promise<string>): Promise<string> => {
  try {
    return await run()
  } catch (error) {
    const reason = error instanceof Problem ? reasons[error.code] : undefined
    if (reason === undefined) throw error
    ctx.log.info({ error }, 'a wish of a customer was refused')
    return reason
  }
}
