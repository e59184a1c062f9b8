import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { problem } from './problem.ts'
import { columnNames } from './read-csv.ts'
import type { Batch, Json, RawRow } from './record.ts'
import { isStorable } from './storable.ts'

export interface XlsxOptions {
  /** Name of the sheet; the first tab when left out. */
  sheet?: string | undefined
  header?: boolean | undefined
  startAfterLine?: number | undefined
  batchRows?: number | undefined
}

const BATCH_ROWS = 5_000

/** What the streaming reader of exceljs holds at run time and its types leave out. */
interface Workbook extends AsyncIterable<Sheet> {
  model?: { sheets?: { name: string; rId: string }[] }
  workbookRels?: { Id: string; Target: string }[]
}
interface Sheet extends AsyncIterable<{ number: number; values: unknown }> {
  id: number | string
  name?: string
  iterator?: { destroy?: () => void }
}

/**
 * Rows of one sheet of a workbook in batches. Dates become ISO text (`2026-01-31`, `2026-01-31T08:30:00`, wall-clock time),
 * formulas their last result, rich text plain text, links their label; numbers stay exact. `line` is the row number in the
 * sheet; the first row with anything in it holds the names. The last batch is empty.
 *
 * The file goes to a temporary directory first (mode 0700, removed at the end): a workbook that was cut off is told by its
 * missing directory at the end, where streaming would wait for ever. About 20,000 rows of 10 cells a second.
 * @throws problem.fileUnreadable when it is no workbook, is damaged, or has no such sheet
 */
export async function* readXlsx(source: Readable, options: XlsxOptions = {}): AsyncGenerator<Batch, void, undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'zhiyin-xlsx-'))
  try {
    const path = join(folder, 'workbook')
    await pipeline(source, createWriteStream(path, { mode: 0o600 }))
    await assertWholeZip(path)
    yield* rowsOf(path, options)
  } catch (error) {
    if (error instanceof Error && error.name === 'Problem') throw error
    throw unreadable(error instanceof Error ? error.message : String(error))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const unreadable = (reason: string) => problem.fileUnreadable({ format: 'xlsx', reason })

/** A ZIP file starts with PK and ends with its directory, within the last 64 kB (a comment may follow). */
const assertWholeZip = async (path: string) => {
  await using file = await open(path)
  const { size } = await file.stat()
  const head = Buffer.alloc(4)
  await file.read(head, 0, 4, 0)
  const tail = Buffer.alloc(Math.min(size, 65_557))
  await file.read(tail, 0, tail.length, size - tail.length)
  if (head.toString('latin1') !== 'PK\u0003\u0004') throw unreadable('It is not an XLSX workbook')
  const end = tail.lastIndexOf('PK\u0005\u0006', undefined, 'latin1')
  if (end < 0 || end + 22 > tail.length) throw unreadable('The workbook is cut off')
  const directory = Buffer.alloc(Math.min(tail.readUInt32LE(end + 12), mostDirectoryBytes))
  await file.read(directory, 0, directory.length, tail.readUInt32LE(end + 16))
  if (heldBytes(directory) > mostHeldBytes)
    throw unreadable('The workbook has too many different texts to read at once: save the sheet as CSV')
}

const mostDirectoryBytes = 8 * 1024 * 1024
/** Sheets are read as a stream; these parts are held while it is, at about three times their size. */
const held = /^xl\/(sharedStrings|styles)\.xml$/
const mostHeldBytes = 256 * 1024 * 1024

/** Size when unpacked of the parts that are held, by the directory of the ZIP file (APPNOTE 4.3.12). */
const heldBytes = (directory: Buffer): number => {
  let bytes = 0
  for (let at = 0; at + 46 <= directory.length && directory.readUInt32LE(at) === 0x02014b50; ) {
    const nameLength = directory.readUInt16LE(at + 28)
    const name = directory.toString('utf8', at + 46, at + 46 + nameLength)
    if (held.test(name)) bytes += directory.readUInt32LE(at + 24)
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32)
  }
  return bytes
}

