import type { ColumnType, Generated } from 'kysely'
import type { Json } from '#platform'

declare module '#platform' {
  interface Tables {
    'compliance.content_word': {
      id: Generated<number>
      kind: 'word' | 'exception'
      text: string
      word: string | null
      category: string | null
      action: 'block' | 'flag' | null
      reason: string
      added_at: Date
      added_by: string
      retired_at: Date | null
      retired_by: string | null
    }
    'compliance.parameter': {
      name: string
      valid_from: string
      value: ColumnType<Json, string, string>
      source: string
      added_at: Date
      added_by: string
    }
    'compliance.partner': {
      id: Generated<number>
      name: string
      licence: string
      contract: string
      valid_from: string
      valid_until: string | null
      added_at: Date
      added_by: string
      removed_at: Date | null
      removed_by: string | null
    }
  }
}
