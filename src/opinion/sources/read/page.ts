import { compile, selectAll, selectOne } from 'css-select'
import type { FieldMap, MappedField } from '../sources-contract.ts'
import type { Found } from './found.ts'
import { mostItems, NotReadable } from './found.ts'
import { foundByMap } from './mapped.ts'
import { asMarkup, type MarkupNode, nodeText, parseMarkup } from './markup.ts'

/** Pages read with CSS selectors. */

/** The selector without `@attribute`, and the attribute. */
const parts = (rule: string): { selector: string; attribute: string | undefined } => {
  const found = /^(.*?)\s*(?:@([\w-]+))?$/s.exec(rule.trim())
  return { selector: found?.[1]?.trim() ?? '', attribute: found?.[2] }
}

/** A selector as it is used; what looks at siblings in every way at once would take too long on a long page. */
const mostSelector = 300

/** Whether a selector can be read. */
export const isSelector = (rule: string): boolean => {
  const { selector } = parts(rule)
  if (selector === '') return true
  if (selector.length > mostSelector || /:(has|contains|icontains)\b/i.test(selector)) return false
  try {
    compile(selector)
    return true
  } catch {
    return false
  }
}

/** The door takes these for markup. */
const markupFields = new Set<MappedField>(['title', 'text', 'authorName', 'complaintSummary'])

/** What a rule finds below an element: `a.title@href`, `.time`, `@data-id` of the element itself. */
const pick = (element: MarkupNode, field: MappedField, rule: string): string | undefined => {
  for (const one of rule.split('|')) {
    const { selector, attribute } = parts(one)
    const node = selector === '' ? element : selectOne(selector, element)
    if (!node) continue
    const text = attribute !== undefined && 'attribs' in node ? node.attribs[attribute] : nodeText(node)
    if (text?.trim()) return markupFields.has(field) ? asMarkup(text.trim()) : text.trim()
  }
  return undefined
}

/**
 * What a page lists.
 * @throws NotReadable when nothing fits the selector of items, TooComplex
 */
export const readPage = (
  html: string,
  { item, map, hotList }: { item: string; map: FieldMap; hotList?: string | undefined },
): Found[] => {
  const document = parseMarkup(html)
  const elements = selectAll(item, document).slice(0, mostItems + 1)
  if (elements.length === 0) throw new NotReadable(`nothing on the page fits "${item}"`)
  const rules = Object.entries(map) as [MappedField, string][]
  return elements.map((element, index) => {
    const row = Object.fromEntries(rules.map(([field, rule]) => [field, pick(element, field, rule)]))
    const own = Object.fromEntries(rules.map(([field]) => [field, field]))
    return foundByMap(row, own, hotList ? { name: hotList, place: index + 1 } : undefined)
  })
}
