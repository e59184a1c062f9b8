import type { ColumnType, Generated } from 'kysely'
import type { Question, Result, RunKind, runStates } from './contract.ts'

/** Written as JSON text, read as the value. */
type Jsonb<T> = ColumnType<T, string, string>
type NullableJsonb<T> = ColumnType<T | null, string | null | undefined, string | null>

export interface RunError {
  code: string
  title: string
  detail: Record<string, unknown>
}

declare module '#platform' {
  interface Tables {
    'insights.mining_run': {
      id: string
      kind: RunKind
      title: string
      question: Jsonb<Question>
      as_of: Date
      state: Generated<(typeof runStates)[number]>
      stage: Generated<string>
      progress: Generated<number>
      cancel_asked: Generated<boolean>
      result: NullableJsonb<Result>
      error: NullableJsonb<RunError>
      created_at: Date
      created_by: string
      started_at: Date | null
      finished_at: Date | null
    }
  }
}
