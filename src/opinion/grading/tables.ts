import type { ColumnType, Generated } from 'kysely'
import type { Level } from '../contract.ts'
import type { ClockKind, DocumentKind, versionStates } from './policy-contract.ts'

type Written<T> = ColumnType<T, string, string>
type Since = ColumnType<Date | null, Date | null | undefined, Date | null>
type Said = ColumnType<string | null, string | null | undefined, string | null>

declare module '#platform' {
  interface Tables {
    'opinion.policy': {
      id: Generated<number>
      kind: DocumentKind
      key: string
      version: number
      document: Written<unknown>
      state: (typeof versionStates)[number]
      reason: string
      made_by: string
      made_by_name: string
      made_at: Date
      decided_by: Said
      decided_by_name: Said
      decided_at: Since
      note: Said
    }
    'opinion.event_facts': {
      id: Generated<string>
      event_id: number
      drill_id: number
      at: Date
      facts: Written<unknown>
    }
    'opinion.grade': {
      id: Generated<string>
      event_id: number
      drill_id: number
      level: Level
      before: Level | null
      score: number
      by_machine: boolean
      reason: string
      verdict: Written<unknown>
      policy_version: number
      contract_version: number
      contract: Written<unknown>
      plan_id: number | null
      at: Date
      actor: string
      actor_name: string
      approved_by: Said
      approved_by_name: Said
    }
    'opinion.event_level': {
      event_id: number
      drill_id: number
      level: Level
      score: number
      grade_id: string
      since: Date
      lowered_rules: string[]
      evaluated_at: Date
    }
    'opinion.grade_due': {
      event_id: number
      drill_id: number
      asked_at: Date
      next_at: Date
      attempts: ColumnType<number, number | undefined, number>
      error: Said
    }
    'opinion.level_request': {
      id: Generated<number>
      event_id: number
      drill_id: number
      level: Level
      reason: string
      state: ColumnType<'open' | 'approved' | 'refused' | 'withdrawn', 'open' | undefined, string>
      asked_by: string
      asked_by_name: string
      asked_at: Date
      decided_by: Said
      decided_by_name: Said
      decided_at: Since
      note: Said
    }
    'opinion.deadline': {
      id: Generated<string>
      event_id: number
      drill_id: number
      grade_id: string
      level: Level
      kind: ClockKind
      runs: 'work' | 'always'
      due_minutes: number
      escalate_minutes: number
      work_time_version: number
      started_at: Date
      due_at: Date | null
      escalate_at: Date | null
      stretches: Written<unknown>
      state: ColumnType<'running' | 'met' | 'replaced' | 'dropped', 'running' | 'met' | undefined, string>
      ended_at: Since
      ended_by: Said
      held_until: Since
      told_due_at: Since
      told_escalate_at: Since
    }
    'opinion.clock_pause': {
      id: Generated<number>
      event_id: number
      drill_id: number
      reason: string
      from_at: Date
      to_at: Since
      paused_by: string
      resumed_by: Said
    }
  }
}
