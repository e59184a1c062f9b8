import { z } from 'zod'
import { HotListPlace, Platform, PostKind } from '../contract.ts'

/** Sources of posts: their settings, health and findings, shared with the console. No I/O. */

/** `feed` is RSS, Atom or JSON Feed (RSSHub too), told apart by what comes. */
export const sourceKinds = ['feed', 'json', 'page', 'mailbox', 'webhook', 'files'] as const
export const SourceKind = z.enum(sourceKinds)
export type SourceKind = z.infer<typeof SourceKind>

/** What of a post a mapping can name. */
export const mappedFields = [
  'guid',
  'url',
  'title',
  'text',
  'publishedAt',
  'authorId',
  'authorName',
  'authorClass',
  'followers',
  'likes',
  'comments',
  'reposts',
  'views',
  'parentGuid',
  'rootGuid',
  'platform',
  'kind',
  'rank',
  'heat',
  'complaintNumber',
  'complaintAgainst',
  'complaintAppeal',
  'complaintSummary',
  'complaintAmount',
  'complaintReply',
] as const
export const MappedField = z.enum(mappedFields)
export type MappedField = z.infer<typeof MappedField>

/**
 * Field of a post → where it stands: a path (`user.id`, `pics[0].url`), a column, or a text with paths in braces
 * (`https://example.com/p/{id}`); several with `|`: the first that has a value. In a page: a CSS selector, `@name` after it
 * for an attribute.
 */
export const FieldMap = z.partialRecord(MappedField, z.string().trim().min(1).max(300))
export type FieldMap = z.infer<typeof FieldMap>

const Url = z.url({ protocol: /^https?$/, error: 'an address that begins with http:// or https://' }).max(2_000)
const DateFormat = z.string().trim().max(60)
const Zone = z.string().trim().min(1).max(60)
const Path = z.string().trim().max(200)

/** How a request proves who asks; the secret itself is kept in the vault. */
export const RequestAuth = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('none') }),
  z.strictObject({ type: z.literal('bearer') }),
  z.strictObject({ type: z.literal('basic'), user: z.string().min(1).max(200) }),
  z.strictObject({ type: z.literal('header'), name: z.string().regex(/^[\w-]{1,80}$/) }),
  z.strictObject({ type: z.literal('query'), name: z.string().regex(/^[\w.-]{1,80}$/) }),
])
export type RequestAuth = z.infer<typeof RequestAuth>

/** How times are written where the text does not say it: `auto`, `epoch`, or a pattern such as `yyyy-MM-dd HH:mm`. */
const Times = { dateFormat: DateFormat.default('auto'), zone: Zone.default('Asia/Shanghai') }
const Fetched = {
  url: Url,
  auth: RequestAuth.default({ type: 'none' }),
  /** The places of what is listed are kept as a history of this list; empty: it is no hot list. */
  hotList: z.string().trim().max(100).default(''),
  ...Times,
}
/** Counts of a post asked again later, at an address of its own. */
export const Reseen = z.strictObject({
  /** With paths of the post in braces: `{guid}`, `{url}`. */
  url: z.string().trim().min(1).max(500),
  /** Where the object with the counts stands in the answer. */
  at: Path.default(''),
  map: FieldMap,
})

export const presets = [
  'auto',
  'own',
  'crawler-weibo',
  'crawler-xhs',
  'crawler-douyin',
  'crawler-bilibili',
  'crawler-zhihu',
  'crawler-tieba',
  'crawler-kuaishou',
  'complaints',
] as const
export const Preset = z.enum(presets)
export type Preset = z.infer<typeof Preset>

