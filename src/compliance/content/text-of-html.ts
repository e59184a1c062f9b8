/** The text of a page or mail and how large its letters are, as far as inline styles and headings say. */
export interface SizedText {
  text: string
  /** One range for each run of letters of one size, in order. */
  sizes: { start: number; end: number; px: number }[]
}

const bodyPx = 16
/** Sizes browsers give by default. */
const tagPx: Readonly<Record<string, number>> = { h1: 32, h2: 24, h3: 18.7, h5: 13.3, h6: 10.7, small: 13.3, big: 19.2 }
const silent = new Set(['script', 'style', 'head', 'title', 'template', 'noscript'])
const empty = new Set(['br', 'hr', 'img', 'input', 'meta', 'link', 'source', 'wbr', 'col', 'area', 'base'])
const breaking = new Set(['br', 'p', 'div', 'tr', 'li', 'table', 'section', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'hr'])
const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }

const decoded = (text: string): string =>
  text.replaceAll(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
    const code = decimal ? Number(decimal) : hex ? Number.parseInt(hex, 16) : undefined
    if (code !== undefined) return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : ''
    return entities[(name ?? '').toLowerCase()] ?? whole
  })

const pxOf = (size: string, around: number): number => {
  const found = /^\s*([\d.]+)\s*(px|pt|em|rem|%)/i.exec(size)
  if (!found) return around
  const value = Number(found[1])
  const unit = { px: 1, pt: 4 / 3, em: around, rem: bodyPx, '%': around / 100 }[(found[2] ?? 'px').toLowerCase()] ?? 1
  return value * unit
}

/**
 * Text and sizes of letters of HTML, for the rules about prominence (R1, G14). What is not displayed is left out. Pure; not a
 * browser: style sheets are not read, which is what mail clients do too.
 */
export const textOfHtml = (html: string): SizedText => {
  const open: { tag: string; px: number; hidden: boolean }[] = []
  const sizes: SizedText['sizes'] = []
  let text = ''
  const say = (raw: string) => {
    const { px = bodyPx, hidden = false } = open.at(-1) ?? {}
    const said = decoded(raw).replaceAll(/\s+/g, ' ')
    if (hidden || said === '' || (said === ' ' && /\s$/.test(text))) return
    const last = sizes.at(-1)
    if (last?.px === px && last.end === text.length) last.end += said.length
    else sizes.push({ start: text.length, end: text.length + said.length, px })
    text += said
  }
  for (const [, comment, close, tagName, attributes = '', words] of html.matchAll(
    /(<!--(?:(?!<!--)[\s\S])*?-->|<![^<>]*>)|<(\/)?([a-z][\w-]*)((?:"[^"<]*"|'[^'<]*'|[^'"<>])*)>|([^<]+|<)/gi,
  )) {
    if (comment !== undefined) continue
    if (words !== undefined) say(words)
    if (tagName === undefined) continue
    const tag = tagName.toLowerCase()
    if (breaking.has(tag) && text !== '' && !text.endsWith('\n')) text += '\n'
    if (close) {
      const at = open.findLastIndex((one) => one.tag === tag)
      if (at >= 0) open.length = at
    } else if (!empty.has(tag) && !attributes.trimEnd().endsWith('/')) {
      const { px = bodyPx, hidden = false } = open.at(-1) ?? {}
      const style = /\bstyle\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(attributes)
      const css = style?.[1] ?? style?.[2] ?? ''
      const size = /font-size\s*:\s*([^;]+)/i.exec(css)?.[1]
      open.push({
        tag,
        px: size === undefined ? (tagPx[tag] ?? px) : pxOf(size, px),
        hidden: hidden || silent.has(tag) || /display\s*:\s*none|visibility\s*:\s*hidden/i.test(css),
      })
    }
  }
  return { text, sizes }
}
