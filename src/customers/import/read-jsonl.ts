import type { Readable } from 'node:stream'
import { MAX_ROW_LENGTH } from './csv-tokens.ts'
import { isTooDeep, MAX_JSON_DEPTH } from './json-depth.ts'
import type { Batch, Json, RawRow, Unreadable } from './record.ts'
import { sourceText } from './source-text.ts'
import { isStorable } from './storable.ts'

export interface JsonlOptions {
  encoding?: 'auto' | 'utf-8' | 'gb18030' | undefined
  startAfterLine?: number | undefined
  batchRows?: number | undefined
}

const BATCH_ROWS = 5_000
const BATCH_LENGTH = 4_194_304

const TOO_LONG: Unreadable = { code: 'tooLong', reason: `The row is longer than ${MAX_ROW_LENGTH} characters` }
const INVALID: Unreadable = {
  code: 'invalidCharacters',
  reason: 'The row holds bytes that are not text in this encoding',
}
const NOT_JSON: Unreadable = { code: 'invalidJson', reason: 'The line is not valid JSON' }
const NOT_OBJECT: Unreadable = { code: 'invalidJson', reason: 'The line is not a JSON object' }

const TOO_DEEP: Unreadable = { code: 'invalidJson', reason: `The line nests deeper than ${MAX_JSON_DEPTH} levels` }

/** An integer that a double cannot hold, so it is kept as text: ID cards and card numbers written without quotes. */
const LONG_NUMBER = /[:[,]\s*-?\d{16}/

const parseExact = (text: string): unknown =>
  LONG_NUMBER.test(text)
    ? JSON.parse(text, (_key, value: unknown, context?: { source?: string }) =>
        typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value) && context?.source
          ? context.source
          : value,
      )
    : JSON.parse(text)

/**
 * Rows of a file with one JSON object per line, in batches, in bounded memory. A key is a column; columns are those met so
 * far. Lines that are no object are given as unreadable; blank lines are passed over. The last batch is empty.
 * Encodings and gzip as in `sourceText`; lines end in LF, CRLF or CR.
 */
export async function* readJsonl(source: Readable, options: JsonlOptions = {}): AsyncGenerator<Batch, void, undefined> {
  const { startAfterLine = 0, batchRows = BATCH_ROWS } = options
  const text = sourceText(source, options.encoding)
  const columns: string[] = []
  const places = new Map<string, number>()
  let rows: RawRow[] = []
  let line = 0
  let number = 0
  let held = 0

  const unreadable = (fault: Unreadable) => {
    if (line > startAfterLine) rows.push({ line, number, values: [], unreadable: fault })
  }

  const take = (content: string) => {
    line += 1
    if (content.trim() === '') return
    number += 1
    if (line <= startAfterLine) return
    if (content.length > MAX_ROW_LENGTH) return unreadable(TOO_LONG)
    if (content.includes('\u0000') || content.includes('\ufffd')) return unreadable(INVALID)
    let object: unknown
    try {
      object = parseExact(content)
    } catch {
      return unreadable(NOT_JSON)
    }
    if (typeof object !== 'object' || object === null || Array.isArray(object)) return unreadable(NOT_OBJECT)
    if (isTooDeep(object)) return unreadable(TOO_DEEP)
    // Only an escape can bring them in: the text itself was looked at above.
    if (content.includes('\\u') && !isStorable(object as Json)) return unreadable(INVALID)
    const values: (Json | undefined)[] = new Array<undefined>(columns.length).fill(undefined)
    for (const [key, value] of Object.entries(object)) {
      let place = places.get(key)
      if (place === undefined) {
        place = columns.push(key) - 1
        places.set(key, place)
      }
      values[place] = value as Json
    }
    rows.push({ line, number, values, unreadable: undefined })
  }

  let buffer = ''
  let skipping = false // inside a line too long to keep
  let newline: '\n' | '\r' | undefined
  function* batches(): Generator<Batch, void, undefined> {
    const ready = rows
    rows = []
    held = 0
    for (let at = 0; at < ready.length; at += batchRows)
      yield { columns, rows: ready.slice(at, at + batchRows), bytesRead: text.bytesRead() }
  }

  for await (const chunk of text.chunks) {
    held += chunk.length
    buffer += chunk
    newline ??= buffer.includes('\n') ? '\n' : /\r[^\n]/.test(buffer) ? '\r' : undefined
    let start = 0
    if (newline)
      for (let end = buffer.indexOf(newline); end >= 0; end = buffer.indexOf(newline, start)) {
        if (skipping) skipping = false
        else take(buffer.slice(start, end))
        start = end + 1
      }
    buffer = buffer.slice(start)
    if (skipping) buffer = ''
    else if (buffer.length > MAX_ROW_LENGTH) {
      line += 1
      number += 1
      unreadable(TOO_LONG)
      skipping = true
      buffer = ''
    }
    if (rows.length >= batchRows || held >= BATCH_LENGTH) yield* batches()
  }
  if (buffer !== '' && !skipping) take(buffer)
  yield* batches()
  yield { columns, rows: [], bytesRead: text.bytesRead() }
}
