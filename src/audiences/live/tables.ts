import type { Generated } from 'kysely'

declare module '#platform' {
  interface Tables {
    'audiences.void': { audience_id: string; from_refresh: number; to_refresh: number }
    'audiences.live': {
      audience_id: string
      switched_on: boolean
      switched_at: Date
      switched_by: string
      rebuild_wanted_at: Date | null
      rebuild_started_at: Date | null
      failures: Generated<number>
      retry_at: Date | null
      tick_ms: number | null
      tick_touched: number | null
      whole: Generated<boolean>
    }
    'audiences.live_lease': { one_row: Generated<boolean>; owner: string; fence: number; until: Date }
    'audiences.webhook': {
      id: string
      audience_id: string
      url: string
      secret: string
      former_secret: string | null
      former_until: Date | null
      state: 'on' | 'off' | 'failed'
      cursor_refresh: number
      cursor_no: number
      failures: Generated<number>
      failing_since: Date | null
      due_at: Date | null
      error: string | null
      created_at: Date
      created_by: string
      changed_at: Date
      changed_by: string
    }
    'audiences.webhook_delivery': {
      id: Generated<number>
      webhook_id: string
      message: string
      at: Date
      changes: number
      status: number | null
      error: string | null
      took_ms: number
      test: Generated<boolean>
    }
  }
}
