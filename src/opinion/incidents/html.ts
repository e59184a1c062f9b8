import { createHash } from 'node:crypto'

/** Documents as one HTML file that prints well and needs nothing else. Pure. */

export const escaped = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')

const beijing = new Intl.DateTimeFormat('zh-CN', {
  timeZone: 'Asia/Shanghai',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
})
/** 2026/03/03 15:04, Beijing time. */
export const timeText = (at: Date | string | null): string => (at === null ? '—' : beijing.format(new Date(at)))

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  rows.length === 0
    ? '<p class="none">无</p>'
    : `<table><thead><tr>${head.map((one) => `<th>${escaped(one)}</th>`).join('')}</tr></thead><tbody>${rows
        .map((row) => `<tr>${row.map((one) => `<td>${escaped(one)}</td>`).join('')}</tr>`)
        .join('\n')}</tbody></table>`

export const facts = (rows: readonly (readonly [string, string])[]): string =>
  `<table class="facts">${rows.map(([name, value]) => `<tr><th>${escaped(name)}</th><td>${escaped(value)}</td></tr>`).join('\n')}</table>`

const style = `body{font:14px/1.7 "Songti SC","Noto Serif SC",SimSun,serif;color:#15211f;max-width:820px;margin:32px auto;padding:0 24px}
h1{font-size:22px;text-align:center;margin:0 0 4px}h2{font-size:16px;margin:26px 0 8px;border-bottom:1px solid #15211f}
table{border-collapse:collapse;width:100%;margin:8px 0}th,td{border:1px solid #9aa;padding:4px 8px;text-align:left;vertical-align:top;overflow-wrap:anywhere}
th{background:#f0f3f1;white-space:nowrap}.facts th{width:9em}.sub{text-align:center;color:#566}.none{color:#566}
footer{margin-top:32px;border-top:1px solid #9aa;font-size:12px;color:#566;overflow-wrap:anywhere}p{white-space:pre-wrap}
@media print{body{margin:0;max-width:none}tr{break-inside:avoid}}`

/** A document with the SHA-256 of its content at its foot. @param body made of `table`, `facts` and escaped text */
export const htmlDocument = (title: string, sub: string, body: string): { html: string; sha256: string } => {
  const sha256 = createHash('sha256').update(`${title}\n${sub}\n${body}`).digest('hex')
  return {
    sha256,
    html: `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>${escaped(title)}</title><style>${style}</style></head>
<body><h1>${escaped(title)}</h1><p class="sub">${escaped(sub)}</p>
${body}
<footer>内容摘要 SHA-256：${sha256}</footer></body></html>
`,
  }
}
