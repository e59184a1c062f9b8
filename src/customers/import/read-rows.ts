import type { Readable } from 'node:stream'
import type { FileFormat } from './mapping-contract.ts'
import { readCsv } from './read-csv.ts'
import { readJsonl } from './read-jsonl.ts'
import { readXlsx } from './read-xlsx.ts'
import type { Batch } from './record.ts'

export interface ReadOptions {
  /** Records that start on this line or before are passed over. */
  startAfterLine?: number | undefined
  /** Most rows per batch. */
  batchRows?: number | undefined
}

/**
 * The rows of a file in batches by its format. The last batch is empty.
 * @throws problem.fileUnreadable when the file is not what the format says
 */
export const readRows = (
  source: Readable,
  format: FileFormat,
  options: ReadOptions = {},
): AsyncGenerator<Batch, void, undefined> => {
  switch (format.type) {
    case 'csv':
      return readCsv(source, { ...format, ...options })
    case 'jsonl':
      return readJsonl(source, { ...format, ...options })
    case 'xlsx':
      return readXlsx(source, { ...format, ...options })
  }
}
