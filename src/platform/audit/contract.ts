/** What the console shows of the trail. No I/O. */

/** A JSON value as a record's detail holds it. */
type Detail = string | number | boolean | null | readonly Detail[] | { readonly [key: string]: Detail | undefined }

/** One stored record, oldest field names first. */
export interface AuditRecord {
  seq: number
  /** UTC, milliseconds. */
  ts: string
  /** `kind:id`, like `user:7`. */
  actor: string
  action: string
  subject?: string
  purpose?: string
  request?: string
  detail?: { readonly [key: string]: Detail }
}

/** How a record or the chain is wrong. */
export type Tampering = 'changed' | 'removed' | 'inserted' | 'truncated' | 'rewritten' | 'anchor'

export interface Fault {
  what: Tampering
  /** The first record it concerns. */
  seq: number
  /** The last record it can concern; the same as `seq` when it is known exactly. */
  toSeq: number
  /** One English sentence. */
  text: string
}

export interface Verification {
  ok: boolean
  /** Records read. */
  records: number
  /** Signed anchors checked, from the database and the file together. */
  anchors: number
  /** Records since the last anchor: a forger with the database in hand could still have rewritten these. */
  unanchored: number
  firstBad?: Fault
  /** The first hundred, by seq. */
  faults: Fault[]
}
