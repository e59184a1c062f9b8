import type { ColumnType, Generated } from 'kysely'
import type { LegalBasis, NoticeContent } from './contract.ts'
import type { WordSource } from './words.ts'

/** Written as JSON text, read as the value. */
type Jsonb<T> = ColumnType<T, string, string>

declare module '#platform' {
  interface Tables {
    'compliance.consent': {
      id: Generated<string>
      customer_no: number
      purpose: string
      /** '' stands for every channel. */
      channel: Generated<string>
      status: 'granted' | 'refused' | 'withdrawn'
      at: Date
      notice_version: string | null
      evidence: unknown
      source_id: Generated<number>
      import_id: Generated<number>
      source: Generated<WordSource>
      expires_at: Date | null
      text_hash: string | null
      act: string | null
      recorded_at: Date | null
      recorded_by: string | null
    }
    'compliance.purpose': {
      key: string
      title: string
      description: Generated<string>
      basis: LegalBasis
      separate: 'sensitive' | 'recipient' | null
      recipient: string | null
      channels: string[]
      position: Generated<number>
      retired_at: Date | null
      created_at: Date
      created_by: string
    }
    'compliance.notice': {
      purpose: string
      number: number
      label: string
      state: 'draft' | 'published'
      content: Jsonb<NoticeContent>
      text_hash: string | null
      asks_anew: Generated<boolean>
      created_at: Date
      created_by: string
      changed_at: Date
      changed_by: string
      published_at: Date | null
      published_by: string | null
    }
    'compliance.notice_alias': {
      purpose: string
      said: string
      number: number
      at: Date
      by: string
      reason: string
    }
    'compliance.dated_setting': {
      name: string
      valid_from: string
      value: Jsonb<unknown>
      source: string
      set_at: Date
      set_by: string
    }
    'compliance.do_not_contact': {
      id: Generated<string>
      kind: 'phone' | 'email'
      hash: string
      masked: string
      origin: string
      note: Generated<string>
      at: Date
      by: string
      removal_asked_at: Date | null
      removal_asked_by: string | null
      removal_asked_by_name: string | null
      removal_reason: string | null
      removed_at: Date | null
      removed_by: string | null
    }
    'compliance.sms_reply': {
      id: Generated<string>
      hash: string
      word: string
      provider: string
      at: Date
      received_at: Date
    }
  }
}
