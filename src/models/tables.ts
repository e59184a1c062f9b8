import type { ColumnType, Generated } from 'kysely'
import type { Card } from './card-contract.ts'
import type { VersionState } from './models-contract.ts'

type Time = ColumnType<Date, Date, Date>

interface VersionTable {
  id: Generated<number>
  task: string
  name: string
  card: ColumnType<Card, string, string>
  weights: Buffer
  state: ColumnType<VersionState, VersionState | undefined, VersionState>
  made_by: string
  /** Null for what was made before ids were kept. */
  made_by_id: ColumnType<string | null, string | undefined, string>
  made_at: Time
  changed_by: string
  changed_by_id: ColumnType<string | null, string | undefined, string>
  changed_at: Time
  why: ColumnType<string, string | undefined, string>
}

interface ComparisonTable {
  version: number
  head: string
  posts: Generated<number>
  agreed: Generated<number>
  judged: Generated<number>
  active_right: Generated<number>
  shadow_right: Generated<number>
}

interface TrainingTable {
  id: Generated<number>
  task: string
  state: ColumnType<TrainingState, TrainingState | undefined, TrainingState>
  step: Generated<string>
  corrections: Generated<number>
  version: ColumnType<number | null, number | null | undefined, number | null>
  problem: ColumnType<string | null, string | null | undefined, string | null>
  asked_by: string
  asked_at: Time
  ended_at: ColumnType<Date | null, Date | null | undefined, Date | null>
}

type TrainingState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled'

declare module '#platform' {
  interface Tables {
    'models.version': VersionTable
    'models.comparison': ComparisonTable
    'models.training': TrainingTable
  }
}
