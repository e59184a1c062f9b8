import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { Json } from './record.ts'

export type TableFormat = 'csv' | 'jsonl' | 'xlsx'

export interface TableOptions {
  /** CSV: a UTF-8 mark first, without which Excel takes Chinese for something else. Default true. */
  mark?: boolean
  /** CSV: default a comma. */
  separator?: string
  /** XLSX: name of the sheet. */
  sheet?: string
}

/** Values by column; a missing or null one is left empty. */
export type TableRow = { readonly [column: string]: Json | Date | undefined }

/**
 * Writes rows to a stream and ends it, at the reader's pace, in bounded memory.
 * @returns number of rows written
 */
export const writeTable = async (
  format: TableFormat,
  columns: readonly string[],
  rows: AsyncIterable<TableRow> | Iterable<TableRow>,
  out: Writable,
  options: TableOptions = {},
): Promise<number> => {
  switch (format) {
    case 'csv':
      return writeLines(out, rows, csvHead(columns, options), csvLine(columns, options))
    case 'jsonl':
      return writeLines(out, rows, '', jsonLine(columns))
    case 'xlsx':
      return writeWorkbook(out, columns, rows, options)
  }
}

/** Written text waits until it is worth a write: one call per row would cost more than making the row. */
const PIECE = 65_536

const writeLines = async (
  out: Writable,
  rows: AsyncIterable<TableRow> | Iterable<TableRow>,
  head: string,
  line: (row: TableRow) => string,
) => {
  let count = 0
  let piece = head
  const closed = finished(out)
  // `finished` tells a broken stream (disk full, client gone); it is awaited below, and must not count as unhandled before.
  closed.catch(() => undefined)
  const flush = async () => {
    if (!out.write(piece)) await Promise.race([once(out, 'drain'), closed])
    piece = ''
  }
  for await (const row of rows) {
    piece += line(row)
    count += 1
    if (piece.length >= PIECE) await flush()
  }
  out.end(piece)
  await closed
  return count
}

/** Excel and others run a cell that begins so as a formula; a plain negative number is none. */
const FORMULA = /^[=+\-@\t\r]/
const PLAIN_NUMBER = /^-\d+(?:\.\d+)?$/

const csvCell = (value: Json | Date | undefined, separator: string) => {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  let text = value instanceof Date ? value.toISOString() : typeof value === 'object' ? JSON.stringify(value) : value
  if (FORMULA.test(text) && !PLAIN_NUMBER.test(text)) text = `'${text}`
  const quoted = text.includes('"') || text.includes(separator) || /[\r\n]|^\s|\s$/.test(text)
  return quoted ? `"${text.replaceAll('"', '""')}"` : text
}

const csvHead = (columns: readonly string[], { mark = true, separator = ',' }: TableOptions) =>
  `${mark ? '\ufeff' : ''}${columns.map((column) => csvCell(column, separator)).join(separator)}\r\n`

const csvLine =
  (columns: readonly string[], { separator = ',' }: TableOptions) =>
  (row: TableRow) =>
    `${columns.map((column) => csvCell(row[column], separator)).join(separator)}\r\n`

const jsonLine = (columns: readonly string[]) => (row: TableRow) =>
  `${JSON.stringify(Object.fromEntries(columns.flatMap((column) => (row[column] === undefined ? [] : [[column, row[column]]]))))}\n`

/** A sheet ends at 1,048,576 rows, a cell at 32,767 characters: limits of the format. */
const SHEET_ROWS = 1_048_575
const CELL_LENGTH = 32_767

const sheetCell = (value: Json | Date | undefined) => {
  if (value === null || value === undefined) return null
  if (value instanceof Date || typeof value === 'number' || typeof value === 'boolean') return value
  const text = typeof value === 'object' ? JSON.stringify(value) : value
  if (text.length <= CELL_LENGTH) return text
  return `${text.slice(0, CELL_LENGTH - 1)}…`
}

/** Texts are text cells and never run as formulas, so nothing is put before them. More rows than a sheet holds go on the next. */
const writeWorkbook = async (
  out: Writable,
  columns: readonly string[],
  rows: AsyncIterable<TableRow> | Iterable<TableRow>,
  { sheet: name = 'Sheet1' }: TableOptions,
) => {
  // Loaded when needed: it is a tenth of the time the program takes to start.
  const { default: Excel } = await import('exceljs')
  const workbook = new Excel.stream.xlsx.WorkbookWriter({ stream: out, useStyles: true, useSharedStrings: false })
  const closed = finished(out)
  closed.catch(() => undefined)
  const addSheet = (number: number) => {
    const sheet = workbook.addWorksheet(number === 1 ? name : `${name} ${number}`, {
      views: [{ state: 'frozen', ySplit: 1 }],
    })
    sheet.addRow([...columns]).commit()
    return sheet
  }
  let sheets = 1
  let sheet = addSheet(sheets)
  let count = 0
  for await (const row of rows) {
    if (count > 0 && count % SHEET_ROWS === 0) {
      sheet.commit()
      sheets += 1
      sheet = addSheet(sheets)
    }
    const cells = sheet.addRow(columns.map((column) => sheetCell(row[column])))
    columns.forEach((column, at) => {
      if (row[column] instanceof Date) cells.getCell(at + 1).numFmt = 'yyyy-mm-dd hh:mm:ss'
    })
    cells.commit()
    count += 1
    // The archive takes rows without telling when it is full; giving way lets it write them out.
    if (count % 500 === 0) {
      if (out.destroyed) break
      if (out.writableNeedDrain) await Promise.race([once(out, 'drain'), closed])
      else await new Promise(setImmediate)
    }
  }
  sheet.commit()
  await Promise.race([workbook.commit(), closed])
  await closed
  return count
}
