import type { Generated } from 'kysely'
import type { ImportKind } from './mapping-contract.ts'

export const IMPORT_STATES = ['queued', 'running', 'done', 'failed', 'cancelled', 'paused'] as const
export type ImportState = (typeof IMPORT_STATES)[number]

declare module '#platform' {
  interface Tables {
    'customers.upload': {
      id: string
      name: string
      path: string
      bytes: number
      sha256: string
      place: string
      created_at: Date
      created_by: string
      deleted_at: Date | null
    }
    'customers.mapping': {
      name: string
      version: number
      kind: ImportKind
      mapping: unknown
      changed_at: Date
      changed_by: string
      deleted: Generated<boolean>
    }
    'customers.import': {
      id: Generated<number>
      name: string
      kind: ImportKind
      state: Generated<ImportState>
      mapping: unknown
      basis: string | null
      source: string | null
      upload_id: string | null
      file_path: string
      file_bytes: number
      file_changed_at: Date
      place: string
      accepted: Generated<number>
      merged: Generated<number>
      rejected: Generated<number>
      fields_rejected: Generated<number>
      bytes_read: Generated<number>
      line: Generated<number>
      copied_line: Generated<number>
      intent_line: number | null
      intent_at: Date | null
      rows_per_second: number | null
      seconds_worked: Generated<number>
      wish: 'cancel' | 'pause' | null
      owner: string | null
      lease_until: Date | null
      rejects_path: string | null
      created_at: Date
      created_by: string
      started_at: Date | null
      finished_at: Date | null
      error: string | null
    }
  }
}
