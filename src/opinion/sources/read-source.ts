import { Fault, fetchPage, type Got } from './fetch.ts'
import { type MailCursor, readMailbox } from './mailbox.ts'
import { decodeBytes } from './read/decode-bytes.ts'
import { readFeed } from './read/feed.ts'
import { type Found, mostItems, NotReadable } from './read/found.ts'
import { exploreJson, parseJson, readJsonList } from './read/json-list.ts'
import { readMail } from './read/mail.ts'
import { TooComplex } from './read/markup.ts'
import { readPage } from './read/page.ts'
import { valueAt } from './read/paths.ts'
import type { FetchedConfig, FieldMap, SourceConfig } from './sources-contract.ts'

/** Everything a source has to say now: bytes from outside, read by its settings. Stores nothing. */

export interface Asking {
  secret: string | undefined
  userAgent: string
  allowInside: boolean
  etag?: string | null
  lastModified?: string | null
  cursor?: Record<string, unknown> | null
  before?: (url: string) => Promise<void>
  signal?: AbortSignal
}

/** Bytes as they came, evidence of what was read in them. */
export interface Raw {
  bytes: Buffer
  url: string
  status: number
  contentType: string
  headers: Record<string, string>
}

/** What helps to write a mapping. */
interface Explored {
  lists: { path: string; length: number }[]
  fields: { path: string; example: string }[]
  proposal: FieldMap
}

/** The list is not where the settings say; where it may be is told. */
export class NoList extends Fault {
  readonly explored: Explored
  constructor(message: string, explored: Explored) {
    super('notReadable', message)
    this.explored = explored
  }
}

export interface Reading {
  /** With the place of their raw bytes. */
  found: (Found & { raw: number })[]
  raws: Raw[]
  unchanged: boolean
  /** There was more than is taken at once. */
  cut: boolean
  etag: string | null
  lastModified: string | null
  cursor?: Record<string, unknown>
  /** Of JSON only. */
  explored?: Explored
}

const rawOf = ({ bytes, url, status, contentType, headers }: Got): Raw => ({ bytes, url, status, contentType, headers })

const asFault = (error: unknown): unknown => {
  if (error instanceof NotReadable) return new Fault('notReadable', error.message)
  return error instanceof TooComplex ? new Fault('tooComplex', error.message) : error
}

/** @throws Fault, NotYet */
export const readSource = async (config: SourceConfig, asking: Asking): Promise<Reading> => {
  try {
    switch (config.kind) {
      case 'mailbox':
        return await readMails(config, asking)
      case 'feed':
      case 'json':
      case 'page':
        return await readFetched(config, asking)
      case 'webhook':
      case 'files':
        throw new Error(`a source of kind ${config.kind} is not fetched`)
    }
  } catch (error) {
    throw asFault(error)
  }
}

const readFetched = async (config: FetchedConfig, asking: Asking): Promise<Reading> => {
  const got = await fetchPage({ ...asking, url: config.url, auth: config.auth })
  const shared = { etag: got.etag, lastModified: got.lastModified }
  if (got.unchanged)
    return {
      found: [],
      raws: [],
      unchanged: true,
      cut: false,
      etag: asking.etag ?? null,
      lastModified: asking.lastModified ?? null,
    }
  const text = decodeBytes(got.bytes, got.contentType)
  if (config.kind === 'json') return { ...shared, ...(await readPages(config, asking, got, text)) }
  const found = config.kind === 'feed' ? asHotList(readFeed(text), config.hotList) : readPage(text, config)
  return { ...shared, ...taken(found.map((one) => ({ ...one, raw: 0 }))), raws: [rawOf(got)], unchanged: false }
}

const taken = (found: Reading['found']) => ({ found: found.slice(0, mostItems), cut: found.length > mostItems })

