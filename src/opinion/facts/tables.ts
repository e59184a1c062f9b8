import type { ColumnType, Generated } from 'kysely'
import type { FactState, LinkState } from './facts-contract.ts'

type Time = ColumnType<Date, Date, Date>
type MaybeTime = ColumnType<Date | null, Date | null | undefined, Date | null>

declare module '#platform' {
  interface Tables {
    'opinion.fact': { id: Generated<number>; claim: string; created_at: Time; changed_at: Time }
    'opinion.fact_version': {
      fact_id: number
      version: number
      claim: string
      fact: string
      evidence: string
      evidence_url: string
      valid_from: Time
      valid_until: MaybeTime
      state: FactState
      written_by: string
      /** Ids of all who wrote any part of it. */
      writers: ColumnType<string[], string[] | undefined, string[]>
      written_name: string
      written_at: Time
      decided_by: ColumnType<string | null, string | null | undefined, string | null>
      decided_name: ColumnType<string | null, string | null | undefined, string | null>
      decided_at: MaybeTime
      note: ColumnType<string, string | undefined, string>
    }
    'opinion.fact_link': {
      drill_id: number
      fact_id: number
      cluster_id: string
      post_id: string
      likeness: number
      state: LinkState
      by_name: string | null
      at: Time
    }
    'opinion.fact_use': {
      id: Generated<number>
      fact_id: number
      version: number
      used_in: string
      by_name: string
      at: Time
    }
  }
}
