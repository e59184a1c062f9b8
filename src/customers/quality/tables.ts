import type { ColumnType, Generated } from 'kysely'
import type { Check, Target } from './contract.ts'
import type { FrozenStep, Step, StepCount } from './recipe-contract.ts'

/** Written as JSON text, read as the value. */
type Jsonb<T> = ColumnType<T, string, string>

declare module '#platform' {
  interface Tables {
    'customers.quality_rule': {
      id: Generated<number>
      name: string
      target: Jsonb<Target>
      asks: Jsonb<Check>
      severity: 'warn' | 'reject'
      owner: string
      description: string
      enabled: boolean
      version: Generated<number>
      created_at: Date
      created_by: string
      changed_at: Date
      changed_by: string
    }
    'customers.quality_run': {
      id: Generated<number>
      rule_id: number
      rule_version: number
      state: 'queued' | 'running' | 'done' | 'failed'
      checked: Generated<number>
      failed: Generated<number>
      created_at: Date
      created_by: string
      finished_at: Date | null
      took_ms: number | null
      error: string | null
    }
    'customers.recipe': {
      id: Generated<number>
      name: string
      description: string
      steps: Jsonb<Step[]>
      version: Generated<number>
      created_at: Date
      created_by: string
      changed_at: Date
      changed_by: string
    }
    'customers.cleaning': {
      id: Generated<number>
      recipe: string
      steps: Jsonb<FrozenStep[]>
      import_id: number | null
      state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled' | 'undoing' | 'undone'
      counts: ColumnType<StepCount[], string | undefined, string>
      read: Generated<number>
      changed: Generated<number>
      total: number | null
      reached: Generated<number>
      wish: 'cancel' | null
      created_at: Date
      created_by: string
      finished_at: Date | null
      undone_by: string | null
      undone_at: Date | null
      error: string | null
    }
    'customers.cleaned': {
      cleaning_id: number
      customer_no: number
      line: Generated<number>
      plain: ColumnType<Record<string, unknown>, string, string>
      sealed: Uint8Array | null
    }
  }
}
