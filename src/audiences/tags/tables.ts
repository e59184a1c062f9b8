import type { ColumnType, Generated, GeneratedAlways } from 'kysely'
import type { Schedule } from '../contract.ts'
import type { BasePolicy, Distribution, TagDefinition, TagKind, TagState, TagType } from './contract.ts'

/** Written as JSON text, read as the value. */
type Jsonb<T> = ColumnType<T, string, string>

declare module '#platform' {
  interface Tables {
    'audiences.tag': {
      no: GeneratedAlways<number>
      key: string
      title: string
      kind: TagKind
      type: TagType
      multi: boolean
      state: TagState
      created_at: Date
      created_by: string
      changed_at: Date
      changed_by: string
      owner: string
      purpose: string
      meaning: string
      definition: Jsonb<TagDefinition>
      version: Generated<number>
      base: BasePolicy
      schedule: ColumnType<Schedule | null, string | null, string | null>
      empty_policy: 'empty' | 'keep'
      keep_versions: number
      // Text, so that no zone moves the day.
      expires_on: ColumnType<string | null, string | null, string | null>
      sensitive: Jsonb<{ why: 'trait' | 'word'; what: string }[]>
      review_version: Generated<number | null>
      due_at: Generated<Date | null>
      queued_at: Generated<Date | null>
      lease: Generated<string | null>
      lease_until: Generated<Date | null>
      progress: Generated<number | null>
      run_given: Generated<number>
      as_of: Generated<Date | null>
      run_version: Generated<number | null>
      covered: Generated<number | null>
      of_all: Generated<number | null>
      took_ms: Generated<number | null>
      error: Generated<string | null>
    }
    'audiences.tag_version': {
      tag_no: number
      version: number
      definition: Jsonb<TagDefinition>
      meaning: string
      state: 'current' | 'past' | 'review' | 'refused'
      note: Generated<string>
      created_at: Date
      created_by: string
      author: string
      reviewed_at: Generated<Date | null>
      reviewed_by: Generated<string | null>
      review_note: Generated<string | null>
    }
    'audiences.tag_run': {
      tag_no: number
      run: number
      version: number
      why: 'computed' | 'manual' | 'bulk' | 'upload' | 'removal'
      state: 'running' | 'done' | 'failed'
      at: Date
      started_at: Date
      took_ms: Generated<number | null>
      covered: Generated<number | null>
      of_all: Generated<number | null>
      changed: Generated<number | null>
      distribution: ColumnType<Distribution | null, string | null | undefined, string | null>
      detail: ColumnType<Record<string, unknown>, string | undefined, string>
      error: Generated<string | null>
      by: string
    }
    'audiences.tag_dependency': { tag_no: number; on_no: number }
    'audiences.tag_removal': { tag_no: number; customer_no: number; at: Date; by: string; reason: string }
    'audiences.text_source': {
      id: GeneratedAlways<number>
      event: string
      property: string
      read_until: Generated<Date>
    }
    'audiences.text_topic': { name: string; words: string[]; changed_at: Date; changed_by: string }
  }
}
