import type { Item, Platform, PostKind } from '../../contract.ts'
import { normalUrl } from '../../intake/keys.ts'
import { readCount } from './count.ts'
import type { Found } from './found.ts'
import { cutText, plainText } from './markup.ts'
import { readPublished } from './published.ts'

/** The door: a found thing becomes an item of the one form that `takeIn` takes. */

export interface DoorOptions {
  platform: Platform
  kind: PostKind
  now: Date
  dateFormat?: string
  zone?: string
  /** Addresses are completed by this one. */
  base?: string
}

export type DoorNote =
  | 'textCut'
  | 'titleCut'
  | 'dateMissing'
  | 'dateFuture'
  | 'dateAncient'
  | 'dateVague'
  | 'guidFromUrl'

export type Door = { item: Item; notes: DoorNote[] } | { field: string; reason: 'empty' | 'noIdentity' | 'tooLong' }

const limits = { guid: 500, url: 2_000, title: 500, text: 20_000, author: 200 }
const cutMark = '…（原文过长，已截断）'

/** A whole address, or empty where it is none or no page. */
const wholeUrl = (url: string | undefined, base: string | undefined): string => {
  if (!url) return ''
  const parsed = URL.parse(url.trim(), base)
  return parsed && /^https?:$/.test(parsed.protocol) && parsed.href.length <= limits.url ? parsed.href : ''
}

const doubts = { missing: 'dateMissing', future: 'dateFuture', ancient: 'dateAncient', vague: 'dateVague' } as const

/** Not one site: an id there is one of its own site only. */
const manySites: ReadonlySet<Platform> = new Set(['news', 'forum', 'wechat', 'app-store', 'regulator', 'other'])
/** A short id such as `17` or `post-3`; addresses, mail ids, URNs and UUIDs are unlike any other in the world. */
const siteId = /^[\w-]{1,30}$/

/** An id that no other site can have by chance. */
const worldwide = (guid: string, platform: Platform, url: string, base: string | undefined): string => {
  const host = URL.parse(url)?.host ?? (base === undefined ? undefined : URL.parse(base)?.host)
  return host !== undefined && manySites.has(platform) && siteId.test(guid) ? `${host}/${guid}` : guid
}

/** @returns the item with what was mended, or why it cannot be taken */
export const throughDoor = (found: Found, options: DoorOptions): Door => {
  const notes: DoorNote[] = []
  const url = wholeUrl(found.url, options.base)
  let guid = found.guid?.trim() ?? ''
  if (guid === '' && url !== '') {
    guid = normalUrl(url)
    notes.push('guidFromUrl')
  }
  // A guid that is an address in disguise changes with every tracking parameter.
  else if (/^https?:\/\//.test(guid)) guid = normalUrl(guid)
  if (guid === '') return { field: 'guid', reason: 'noIdentity' }
  const platform = found.platform ?? options.platform
  const known = (id: string) => worldwide(id, platform, url, options.base)
  guid = known(guid)
  if (guid.length > limits.guid) return { field: 'guid', reason: 'tooLong' }

  const title = cutText(plainText(found.title ?? '').replaceAll('\n', ' '), limits.title)
  const text = cutText(plainText(found.text ?? ''), limits.text, cutMark)
  if (title.cut) notes.push('titleCut')
  if (text.cut) notes.push('textCut')
  if (title.text === '' && text.text === '' && !found.complaint?.summary) return { field: 'text', reason: 'empty' }

  const { at, doubt } = readPublished(found.published, {
    now: options.now,
    ...(options.dateFormat !== undefined && { format: options.dateFormat }),
    ...(options.zone !== undefined && { zone: options.zone }),
  })
  if (doubt) notes.push(doubts[doubt])

  const counts = { likes: found.likes, comments: found.comments, reposts: found.reposts, views: found.views }
  const engagement = Object.fromEntries(
    Object.entries(counts).flatMap(([name, value]) => {
      const count = readCount(value)
      return count === undefined ? [] : [[name, count]]
    }),
  )
  const followers = readCount(found.author?.followers)
  const authorName = cutText(plainText(found.author?.name ?? '').replaceAll('\n', ' '), limits.author).text
  const authorId = (found.author?.id ?? authorName).slice(0, limits.author)
  const { complaint, hotList } = found
  return {
    notes,
    item: {
      guid,
      platform,
      kind: found.kind ?? (complaint?.number !== undefined ? 'complaint' : options.kind),
      url,
      title: title.text,
      text: text.text,
      publishedAt: at.toISOString(),
      ...(doubt && { dateDoubt: doubt }),
      ...(authorId !== '' && {
        author: {
          id: authorId,
          name: authorName,
          class: found.author?.class ?? 'person',
          ...(followers !== undefined && { followers }),
        },
      }),
      engagement,
      ...(found.parentGuid && { parentGuid: known(found.parentGuid).slice(0, limits.guid) }),
      ...(found.rootGuid && { rootGuid: known(found.rootGuid).slice(0, limits.guid) }),
      ...(complaint?.number !== undefined && {
        complaint: {
          number: complaint.number.slice(0, 64),
          appeal: (complaint.appeal ?? []).slice(0, 20).map((one) => cutText(one, 100).text),
          replyState: complaint.replyState ?? 'unknown',
          ...(complaint.against !== undefined && { against: cutText(complaint.against, 200).text }),
          ...(complaint.summary !== undefined && {
            summary: cutText(plainText(complaint.summary), 2_000, cutMark).text,
          }),
          ...(complaint.amountFen !== undefined && { amountFen: complaint.amountFen }),
        },
      }),
      ...(hotList?.list !== undefined &&
        hotList.rank !== undefined && {
          hotList: {
            list: hotList.list,
            rank: hotList.rank,
            ...(hotList.heat !== undefined && { heat: hotList.heat }),
          },
        }),
    },
  }
}
