import rateLimit, { normalizeIP } from '@fastify/rate-limit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { sql } from 'kysely'
import { ownOrigin } from '#compliance'
import { type Actor, type Ctx, Problem, readSetting, scanText } from '#platform'
import { escaped } from '../incidents/html.ts'
import { settingOf } from '../incidents/settings.ts'
import { problem } from './problem.ts'
import { addTicketEntry, readTicket, ticketRow } from './store.ts'
import type { Ticket } from './ticket-contract.ts'

/** Satisfaction from 1 to 5: by a link that names a ticket by number only, sealed by the vault, or told to us and entered. */

const place = 'opinion.ticketSurvey|token|1' as const
const dayMs = 86_400_000

/** @throws problem.surveyEarly before the ticket was solved */
export const surveyLink = (ctx: Ctx, { id }: { id: number }): Promise<{ url: string; expiresAt: string }> =>
  ctx.tx(async (ctx) => {
    const row = await ticketRow(ctx, id)
    if (row.state !== 'solved' && row.state !== 'closed') throw problem.surveyEarly({ ticket: id })
    const { surveyDays } = await settingOf(ctx, 'tickets')
    const day = Math.floor(ctx.now().getTime() / dayMs) + surveyDays + 1
    const token = ctx.vault.sealSecret(place, `${id.toString(36)}.${day.toString(36)}`)
    await addTicketEntry(ctx, id, { kind: 'survey', detail: { what: 'link' } })
    await ctx.audit.record(ctx, { action: 'ticket.survey', subject: `ticket:${id}` })
    return { url: `${ownOrigin(ctx)}/satisfaction/${token}`, expiresAt: new Date(day * dayMs).toISOString() }
  })

/** @throws problem.surveyWrong */
const openSurvey = (ctx: Ctx, token: string): number => {
  if (!/^[\w-]{40,200}$/.test(token)) throw problem.surveyWrong()
  try {
    const [id = Number.NaN, day = 0] = ctx.vault
      .openSecret(place, token)
      .split('.')
      .map((part) => Number.parseInt(part, 36))
    if (Number.isInteger(id) && day * dayMs > ctx.now().getTime()) return id
  } catch (error) {
    if (!(error instanceof Problem)) throw error
  }
  throw problem.surveyWrong()
}

/** Keeps what was said; said again it takes the place of the first. @throws problem.surveyEarly */
export const giveSatisfaction = (
  ctx: Ctx,
  { id, score, note, how }: { id: number; score: number; note: string; how: 'link' | 'entered' },
): Promise<Ticket> =>
  ctx.tx(async (ctx) => {
    const row = await ticketRow(ctx, id, { lock: true })
    if (row.state !== 'solved' && row.state !== 'closed') throw problem.surveyEarly({ ticket: id })
    await sql`update opinion.ticket set satisfaction = ${score}, satisfied_at = ${ctx.now()}, satisfied_how = ${how},
      satisfied_note = ${scanText(note).text} where id = ${id}`.execute(ctx.pg)
    await addTicketEntry(ctx, id, { kind: 'survey', text: note, detail: { what: how, score } })
    const ticket = await readTicket(ctx, { id })
    await ctx.audit.record(ctx, { action: 'ticket.satisfaction', subject: `ticket:${id}`, detail: { score, how } })
    return ticket
  })

const customer: Actor = { kind: 'user', id: 'customer', name: '客户', roles: [], permissions: new Set() }

