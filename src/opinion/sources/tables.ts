import type { ColumnType, Generated } from 'kysely'
import type { SourceConfig, SourceFault, Terms, Timetable } from './sources-contract.ts'

type Time = ColumnType<Date, Date, Date>
type MaybeTime = ColumnType<Date | null, Date | null | undefined, Date | null>
type Json<T> = ColumnType<T, string, string>

interface SourceTable {
  id: Generated<number>
  name: string
  kind: SourceConfig['kind']
  platform: string
  post_kind: string
  config: Json<unknown>
  timetable: Json<Timetable>
  politeness: Json<unknown>
  terms: Json<Terms>
  has_secret: boolean
  key_hash: string | null
  on: boolean
  created_at: Time
  created_by: string
  changed_at: Time
  removed_at: MaybeTime
}

/** Longest quiet time of a day and how often something came. */
export interface QuietDay {
  ms: number
  times: number
}

interface StateTable {
  source_id: number
  next_at: MaybeTime
  owner: string | null
  lease_until: MaybeTime
  etag: string | null
  last_modified: string | null
  cursor: ColumnType<Record<string, unknown> | null, string | null, string | null>
  failures: Generated<number>
  fault: SourceFault | null
  fault_text: Generated<string>
  last_run_at: MaybeTime
  last_success_at: MaybeTime
  last_new_at: MaybeTime
  last_item_at: MaybeTime
  lag_seconds: number | null
  quiet: ColumnType<Record<string, QuietDay>, string | undefined, string>
  blind_since: MaybeTime
  blind_reason: string | null
}

interface RunTable {
  id: Generated<number>
  source_id: number
  started_at: Time
  took_ms: number
  outcome: 'new' | 'unchanged' | 'failed'
  found: number
  stored: number
  known: number
  refused: number
  bytes: number
  cut: boolean
  fault: SourceFault | null
  fault_text: string
  rejects: Json<{ index: number; field: string; reason: string }[]>
  lag_seconds: number | null
}

interface BlindTable {
  id: Generated<number>
  source_id: number
  from_at: Time
  to_at: MaybeTime
  reason: 'failing' | 'silent' | 'off'
  told_at: MaybeTime
  told_over_at: MaybeTime
}

interface HostTable {
  origin: string
  free_at: Time
  robots: string | null
  robots_status: number | null
  robots_at: MaybeTime
}

interface RecountTable {
  post_id: string
  source_id: number
  guid: string
  url: string
  platform: string
  step: number
  due_at: Time
}

interface HotEntryTable {
  id: Generated<number>
  source_id: number
  list: string
  guid: string
  post_id: string
  title: string
  url: string
  first_at: Time
  last_at: Time
  rank: number | null
  heat: number | null
  best_rank: number
  best_heat: number | null
}

interface SnapshotTable {
  id: string
  source_id: number
  url: string
  fetched_at: Time
  status: number
  headers: Json<Record<string, string>>
  sha256: string
  bytes: number
  content_type: string
  salt: Uint8Array
  sealed: Uint8Array | null
  keep_until: Time
}

interface PostImportTable {
  id: Generated<number>
  source_id: number
  upload_id: string
  file: string
  bytes: string
  preset: string
  map: Json<Record<string, string>>
  state: 'waiting' | 'running' | 'done' | 'cancelled' | 'failed'
  wish_cancel: Generated<boolean>
  line: Generated<number>
  read: Generated<number>
  stored: Generated<number>
  known: Generated<number>
  rejected: Generated<number>
  share: number | null
  fault: Generated<string>
  created_at: Time
  created_by: string
  finished_at: MaybeTime
}

declare module '#platform' {
  interface Tables {
    'opinion.source': SourceTable
    'opinion.source_state': StateTable
    'opinion.source_run': RunTable
    'opinion.source_blind': BlindTable
    'opinion.source_host': HostTable
    'opinion.recount': RecountTable
    'opinion.hot_entry': HotEntryTable
    'opinion.hot_place': { entry_id: number; at: Time; rank: number; heat: number | null }
    'opinion.snapshot': SnapshotTable
    'opinion.snapshot_post': { post_id: string; snapshot_id: string }
    'opinion.post_import': PostImportTable
    'opinion.post_term': {
      id: Generated<number>
      valid_from: Time
      value: Json<unknown>
      source: string
      reason: string
      set_at: Time
      set_by: string
    }
    'opinion.post_purge': {
      id: Generated<number>
      term_id: number
      started_at: Time
      finished_at: MaybeTime
      posts: Generated<number>
      held: Generated<number>
      counts: Json<Record<string, number>>
    }
    'opinion.post_import_reject': { import_id: number; line: number; field: string; reason: string }
  }
}
