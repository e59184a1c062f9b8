import type { ColumnRule, ImportKind, Mapping } from '../../../src/customers/import/mapping-contract.ts'

export type { ColumnRule, ImportKind, Mapping }

export type ImportState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled' | 'paused'

export interface ImportRun {
  id: string
  name: string
  kind: ImportKind
  state: ImportState
  read: number
  accepted: number
  merged: number
  rejected: number
  fieldsRejected: number
  rowsPerSecond: number | null
  bytesRead: number
  bytesTotal: number
  secondsLeft: number | null
  startedAt: string | null
  finishedAt: string | null
  error: string | null
}

export const isActive = (run: Pick<ImportRun, 'state'>) => run.state === 'queued' || run.state === 'running'

export interface Uploaded {
  fileId: string
  name: string
  bytes: number
}

export interface PreviewRow {
  line: number
  /** Empty when the whole row is left out. Personal values are masked. */
  stored: {
    identifiers: { kind: string; value: string }[]
    /** Traits, properties or consent fields by name. */
    values: Record<string, string | number | boolean | object | null>
    event?: string
    timestamp?: string
    purpose?: string
    status?: string
    at?: string
  }
  problems: { column: string | null; code: string; reason: string }[]
}

export interface Proposal {
  mapping: Mapping
  columns: {
    header: string
    sample: string[]
    suggestion: ColumnRule
    notes: { code: string; values: string[]; share: number }[]
  }[]
  rows: PreviewRow[]
  encoding: string | null
  separator: string | null
}

export interface Reject {
  line: number
  column: string | null
  value: string | null
  code: string
  reason: string
  /** The whole row was left out, or only this value. */
  fate: 'row' | 'value'
}

export interface SavedMapping {
  name: string
  version: number
  kind: ImportKind
  mapping: Mapping
  updatedAt: string
}
