import type { ColumnType, Generated } from 'kysely'
import type { LimitName } from './limits-contract.ts'

declare module '#platform' {
  interface Tables {
    'campaigns.limit_version': {
      id: Generated<number>
      name: LimitName
      valid_from: Date
      value: ColumnType<unknown, string, string>
      source: string
      reason: string
      set_at: Date
      set_by: string
      withdrawn_at: Date | null
      withdrawn_by: string | null
    }
  }
}
