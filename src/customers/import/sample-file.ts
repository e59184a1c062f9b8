import { Readable } from 'node:stream'
import { guessDialect } from './csv-tokens.ts'
import type { FileFormat } from './mapping-contract.ts'
import { readRows } from './read-rows.ts'
import type { RawRow } from './record.ts'
import { sourceText } from './source-text.ts'

export interface FileSample {
  /** Everything found out, written down, so that the mapping does not depend on a guess later. */
  format: FileFormat
  columns: readonly string[]
  rows: RawRow[]
}

const SAMPLE_LENGTH = 65_536

/** Rows looked at: types guessed from 500 rows were wrong for a column whose first decimal stood at row 8,000. */
const LOOKED_AT = { csv: 300_000, jsonl: 100_000, xlsx: 10_000 } as const
const KEPT_FIRST = 100
const KEPT = 20_000

/**
 * What a file is and rows of it: workbook by its first bytes, JSONL by a leading brace, else CSV with separator, encoding
 * and whether there is a line of names. The rows are the first 100 and then every n-th of up to 300,000, at most 20,000.
 * @param opened opens the file from its start; called a few times, each stream is closed
 * @throws problem.fileUnreadable
 */
export const sampleFile = async (opened: () => Readable): Promise<FileSample> => {
  const format = await guessFormat(opened)
  return { format, ...(await sampleRows(opened(), format)) }
}

/** Rows of a file whose format is known, chosen as in `sampleFile`. */
export const sampleRows = async (
  source: Readable,
  format: FileFormat,
  lookedAt: number = LOOKED_AT[format.type],
): Promise<{ columns: readonly string[]; rows: RawRow[] }> => {
  const first: RawRow[] = []
  let later: RawRow[] = []
  let every = 1
  let columns: readonly string[] = []
  for await (const batch of readRows(source, format)) {
    columns = batch.columns
    for (const row of batch.rows) {
      if (row.number > lookedAt) break
      if (row.number <= KEPT_FIRST) first.push(row)
      else if (row.number % every === 0) later.push(row)
      if (later.length <= KEPT) continue
      every *= 2
      later = later.filter(({ number }) => number % every === 0)
    }
    if ((batch.rows.at(-1)?.number ?? 0) >= lookedAt) break
  }
  source.destroy()
  return { columns, rows: [...first, ...later] }
}

const guessFormat = async (opened: () => Readable): Promise<FileFormat> => {
  const first = opened()
  const head = await firstBytes(first, 4)
  first.destroy()
  if (head.toString('latin1') === 'PK\u0003\u0004') return { type: 'xlsx' }

  const source = opened()
  const text = sourceText(source)
  let sample = ''
  for await (const chunk of text.chunks) {
    sample += chunk
    if (sample.length >= SAMPLE_LENGTH) break
  }
  source.destroy()
  const encoding = text.encoding() === 'gb18030' ? 'gb18030' : text.encoding() === 'utf-8' ? 'utf-8' : 'auto'
  if (/^\s*\{/.test(sample)) return { type: 'jsonl', encoding }
  const { separator, quote } = guessDialect(sample)
  const format: FileFormat = { type: 'csv', separator, quote, encoding, header: true }
  const { columns, rows } = await sampleRows(Readable.from([sample]), { ...format, encoding: 'utf-8' }, 50)
  return looksLikeNames(columns, rows) ? format : { ...format, header: false }
}

const firstBytes = async (source: Readable, count: number) => {
  let head = Buffer.alloc(0)
  for await (const chunk of source) {
    head = Buffer.concat([head, Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk))])
    if (head.length >= count) break
  }
  return head.subarray(0, count)
}

const NUMERIC = /^[+-]?[\d.,/:\-\s]+$/

/** Names are words; where the first line holds numbers, dates or addresses as the lines below do, it is data. */
const looksLikeNames = (columns: readonly string[], rows: readonly RawRow[]) => {
  if (rows.length === 0) return true
  const isData = (value: unknown) =>
    typeof value === 'number' || (typeof value === 'string' && (NUMERIC.test(value) || value.includes('@')))
  return !columns.some(
    (name, at) => isData(name) && !/^column \d+$/.test(name) && rows.some(({ values }) => isData(values[at])),
  )
}
