import type { ColumnType, Generated } from 'kysely'
import type { Product, Refusal } from '../channels-contract.ts'
import type { AdMode, AdPlatform } from './ad-contract.ts'

export interface TargetThen {
  name: string
  platform: AdPlatform
  recipient: string
  contact: string
  contract: string
  purpose: string
  form: string
  set: string
  setVersion: number | null
  product: Product
  minPeople: number
}

declare module '#platform' {
  interface Tables {
    'campaigns.ad_target': {
      id: Generated<number>
      name: string
      platform: AdPlatform
      recipient: string
      contact: string
      contract: string
      purpose: string
      form: string
      set_kind: 'audience' | 'list'
      set_id: string
      product: Product
      min_people: number
      daily: boolean
      created_at: Date
      created_by: string
      changed_at: Date
      changed_by: string
      edited_by: string
      retired_at: Date | null
    }
    'campaigns.ad_export': {
      id: Generated<number>
      target_id: number
      mode: AdMode | 'erased'
      state: Generated<'queued' | 'running' | 'done' | 'failed' | 'cancelled'>
      target: ColumnType<TargetThen, string, never>
      content_hash: string
      review_id: number | null
      people: Generated<number>
      left_out: ColumnType<Partial<Record<Refusal, number>>, never, string>
      members: number | null
      added: number | null
      removed: number | null
      too_few: Generated<boolean>
      error: string | null
      created_at: Date
      created_by: string
      created_name: string
      started_at: Date | null
      finished_at: Date | null
    }
    'campaigns.ad_file': {
      id: Generated<number>
      export_id: number
      operation: 'APPEND' | 'REDUCE'
      part: number
      rows: number
      bytes: number
      sha256: string
      file_name: string
      place: string
      downloads: Generated<number>
      downloaded_at: Date | null
      downloaded_by: string | null
      deleted_at: Date | null
    }
    'campaigns.ad_member': {
      target_id: number
      mark: string
      customer_no: number
      sealed: string
      given: boolean
      run: number
    }
  }
}
