import type { FoundAt, PersonalKind } from '#platform'
import type { ConsentStatus, EventType, LegalBasis, TraitType } from './mapping-contract.ts'

// What a file's rows become. Times are milliseconds since 1970 UTC.

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/** A row as it stands in the file, before any mapping. */
export interface RawRow {
  /** Physical line where the record starts, the first line of the file being 1 (the row number in XLSX). */
  line: number
  /** Ordinal of the record among the data rows, from 1; unreadable rows count, the header and blank lines do not. */
  number: number
  /** One value per column, in the order of `Batch.columns`; undefined where a JSON object lacks the key. */
  values: readonly (Json | undefined)[]
  /** Set when the row cannot be used; `values` is empty then. */
  unreadable: Unreadable | undefined
}

export interface Unreadable {
  code: 'fieldCount' | 'invalidCharacters' | 'tooLong' | 'brokenQuote' | 'invalidJson'
  reason: string
}

export interface Batch {
  /** Column names in file order. The same growing array for the whole file: JSONL appends names as it meets them. */
  columns: readonly string[]
  rows: RawRow[]
  /** Bytes taken from the source so far (compressed bytes of a gzip file): progress against the file's size. */
  bytesRead: number
}

export interface IdentifierValue {
  kind: string
  /** In the normal form of its kind. Personal for phone, ID card, e-mail, bank card and WeChat ids. */
  value: string
  /** The source has checked that it is his. */
  verified?: true
}

/** A value of a trait in the three forms the traits table wants. */
export interface TypedValue {
  type: TraitType
  /** Canonical text: `35`, `12.5`, `true`, `2026-01-31`, `2026-01-31T04:00:00.000Z`. */
  text: string
  /** integer and number; boolean as 0 or 1; otherwise null. */
  number: number | null
  /** date (midnight UTC of that day) and datetime, ms; otherwise null. */
  moment: number | null
}

export interface TraitValue extends TypedValue {
  name: string
  /** Set when the value belongs in the vault and never in ClickHouse. */
  personal: PersonalKind | 'text' | null
  basis: LegalBasis | null
}

interface OfRow {
  line: number
  number: number
  identifiers: IdentifierValue[]
  /** Personal data found inside plain fields, already masked there; the source's rule decides whether they identify. */
  found: FoundAt[]
}

export interface CustomerRecord extends OfRow {
  kind: 'customer'
  traits: TraitValue[]
}

export interface EventRecord extends OfRow {
  kind: 'event'
  type: EventType
  event: string
  timestamp: number
  /** Undefined when the file has none; the importer then makes one that is the same at every attempt. */
  messageId: string | undefined
  /** Personal data inside are masked. */
  properties: { [key: string]: Json }
  /** Traits given in the same row. */
  traits: TraitValue[]
}

export interface ConsentRecord extends OfRow {
  kind: 'consent'
  purpose: string
  channel: string | undefined
  status: ConsentStatus
  at: number
  noticeVersion: string | undefined
  method: string | undefined
  evidence: string | undefined
  /** Further fields of the row, by their consent field name. */
  details: { [field: string]: string }
}

export type ImportRecord = CustomerRecord | EventRecord | ConsentRecord

/** One line of the rejects file. Holds nothing unmasked. */
export interface Reject {
  line: number
  number: number
  /** Null when the whole row is meant. */
  column: string | null
  /** Masked; null when the whole row is meant. */
  value: string | null
  code: RejectCode
  reason: string
}

export type RejectCode =
  | Unreadable['code']
  | 'unknownColumn'
  | 'noIdentifier'
  | 'invalidIdentifier'
  | 'wrongType'
  | 'noTimestamp'
  | 'noEvent'
  | 'noPurpose'
  | 'noStatus'
  | 'invalidProperties'
  | 'quality.rule'
  | 'duplicateRow'

/** `fields`: values that were left out of a row that is kept. They are warnings, not counted among rejected rows. */
export type Converted<Of extends ImportRecord = ImportRecord> =
  | { ok: true; record: Of; fields: Reject[] }
  | { ok: false; reject: Reject; fields: Reject[] }
