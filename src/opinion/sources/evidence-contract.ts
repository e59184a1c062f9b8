import { z } from 'zod'

/** Evidence that is kept of posts, shared with the console. No I/O. */

const Instant = z.iso.datetime()

export const Snapshot = z.object({
  id: z.string(),
  sourceId: z.int(),
  source: z.string(),
  url: z.string(),
  fetchedAt: Instant,
  sha256: z.string(),
  bytes: z.int(),
  contentType: z.string(),
  /** Of the posts that were new with it. */
  posts: z.int(),
  keepUntil: Instant,
})
export type Snapshot = z.infer<typeof Snapshot>
export const Snapshots = z.object({ items: z.array(Snapshot), next: z.string().nullable() })
export const SnapshotCheck = z.object({
  ok: z.boolean(),
  /** The bytes have the hash they were stored with. */
  bytes: z.boolean(),
  /** The audit trail holds that hash. */
  audited: z.boolean(),
})
export type SnapshotCheck = z.infer<typeof SnapshotCheck>
