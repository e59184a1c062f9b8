import { z } from 'zod'
import { Aspect, AuthorClass, Level, Platform, PostId, Speaker, Urgency } from '../contract.ts'
import { Evidence, ReportKind, ReportLanguage } from './report-contract.ts'

/** Everything a report says, as it was read from the stores: stored with the report, and all its bytes follow from it. */

const Counts = z.object({
  posts: z.int(),
  authors: z.int(),
  platforms: z.int(),
  /** Posts with at least one mention that is negative toward its subject; positive: with one positive and none negative. */
  negative: z.int(),
  positive: z.int(),
  from: Evidence,
  fromNegative: Evidence,
})
export type Counts = z.infer<typeof Counts>

const Row = <K extends z.ZodType>(key: K) =>
  z.object({ key, posts: z.int(), negative: z.int(), before: z.int(), from: Evidence })

export const ReportFacts = z.object({
  version: z.literal(1),
  kind: ReportKind,
  language: ReportLanguage,
  drillId: z.int(),
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  madeAt: z.iso.datetime(),
  subjects: z.array(z.object({ id: z.int(), name: z.string(), kind: z.string(), own: z.boolean() })),
  now: Counts,
  before: Counts,
  trend: z.object({
    step: z.enum(['hour', 'day']),
    points: z.array(z.object({ at: z.iso.datetime(), posts: z.int(), negative: z.int(), positive: z.int() })),
    peak: Evidence,
  }),
  bySubject: z.array(
    z.object({
      id: z.int(),
      name: z.string(),
      kind: z.string(),
      own: z.boolean(),
      posts: z.int(),
      negative: z.int(),
      positive: z.int(),
      before: z.int(),
      from: Evidence,
    }),
  ),
  aspects: z.array(Row(Aspect)),
  platforms: z.array(Row(Platform)),
  speakers: z.array(Row(Speaker)),
  authorClasses: z.array(Row(AuthorClass)),
  urgencies: z.array(Row(Urgency)),
  keyPosts: z.array(
    z.object({
      id: PostId,
      at: z.iso.datetime(),
      platform: Platform,
      author: z.string(),
      authorClass: AuthorClass,
      excerpt: z.string(),
      url: z.string(),
      engagement: z.int(),
      negative: z.boolean(),
    }),
  ),
  complaints: z.object({
    posts: z.int(),
    before: z.int(),
    amountFen: z.int(),
    withAmount: z.int(),
    replied: z.int(),
    appeals: z.array(z.object({ appeal: z.string(), posts: z.int(), from: Evidence })),
    from: Evidence,
  }),
  events: z.array(
    z.object({
      id: z.int(),
      title: z.string(),
      gist: z.string(),
      gistPosts: z.array(PostId),
      level: Level.nullable(),
      state: z.string(),
      posts: z.int(),
      authors: z.int(),
      platforms: z.int(),
      firstAt: z.iso.datetime(),
      lastAt: z.iso.datetime(),
      firstPost: PostId,
    }),
  ),
  incidents: z.array(
    z.object({
      id: z.int(),
      title: z.string(),
      level: Level,
      state: z.string(),
      openedAt: z.iso.datetime(),
      closedAt: z.iso.datetime().nullable(),
      late: z.int(),
      events: z.array(z.int()),
      from: Evidence,
    }),
  ),
  /** Of an event report: when it moved to which platform. */
  hops: z.array(z.object({ platform: Platform, firstAt: z.iso.datetime(), posts: z.int(), from: Evidence })),
  coverage: z.object({
    sources: z.array(
      z.object({
        id: z.int(),
        name: z.string(),
        platform: z.string(),
        posts: z.int(),
        /** Median minutes from publication to being seen. */
        lagMinutes: z.number().nullable(),
        blindMinutes: z.int(),
        note: z.string(),
      }),
    ),
    /** Posts whose reading waits for a person. */
    unsure: z.int(),
    corrected: z.int(),
    dateDoubts: z.int(),
    /** Versions of the reading. */
    readings: z.array(z.int()),
    all: Evidence,
  }),
})
export type ReportFacts = z.infer<typeof ReportFacts>
