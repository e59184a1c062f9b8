import { mayHold, scanText } from '#platform'
import { Item } from '../contract.ts'
import { authorKeyOf, postIdOf, urlKeyOf } from './keys.ts'

/** An item as it is stored: masked, with its keys. */
export interface Prepared {
  id: string
  urlKey: string | undefined
  item: Item
  parentId: string
  rootId: string
  authorKey: string
  authorName: string
}

export interface RefusedItem {
  /** Place in what was given, from 0. */
  index: number
  /** Where in the item: `publishedAt`. */
  field: string
  reason: string
}

/** Signs that no text has and that neither Postgres nor a Word document can hold: one such post must not stop the rest. */
const unheld = /[^\P{Cc}\t\n\r]/u
/** Mostly nothing is wrong: then nothing is copied. */
const isClean = (value: unknown): boolean => {
  if (typeof value === 'string') return value.isWellFormed() && !unheld.test(value)
  return typeof value !== 'object' || value === null || Object.values(value).every(isClean)
}
const cleaned = (value: unknown): unknown => {
  if (typeof value === 'string') return value.toWellFormed().replaceAll(/[^\P{Cc}\t\n\r]/gu, '')
  if (Array.isArray(value)) return value.map(cleaned)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, cleaned(member)]))
}

const masked = (text: string) => (mayHold(text) ? scanText(text).text : text)

/** An address that people click on leads to a page and does nothing else: `javascript:` and the like are left out. */
const pageUrl = (url: string): string => {
  const parsed = URL.parse(url.trim())
  return parsed && !/^https?:$/.test(parsed.protocol) ? '' : url.trim()
}

/** The name of a private person stays with the platform; everybody else speaks for an institution or in public. */
const shownName = ({ name, class: is }: NonNullable<Item['author']>): string => {
  const plain = masked(name)
  return is === 'person' && plain !== '' ? `${Array.from(plain)[0]}***` : plain
}

/** Checks an item and makes it ready to be stored. Pure. */
export const prepare = (given: unknown, index: number): Prepared | RefusedItem => {
  const parsed = Item.safeParse(isClean(given) ? given : cleaned(given))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    return { index, field: issue?.path.join('.') ?? '', reason: issue?.message ?? 'invalid' }
  }
  const item = parsed.data
  if (item.title.trim() === '' && item.text.trim() === '' && !item.complaint)
    return { index, field: 'text', reason: 'empty' }
  const idOf = (guid: string | undefined) => (guid ? postIdOf(item.platform, guid) : '0')
  const id = postIdOf(item.platform, item.guid)
  const parentId = idOf(item.parentGuid)
  const { complaint } = item
  const url = pageUrl(item.url)
  return {
    id,
    urlKey: urlKeyOf(url),
    item: {
      ...item,
      url,
      title: masked(item.title),
      text: masked(item.text),
      ...(complaint && {
        complaint: {
          ...complaint,
          appeal: complaint.appeal.map(masked),
          ...(complaint.against !== undefined && { against: masked(complaint.against) }),
          ...(complaint.summary !== undefined && { summary: masked(complaint.summary) }),
        },
      }),
    },
    parentId,
    rootId: item.rootGuid ? idOf(item.rootGuid) : parentId,
    authorKey: authorKeyOf(item.platform, item.author?.id ?? ''),
    authorName: item.author ? shownName(item.author) : '',
  }
}

export const isRefused = (made: Prepared | RefusedItem): made is RefusedItem => 'reason' in made
