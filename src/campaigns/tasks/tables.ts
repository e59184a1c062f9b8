import type { Generated } from 'kysely'
import type { TaskOutcome } from './task-contract.ts'

declare module '#platform' {
  interface Tables {
    'campaigns.task': {
      id: Generated<string>
      send_id: string
      campaign_id: number
      version: number
      step: string
      customer_no: number
      channel: 'call' | 'branch'
      title: string
      team: string | null
      priority: number
      state: Generated<'open' | 'claimed' | 'done' | 'expired' | 'cancelled'>
      created_at: Date
      from_at: Date
      due_at: Date
      claimed_by: Generated<string | null>
      claimed_name: Generated<string | null>
      claimed_at: Generated<Date | null>
      tries: Generated<number>
      outcome: Generated<TaskOutcome | null>
      note: Generated<string | null>
      done_at: Generated<Date | null>
      done_by: Generated<string | null>
    }
  }
}
