import { z } from 'zod'

/** What the console shows of the trail. No I/O. */

/** One stored record, oldest field names first. */
export const AuditRecord = z.object({
  seq: z.number().int(),
  /** UTC, milliseconds. */
  ts: z.string(),
  /** `kind:id`, like `user:7`. */
  actor: z.string(),
  action: z.string(),
  subject: z.string().optional(),
  purpose: z.string().optional(),
  request: z.string().optional(),
  detail: z.record(z.string(), z.json()).optional(),
})
export type AuditRecord = z.infer<typeof AuditRecord>

/** Newest first; `next` is where the page before ended. */
export const AuditPage = z.object({ items: z.array(AuditRecord), next: z.number().int().optional() })
export type AuditPage = z.infer<typeof AuditPage>

/** How a record or the chain is wrong. */
const Tampering = z.enum(['changed', 'removed', 'inserted', 'truncated', 'rewritten', 'anchor'])
export type Tampering = z.infer<typeof Tampering>

const Fault = z.object({
  what: Tampering,
  /** The first record it concerns. */
  seq: z.number().int(),
  /** The last record it can concern; the same as `seq` when it is known exactly. */
  toSeq: z.number().int(),
  /** One English sentence. */
  text: z.string(),
})
export type Fault = z.infer<typeof Fault>

export const Verification = z.object({
  ok: z.boolean(),
  /** Records read. */
  records: z.number().int(),
  /** Signed anchors checked, from the database and the file together. */
  anchors: z.number().int(),
  /** Records since the last anchor: a forger with the database in hand could still have rewritten these. */
  unanchored: z.number().int(),
  firstBad: Fault.optional(),
  /** The first hundred, by seq. */
  faults: z.array(Fault),
})
export type Verification = z.infer<typeof Verification>
