import type { Actor, Pg } from '../ctx.ts'
import type { Json } from './canonical-json.ts'
import type { AuditRecord, Verification } from './contract.ts'

export type { Json } from './canonical-json.ts'

export interface AuditEntry {
  /** `noun.verb`, like `customer.unmask` or `audience.create`. */
  action: string
  /** What it was done to: a customer (stored as a pseudonym), or `noun:id`. */
  subject?: string | { customerNo: number } | undefined
  /** Set exactly when personal data were read unmasked: what for. Such records are the answer to "who saw whom". */
  purpose?: string | undefined
  /** Facts without personal data. What looks like a phone, ID card, bank card or e-mail is masked. */
  detail?: { readonly [key: string]: Json | undefined } | undefined
}

/** What of the ctx the audit trail needs. */
export interface AuditScope {
  pg: Pg
  now: () => Date
  actor: Pick<Actor, 'kind' | 'id'>
  requestId: string
}

export interface Anchor {
  /** First and last record it covers. */
  from: number
  to: number
  /** Merkle root over their hashes and the chain's hash at `to`, hexadecimal. */
  root: string
  head: string
  ts: string
}

export interface AuditFilter {
  actor?: string | undefined
  action?: string | undefined
  subject?: string | { customerNo: number } | undefined
  /** Only records older than this seq. */
  before?: number | undefined
  /** 1–1000, 50 unless told. */
  limit?: number | undefined
}

export interface ReadsFilter {
  since: Date
  until: Date
  actor?: string | undefined
  /** Continue after this customer and actor of the page before. */
  after?: { subject: string; actor: string } | undefined
  /** 1–10000, 1000 unless told. */
  limit?: number | undefined
}

/** Who saw a customer's unmasked data in a period. */
export interface Read {
  /** Pseudonym: compare with `vault.pseudonym(customerNo)`. */
  subject: string
  actor: string
  reads: number
  firstAt: string
  lastAt: string
  purposes: string[]
}

/** The append-only, hash-chained trail of changes and of reads of unmasked personal data. */
export interface Audit {
  /**
   * Appends a record in the caller's transaction (its own when none is open), so that the change and its record live or
   * fall together. Every writer queues behind it until the transaction ends: make it the last statement.
   */
  record(ctx: AuditScope, entry: AuditEntry): Promise<void>
  /** Many records at once, in the given order, in two statements. */
  recordAll(ctx: AuditScope, entries: readonly AuditEntry[]): Promise<void>
  /** Checks the whole chain against the anchors of both stores; in pages, so memory stays bounded. */
  verify(pg: Pg, options?: VerifyOptions): Promise<Verification>
  /** Signs the records since the last anchor and stores the anchor in the database and the file. Hourly. */
  anchor(ctx: Pick<AuditScope, 'pg' | 'now'>): Promise<Anchor | undefined>
  /** Newest first. */
  list(pg: Pg, filter: AuditFilter): Promise<{ items: AuditRecord[]; next: number | undefined }>
  /** Who saw which customers in a period (for breach reports), by customer and actor. */
  listReads(
    pg: Pg,
    filter: ReadsFilter,
  ): Promise<{ items: Read[]; next: { subject: string; actor: string } | undefined }>
}

export interface VerifyOptions {
  /** The records up to here were archived away; the anchor at this seq vouches for where the rest starts. */
  startAfter?: number
  onProgress?: (records: number) => void
}