/** A feed that is a list of what is hot: its order is the rank. */
const asHotList = (found: Found[], list: string): Found[] =>
  list === ''
    ? found
    : found.map((one, index) => ({ ...one, kind: 'hot-list', hotList: { list, rank: Math.min(index + 1, 1_000) } }))

const readPages = async (
  config: Extract<SourceConfig, { kind: 'json' }>,
  asking: Asking,
  first: Got,
  firstText: string,
): Promise<Omit<Reading, 'etag' | 'lastModified'>> => {
  const root = parseJson(firstText)
  const explored = exploreJson(root, config.itemsAt)
  const raws = [rawOf(first)]
  const found: Reading['found'] = []
  const seen = new Set<string>()
  const take = (page: unknown): number => {
    const before = found.length
    for (const one of readJsonList(page, config)) {
      const key = `${one.guid ?? ''} ${one.url ?? ''}`
      // Pages that repeat themselves would go on for ever.
      if (key !== ' ' && seen.has(key)) continue
      seen.add(key)
      found.push({ ...one, raw: raws.length - 1 })
    }
    return found.length - before
  }
  try {
    take(root)
  } catch (error) {
    throw error instanceof NotReadable ? new NoList(error.message, explored) : error
  }
  let page = root
  for (let number = 1; number < pagesOf(config); number++) {
    const next = nextPage(config, page, number)
    if (next === undefined || found.length > mostItems) break
    const got = await fetchPage({ ...asking, etag: null, lastModified: null, url: next, auth: config.auth })
    raws.push(rawOf(got))
    page = parseJson(decodeBytes(got.bytes, got.contentType))
    if (take(page) === 0) break
  }
  return { ...taken(found), raws, unchanged: false, explored }
}

const pagesOf = ({ paging }: Extract<SourceConfig, { kind: 'json' }>) => (paging.by === 'none' ? 1 : paging.pages)

/** Address of the next page; undefined at the end. */
const nextPage = (
  config: Extract<SourceConfig, { kind: 'json' }>,
  page: unknown,
  number: number,
): string | undefined => {
  const { paging } = config
  const url = new URL(config.url)
  switch (paging.by) {
    case 'none':
      return undefined
    case 'page':
      url.searchParams.set(paging.parameter, String(paging.first + number))
      return url.href
    case 'cursor': {
      const cursor = valueAt(page, paging.at)
      if ((typeof cursor !== 'string' && typeof cursor !== 'number') || cursor === '' || cursor === 0) return undefined
      url.searchParams.set(paging.parameter, String(cursor))
      return url.href
    }
    case 'link': {
      const link = valueAt(page, paging.at)
      return typeof link === 'string' ? URL.parse(link, url.href)?.href : undefined
    }
  }
}

const readMails = async (config: Extract<SourceConfig, { kind: 'mailbox' }>, asking: Asking): Promise<Reading> => {
  const { uidValidity, uid } = asking.cursor ?? {}
  const cursor =
    typeof uidValidity === 'string' && typeof uid === 'number' ? ({ uidValidity, uid } satisfies MailCursor) : undefined
  const read = await readMailbox(config, { secret: asking.secret, cursor, allowInside: asking.allowInside })
  const found: Reading['found'] = []
  const raws: Raw[] = []
  for (const bytes of read.mails) {
    const mail = await readMail(bytes)
    const haystack = `${mail.sender} ${mail.title ?? ''}`.toLowerCase()
    if (config.only.length > 0 && !config.only.some((word) => haystack.includes(word.toLowerCase()))) continue
    raws.push({
      bytes,
      url: `imap://${config.host}/${encodeURIComponent(config.mailbox)}`,
      status: 200,
      contentType: 'message/rfc822',
      headers: {},
    })
    found.push({ ...mail, raw: raws.length - 1 })
  }
  return {
    found,
    raws,
    unchanged: read.mails.length === 0,
    cut: read.cut,
    etag: null,
    lastModified: null,
    cursor: { ...read.cursor },
  }
}
