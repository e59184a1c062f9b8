import type { ColumnType } from 'kysely'

/** What was ended, emptied or deleted of a customer, by kind. */
export type ErasureCounts = Record<string, number>

declare module '#platform' {
  interface Tables {
    'campaigns.erasure': {
      customer_no: number
      begun_at: Date
      counts: ColumnType<ErasureCounts, string, string>
      held_until: Date | null
      finished_at: Date | null
    }
  }
}
