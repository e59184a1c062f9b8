import rateLimit, { normalizeIP } from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { sql } from 'kysely'
import type { Actor, Ctx } from '#platform'
import { acknowledgeByLink } from './acknowledge.ts'
import { type AckLink, readLink } from './links.ts'
import { localTime, titleOf } from './text.ts'

/** The page behind a link of acknowledging. Opening it changes nothing: programs that look at links ahead of people only read. */

const perMinute = 120
const reader: Actor = { kind: 'system', id: 'link', name: 'link', roles: [], permissions: new Set() }

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

const page = (title: string, body: string): string => `<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escaped(title)}</title>
<style>body{margin:0;font:16px/1.7 system-ui,"PingFang SC","Microsoft YaHei",sans-serif;background:#f4f6f3;color:#15211f}
main{max-width:26rem;margin:14vh auto 0;padding:0 1.5rem}h1{font-size:1.375rem;line-height:1.4;margin:0 0 .5rem}p{margin:0 0 1rem;color:#4a5a57}
button{font:inherit;padding:.75rem 1.5rem;border:0;border-radius:8px;background:#0f6b5c;color:#fff;width:100%;cursor:pointer}</style></head>
<body><main><h1>${escaped(title)}</h1>${body}</main></body>
</html>
`

const said: Record<Exclude<AckLink['state'], 'good'>, string> = {
  acknowledged: '这条预警已经有人确认，不需要再做什么。',
  over: '这个事件已经结束，不需要再确认。',
  expired: '链接已过期。请登录知音后确认。',
  changed: '事件等级已变化，请使用最新一条预警里的链接，或登录知音后确认。',
}

const pageOf = (link: AckLink | undefined): { status: number; html: string } => {
  if (!link) return { status: 404, html: page('链接无效', '<p>这个链接不完整或不存在。请登录知音查看预警。</p>') }
  const title = titleOf(link.alert, 'first')
  if (link.state !== 'good') {
    const who =
      link.state === 'acknowledged' && link.alert.acknowledged_at
        ? `<p>${escaped(link.alert.acknowledged_by_name ?? '')}，${localTime(link.alert.acknowledged_at)}</p>`
        : ''
    return { status: link.state === 'acknowledged' ? 200 : 410, html: page(title, `<p>${said[link.state]}</p>${who}`) }
  }
  return {
    status: 200,
    html: page(
      title,
      `<p>确认人：${escaped(link.personName)}。确认后不再重复提醒和升级，处置时限继续计时。</p>
<form method="post"><button type="submit">确认收到</button></form>`,
    ),
  }
}

/** `/acknowledge/{token}`: GET shows, POST acknowledges. */
export const mountAckPage = async (app: FastifyInstance, ctx: Ctx): Promise<void> => {
  await app.register(async (links) => {
    await links.register(rateLimit, {
      max: perMinute,
      timeWindow: 60_000,
      keyGenerator: (request) => normalizeIP(request.ip),
    })
    // A form without fields has a body without content; nothing in it is read.
    links.addContentTypeParser('application/x-www-form-urlencoded', { bodyLimit: 1_024 }, (_request, payload, done) => {
      payload.resume()
      payload.on('end', () => done(null, {}))
    })
    const inRequest = (request: FastifyRequest): Ctx => ({
      ...ctx,
      actor: reader,
      log: request.log as Ctx['log'],
      requestId: request.id,
    })
    const headers = {
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-robots-tag': 'noindex',
      'content-type': 'text/html; charset=utf-8',
    }
    links.get<{ Params: { token: string } }>(
      '/acknowledge/:token',
      { schema: { hide: true } },
      async (request, reply) => {
        const link = await readLink(inRequest(request), request.params.token)
        if (link?.state === 'good')
          await sql`update opinion.ack_link set opened_at = coalesce(opened_at, ${ctx.now()}) where id = ${link.id}::bigint`.execute(
            ctx.pg,
          )
        const { status, html } = pageOf(link)
        return reply.code(status).headers(headers).send(html)
      },
    )
    links.post<{ Params: { token: string } }>(
      '/acknowledge/:token',
      { schema: { hide: true } },
      async (request, reply) => {
        const inside = inRequest(request)
        const done = await acknowledgeByLink(inside, request.params.token)
        const link = await readLink(inside, request.params.token)
        if (done && link) {
          const html = page(
            '已确认',
            `<p>${escaped(titleOf(link.alert, 'first'))}</p><p>${escaped(link.personName)}，谢谢。处置时限继续计时，请尽快登录知音处理。</p>`,
          )
          return reply.code(200).headers(headers).send(html)
        }
        const { status, html } = pageOf(link)
        return reply.code(status).headers(headers).send(html)
      },
    )
  })
}