export const SourceConfig = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('feed'), ...Fetched }),
  z.strictObject({
    kind: z.literal('json'),
    ...Fetched,
    /** Where the list stands; empty: the answer is the list. */
    itemsAt: Path.default(''),
    map: FieldMap,
    /** Further pages: `page` counts up, `cursor` is taken from the answer, `link` is a whole address in it. */
    paging: z
      .discriminatedUnion('by', [
        z.strictObject({ by: z.literal('none') }),
        z.strictObject({
          by: z.literal('page'),
          parameter: z.string().min(1).max(60),
          first: z.int().min(0).max(10).default(1),
          pages: z.int().min(1).max(20).default(3),
        }),
        z.strictObject({
          by: z.literal('cursor'),
          parameter: z.string().min(1).max(60),
          at: Path.min(1),
          pages: z.int().min(1).max(20).default(3),
        }),
        z.strictObject({ by: z.literal('link'), at: Path.min(1), pages: z.int().min(1).max(20).default(3) }),
      ])
      .default({ by: 'none' }),
    reseen: Reseen.optional(),
  }),
  z.strictObject({ kind: z.literal('page'), ...Fetched, item: z.string().trim().min(1).max(300), map: FieldMap }),
  z.strictObject({
    kind: z.literal('mailbox'),
    host: z.string().trim().min(1).max(200),
    port: z.int().min(1).max(65_535).default(993),
    security: z.enum(['tls', 'starttls', 'none']).default('tls'),
    user: z.string().trim().min(1).max(200),
    mailbox: z.string().trim().min(1).max(200).default('INBOX'),
    /** Only mails whose sender or subject holds one of these words; none: all. */
    only: z.array(z.string().trim().min(1).max(100)).max(20).default([]),
  }),
  z.strictObject({
    kind: z.literal('webhook'),
    /** Whether each call must be signed by Standard Webhooks besides naming the key. */
    signed: z.boolean().default(false),
    /** How what is sent becomes a post; without it: the posts have the form of the interface. */
    map: FieldMap.default({}),
    itemsAt: Path.default(''),
    ...Times,
  }),
  z.strictObject({
    kind: z.literal('files'),
    preset: Preset.default('auto'),
    map: FieldMap.default({}),
    ...Times,
  }),
])
export type SourceConfig = z.output<typeof SourceConfig>
export type FetchedConfig = Extract<SourceConfig, { url: string }>

const Clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'a time like 09:00' })
/** When it is read: every so many minutes or by five fields of cron (Shanghai time), in hours of the day. */
export const Timetable = z.strictObject({
  everyMinutes: z.int().min(1).max(10_080).default(10),
  cron: z.string().trim().max(100).default(''),
  active: z.strictObject({ from: Clock, to: Clock }).nullable().default(null),
})
export type Timetable = z.output<typeof Timetable>

export const Politeness = z.strictObject({
  /** Of all sources on that host together, the slowest wish wins. */
  requestsPerMinute: z.int().min(1).max(600).default(12),
  /** False only where the terms note says that reading is permitted otherwise. */
  robots: z.boolean().default(true),
})
export type Politeness = z.output<typeof Politeness>

export const legalBases = ['public', 'permitted', 'contract', 'own', 'submitted', 'interest'] as const
/** Why we may read it. No source without. */
export const Terms = z.strictObject({
  basis: z.enum(legalBases),
  /** What its terms of use say, who agreed to what, when. */
  note: z.string().trim().min(4).max(2_000),
  /** How long the evidence of its posts is kept, days. */
  evidenceDays: z.int().min(0).max(3_650).default(180),
  /** What share of what is there this source shows: all, the newest 20, what a search found … */
  sampling: z.string().trim().max(300).default(''),
})
export type Terms = z.output<typeof Terms>

export const NewSource = z.strictObject({
  name: z.string().trim().min(1).max(80),
  platform: Platform,
  /** What its posts are unless they say so. */
  postKind: PostKind.default('post'),
  config: SourceConfig,
  timetable: Timetable.default({ everyMinutes: 10, cron: '', active: null }),
  politeness: Politeness.default({ requestsPerMinute: 12, robots: true }),
  terms: Terms,
  on: z.boolean().default(true),
  /** Left out: as it is. */
  secret: z.string().max(4_000).optional(),
})
export type NewSource = z.output<typeof NewSource>

/** `blind`: nothing came for longer than it ever was quiet, or it cannot be read at all. */
export const lights = ['off', 'new', 'ok', 'failing', 'blind'] as const
export const Light = z.enum(lights)
export type Light = z.infer<typeof Light>

const Instant = z.iso.datetime()
export const faults = [
  'timeout',
  'unreachable',
  'inside',
  'notEncrypted',
  'credentials',
  'tooLarge',
  'tooManyRedirects',
  'status',
  'unauthorised',
  'busy',
  'robots',
  'notReadable',
  'tooComplex',
  'noItems',
  'allRefused',
  'mailbox',
  'secretMissing',
  'internal',
] as const
export const SourceFault = z.enum(faults)
export type SourceFault = z.infer<typeof SourceFault>

