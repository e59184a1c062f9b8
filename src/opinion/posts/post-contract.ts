import { z } from 'zod'
import { Aspect, AuthorClass, Level, Platform, Post, PostId, PostKind, Speaker, Urgency } from '../contract.ts'
import { Span } from '../subjects/subject-contract.ts'

/** Searching stored posts: shapes shared with the console. No I/O. */

/** Given as `a,b` in an address, as a list elsewhere. */
const listOf = <T extends z.ZodType>(item: T) =>
  z
    .union([
      z.array(item),
      z.preprocess((text) => (typeof text === 'string' ? text.split(',').filter(Boolean) : text), z.array(item)),
    ])
    .optional()

const Sign = z.coerce.number().pipe(z.union([z.literal(-1), z.literal(0), z.literal(1)]))
const Id = z.coerce.number().int().min(0)
const Flag = z.union([z.boolean(), z.stringbool()]).optional()

/** Which posts. Everything given has to hold; within a list any of it. */
export const PostFilter = z.object({
  /** Words that all have to occur; `a|b` either, `"…"` exactly so, `-x` or `!x` not. */
  q: z.string().max(500).optional(),
  subjects: listOf(Id),
  platforms: listOf(Platform),
  sources: listOf(Id),
  kinds: listOf(PostKind),
  from: z.iso.datetime({ offset: true }).optional(),
  /** Exclusive. */
  to: z.iso.datetime({ offset: true }).optional(),
  sentiment: listOf(Sign),
  /** Toward one of `subjects`, or toward any subject when none is given. */
  toward: listOf(Sign),
  aspects: listOf(Aspect),
  speakers: listOf(Speaker),
  urgency: listOf(Urgency),
  authorClasses: listOf(AuthorClass),
  event: Id.optional(),
  cluster: PostId.optional(),
  author: PostId.optional(),
  followersFrom: Id.optional(),
  /** Likes, comments and reposts together. */
  engagementFrom: Id.optional(),
  /** The reading leaves something to a person. */
  unsure: Flag,
  /** About one of our subjects. */
  mentioned: Flag,
  disguised: Flag,
  /** Without what reads as spam. */
  noSpam: Flag,
  /** 0 is real. */
  drill: Id.default(0),
})
export type PostFilter = z.output<typeof PostFilter>

export const postSorts = ['newest', 'oldest', 'engagement', 'influence'] as const

export const PostsQuery = PostFilter.extend({
  sort: z.enum(postSorts).default('newest'),
  /** One post for each group of near-duplicates. */
  collapse: Flag,
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z.string().max(80).optional(),
})
export type PostsQuery = z.output<typeof PostsQuery>

export const PostRow = Post.extend({
  /** Where the words that told its subjects stand. */
  spans: z.array(Span.extend({ subjectId: z.int() })),
  /** Likes, comments and reposts. */
  engagementSum: z.number(),
  /** Posts of the same words that fit the question too, this one included; 1 unless collapsed. */
  copies: z.int(),
})
export type PostRow = z.infer<typeof PostRow>

export const PostsPage = z.object({ items: z.array(PostRow), next: z.string().nullable() })
export type PostsPage = z.infer<typeof PostsPage>

const Count = z.object({ key: z.string(), posts: z.int() })
export const Facets = z.object({
  total: z.int(),
  clusters: z.int(),
  authors: z.int(),
  unsure: z.int(),
  facets: z.object({
    subjects: z.array(Count),
    platforms: z.array(Count),
    sources: z.array(Count),
    kinds: z.array(Count),
    sentiment: z.array(Count),
    aspects: z.array(Count),
    speakers: z.array(Count),
    urgency: z.array(Count),
    authorClasses: z.array(Count),
  }),
  histogram: z.object({
    stepMs: z.int(),
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    bars: z.array(z.object({ at: z.iso.datetime(), posts: z.int(), negative: z.int() })),
  }),
  tookMs: z.int(),
})
export type Facets = z.infer<typeof Facets>

export const PostIdParams = z.object({ id: PostId })
export const DrillQuery = z.object({ drill: z.coerce.number().int().min(0).default(0) })

const Small = z.object({
  id: PostId,
  platform: Platform,
  kind: PostKind,
  text: z.string(),
  title: z.string(),
  authorName: z.string(),
  publishedAt: z.iso.datetime(),
  engagementSum: z.number(),
})
export type SmallPost = z.infer<typeof Small>

