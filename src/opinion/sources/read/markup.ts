import { Parser, parseDocument } from 'htmlparser2'

/** Markup that others wrote, held within bounds: what is deeper or larger is no document but an attack or a mistake. */

export class TooComplex extends Error {}

const most = { depth: 400, elements: 300_000 }

/** @throws TooComplex */
const assertBounded = (text: string, xml: boolean): void => {
  let depth = 0
  let elements = 0
  const parser = new Parser(
    {
      onopentagname: () => {
        depth += 1
        elements += 1
        if (depth > most.depth || elements > most.elements)
          throw new TooComplex('the markup nests too deep or is too long')
      },
      onclosetag: () => {
        depth -= 1
      },
    },
    { xmlMode: xml, decodeEntities: false },
  )
  parser.end(text)
}

export type MarkupDocument = ReturnType<typeof parseDocument>
export type MarkupNode = MarkupDocument['children'][number]

/**
 * The tree of a page or feed. Entities a document declares are never expanded and nothing outside is loaded: the reader
 * knows the standard's names only.
 * @throws TooComplex
 */
export const parseMarkup = (text: string, { xml = false } = {}): MarkupDocument => {
  assertBounded(text, xml)
  return parseDocument(text, { xmlMode: xml, decodeEntities: true })
}

const block = /^(p|div|br|li|tr|h[1-6]|section|article|blockquote|ul|ol|table|hr|figure|dd|dt|pre)$/
const silent = /^(script|style|noscript|template|iframe|object|svg|head|title|textarea|select)$/
const closing = new Set([
  'script',
  'style',
  'noscript',
  'template',
  'iframe',
  'object',
  'svg',
  'head',
  'title',
  'textarea',
  'select',
])

/** The parser moves all open elements for each that opens: from here on it starts afresh, knowing none of them. */
const deepestOpen = 256

/**
 * HTML as plain text: blocks become lines, pictures their description (an emoticon stays a word), scripts vanish. Runs in
 * one pass without a tree, in time that does not grow with depth. What hides and nests too deep hides the rest.
 */
export const plainText = (html: string): string => {
  if (!/[<&]/.test(html)) return tidy(html)
  let out = ''
  let hidden = 0
  for (let rest = html; rest !== '' && hidden === 0; ) {
    let open = 0
    let next = rest.length
    const parser = new Parser(
      {
        onopentag: (name, attributes) => {
          if (silent.test(name)) hidden += 1
          else if (hidden === 0 && block.test(name)) out += '\n'
          else if (hidden === 0 && name === 'img') out += attributes.alt ?? ''
          open += 1
          if (open < deepestOpen) return
          next = parser.endIndex + 1
          parser.pause()
        },
        ontext: (text) => {
          if (hidden === 0) out += text
        },
        onclosetag: (name) => {
          open -= 1
          if (closing.has(name)) hidden = Math.max(0, hidden - 1)
          // An empty element opens and closes at once.
          else if (hidden === 0 && block.test(name) && name !== 'br' && name !== 'hr') out += '\n'
        },
      },
      { decodeEntities: true },
    )
    parser.end(rest)
    rest = rest.slice(next)
  }
  return tidy(out)
}

/** The text of a part of a tree, blocks on lines of their own. Without recursion. */
export const nodeText = (node: MarkupNode): string => {
  let out = ''
  const waiting: (MarkupNode | string)[] = [node]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next === 'string') out += next
    else if (next.nodeType === textNode && 'data' in next) out += next.data
    else if ('children' in next) {
      const name = 'name' in next ? next.name.replace(/^\w+:/, '') : ''
      if (silent.test(name)) continue
      const own = block.test(name)
      if (own) out += '\n'
      if (name === 'img' && 'attribs' in next) out += next.attribs.alt ?? ''
      if (own && name !== 'br' && name !== 'hr') waiting.push('\n')
      for (let at = next.children.length - 1; at >= 0; at--) {
        const child = next.children[at]
        if (child) waiting.push(child)
      }
    }
  }
  return tidy(out)
}
/** As the DOM numbers its nodes. */
const textNode = 3

/** Plain text as markup that means it. */
export const asMarkup = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('\n', '<br>')

/** Spaces as people see them: none at ends of lines, at most one empty line; without control characters. */
export const tidy = (text: string): string =>
  text
    // Half of a surrogate pair cannot be stored; NUL cannot either.
    .toWellFormed()
    .replaceAll(/(?![\n\r\t])\p{Cc}|[\u200b\u2060\ufeff]/gu, '')
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/[^\S\n]+/gu, ' ')
    .replaceAll(/ ?\n ?/g, '\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()

/**
 * Cut to a length in UTF-16 units without splitting a character (an emoji with its joiners too), and marked.
 * @returns the text as it is when it is short enough
 */
export const cutText = (text: string, most: number, mark = '…'): { text: string; cut: boolean } => {
  if (text.length <= most) return { text, cut: false }
  const room = most - mark.length
  let end = 0
  // Only around the cut is looked at closely: segmenting 20,000 characters takes 10 ms.
  const start = Math.max(0, room - 200)
  end = start
  for (const { index, segment } of graphemes.segment(text.slice(start, room + 50))) {
    if (start + index + segment.length > room) break
    end = start + index + segment.length
  }
  return { text: text.slice(0, end).trimEnd() + mark, cut: true }
}
const graphemes = new Intl.Segmenter('zh', { granularity: 'grapheme' })
