import type { EmailBlock, EmailContent } from './content-contract.ts'

/**
 * Liquid of a text. Here and below what is opened and not closed is given up where the next is opened, and attributes are of a
 * length: a text of nothing but openings would otherwise be read to its end from each of them, for half a minute.
 */
export const braces = /\{\{(?:(?!\{\{)[\s\S])*?\}\}|\{%(?:(?!\{%)[\s\S])*?%\}/g
/** Markup of a text. */
export const markup = /<[^<>]*>/g

/** Text outside of Liquid's braces; what stands inside them stays. */
const outside = (source: string, change: (text: string) => string): string =>
  source
    .split(new RegExp(`(${braces.source})`))
    .map((part, i) => (i % 2 === 1 ? part : change(part)))
    .join('')

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
const inText = (source: string) => outside(source, (text) => escaped(text).replaceAll('\n', '<br/>'))
const inAttribute = (source: string) => outside(source, (text) => escaped(text).replaceAll('"', '&quot;'))

const fontFamily = "-apple-system, 'PingFang SC', 'Microsoft YaHei', Arial, sans-serif"

const blockMjml = (block: EmailBlock): string => {
  switch (block.kind) {
    case 'heading':
      return `<mj-text align="${block.align}" font-size="22px" font-weight="600" line-height="1.4">${inText(block.text)}</mj-text>`
    case 'text':
      return `<mj-text align="${block.align}" ${block.size === 'small' ? 'font-size="12px" color="#66756f"' : ''}>${inText(block.text)}</mj-text>`
    case 'image':
      return `<mj-image src="${inAttribute(block.url)}" alt="${inAttribute(block.alt)}" ${block.link === '' ? '' : `href="${inAttribute(block.link)}"`}/>`
    case 'button':
      return `<mj-button href="${inAttribute(block.link)}" background-color="${block.colour}" border-radius="6px" font-size="16px" inner-padding="12px 28px">${inText(block.label)}</mj-button>`
    case 'facts':
      return `<mj-table>${block.rows
        .map(
          ({ label, value }) =>
            `<tr><td style="padding:6px 12px 6px 0;color:#66756f;white-space:nowrap">${inText(label)}</td><td style="padding:6px 0">${inText(value)}</td></tr>`,
        )
        .join('')}</mj-table>`
    case 'divider':
      return '<mj-divider border-width="1px" border-color="#e4e9e6"/>'
    case 'space':
      return `<mj-spacer height="${block.px}px"/>`
  }
}

/** The foot that every mail ends with; the link stands only where the data have one. */
const unsubscribe = `{% if links.unsubscribe %}<br/><a href="{{ links.unsubscribe }}" style="color:#66756f">退订此类邮件</a>{% endif %}`

const footMjml = (footer: string, own: boolean) =>
  `<mj-section padding="8px 0 24px"><mj-column><mj-text align="center" font-size="12px" color="#66756f">${inText(footer)}${own ? '' : unsubscribe}</mj-text></mj-column></mj-section>`

/** A mail as MJML; Liquid stays in it. */
export const emailMjml = ({ subject, preheader, body, footer }: EmailContent): string => {
  if (body.kind === 'mjml') {
    // Written by hand: the foot goes where the body ends.
    const own = body.mjml.includes('links.unsubscribe')
    return footer === '' && own
      ? body.mjml
      : body.mjml.replace(/<\/mj-body>/i, () => `${footMjml(footer, own)}</mj-body>`)
  }
  const blocks = body.blocks.map(blockMjml).join('\n')
  const own = JSON.stringify(body.blocks).includes('links.unsubscribe')
  return `<mjml lang="zh-CN">
<mj-head>
<mj-title>${inText(subject)}</mj-title>
${preheader === '' ? '' : `<mj-preview>${inText(preheader)}</mj-preview>`}
<mj-attributes><mj-all font-family="${fontFamily}"/><mj-text font-size="15px" line-height="1.7" color="#15211f"/></mj-attributes>
</mj-head>
<mj-body background-color="#f4f6f3" width="600px">
<mj-section background-color="#ffffff" padding="24px 8px"><mj-column>
${blocks}
</mj-column></mj-section>
${footMjml(footer, own)}
</mj-body>
</mjml>`
}

const token = /LQ(\d{6})QL/g

/** Liquid out of the way of MJML, which would break on its quotes and angles. */
export const withTokens = (mjml: string): { mjml: string; liquid: string[] } => {
  const liquid: string[] = []
  const replaced = mjml.replaceAll(braces, (found) => {
    liquid.push(found)
    return `LQ${String(liquid.length - 1).padStart(6, '0')}QL`
  })
  return { mjml: replaced, liquid }
}

/** Puts Liquid back. @returns what MJML dropped, because it stood where no text may stand */
export const withLiquid = (html: string, liquid: readonly string[]): { html: string; lost: string[] } => {
  const seen = new Set<number>()
  const whole = html.replaceAll(token, (found, index: string) => {
    seen.add(Number(index))
    return liquid[Number(index)] ?? found
  })
  return { html: whole, lost: liquid.filter((_, i) => !seen.has(i)) }
}

/** Words of a mail without its layout; Liquid stays. Links follow their words. */
export const plainOf = (html: string): string =>
  html
    .replaceAll(/<!--(?:(?!<!--)[\s\S])*?-->|<(style|script|head|title)\b(?:(?!<\1\b)[\s\S])*?<\/\1>/gi, '')
    // What mail programs show after the subject is not read out again.
    .replaceAll(/<div\b[^<>]{0,2000}?display:\s{0,9}none(?:(?!<div\b)[\s\S])*?<\/div>/gi, '')
    .replaceAll(/\s+/g, (run) => (run.includes('\n') ? ' ' : run))
    .replaceAll(
      /<a\b[^<>]{0,2000}?href="([^"<>]{0,2000})"[^<>]{0,2000}>((?:(?!<a\b)[\s\S])*?)<\/a>/gi,
      (_, url: string, words: string) => `${words.trim()} ${url} `,
    )
    .replaceAll(/<img\b[^<>]{0,2000}?alt="([^"<>]{1,2000})"[^<>]{0,2000}>/gi, '$1\n')
    .replaceAll(/<br\s*\/?>|<\/(p|div|tr|h\d|table)>/gi, '\n')
    .replaceAll(/<\/td>/gi, ' ')
    .replaceAll(markup, '')
    .replaceAll('&nbsp;', ' ')
    .replaceAll(/&#(\d{1,6});/g, (_, code: string) => String.fromCodePoint(Number(code)).replace(/\s/u, ' '))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll(/[ \t]+/g, ' ')
    .replaceAll(/ *\n[ \n]*\n */g, '\n\n')
    .replaceAll(/ *\n */g, '\n')
    .trim()

/** Links that could run something are made to lead nowhere. */
export const harmless = (html: string): string =>
  html.replaceAll(
    /(\b(?:href|src|action|background)\s{0,99}=\s*(?:["']\s*)?)(?:javascript|data|vbscript|file):/gi,
    '$1#blocked:',
  )