export const SourceView = z.object({
  id: z.int(),
  ...NewSource.omit({ secret: true }).shape,
  hasSecret: z.boolean(),
  light: Light,
  lastRunAt: Instant.nullable(),
  lastSuccessAt: Instant.nullable(),
  /** When something new last came. */
  lastNewAt: Instant.nullable(),
  /** Publication of the newest post. */
  lastItemAt: Instant.nullable(),
  nextAt: Instant.nullable(),
  /** From publication to having it, median of the last runs, seconds. */
  lagSeconds: z.number().nullable(),
  failures: z.int(),
  fault: SourceFault.nullable(),
  faultText: z.string(),
  blindSince: Instant.nullable(),
  /** New posts of the last 24 hours, by hour, oldest first. */
  hours: z.array(z.int()),
  createdAt: Instant,
  createdBy: z.string(),
  changedAt: Instant,
})
export type SourceView = z.infer<typeof SourceView>
export const SourceList = z.object({ items: z.array(SourceView) })

export const RunView = z.object({
  id: z.string(),
  startedAt: Instant,
  tookMs: z.int(),
  outcome: z.enum(['new', 'unchanged', 'failed']),
  found: z.int(),
  stored: z.int(),
  known: z.int(),
  refused: z.int(),
  bytes: z.int(),
  /** What was left out because there was too much. */
  cut: z.boolean(),
  fault: SourceFault.nullable(),
  faultText: z.string(),
  rejects: z.array(z.object({ index: z.int(), field: z.string(), reason: z.string() })),
})
export type RunView = z.infer<typeof RunView>
export const RunPage = z.object({ items: z.array(RunView), next: z.string().nullable() })

/** A post as a source would give it. Personal values masked. */
export const TriedItem = z.object({
  guid: z.string(),
  url: z.string(),
  title: z.string(),
  text: z.string(),
  publishedAt: z.string(),
  dateDoubt: z.string(),
  kind: PostKind,
  platform: Platform,
  author: z.string(),
  counts: z.record(z.string(), z.int()),
  complaint: z.record(z.string(), z.unknown()).nullable(),
  hotList: HotListPlace.nullable(),
  /** What was mended at the door: `textCut`, `dateFuture` … */
  notes: z.array(z.string()),
})
export type TriedItem = z.infer<typeof TriedItem>
export const TryOut = z.object({
  ok: z.boolean(),
  fault: SourceFault.nullable(),
  faultText: z.string(),
  status: z.int().nullable(),
  bytes: z.int(),
  tookMs: z.int(),
  found: z.int(),
  items: z.array(TriedItem),
  rejects: z.array(z.object({ index: z.int(), field: z.string(), reason: z.string() })),
  /** Fields of what came, with examples: for the mapping. */
  fields: z.array(z.object({ path: z.string(), example: z.string() })),
  /** Lists in what came, where the mapping does not say which. */
  lists: z.array(z.object({ path: z.string(), length: z.int() })),
  /** A mapping that may fit what came. */
  proposal: FieldMap,
})
export type TryOut = z.infer<typeof TryOut>

export const BlindSpan = z.object({
  from: Instant,
  to: Instant.nullable(),
  reason: z.enum(['failing', 'silent', 'off']),
})
export type BlindSpan = z.infer<typeof BlindSpan>
export const SourceCoverage = z.object({
  sourceId: z.int(),
  name: z.string(),
  kind: SourceKind,
  platform: Platform,
  /** New posts that came in the range. */
  posts: z.int(),
  lagSeconds: z.number().nullable(),
  blind: z.array(BlindSpan),
  /** Share of the range in which it could see, 0 to 1. */
  seen: z.number(),
  sampling: z.string(),
})
export type SourceCoverage = z.infer<typeof SourceCoverage>
export const Coverage = z.object({ from: Instant, to: Instant, sources: z.array(SourceCoverage) })
export type Coverage = z.infer<typeof Coverage>

export const importStates = ['waiting', 'running', 'done', 'cancelled', 'failed'] as const
export const PostImport = z.object({
  id: z.int(),
  sourceId: z.int(),
  file: z.string(),
  bytes: z.number(),
  state: z.enum(importStates),
  preset: Preset,
  read: z.int(),
  stored: z.int(),
  known: z.int(),
  rejected: z.int(),
  /** 0 to 1; null while unknown. */
  share: z.number().nullable(),
  fault: z.string(),
  createdAt: Instant,
  createdBy: z.string(),
  finishedAt: Instant.nullable(),
})
export type PostImport = z.infer<typeof PostImport>
export const PostImports = z.object({ items: z.array(PostImport) })
export const FilePreview = z.object({
  fileId: z.string(),
  file: z.string(),
  bytes: z.number(),
  preset: Preset,
  columns: z.array(z.object({ path: z.string(), example: z.string() })),
  map: FieldMap,
  items: z.array(TriedItem),
  rejects: z.array(z.object({ index: z.int(), field: z.string(), reason: z.string() })),
})
export type FilePreview = z.infer<typeof FilePreview>
