import type { FieldMap } from '../sources-contract.ts'
import type { Found } from './found.ts'
import { mostItems, NotReadable } from './found.ts'
import { foundByMap } from './mapped.ts'
import { fieldsOf, listsOf, valueAt } from './paths.ts'
import { proposeMap } from './propose.ts'

/** Lists inside JSON answers. */

/** Deeper answers are no list of posts. */
const deepest = 200

/** Integers that a double cannot hold stay text: ids of posts have 19 digits. @throws NotReadable */
export const parseJson = (text: string): unknown => {
  let depth = 0
  for (let at = 0, quoted = false; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (quoted) {
      if (code === 92) at += 1
      else if (code === 34) quoted = false
    } else if (code === 34) quoted = true
    else if (code === 91 || code === 123) {
      depth += 1
      if (depth > deepest) throw new NotReadable('the JSON nests too deep')
    } else if (code === 93 || code === 125) depth -= 1
  }
  try {
    return JSON.parse(text, (_key, value: unknown, context?: { source?: string }) =>
      typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value) && context?.source
        ? context.source
        : value,
    )
  } catch {
    throw new NotReadable(/^\s*</.test(text) ? 'a page came instead of JSON' : 'the JSON is broken')
  }
}

/** What a list may be: an array, or an object whose values are the entries (some hot lists). */
const listAt = (root: unknown, path: string): unknown[] | undefined => {
  const value = valueAt(root, path)
  if (Array.isArray(value)) return value as unknown[]
  if (typeof value !== 'object' || value === null || path === '') return undefined
  const values: unknown[] = Object.values(value)
  return values.length > 0 && values.every((one) => typeof one === 'object' && one !== null) ? values : undefined
}

/**
 * What an answer lists.
 * @throws NotReadable where there is no list at `itemsAt`
 */
export const readJsonList = (
  root: unknown,
  { itemsAt, map, hotList }: { itemsAt: string; map: FieldMap; hotList?: string | undefined },
): Found[] => {
  const list = listAt(root, itemsAt)
  if (!list) throw new NotReadable(`no list at "${itemsAt}"`)
  return list
    .slice(0, mostItems + 1)
    .map((row, index) => foundByMap(row, map, hotList ? { name: hotList, place: index + 1 } : undefined))
}

/** What helps to write a mapping. */
export const exploreJson = (root: unknown, itemsAt: string) => {
  const lists = listsOf(root)
  const rows = listAt(root, itemsAt) ?? listAt(root, lists[0]?.path ?? '') ?? []
  const fields = fieldsOf(rows)
  return { lists, fields, proposal: proposeMap(fields.map(({ path }) => path)) }
}
