import type { ColumnType, Generated } from 'kysely'
import type { RuleDefinition, SubjectKind } from './subject-contract.ts'

type Time = ColumnType<Date, Date, Date>
type MaybeTime = ColumnType<Date | null, Date | null | undefined, Date | null>
type Definition = ColumnType<RuleDefinition, string, string>

interface SubjectTable {
  id: Generated<number>
  kind: SubjectKind
  role: string
  name: string
  own: boolean
  product_key: string | null
  parent_id: number | null
  owner: string | null
  colour: string
  note: string
  state: ColumnType<'on' | 'off', 'on' | 'off' | undefined, 'on' | 'off'>
  created_at: Time
  created_by: string
  changed_at: Time
  changed_by: string
  deleted_at: MaybeTime
}

interface RuleTable {
  id: Generated<number>
  subject_id: number
  name: string
  is_on: boolean
  version: number
  definition: Definition
  applied_at: Time
  created_at: Time
  created_by: string
  changed_at: Time
  changed_by: string
  deleted_at: MaybeTime
}

interface RuleVersionTable {
  rule_id: number
  version: number
  name: string
  is_on: boolean
  definition: Definition
  reason: string
  at: Time
  by: string
}

interface FilterTable {
  id: Generated<number>
  expression: string
  platforms: string[]
  sources: number[]
  note: string
  is_on: boolean
  changed_at: Time
  changed_by: string
  deleted_at: MaybeTime
}

interface RematchTable {
  id: Generated<number>
  subject_ids: number[]
  from_at: Time
  to_at: Time
  state: ColumnType<
    'waiting' | 'running' | 'done' | 'failed' | 'cancelled',
    undefined,
    'waiting' | 'running' | 'done' | 'failed' | 'cancelled'
  >
  total: Generated<number>
  looked: Generated<number>
  gained: Generated<number>
  lost: Generated<number>
  place_at: MaybeTime
  place_id: ColumnType<string | null, string | null | undefined, string | null>
  error: ColumnType<string | null, string | null | undefined, string | null>
  asked_at: Time
  asked_by: string
  finished_at: MaybeTime
}

declare module '#platform' {
  interface Tables {
    'opinion.subject': SubjectTable
    'opinion.subject_rule': RuleTable
    'opinion.subject_rule_version': RuleVersionTable
    'opinion.subject_filter': FilterTable
    'opinion.rule_book': { id: number; version: string; changed_at: Time }
    'opinion.rematch': RematchTable
  }
}