async function* rowsOf(path: string, options: XlsxOptions): AsyncGenerator<Batch, void, undefined> {
  const { header = true, startAfterLine = 0, batchRows = BATCH_ROWS } = options
  const bytes = createReadStream(path)
  // Loaded when needed: it is a tenth of the time the program takes to start.
  const { default: Excel } = await import('exceljs')
  const workbook = new Excel.stream.xlsx.WorkbookReader(bytes, {
    worksheets: 'emit',
    sharedStrings: 'cache',
    styles: 'cache',
    hyperlinks: 'ignore',
    entries: 'ignore',
  }) as AsyncIterable<unknown> as Workbook
  const columns: string[] = []
  let named = false
  let number = 0
  let rows: RawRow[] = []
  let done = false
  const batch = (): Batch => {
    const ready = rows
    rows = []
    return { columns, rows: ready, bytesRead: bytes.bytesRead }
  }

  for await (const sheet of workbook) {
    if (done || !isWanted(workbook, sheet, options.sheet)) {
      sheet.iterator?.destroy?.()
      continue
    }
    done = true
    for await (const { number: line, values } of sheet) {
      // Array.from: cells never written are holes in exceljs' array
      const cells = Array.isArray(values) ? Array.from(values.slice(1), cellValue) : []
      if (cells.every((cell) => cell === null)) continue
      if (!named) {
        named = true
        while (cells.at(-1) === null) cells.pop()
        columns.push(...(header ? columnNames(cells.map(asName)) : cells.map((_, at) => String(at + 1))))
        if (header) continue
      }
      number += 1
      if (line <= startAfterLine) continue
      while (cells.length > columns.length && cells.at(-1) === null) cells.pop()
      if (cells.length > columns.length) {
        const reason = `The row has ${cells.length} cells where ${columns.length} are expected`
        rows.push({ line, number, values: [], unreadable: { code: 'fieldCount', reason } })
      } else if (!cells.every(isStorable)) {
        const reason = 'The row holds characters that are no text'
        rows.push({ line, number, values: [], unreadable: { code: 'invalidCharacters', reason } })
      } else {
        while (cells.length < columns.length) cells.push(null)
        rows.push({ line, number, values: cells, unreadable: undefined })
      }
      if (rows.length >= batchRows) yield batch()
    }
  }
  if (!done)
    throw unreadable(options.sheet === undefined ? 'The workbook has no sheet' : 'There is no sheet of that name')
  yield batch()
}

const isWanted = ({ model, workbookRels }: Workbook, sheet: Sheet, name: string | undefined) => {
  const sheets = model?.sheets ?? []
  const wanted = name === undefined ? sheets[0] : sheets.find((sheet) => sheet.name === name)
  if (!wanted) return name === undefined || sheet.name === name
  const target = workbookRels?.find(({ Id }) => Id === wanted.rId)?.Target
  // Some writers give the target from the root of the archive, which exceljs does not match, so no name is set then.
  return sheet.name === undefined ? target?.endsWith(`/sheet${sheet.id}.xml`) === true : sheet.name === wanted.name
}

const asName = (cell: Json) => (cell === null ? '' : typeof cell === 'object' ? JSON.stringify(cell) : String(cell))

const isoOf = (date: Date) => {
  if (Number.isNaN(date.getTime())) return null
  const text = date.toISOString()
  if (text.endsWith('T00:00:00.000Z')) return text.slice(0, 10)
  return text.endsWith('.000Z') ? text.slice(0, 19) : text.slice(0, 23)
}

const cellValue = (value: unknown): Json => {
  if (value === null || value === undefined || value === '') return null
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  if (value instanceof Date) return isoOf(value)
  if (typeof value !== 'object') return null
  if ('richText' in value && Array.isArray(value.richText))
    return value.richText.map((part: { text?: string }) => part.text ?? '').join('')
  if ('formula' in value || 'sharedFormula' in value) return 'result' in value ? cellValue(value.result) : null
  if ('error' in value) return String(value.error)
  return 'text' in value ? cellValue(value.text) : null
}
