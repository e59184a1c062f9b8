import type { ColumnType, Generated } from 'kysely'
import type { Channel } from '../channels-contract.ts'
import type { ReceiptState } from './adapter.ts'

declare module '#platform' {
  interface Tables {
    'campaigns.provider': {
      id: Generated<number>
      name: string
      channel: Channel
      kind: string
      settings: ColumnType<Readonly<Record<string, unknown>>, string, string>
      secrets: string[]
      carries: 'all' | 'marketing' | 'service'
      state: Generated<'on' | 'off'>
      priority: number
      unit_cost_millifen: number
      per_second: number | null
      per_minute: number | null
      per_day: number | null
      failures: Generated<number>
      opened: Generated<number>
      open_until: Generated<Date | null>
      ok_at: Generated<Date | null>
      error_at: Generated<Date | null>
      error: Generated<string | null>
      alarmed_at: Generated<Date | null>
      version: Generated<number>
      created_at: Date
      created_by: string
      changed_at: Date
      changed_by: string
      deleted_at: Generated<Date | null>
    }
    'campaigns.provider_memo': { provider_id: number; name: string; sealed: string; until: Date | null }
    'campaigns.attempt': {
      send_id: string
      attempt: number
      provider_id: number
      at: Date
      outcome: 'rejected' | 'unknown'
      code: string
      detail: string
    }
    'campaigns.receipt': {
      id: Generated<string>
      provider_id: number
      key: string | null
      ref: string | null
      batch: string | null
      customer_no: number | null
      state: ReceiptState
      at: Date
      received_at: Date
      code: string | null
      detail: string | null
      parts: number | null
      marks: string[]
      tries: Generated<number>
      due_at: Date
    }
    'campaigns.link_visit': {
      send_id: string
      link: number
      machine: boolean
      page: string
      first_at: Date
      last_at: Date
      times: Generated<number>
    }
    'campaigns.test_send': {
      id: Generated<string>
      provider_id: number
      key: string
      address: string
      at: Date
      by: string
      outcome: string
      code: string | null
      detail: string | null
      delivered_at: Date | null
    }
  }
}
