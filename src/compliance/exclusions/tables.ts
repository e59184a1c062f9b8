import type { ColumnType, Generated } from 'kysely'
import type { ExclusionKind } from './contract.ts'

/** Written as JSON text, read as the value. */
type Jsonb<T> = ColumnType<T, string, string>

declare module '#platform' {
  interface Tables {
    'compliance.exclusion': {
      id: Generated<string>
      customer_no: number
      kind: ExclusionKind
      since: Date
      until: Date | null
      reason: string
      evidence: Jsonb<Record<string, unknown>>
      source: 'staff' | 'import' | 'preferenceCentre' | 'api' | 'rule'
      import_id: string | null
      created_at: Date
      created_by: string
      ended_at: Date | null
      ended_by: string | null
      end_reason: string | null
    }
    'compliance.file_import': {
      id: string
      target: 'doNotContact' | 'exclusion'
      value_kind: string
      file_column: string | null
      file_id: string | null
      file_name: string | null
      given: Jsonb<unknown>
      state: Generated<'queued' | 'running' | 'done' | 'failed' | 'cancelled'>
      wish: 'cancel' | null
      read: Generated<number>
      added: Generated<number>
      known: Generated<number>
      not_found: Generated<number>
      invalid: Generated<number>
      line: Generated<number>
      bytes_read: Generated<number>
      bytes_total: Generated<number>
      error: string | null
      created_at: Date
      created_by: string
      asked_by: string
      finished_at: Date | null
    }
    'compliance.file_reject': { import_id: string; line: number; masked: string; code: 'notFound' | 'invalid' }
  }
}
