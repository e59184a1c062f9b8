import type { ColumnType, Generated } from 'kysely'
import type { CampaignDefinition, CampaignState, Category, Channel, Refusal, SendState } from './contract.ts'
import type { Frozen } from './plans/frozen.ts'

/** Written as JSON text, read as the value. */
type Jsonb<T> = ColumnType<T, string, string>
/** `bigint` of Postgres, read as text. */
type Big = Generated<string>

declare module '#platform' {
  interface Tables {
    'campaigns.campaign': {
      id: Generated<number>
      name: string
      description: string
      category: Category
      priority: number
      state: Generated<CampaignState>
      definition: Jsonb<CampaignDefinition>
      draft_version: Generated<number>
      live_version: Generated<number | null>
      live_hash: Generated<string | null>
      published_at: Generated<Date | null>
      run_no: Generated<number>
      created_at: Date
      created_by: string
      changed_at: Date
      changed_by: string
      edited_by: string
    }
    'campaigns.version': {
      campaign_id: number
      version: number
      frozen: Jsonb<Frozen>
      content_hash: string
      review_id: number | null
      published_at: Date
      published_by: string
    }
    'campaigns.entry': {
      id: Big
      campaign_id: number
      version: number
      customer_no: number
      entry_no: Generated<number>
      trigger_key: string
      trigger: Jsonb<Readonly<Record<string, unknown>>>
      entered_at: Date
      step: string
      pass: Generated<number>
      arrived_at: Date
      due_at: Date | null
      state: Generated<'active' | 'finished' | 'exited' | 'converted' | 'stopped' | 'failed'>
      ended_at: Generated<Date | null>
      goal_at: Generated<Date | null>
      hop: Generated<number>
      passes: ColumnType<Readonly<Record<string, number>> | null, string | null, string | null>
      arm: Generated<string | null>
      heard: Generated<string | null>
      reason: Generated<string | null>
    }
    'campaigns.step_count': { campaign_id: number; version: number; step: string; edge: string; n: string }
    'campaigns.passage_batch': { id: Big; passages: number; lines: string }
    'campaigns.send': {
      id: Big
      campaign_id: number
      version: number
      step: string
      customer_no: number
      entry_no: number
      pass: number
      entry_id: string
      category: Category
      channel: Channel
      creative_id: number | null
      offer_id: number | null
      arm: string | null
      state: SendState
      refusal: Refusal | null
      refusal_detail: ColumnType<Readonly<Record<string, unknown>> | null, string | null, string | null>
      decided_at: Date
      not_before: Date | null
      not_after: Date | null
      key: string
      provider_id: Generated<number | null>
      provider_key: Generated<string | null>
      attempt: Generated<number>
      queued_at: Generated<Date | null>
      sent_at: Generated<Date | null>
      delivered_at: Generated<Date | null>
      read_at: Generated<Date | null>
      clicked_at: Generated<Date | null>
      failed_at: Generated<Date | null>
      error: Generated<string | null>
      parts: Generated<number | null>
      cost_millifen: Generated<number | null>
      lease: Generated<string | null>
      lease_until: Generated<Date | null>
      interrupted: Generated<number>
    }
    'campaigns.copied': { copier: string; until: string; at: Date }
  }
}
