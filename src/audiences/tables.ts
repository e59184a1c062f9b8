import type { ColumnType, Generated } from 'kysely'
import type { Definition, Schedule } from './contract.ts'

/** Written as JSON text, read as the value. */
type Jsonb<T> = ColumnType<T, string, string>

declare module '#platform' {
  interface Tables {
    'audiences.audience': {
      id: string
      name: string
      description: string
      definition: Jsonb<Definition>
      version: Generated<number>
      schedule: ColumnType<Schedule | null, string | null, string | null>
      due_at: Date | null
      refresh_given: Generated<number>
      refresh_shown: Generated<number | null>
      size: Generated<number | null>
      as_of: Generated<Date | null>
      refreshed_version: Generated<number | null>
      took_ms: Generated<number | null>
      error: Generated<string | null>
      /** Changes up to this refresh may be read. */
      feed_refresh: Generated<number>
      rows_read: Generated<number | null>
      built_at: Generated<Date | null>
      failing_since: Generated<Date | null>
      alarmed_at: Generated<Date | null>
      lease: Generated<string | null>
      lease_until: Generated<Date | null>
      created_at: Date
      created_by: string
      changed_at: Date
      changed_by: string
    }
    'audiences.mention': {
      audience_id: string
      mentioned_id: string
    }
    'audiences.mention_list': {
      audience_id: string
      list_id: string
    }
    'audiences.mention_tag': {
      audience_id: string
      tag_no: number
    }
    'audiences.refresh': {
      audience_id: string
      refresh: number
      version: number
      as_of: Date
      size: number
      entered: number
      left: number
      took_ms: number
      by: string
      pruned: Generated<boolean>
      rows_read: Generated<number | null>
    }
  }
}
