import type { Ctx } from '#platform'
import { readRows } from './read-rows.ts'
import type { Batch, RawRow } from './record.ts'
import { sampleFile } from './sample-file.ts'
import { opener, uploadedFile } from './uploads.ts'

/** An uploaded table (CSV, JSONL, XLSX, gzip allowed) whatever it is about, for features that import something of their own. */
export interface UploadedRows {
  name: string
  bytes: number
  columns: readonly string[]
  /** The first hundred and a sample of the others. */
  sample: readonly RawRow[]
  /** All rows from the line after `startAfterLine`, in batches, in bounded memory. */
  read(options: { startAfterLine: number; batchRows: number }): AsyncGenerator<Batch, void, undefined>
}

/** @throws customers.fileUnknown, customers.fileUnreadable */
export const uploadedRows = async (ctx: Ctx, fileId: string): Promise<UploadedRows> => {
  const file = await uploadedFile(ctx, fileId)
  const { format, columns, rows } = await sampleFile(opener(file))
  return {
    name: file.name,
    bytes: file.bytes,
    columns,
    sample: rows,
    read: (options) => readRows(opener(file)(), format, options),
  }
}
