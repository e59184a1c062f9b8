import { z } from 'zod'
import { Aspect, AuthorClass, Level, Platform, PostId, PostKind, Speaker, Urgency } from '../contract.ts'

/** Events, bursts and spread: shapes shared with the console. No I/O. */

const Instant = z.iso.datetime()
const Share = z.number().min(0).max(1)
export const EventId = z.coerce.number().int().min(1)

/** `watching`: too small yet to be shown by itself. */
export const eventStates = ['open', 'watching', 'closed'] as const
export const EventState = z.enum(eventStates)
export type EventState = z.infer<typeof EventState>

export const changeKinds = ['merged', 'split', 'renamed', 'closed', 'reopened', 'undone'] as const
export type ChangeKind = (typeof changeKinds)[number]

/** By what a burst was confirmed: other people, other stories, growth of engagement. */
export const confirmations = ['authors', 'stories', 'engagement'] as const
export type Confirmation = (typeof confirmations)[number]

/** What suspicion of being a rumour was told from: texts alone, reposts of the first hour, of the first day. */
const rumourStages = ['text', 'hour', 'day'] as const
export const RumourStage = z.enum(rumourStages)
export type RumourStage = z.infer<typeof RumourStage>

/** `passed`: suspected but never confirmed. */
export const burstStates = ['suspected', 'confirmed', 'over', 'passed'] as const
export type BurstState = (typeof burstStates)[number]

export const eventOrders = ['heat', 'recent', 'posts', 'first'] as const

export const EventQuery = z.object({
  state: z.enum([...eventStates, 'active', 'all']).default('open'),
  drillId: z.coerce.number().int().min(0).default(0),
  subjectId: z.coerce.number().int().min(1).optional(),
  level: Level.optional(),
  platform: Platform.optional(),
  aspect: Aspect.optional(),
  bursting: z.stringbool().optional(),
  /** Looked for in title and gist. */
  search: z.string().trim().max(100).optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  until: z.iso.datetime({ offset: true }).optional(),
  order: z.enum(eventOrders).default('heat'),
  limit: z.coerce.number().int().min(1).max(100).default(30),
  offset: z.coerce.number().int().min(0).max(100_000).default(0),
})
export type EventQuery = z.output<typeof EventQuery>

export const SubjectMark = z.object({
  id: z.int(),
  name: z.string(),
  kind: z.string(),
  colour: z.string(),
  own: z.boolean(),
})
export type SubjectMark = z.infer<typeof SubjectMark>

export const OpinionEvent = z.object({
  id: z.int(),
  drillId: z.int(),
  title: z.string(),
  /** Taken from the posts of `gistPosts`. */
  gist: z.string(),
  gistPosts: z.array(PostId),
  /** Who gave the title, when a person did. */
  namedBy: z.string().nullable(),
  state: EventState,
  mergedInto: z.int().nullable(),
  level: Level.nullable(),
  subjects: z.array(SubjectMark),
  firstPostId: PostId,
  firstAt: Instant,
  lastAt: Instant,
  posts: z.int(),
  authors: z.int(),
  clusters: z.int(),
  platforms: z.array(Platform),
  aspects: z.array(Aspect),
  urgency: z.array(Urgency),
  speakers: z.array(Speaker),
  reach: z.number(),
  engagement: z.number(),
  heat: z.number(),
  negative: Share,
  rumour: Share,
  rumourStage: RumourStage,
  /** Reposts that suspicion was told from; 0 for texts alone. */
  rumourReposts: z.int(),
  spam: Share,
  /** Posts in the last hour. */
  perHour: z.number(),
  /** Standard deviations above what the subject has at this hour. */
  z: z.number(),
  bursting: z.boolean(),
  hotListRank: z.int().nullable(),
  /** Posts per hour of the last 24 hours, oldest first. */
  trend: z.array(z.int()),
})
export type OpinionEvent = z.infer<typeof OpinionEvent>

export const EventPage = z.object({
  items: z.array(OpinionEvent),
  total: z.int(),
  counts: z.object({ open: z.int(), watching: z.int(), closed: z.int(), bursting: z.int() }),
})
export type EventPage = z.infer<typeof EventPage>

export const Burst = z.object({
  id: z.int(),
  subjectId: z.int(),
  subject: z.string(),
  eventId: z.int().nullable(),
  state: z.enum(burstStates),
  beganAt: Instant,
  confirmedAt: Instant.nullable(),
  endedAt: Instant.nullable(),
  p: z.number(),
  z: z.number(),
  minutes: z.int(),
  posts: z.int(),
  authors: z.int(),
  /** Expected posts per hour. */
  perHour: z.number(),
  confirmedBy: z.array(z.enum(confirmations)),
})
export type Burst = z.infer<typeof Burst>

export const EventChange = z.object({
  id: z.int(),
  kind: z.enum(changeKinds),
  eventId: z.int(),
  otherId: z.int().nullable(),
  otherTitle: z.string().nullable(),
  reason: z.string(),
  by: z.string().nullable(),
  at: Instant,
  undone: z.boolean(),
  canUndo: z.boolean(),
  titleBefore: z.string().nullable(),
  titleAfter: z.string().nullable(),
})
export type EventChange = z.infer<typeof EventChange>

