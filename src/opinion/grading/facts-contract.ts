import { z } from 'zod'
import { Aspect, AuthorClass, Platform, PostId, Speaker, Urgency } from '../contract.ts'

/** What a grade is made from. No I/O. */

const Share = z.number().min(0).max(1)

/** An event as it stood at one time: computed by `events`, kept with each grade so that it can be graded again. */
export const EventFacts = z.object({
  eventId: z.int(),
  drillId: z.int(),
  at: z.iso.datetime(),
  title: z.string(),
  state: z.enum(['open', 'watching', 'closed']),
  /** The one it is mostly about first. */
  subjects: z.array(z.object({ id: z.int(), name: z.string(), kind: z.string() })),
  posts: z.int(),
  authors: z.int(),
  platforms: z.array(Platform),
  /** Mean probability that a mention is negative toward its subject. */
  negative: Share,
  /** Aspects with their share of the posts, the most frequent first. */
  aspects: z.array(z.object({ aspect: Aspect, share: Share })),
  authorClasses: z.array(AuthorClass),
  speakers: z.array(Speaker),
  /** Followers of the loudest verified account. */
  verifiedFollowers: z.int(),
  /** Followers of all authors and views of all posts, as far as sources tell. */
  reach: z.number().min(0),
  /** Standard deviations above the same hour of the seven days before. */
  z: z.number(),
  bursting: z.boolean(),
  /** Best place on any hot list in the last 24 h. */
  hotListRank: z.int().nullable(),
  /** Highest suspicion among its clusters. */
  rumour: Share,
  urgencies: z.array(Urgency),
  /** Up to five posts that say most. */
  keyPosts: z.array(PostId),
})
export type EventFacts = z.infer<typeof EventFacts>
