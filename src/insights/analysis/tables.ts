import type { ColumnType, Generated } from 'kysely'
import type { AskedQuestion, Tile, Watch } from './contract.ts'

/** Written as JSON text, read as the value. */
type Jsonb<T> = ColumnType<T, string, string>
type Texts = ColumnType<string[], unknown, unknown>

declare module '#platform' {
  interface Tables {
    'insights.report': {
      id: string
      name: string
      description: string
      question: Jsonb<AskedQuestion>
      owner_id: string
      owner_name: string
      roles: Texts
      watch: ColumnType<Watch | null, string | null | undefined, string | null>
      watched_hour: Generated<Date | null>
      created_at: Date
      changed_at: Date
    }
    'insights.dashboard': {
      id: string
      name: string
      description: string
      owner_id: string
      owner_name: string
      roles: Texts
      refresh_seconds: number | null
      tiles: Jsonb<Tile[]>
      created_at: Date
      changed_at: Date
    }
    'insights.funnel_alarm': {
      id: string
      report_id: string
      hour: Date
      step: number
      step_name: string
      observed: number
      of: number | null
      expected: number
      probability: number
      raised_at: Date
      acknowledged_at: Generated<Date | null>
      acknowledged_by: Generated<string | null>
    }
  }
}
