import type { Found } from './found.ts'
import { mostItems, NotReadable } from './found.ts'
import { asMarkup, type MarkupNode, nodeText, parseMarkup } from './markup.ts'

/** RSS 0.9–2.0, RDF, Atom and JSON Feed. RSSHub answers with these. */

type Element = Extract<MarkupNode, { children: MarkupNode[]; name: string }>

const isElement = (node: MarkupNode): node is Element => 'name' in node && 'children' in node
const children = (node: { children: MarkupNode[] }) => node.children.filter(isElement)
const named = (node: { children: MarkupNode[] }, ...names: string[]): Element | undefined => {
  const own = children(node)
  for (const name of names) {
    const found = own.find((child) => child.name.toLowerCase() === name)
    if (found) return found
  }
  return undefined
}

/** All text in a node, character data too: as it stands, markup inside character data is still markup. */
const textOf = (node: MarkupNode | undefined): string => {
  if (!node) return ''
  let out = ''
  const waiting: MarkupNode[] = [node]
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (next.nodeType === textNode && 'data' in next) out += next.data
    if ('children' in next) waiting.push(...next.children.toReversed())
  }
  return out.trim()
}
/** As the DOM numbers its nodes. */
const textNode = 3

/** Atom's `xhtml` texts are markup in the tree itself. */
const markupOf = (node: Element | undefined): string => {
  if (!node) return ''
  return node.attribs.type?.toLowerCase() === 'xhtml' ? asMarkup(nodeText(node)) : textOf(node)
}

const rssItem = (item: Element): Found => {
  const guid = named(item, 'guid')
  const link = textOf(named(item, 'link')) || item.attribs['rdf:about'] || ''
  const permanent = guid && guid.attribs.ispermalink !== 'false' && /^https?:/.test(textOf(guid)) ? textOf(guid) : ''
  const author = textOf(named(item, 'dc:creator', 'author', 'itunes:author')).replace(/^[^\s@]+@\S+\s*\((.+)\)$/, '$1')
  const full = textOf(named(item, 'content:encoded', 'content'))
  const short = textOf(named(item, 'description', 'summary'))
  return {
    guid: textOf(guid) || undefined,
    url: link || permanent || undefined,
    title: textOf(named(item, 'title')),
    text: full.length > short.length ? full : short,
    published: textOf(named(item, 'pubdate', 'dc:date', 'published', 'updated', 'date')) || undefined,
    ...(author !== '' && { author: { name: author } }),
    comments: textOf(named(item, 'slash:comments')) || undefined,
  }
}

const atomEntry = (entry: Element): Found => {
  const links = children(entry).filter(({ name }) => name.toLowerCase() === 'link')
  const link = links.find(({ attribs }) => (attribs.rel ?? 'alternate') === 'alternate') ?? links[0]
  const author = named(entry, 'author')
  const full = markupOf(named(entry, 'content'))
  const short = markupOf(named(entry, 'summary'))
  const replied = named(entry, 'thr:in-reply-to')?.attribs.ref
  return {
    guid: textOf(named(entry, 'id')) || undefined,
    url: link?.attribs.href,
    title: markupOf(named(entry, 'title')),
    text: full.length > short.length ? full : short,
    published: textOf(named(entry, 'published', 'issued', 'updated', 'modified')) || undefined,
    ...(author && { author: { id: textOf(named(author, 'uri')) || undefined, name: textOf(named(author, 'name')) } }),
    comments: textOf(named(entry, 'thr:total')) || undefined,
    ...(replied !== undefined && { parentGuid: replied }),
  }
}

/** @throws NotReadable, TooComplex */
const readXmlFeed = (text: string): Found[] => {
  const document = parseMarkup(text, { xml: true })
  const root = children(document).find(({ name }) => /^(rss|rdf:rdf|feed|atom:feed)$/i.test(name))
  if (!root)
    throw new NotReadable(
      /<html|<!doctype html/i.test(text.slice(0, 2_000)) ? 'a page came instead of a feed' : 'no feed',
    )
  if (/feed$/i.test(root.name))
    return children(root)
      .filter(({ name }) => /^(atom:)?entry$/i.test(name))
      .slice(0, mostItems + 1)
      .map(atomEntry)
  const channel = named(root, 'channel')
  // RSS 1.0 keeps its items beside the channel.
  const items = [...(channel ? children(channel) : []), ...children(root)].filter(
    ({ name }) => name.toLowerCase() === 'item',
  )
  return items.slice(0, mostItems + 1).map(rssItem)
}

const asText = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined
const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}

/** JSON Feed 1 and 1.1, https://www.jsonfeed.org/version/1.1/ */
const readJsonFeed = (feed: Record<string, unknown>): Found[] => {
  if (!Array.isArray(feed.items)) throw new NotReadable('no list "items"')
  return feed.items.slice(0, mostItems + 1).map((given): Found => {
    const item = record(given)
    const author = record(Array.isArray(item.authors) ? item.authors[0] : (item.author ?? item.authors))
    const html = asText(item.content_html)
    const plain = asText(item.content_text)
    return {
      guid: asText(item.id),
      url: asText(item.url) ?? asText(item.external_url),
      title: asText(item.title),
      text: html ?? (plain === undefined ? asText(item.summary) : asMarkup(plain)),
      published: item.date_published ?? item.date_modified,
      author: { id: asText(author.url), name: asText(author.name) },
    }
  })
}

/**
 * Everything a feed lists, in its order; at most one more than `mostItems`.
 * @throws NotReadable when it is no feed, TooComplex
 */
export const readFeed = (text: string): Found[] => {
  if (!/^\s*\{/.test(text)) return readXmlFeed(text)
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    throw new NotReadable('the JSON is broken')
  }
  return readJsonFeed(record(parsed))
}