export const EventPost = z.object({
  id: PostId,
  platform: Platform,
  kind: PostKind,
  title: z.string(),
  text: z.string(),
  url: z.string(),
  publishedAt: Instant,
  author: z.string(),
  authorClass: AuthorClass,
  followers: z.int(),
  engagement: z.number(),
  negative: Share,
  speaker: Speaker,
  clusterId: PostId,
  /** Copies of it in the event. */
  copies: z.int(),
  first: z.boolean(),
})
export type EventPost = z.infer<typeof EventPost>

export const EventPostQuery = z.object({
  order: z.enum(['engagement', 'first', 'latest', 'followers']).default('engagement'),
  /** One post for each text. */
  distinct: z.stringbool().default(true),
  clusterId: PostId.optional(),
  platform: Platform.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(20),
  offset: z.coerce.number().int().min(0).max(100_000).default(0),
})
export const EventPosts = z.object({ items: z.array(EventPost), total: z.int() })
export type EventPosts = z.infer<typeof EventPosts>

const Counted = <T extends z.ZodType>(name: T) => z.object({ name, posts: z.int(), share: Share })

/** Who speaks loudest: institutions by name, private people as "a person". */
export const Voice = z.object({
  author: z.string(),
  authorClass: AuthorClass,
  platform: Platform,
  followers: z.int(),
  posts: z.int(),
  engagement: z.number(),
  /** Followers and class together, 0 to 100. */
  influence: z.number(),
  negative: Share,
  firstAt: Instant,
  postId: PostId,
})
export type Voice = z.infer<typeof Voice>

/** Events that may be one story with another, and why: words that both are told in, aspects that both have. */
export const EventSuggestions = z.object({
  items: z.array(
    z.object({ event: OpinionEvent, likeness: Share, words: z.array(z.string()), aspects: z.array(Aspect) }),
  ),
})
export type EventSuggestions = z.infer<typeof EventSuggestions>

export const EventDetail = OpinionEvent.extend({
  bursts: z.array(Burst),
  changes: z.array(EventChange),
  aspectShares: z.array(Counted(Aspect)),
  speakerShares: z.array(Counted(Speaker)),
  platformShares: z.array(Counted(Platform)),
  /** Shares of posts by what they say toward our subject. */
  toward: z.object({ negative: z.int(), neutral: z.int(), positive: z.int() }),
  voices: z.array(Voice),
  firstPost: EventPost.nullable(),
  representative: z.array(EventPost),
})
export type EventDetail = z.infer<typeof EventDetail>

export const TimelineQuery = z.object({ step: z.enum(['auto', '5m', '1h', '1d']).default('auto') })
export const Timeline = z.object({
  stepMinutes: z.int(),
  points: z.array(
    z.object({
      at: Instant,
      posts: z.int(),
      negative: z.int(),
      reposts: z.int(),
      authors: z.int(),
      engagement: z.number(),
    }),
  ),
  /** First seen on each platform, with the post: where the story hopped. */
  hops: z.array(
    z.object({
      platform: Platform,
      at: Instant,
      postId: PostId,
      author: z.string(),
      authorClass: AuthorClass,
      posts: z.int(),
      minutesAfterFirst: z.number(),
    }),
  ),
  /** Statements published about its incident. */
  statements: z.array(z.object({ id: z.int(), at: Instant, title: z.string(), place: z.string() })),
  /** Expected posts of the coming hours with the interval that holds four times in five; null when too little is known. */
  forecast: z
    .object({
      posts: z.int(),
      points: z.array(z.object({ at: Instant, expected: z.number(), low: z.number(), high: z.number() })),
    })
    .nullable(),
})
export type Timeline = z.infer<typeof Timeline>

export const SpreadNode = z.object({
  id: PostId,
  parent: PostId.nullable(),
  layer: z.int(),
  platform: Platform,
  author: z.string(),
  authorClass: AuthorClass,
  followers: z.int(),
  at: Instant,
  /** Posts below it, itself not counted. */
  below: z.int(),
})
export type SpreadNode = z.infer<typeof SpreadNode>

export const Spread = z.object({
  /** Posts that copy or answer others, and their roots. */
  posts: z.int(),
  roots: z.int(),
  depth: z.int(),
  /** Copies whose source does not say from whom they came: drawn at their root. */
  attachedToRoot: Share,
  /** Copies whose root was not collected. */
  rootless: z.int(),
  layers: z.array(z.object({ layer: z.int(), posts: z.int(), authors: z.int(), followers: z.number() })),
  hourly: z.array(z.object({ at: Instant, layers: z.array(z.int()) })),
  spreaders: z.array(SpreadNode.extend({ share: Share })),
  /** The largest nodes, for drawing; the rest is counted in `below` of theirs. */
  nodes: z.array(SpreadNode),
  audience: z.number(),
  spam: Share,
  classes: z.array(z.object({ authorClass: AuthorClass, posts: z.int(), followers: z.number() })),
  /** More posts than are read at once: the latest of them are left out. */
  cut: z.boolean(),
})
export type Spread = z.infer<typeof Spread>

const Reason = z.string().trim().min(2).max(500)
export const MergeEvents = z.strictObject({ into: z.int().min(1), reason: Reason })
export const KeepApart = z.strictObject({ other: z.int().min(1) })
export const SplitEvent = z.strictObject({
  posts: z.array(PostId).min(1).max(500),
  title: z.string().trim().min(2).max(120).optional(),
  reason: Reason,
})
export const RenameEvent = z.strictObject({
  title: z.string().trim().min(2).max(120),
  reason: z.string().trim().max(500).default(''),
})
export const ChangeReason = z.strictObject({ reason: Reason })
export const ChangeId = z.coerce.number().int().min(1)
