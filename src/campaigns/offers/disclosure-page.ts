import rateLimit, { normalizeIP } from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type Ctx, Problem } from '#platform'
import { pageScript, pageStyle } from './disclosure-assets.ts'
import type { DisclosureSheet } from './disclosure-contract.ts'
import { beat, confirmReading, openReading, sheetAt } from './disclosure-links.ts'
import { problem } from './problem.ts'

const escaped = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')

const yuan = (fen: number): string =>
  (fen / 100).toLocaleString('zh-CN', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
const percent = (rate: number): string => `${(rate * 100).toFixed(2)}%`

const row = (name: string, value: string, note = ''): string =>
  `<tr><th scope="row">${escaped(name)}</th><td>${escaped(value)}${note === '' ? '' : `<small>${escaped(note)}</small>`}</td></tr>`
const by = (collector: string) => `收取方：${collector}`
const price = (rate: number | null, fen: number) =>
  rate === null ? `${yuan(fen)} 元` : `${percent(rate)}，示例合计 ${yuan(fen)} 元`

const page = (title: string, body: string, script = true): string => `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escaped(title)}</title>
<link rel="stylesheet" href="/disclosure/page.css">
</head>
<body>${body}${script ? '<script src="/disclosure/page.js" defer></script>' : ''}</body>
</html>`

/** The sheet as a page. The confirming button stays closed until the server has counted enough and the end was reached. */
const sheetPage = (sheet: DisclosureSheet): string => {
  const { lender, guaranteeFee, fees, otherFees } = sheet
  return page(
    `综合融资成本明示表 · ${sheet.offerName}`,
    `<main>
<header><p class="lender">${escaped(lender.name)}</p><h1>综合融资成本明示表</h1><p>${escaped(sheet.offerName)}</p></header>
<section class="rate" aria-label="年化综合融资成本"><p>正常履约时的年化综合融资成本</p>
<p class="figure">${percent(sheet.costRateSimple)}<small>单利</small></p><p class="figure second">${percent(sheet.costRateCompound)}<small>复利（IRR）</small></p>
<p>以借款 ${yuan(sheet.amountFen)} 元、${sheet.instalments} 期、${escaped(sheet.loanInterestRepayMode)}为例，除本金外共支付 ${yuan(sheet.totalCostFen)} 元${sheet.capped ? '；未超过监管上限' : ''}。</p></section>
<h2>必须支付的费用</h2><table>
${row('贷款利息', `年利率 ${percent(sheet.loanInterestRate)}（固定），示例合计 ${yuan(sheet.loanInterestFen)} 元`, by(sheet.loanInterestCollector))}
${guaranteeFee ? row(guaranteeFee.type, price(guaranteeFee.rate, guaranteeFee.amountFen), `${guaranteeFee.mode}；${by(guaranteeFee.collector)}`) : ''}
${fees.map((fee) => row(fee.name, price(fee.rate, fee.amountFen), `${fee.mode}；${by(fee.collector)}`)).join('\n')}
</table>
<p>除上列项目外，不再向您收取其他必须支付的息费。</p>
<h2>特定情形下的费用</h2><table>
${row('逾期', sheet.overduePenaltyText, by(sheet.overduePenaltyCollector))}
${row('挪用贷款', sheet.misusePenaltyText, by(sheet.misusePenaltyCollector))}
${row(sheet.prepaymentFeeName, sheet.prepaymentFeeText, by(sheet.prepaymentFeeCollector))}
${otherFees.map(({ text, collector }) => row('其他', text, by(collector))).join('\n')}
</table>
<h2>机构信息</h2><table>
${row('贷款人', lender.name)}${row('金融许可证', lender.licence)}${row('地址', lender.address)}${row('联系方式', lender.contact)}
${sheet.partner === null ? '' : row('合作机构', sheet.partner)}
</table>
<h2>风险与责任</h2><p class="text">${escaped(sheet.risk)}</p>
<h2>售后与投诉</h2><p class="text">${escaped(sheet.afterSales)}</p>
<p id="end" class="end">以上为全部内容</p>
</main>
<footer><p id="status" role="status" aria-live="polite">请完整阅读</p>
<button id="confirm" type="button" disabled>我已阅读并知晓全部费用</button></footer>
<noscript><p class="text">请使用支持脚本的浏览器阅读并确认，或联系${escaped(lender.contact)}。</p></noscript>`,
  )
}

const gonePage = page(
  '链接已失效',
  '<main><header><h1>链接已失效</h1></header><p class="text">这个链接不正确或已过期。请从原来的入口重新打开，或联系客服。</p></main>',
  false,
)

const deviceOf = (request: FastifyRequest): string => {
  const agent = request.headers['user-agent'] ?? ''
  if (/iPad|Tablet|PlayBook/i.test(agent)) return 'tablet'
  if (/Mobi|Android|iPhone|MicroMessenger/i.test(agent)) return 'phone'
  return agent === '' ? 'unknown' : 'desktop'
}

const Reading = z.object({ reading: z.uuid() })
const Beat = Reading.extend({ scrolled: z.boolean().default(false) })

/** Requests a minute from one address: many people share one in a mobile network, and an open page asks every few seconds. */
const perMinute = 600

/** Public pages: whoever holds a signed address reads the sheet it stands for, nothing else. */
export const mountDisclosure = async (app: FastifyInstance, ctx: Ctx): Promise<void> => {
  await app.register(async (pages) => {
    await pages.register(rateLimit, {
      max: perMinute,
      timeWindow: 60_000,
      keyGenerator: (request) => normalizeIP(request.ip),
    })
    mountPages(pages, ctx)
  })
}

const mountPages = (app: FastifyInstance, ctx: Ctx): void => {
  const world = (request: FastifyRequest): Ctx => ({
    ...ctx,
    requestId: request.id,
    actor: { kind: 'system', id: 'disclosure', name: 'disclosure page', roles: [], permissions: new Set() },
  })
  const tokenOf = (request: FastifyRequest): string => {
    const { token } = request.params as { token?: string }
    return token ?? ''
  }
  const body = <S extends z.ZodType>(schema: S, request: FastifyRequest): z.output<S> => {
    const given = schema.safeParse(request.body)
    if (!given.success) throw problem.disclosureUnknown()
    return given.data
  }
  app.get('/disclosure/page.css', { schema: { hide: true } }, (_request, reply) =>
    reply.type('text/css; charset=utf-8').header('cache-control', 'public, max-age=300').send(pageStyle),
  )
  app.get('/disclosure/page.js', { schema: { hide: true } }, (_request, reply) =>
    reply.type('text/javascript; charset=utf-8').header('cache-control', 'public, max-age=300').send(pageScript),
  )
  app.get('/disclosure/:token', { schema: { hide: true } }, async (request, reply) => {
    void reply.type('text/html; charset=utf-8').header('cache-control', 'no-store')
    try {
      const { sheet } = await sheetAt(ctx, tokenOf(request))
      return await reply.send(sheetPage(sheet))
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      return reply.code(404).send(gonePage)
    }
  })
  app.post('/disclosure/:token/open', { schema: { hide: true } }, (request) =>
    openReading(world(request), tokenOf(request), deviceOf(request)),
  )
  app.post('/disclosure/:token/beat', { schema: { hide: true } }, (request) =>
    beat(world(request), tokenOf(request), body(Beat, request)),
  )
  app.post('/disclosure/:token/confirm', { schema: { hide: true } }, (request) =>
    confirmReading(world(request), tokenOf(request), body(Reading, request).reading),
  )
}
