import type { Generated, JSONColumnType } from 'kysely'
import type { Plan } from './contract.ts'
import type { Outcome, Weights } from './outcome.ts'

declare module '#platform' {
  interface Tables {
    'customers.match_project': {
      id: Generated<number>
      name: string
      plan: JSONColumnType<Plan>
      auto_link: Generated<boolean>
      after_imports: Generated<boolean>
      imports_seen_at: Date | null
      learned: JSONColumnType<Weights> | null
      created_at: Date
      created_by: string
      changed_at: Date
      changed_by: string
    }
    'customers.match_run': {
      id: Generated<number>
      project_id: number
      import_id: number | null
      state: string
      plan: JSONColumnType<Plan>
      auto_link: boolean
      step: Generated<string>
      share: Generated<number>
      records: Generated<number>
      candidates: number | string | null
      linked: Generated<number>
      review: Generated<number>
      contradicted: number | null
      outcome: JSONColumnType<Outcome> | null
      error: string | null
      asked_at: Date
      asked_by: string
      started_at: Date | null
      finished_at: Date | null
      undone_at: Date | null
      undone_by: string | null
    }
    'customers.match_pair': {
      id: Generated<number>
      run_id: number | null
      a_no: number
      b_no: number
      weight: number
      probability: number
      levels: number[]
      state: string
      merged_no: number | null
      decided_at: Date | null
      decided_by: string | null
      reason: string | null
    }
  }
}