const style = `body{font:16px/1.6 system-ui,"PingFang SC","Microsoft YaHei",sans-serif;margin:0;background:#f4f6f3;color:#15211f}
main{max-width:440px;margin:8vh auto;padding:28px;background:#fff;border-radius:14px}h1{font-size:20px;margin:0 0 4px}p{color:#475653}
fieldset{border:0;padding:0;margin:20px 0;display:flex;gap:8px}legend{margin-bottom:8px;font-weight:600}
label.s{flex:1;text-align:center;border:1px solid #cbd5d0;border-radius:10px;padding:12px 0;cursor:pointer}
label.s:has(input:checked){background:#0e766c;color:#fff;border-color:#0e766c}label.s input{position:absolute;opacity:0}
label.s:has(input:focus-visible){outline:2px solid #0e766c;outline-offset:2px}
textarea{width:100%;box-sizing:border-box;font:inherit;padding:10px;border:1px solid #cbd5d0;border-radius:10px}
button{margin-top:16px;width:100%;font:inherit;padding:12px;border:0;border-radius:10px;background:#0e766c;color:#fff}`

const page = (title: string, body: string): string => `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>${escaped(title)}</title><style>${style}</style></head><body><main>${body}</main></body></html>`

const formPage = (company: string): string =>
  page(
    '满意度评价',
    `<h1>您对这次处理满意吗？</h1><p>${escaped(company)}感谢您的反馈。</p><form method="post"><fieldset><legend>1 很不满意 – 5 非常满意</legend>
${[1, 2, 3, 4, 5].map((n) => `<label class="s"><input type="radio" name="score" value="${n}" required> ${n}</label>`).join('')}</fieldset>
<label for="note">想对我们说的话（选填，请不要填写证件号等个人信息）</label><textarea id="note" name="note" rows="3" maxlength="500"></textarea>
<button type="submit">提交</button></form>`,
  )

/** The page behind a link: no sign-in, the token is the proof. It says nothing of who is asked, or about what. */
export const mountSurvey = async (app: FastifyInstance, ctx: Ctx): Promise<void> => {
  await app.register(async (pages) => {
    await pages.register(rateLimit, {
      max: 30,
      timeWindow: 60_000,
      keyGenerator: (request) => normalizeIP(request.ip),
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
    const send = (reply: FastifyReply, text: string, status = 200) =>
      reply
        .code(status)
        .type('text/html; charset=utf-8')
        .header('cache-control', 'no-store')
        .header('referrer-policy', 'no-referrer')
        .header('x-robots-tag', 'noindex')
        .header(
          'content-security-policy',
          "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'",
        )
        .send(text)
    const scoped = (request: FastifyRequest): Ctx => ({
      ...ctx,
      actor: customer,
      log: request.log as Ctx['log'],
      requestId: request.id,
    })
    const orWrong = async (reply: FastifyReply, run: () => Promise<unknown>): Promise<unknown> => {
      try {
        return await run()
      } catch (error) {
        if (!(error instanceof Problem) || !error.code.startsWith('tickets.')) throw error
        return send(
          reply,
          page('链接已失效', '<h1>链接已失效</h1><p>这个链接不正确或已过期，如有需要请联系客服。</p>'),
          404,
        )
      }
    }
    pages.get<{ Params: { token: string } }>('/satisfaction/:token', { schema: { hide: true } }, (request, reply) =>
      orWrong(reply, async () => {
        openSurvey(ctx, request.params.token)
        return send(reply, formPage((await readSetting(ctx, 'companyName')) ?? ''))
      }),
    )
    pages.post<{ Params: { token: string } }>('/satisfaction/:token', { schema: { hide: true } }, (request, reply) =>
      orWrong(reply, async () => {
        const id = openSurvey(ctx, request.params.token)
        const { score: given = '', note = '' } = (request.body ?? {}) as { score?: unknown; note?: unknown }
        const score = Number(given)
        if (!Number.isInteger(score) || score < 1 || score > 5)
          return send(reply, formPage((await readSetting(ctx, 'companyName')) ?? ''), 400)
        await giveSatisfaction(scoped(request), {
          id,
          score,
          note: typeof note === 'string' ? note.slice(0, 500) : '',
          how: 'link',
        })
        return send(reply, page('感谢您的评价', '<h1>感谢您的评价</h1><p>您的意见会帮助我们改进。</p>'))
      }),
    )
  })
}
