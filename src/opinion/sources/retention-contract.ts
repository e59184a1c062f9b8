import { z } from 'zod'
import { postKinds } from '../contract.ts'

/** How long posts are kept, shared with the console. No I/O. */

/** Kinds of posts, and those of drills whatever their kind. */
export const termKinds = [...postKinds, 'drill'] as const
export type TermKind = (typeof termKinds)[number]

/** Days after a post was collected; null: without end. */
const Days = z.int().min(1).max(3_650).nullable()
export const PostTerms = z.strictObject({
  post: Days,
  comment: Days,
  repost: Days,
  article: Days,
  complaint: Days,
  'hot-list': Days,
  drill: Days,
})
export type PostTerms = z.infer<typeof PostTerms>

export const PostTermVersion = z.object({
  id: z.int(),
  value: PostTerms,
  validFrom: z.iso.datetime(),
  /** Law or policy it follows. */
  source: z.string(),
  reason: z.string(),
  by: z.string(),
})
export type PostTermVersion = z.infer<typeof PostTermVersion>

/** One round of deleting. Counts are of rows: mentions, counts over time, places on hot lists, evidence. */
export const PostPurge = z.object({
  id: z.int(),
  startedAt: z.iso.datetime(),
  /** Null: under way, or broken off; the next one goes on. */
  finishedAt: z.iso.datetime().nullable(),
  posts: z.int(),
  /** Past their term and held. */
  held: z.int(),
  evidence: z.int(),
})
export type PostPurge = z.infer<typeof PostPurge>

export const PostTermsView = z.object({
  current: PostTermVersion,
  past: z.array(PostTermVersion),
  purges: z.array(PostPurge),
})
export type PostTermsView = z.infer<typeof PostTermsView>

export const PostTermsChange = z.strictObject({
  value: PostTerms,
  source: z.string().trim().min(2).max(500),
  reason: z.string().trim().min(2).max(500),
  /** The version that was read: another's change meanwhile is told, not overwritten. */
  basedOn: z.int(),
})
export type PostTermsChange = z.infer<typeof PostTermsChange>