export const PostDetail = z.object({
  post: PostRow,
  source: z.object({ id: z.int(), name: z.string() }).nullable(),
  /** Its counts as they were seen. */
  engagement: z.array(
    z.object({ at: z.iso.datetime(), likes: z.number(), comments: z.number(), reposts: z.number(), views: z.number() }),
  ),
  /** Near-duplicates, the oldest first, and how many there are in all. */
  similar: z.object({ total: z.int(), items: z.array(Small) }),
  parent: Small.nullable(),
  root: Small.nullable(),
  answers: z.object({ total: z.int(), items: z.array(Small) }),
  events: z.array(z.object({ id: z.int(), title: z.string(), state: z.string(), level: Level.nullable() })),
  snapshots: z.array(z.object({ id: z.string(), fetchedAt: z.iso.datetime(), sha256: z.string() })),
})
export type PostDetail = z.infer<typeof PostDetail>

export const PostsExport = PostFilter.extend({
  sort: z.enum(postSorts).default('newest'),
  format: z.enum(['csv', 'xlsx']),
  language: z.enum(['zh', 'en']).default('zh'),
})

/** What a saved search keeps: the question as the address of the page has it. */
const Question = z.record(z.string().max(40), z.string().max(2_000))
export const NewSearch = z.strictObject({
  name: z.string().trim().min(1).max(80),
  query: Question,
  shared: z.boolean().default(false),
})
export type NewSearch = z.infer<typeof NewSearch>
export const SavedSearch = NewSearch.extend({
  id: z.int(),
  mine: z.boolean(),
  ownerName: z.string(),
  changedAt: z.iso.datetime(),
})
export type SavedSearch = z.infer<typeof SavedSearch>
export const SavedSearches = z.object({ items: z.array(SavedSearch) })
export const SearchCount = z.object({ total: z.int(), day: z.int() })
export const SearchId = z.object({ id: z.coerce.number().int().min(1) })

/** A subject's figures beside those of others. */
export const FiguresQuery = z.object({
  from: z.iso.datetime({ offset: true }),
  to: z.iso.datetime({ offset: true }),
  /** With what stands below it: a brand with its products. */
  parts: Flag,
  /** Whom to compare with. */
  with: listOf(Id),
})
const Volume = z.object({ posts: z.int(), negative: z.int(), positive: z.int() })
export const SubjectFigures = z.object({
  now: Volume,
  /** The same length of time before. */
  before: Volume,
  stepMs: z.int(),
  trend: z.array(Volume.extend({ at: z.iso.datetime() })),
  aspects: z.array(z.object({ key: Aspect, posts: z.int(), negative: z.int() })),
  platforms: z.array(z.object({ key: Platform, posts: z.int(), negative: z.int() })),
  speakers: z.array(z.object({ key: Speaker, posts: z.int(), negative: z.int() })),
  voices: z.array(
    z.object({
      author: PostId,
      name: z.string(),
      class: AuthorClass,
      platform: Platform,
      followers: z.int(),
      posts: z.int(),
      negative: z.int(),
    }),
  ),
  shares: z.array(Volume.extend({ subjectId: z.int() })),
  events: z.array(
    z.object({
      id: z.int(),
      title: z.string(),
      level: Level.nullable(),
      state: z.string(),
      posts: z.int(),
      lastAt: z.iso.datetime(),
    }),
  ),
})
export type SubjectFigures = z.infer<typeof SubjectFigures>

export const WallQuery = z.object({
  after: z.string().max(80).optional(),
  drill: z.coerce.number().int().min(0).default(0),
})
export const Wall = z.object({
  at: z.iso.datetime(),
  /** Mentions stored since `after`, newest first; the latest ones without it. */
  posts: z.array(PostRow),
  next: z.string(),
  today: z.object({ posts: z.int(), mentions: z.int(), negative: z.int(), lastHour: z.int() }),
  hours: z.array(z.object({ at: z.iso.datetime(), posts: z.int(), mentions: z.int(), negative: z.int() })),
  subjects: z.array(
    z.object({
      subjectId: z.int(),
      name: z.string(),
      colour: z.string(),
      own: z.boolean(),
      posts: z.int(),
      negative: z.int(),
    }),
  ),
  events: z.array(
    z.object({
      id: z.int(),
      title: z.string(),
      level: Level.nullable(),
      bursting: z.boolean(),
      posts: z.int(),
      authors: z.int(),
      platforms: z.int(),
      heat: z.number(),
      lastAt: z.iso.datetime(),
    }),
  ),
  levels: z.object({ minor: z.int(), moderate: z.int(), severe: z.int() }),
  sources: z.object({
    total: z.int(),
    blind: z.int(),
    failing: z.int(),
    worst: z.array(z.object({ id: z.int(), name: z.string(), since: z.iso.datetime().nullable(), reason: z.string() })),
  }),
})
export type Wall = z.infer<typeof Wall>
