import { copyRows } from '#platform'
import { kindNumber, rulesOf } from './kinds.ts'
import type { Keyed } from './resolve.ts'

export const identifierColumns = ['kind', 'hash', 'no', 'value', 'seen_at', 'source_id', 'import_id'] as const

export const identifierRows = () => {
  const rows = copyRows(identifierColumns.length)
  return {
    rows,
    /** Values of personal kinds stand only in the sealed document. */
    put: ({ kind, hash, value }: Keyed, no: number, atMs: number, sourceId: number, importId: number): void => {
      rows.row()
      rows.int2(kindNumber(kind))
      rows.uuid(hash)
      rows.int4(no)
      if (rulesOf[kind].personal) rows.null()
      else rows.text(value)
      rows.timestamp(atMs)
      rows.int2(sourceId)
      rows.int4(importId)
    },
  }
}

export const customerColumns = ['no', 'created_at', 'root_no', 'traits', 'sealed'] as const

export const customerRows = () => {
  const rows = copyRows(customerColumns.length)
  return {
    rows,
    put: (no: number, bornAtMs: number, traits: string, sealed: Uint8Array | undefined): void => {
      rows.row()
      rows.int4(no)
      rows.timestamp(bornAtMs)
      rows.int4(no)
      rows.jsonb(traits)
      if (sealed) rows.bytes(sealed)
      else rows.null()
    },
  }
}
