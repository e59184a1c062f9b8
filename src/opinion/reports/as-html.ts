import { chartSvg } from './draw-chart.ts'
import type { Evidence, ReportBody, ReportLanguage, ReportSection, ReportTable } from './report-contract.ts'

const safe = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

const style = `body{font:15px/1.7 "Noto Sans SC","PingFang SC","Microsoft YaHei",sans-serif;color:#1f2329;max-width:860px;margin:32px auto;padding:0 20px}
h1{font-size:24px;margin:0 0 4px}h2{font-size:17px;margin:28px 0 8px;border-left:4px solid #1f6feb;padding-left:10px}
.sub{color:#646a73;margin:0 0 16px}.drill{background:#fff1f0;color:#a8071a;padding:8px 12px;border-radius:6px;font-weight:600}
p{margin:6px 0}sup{margin-left:4px}details{display:inline;font-size:12px;color:#646a73}summary{display:inline;cursor:pointer;list-style:none}
code{font-size:11px;word-break:break-all}table{border-collapse:collapse;width:100%;font-size:13px;margin:8px 0}
th,td{border-bottom:1px solid #e5e6eb;padding:6px 8px;text-align:left;vertical-align:top}th{background:#f7f8fa;font-weight:600;white-space:nowrap}
svg{max-width:100%;height:auto}@media print{details{display:none}}`

/** The ids behind a statement, folded away. */
const source = ({ posts, ids }: Evidence, language: ReportLanguage) =>
  ids.length === 0
    ? ''
    : ` <details><summary>[${posts}]</summary> <code>${language === 'zh' ? '帖文' : 'posts'} ${ids.map((id) => `<span data-post="${id}">${id}</span>`).join(' ')}${posts > ids.length ? ' …' : ''}</code></details>`

const table = ({ columns, rows }: ReportTable, language: ReportLanguage) =>
  `<table><thead><tr>${columns.map((name) => `<th>${safe(name)}</th>`).join('')}</tr></thead><tbody>${rows
    .map(
      ({ cells, from }) =>
        `<tr>${cells.map((cell, index) => `<td>${safe(cell)}${index === cells.length - 1 ? source(from, language) : ''}</td>`).join('')}</tr>`,
    )
    .join('')}</tbody></table>`

const section = async ({ title, sentences, chart, table: rows }: ReportSection, language: ReportLanguage) =>
  [
    `<section><h2>${safe(title)}</h2>`,
    ...sentences.map(({ text, from }) => `<p>${safe(text)}${source(from, language)}</p>`),
    chart ? await chartSvg(chart) : '',
    rows ? table(rows, language) : '',
    '</section>',
  ].join('\n')

/** One page that needs nothing else: no script, no address of another place. */
export const asHtml = async (body: ReportBody, language: ReportLanguage): Promise<Buffer> => {
  const sections: string[] = []
  for (const one of body.sections) sections.push(await section(one, language))
  return Buffer.from(
    `<!doctype html><html lang="${language === 'zh' ? 'zh-CN' : 'en'}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${safe(body.title)}</title><style>${style}</style></head><body>
<h1>${safe(body.title)}</h1><p class="sub">${safe(body.subtitle)}</p>${body.drillMark ? `<p class="drill">${safe(body.drillMark)}</p>` : ''}
${sections.join('\n')}
</body></html>
`,
  )
}
