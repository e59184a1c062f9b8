import type { ColumnType, Generated } from 'kysely'

export type RunKind = 'once' | 'recurring' | 'list' | 'date' | 'audience'
export type RunState = 'waiting' | 'running' | 'done' | 'missed' | 'cancelled' | 'failed'
export type TallyOutcome = 'matched' | 'late' | 'missed' | 'failed'

declare module '#platform' {
  interface Tables {
    'campaigns.trigger_reader': { id: string; done_until: Date; alive_until: Date }
    'campaigns.trigger_fired': { campaign_id: number; customer_no: number; at: Date; hash: string }
    'campaigns.trigger_tally': {
      campaign_id: number
      hour: Date
      outcome: TallyOutcome
      count: number
      detail: string | null
    }
    'campaigns.run': {
      id: Generated<string>
      campaign_id: number
      version: number
      kind: RunKind
      occurrence: string
      due_at: Date
      state: RunState
      reason: Generated<string | null>
      list_id: Generated<string | null>
      total: Generated<number | null>
      position: Generated<number>
      handed: Generated<number>
      entered: Generated<number>
      owner: Generated<string | null>
      fence: Generated<number>
      lease_until: Generated<Date | null>
      attempts: Generated<number>
      created_at: Date
      started_at: Generated<Date | null>
      ended_at: Generated<Date | null>
    }
    'campaigns.run_planned': { campaign_id: number; until: Date }
    'campaigns.entry_request': {
      campaign_id: number
      key: string
      body_hash: string
      answer: ColumnType<unknown, string | null, string | null>
      created_at: Date
    }
  }
}
