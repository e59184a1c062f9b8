import type { NoticeContent } from './contract.ts'

/** The preference centre as HTML: Chinese, for a phone, without script. Pure. Says nothing of who the reader is. */

export interface CentreRow {
  channel: string
  open: boolean
  /** Whether a yes may be given here. */
  may: boolean
  /** A yes that no longer counts and can be taken back all the same. */
  stale: boolean
  /** Under the channel's name. */
  note: string
}

export interface CentrePurpose {
  key: string
  title: string
  description: string
  separate: 'sensitive' | 'recipient' | null
  recipient: string | null
  notice: { label: string; content: NoticeContent } | null
  rows: CentreRow[]
}

export interface Centre {
  company: string
  /** One act per page: what is tapped twice is said once. */
  act: string
  purposes: CentrePurpose[]
  personalised: boolean
  history: { at: string; text: string }[]
  /** What was just done. */
  done: string | null
  /** Only unsubscribing is left. */
  expired: boolean
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
export const html = (text: string): string => text.replace(/[&<>"']/g, (sign) => escapes[sign] ?? sign)

export const channelNames: Readonly<Record<string, string>> = {
  sms: '短信',
  email: '电子邮件',
  wechat: '微信',
  wecom: '企业微信',
  call: '电话',
  push: '应用推送',
  inApp: '应用内消息',
  branch: '网点联系',
  webhook: '合作渠道',
  ads: '广告投放',
}
export const channelName = (channel: string): string => channelNames[channel] ?? channel

const style = `
:root{--ink:#1d2623;--ink2:#5b6763;--line:#dfe5e2;--paper:#f4f6f5;--card:#fff;--teal:#12766a;--tealink:#fff;--red:#b3261e}
@media(prefers-color-scheme:dark){:root{--ink:#e8eeeb;--ink2:#a3b0ab;--line:#33403c;--paper:#121816;--card:#1b2320;--teal:#4cc3b2;--tealink:#08241f;--red:#ff8a80}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.6 -apple-system,"PingFang SC","Noto Sans SC","Microsoft YaHei",sans-serif}
main{max-width:560px;margin:0 auto;padding:20px 16px 48px}
header{display:flex;gap:10px;align-items:center;margin:4px 0 16px}
header span{font-weight:600}
h1{font-size:22px;line-height:1.35;margin:0 0 6px}
h2{font-size:17px;margin:0}
p{margin:0 0 12px}
.soft{color:var(--ink2);font-size:14px}
.card{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:16px;margin:16px 0}
.row{display:flex;justify-content:space-between;align-items:center;gap:12px;padding:12px 0;border-top:1px solid var(--line)}
.row:first-of-type{margin-top:10px}
.row b{font-weight:500;display:block}
.on{color:var(--teal)}
form{margin:0}
.taps{display:flex;gap:8px;flex-wrap:wrap;justify-content:flex-end}
button{font:inherit;min-height:44px;min-width:88px;padding:0 16px;border-radius:22px;border:1px solid var(--line);background:transparent;color:var(--ink);cursor:pointer}
button.yes{background:var(--teal);border-color:var(--teal);color:var(--tealink)}
button.all{width:100%;border-color:var(--red);color:var(--red);min-height:50px;border-radius:25px;font-weight:600}
button:focus-visible,summary:focus-visible,a:focus-visible{outline:3px solid var(--teal);outline-offset:2px}
a{color:var(--teal)}
summary{cursor:pointer;color:var(--teal);font-size:14px;min-height:36px;padding-top:6px}
dl{margin:4px 0 0;font-size:14px}dt{color:var(--ink2);margin-top:8px}dd{margin:0;overflow-wrap:anywhere}
.done{background:var(--teal);color:var(--tealink);border-radius:12px;padding:12px 16px;margin:0 0 16px}
.tag{display:inline-block;font-size:12px;border:1px solid var(--line);border-radius:10px;padding:0 8px;color:var(--ink2);margin-left:8px;vertical-align:2px}
ul{padding-left:18px;margin:8px 0 0;font-size:14px;color:var(--ink2)}
`

const mark = `<svg width="34" height="34" viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="8" fill="#1b3b36"/><g fill="none" stroke-linecap="round" stroke-width="2"><path stroke="#6f918b" d="M7 9h18M7 23h18"/><path stroke="#4cc3b2" d="M7 16c2.2 0 2.6-4 4.5-4s2.6 8 4.5 8 2.6-8 4.5-8 2.3 4 4.5 4"/></g><circle cx="25" cy="16" r="2.2" fill="#d9573e"/></svg>`

const frame = (company: string, title: string, body: string): string =>
  `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex"><title>${html(title)}</title><style>${style}</style></head><body><main><header>${mark}<span>${html(company)}</span></header>${body}</main></body></html>`

const hidden = (fields: Readonly<Record<string, string>>): string =>
  Object.entries(fields)
    .map(([name, value]) => `<input type="hidden" name="${html(name)}" value="${html(value)}">`)
    .join('')

const button = (fields: Readonly<Record<string, string>>, label: string, about: string, look = ''): string =>
  `<form method="post">${hidden(fields)}<button type="submit"${look && ` class="${look}"`} aria-label="${html(about)}">${html(label)}</button></form>`

const told = (content: NoticeContent): string => {
  const facts: [string, string][] = [
    ['个人信息处理者', content.processor],
    ['联系方式', content.contact],
    ['处理目的', content.purpose],
    ['处理方式', content.manner],
    ['个人信息种类', content.kinds.join('、')],
    ['敏感个人信息', content.sensitiveKinds.join('、')],
    ['必要性及对您权益的影响', content.necessity],
    ['保存期限', content.retention],
    ['您的权利及行使方式', content.rights],
    ...content.recipients.map(({ name, contact, purpose, manner, kinds }): [string, string] => [
      '接收方',
      `${name}（${contact}）：${purpose}；${manner}；${kinds.join('、')}`,
    ]),
    ['同意的有效期', content.validDays === null ? '' : `${content.validDays} 天，到期后需重新同意`],
  ]
  return `<dl>${facts
    .filter(([, text]) => text !== '')
    .map(([name, text]) => `<dt>${html(name)}</dt><dd>${html(text)}</dd>`)
    .join('')}</dl>`
}

const purposeCard = (purpose: CentrePurpose, act: string): string => {
  const rows = purpose.rows.map(({ channel, open, may, stale, note }) => {
    const name = channelName(channel)
    const fields = { do: 'say', act, purpose: purpose.key, channel }
    const off = open || stale ? button({ ...fields, yes: '0' }, '关闭', `关闭${purpose.title}：${name}`) : ''
    const on =
      !open && may
        ? button({ ...fields, yes: '1' }, stale ? '重新同意' : '同意开启', `同意${purpose.title}：${name}`, 'yes')
        : ''
    return `<div class="row" data-channel="${html(channel)}"><div><b>${html(name)}</b><span class="soft${open ? ' on' : ''}">${html(note)}</span></div><div class="taps">${off}${on}</div></div>`
  })
  const separate = purpose.separate
    ? `<span class="tag">单独同意${purpose.recipient ? ` · ${html(purpose.recipient)}` : ''}</span>`
    : ''
  const notice = purpose.notice
    ? `<details><summary>查看告知书全文（${html(purpose.notice.label)}）</summary>${told(purpose.notice.content)}</details><p class="soft">${html(purpose.notice.content.ask)}</p>`
    : ''
  return `<section class="card"><h2>${html(purpose.title)}${separate}</h2><p class="soft">${html(purpose.description)}</p>${notice}${rows.join('')}</section>`
}

const allButton = (act: string): string =>
  button({ do: 'all', act }, '全部退订', '全部退订：不再接收任何推广信息', 'all')

export const centrePage = (centre: Centre): string => {
  const { company, act, purposes, personalised, history, done, expired } = centre
  const said = done === null ? '' : `<div class="done" role="status">${html(done)}</div>`
  if (expired)
    return frame(
      company,
      '消息偏好',
      `${said}<h1>链接已过期</h1><p class="soft">为了您的安全，过期的链接不能再查看或开启授权，但您仍然可以在这里退订全部推广信息。</p>${allButton(act)}`,
    )
  const switching = button(
    { do: 'personal', act, on: personalised ? '0' : '1' },
    personalised ? '关闭' : '开启',
    personalised ? '关闭个性化推荐' : '开启个性化推荐',
    personalised ? '' : 'yes',
  )
  const record =
    history.length === 0
      ? ''
      : `<section class="card"><h2>您的选择记录</h2><ul>${history.map(({ at, text }) => `<li>${html(at)}　${html(text)}</li>`).join('')}</ul></section>`
  return frame(
    company,
    '消息偏好',
    `${said}<h1>消息偏好</h1><p class="soft">您可以随时开启或关闭各类信息，立即生效，不影响您正常使用服务。还款提醒等必要的服务通知不受影响。</p>${purposes.map((purpose) => purposeCard(purpose, act)).join('')}<section class="card"><h2>个性化推荐</h2><div class="row"><div><b>按您的情况推荐内容</b><span class="soft${personalised ? ' on' : ''}">${personalised ? '已开启' : '已关闭：只展示不针对个人特征的内容'}</span></div>${switching}</div></section>${allButton(act)}<p class="soft" style="margin-top:12px">短信也可直接回复 R 退订。</p>${record}`,
  )
}

/** What a mail program's link shows when a person opens it: one button, nothing happens before it is pressed. */
export const oneClickPage = (company: string, { done, token }: { done: boolean; token: string }): string =>
  frame(
    company,
    '退订邮件',
    done
      ? `<h1>已退订</h1><p>我们不会再向您发送推广邮件。</p><p><a href="/p/${html(token)}">管理其他消息偏好</a></p>`
      : `<h1>退订推广邮件</h1><p class="soft">点击后立即生效，不再向您发送推广邮件。</p>${button({ 'List-Unsubscribe': 'One-Click' }, '确认退订', '确认退订推广邮件', 'all')}<p style="margin-top:16px"><a href="/p/${html(token)}">管理其他消息偏好</a></p>`,
  )

export const linkWrongPage = (company: string): string =>
  frame(
    company,
    '链接无效',
    '<h1>链接无效</h1><p class="soft">请使用最近一条消息中的链接。您也可以直接回复短信 R 退订，或联系客服。</p>',
  )
