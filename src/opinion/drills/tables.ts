import type { ColumnType, Generated } from 'kysely'
import type { Drill, Scenario, Score } from './drill-contract.ts'

type Written<T> = ColumnType<T, string, string>
type Later<T> = ColumnType<T | null, T | null | undefined, T | null>

declare module '#platform' {
  interface Tables {
    'opinion.scenario': {
      id: Generated<number>
      name: string
      definition: Written<Scenario>
      version: Generated<number>
      changed_at: Date
      changed_by: string
      deleted_at: Later<Date>
    }
    'opinion.drill': {
      id: Generated<number>
      name: string
      scenario_id: number | null
      definition: Written<Scenario>
      subject_id: number
      state: Generated<Drill['state']>
      speed: number
      seed: number
      planned_at: Later<Date>
      started_at: Later<Date>
      paused_at: Later<Date>
      /** A bigint: text on servers. */
      paused_ms: ColumnType<string | number, number | undefined, number>
      told: Generated<number>
      lease_until: Later<Date>
      ended_at: Later<Date>
      score: ColumnType<Score | null, string | null | undefined, string | null>
      note: Generated<string>
      made_at: Date
      made_by: string
    }
  }
}
