import type { ColumnType, Generated } from 'kysely'
import type { Json } from '#platform'
import type { ListKind, UploadState, ValueKind } from './contract.ts'

/** What a list was made of: a value of JSON, kept as it was given. */
export type MadeOf = { readonly [key: string]: Json | undefined }

declare module '#platform' {
  interface Tables {
    'audiences.list': {
      id: string
      name: string
      kind: ListKind
      why: string
      made_of: ColumnType<MadeOf, string, never>
      audience_id: string | null
      size: number
      content_hash: string
      as_of: Date
      created_at: Date
      created_by: string
    }
    'audiences.list_upload': {
      id: string
      name: string
      why: string
      /** What the values are. */
      kind: ValueKind
      /** Of the file, by its header; null: the first. */
      file_column: string | null
      /** The file, until it was read: then it is deleted and this is null. */
      file_id: string | null
      file_name: string | null
      state: UploadState
      wish: Generated<string | null>
      /** Numbers the attempts, so that rejects of an attempt that died are told apart. */
      run: Generated<number>
      read: Generated<number>
      found: Generated<number>
      not_found: Generated<number>
      invalid: Generated<number>
      repeated: Generated<number>
      bytes_read: Generated<number | string>
      bytes_total: number | string
      list_id: Generated<string | null>
      error: Generated<string | null>
      created_at: Date
      created_by: string
      /** `kind:id` of the actor. */
      asked_by: string
      finished_at: Generated<Date | null>
    }
  }
}
