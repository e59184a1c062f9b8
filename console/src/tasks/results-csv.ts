import type { TaskOutcome } from '../../../src/campaigns/tasks/task-contract.ts'

export interface ReadResult {
  /** Line in the file, from 1. */
  line: number
  taskId: number
  outcome: TaskOutcome
  note: string
  seconds?: number
  at?: string
}
export type Fault = 'taskId' | 'outcome' | 'seconds' | 'at' | 'note'
export type Column = 'taskId' | 'outcome' | 'note' | 'seconds' | 'at'
export interface ReadResults {
  results: ReadResult[]
  faults: { line: number; fault: Fault; value: string }[]
}

const usualOrder: readonly Column[] = ['taskId', 'outcome', 'note', 'seconds', 'at']

/** Rows of a CSV or of cells pasted from a spreadsheet; quotes may hold separators and line breaks. */
const rowsOf = (text: string): { line: number; cells: string[] }[] => {
  const body = text.replace(/^\uFEFF/, '')
  const first = body.split('\n', 1)[0] ?? ''
  const separator = first.includes('\t') ? '\t' : first.includes(';') && !first.includes(',') ? ';' : ','
  const rows: { line: number; cells: string[] }[] = []
  let [cell, cells, quoted, line, start] = ['', [] as string[], false, 1, 1]
  const endRow = () => {
    cells.push(cell.trim())
    if (cells.some((one) => one !== '')) rows.push({ line: start, cells })
    ;[cell, cells, start] = ['', [], line + 1]
  }
  for (let i = 0; i < body.length; i += 1) {
    const char = body[i] ?? ''
    if (quoted) {
      if (char === '"' && body[i + 1] === '"') {
        cell += '"'
        i += 1
      } else if (char === '"') quoted = false
      else cell += char
      if (char === '\n') line += 1
    } else if (char === '"' && cell.trim() === '') {
      quoted = true
      cell = ''
    } else if (char === separator) {
      cells.push(cell.trim())
      cell = ''
    } else if (char === '\n') {
      endRow()
      line += 1
    } else if (char !== '\r') cell += char
  }
  if (cell !== '' || cells.length > 0) endRow()
  return rows
}

/** `2026-09-07 10:30` and the like are of Asia/Shanghai unless they name their zone. */
const instantIn = (text: string): string | undefined => {
  const iso = text.replaceAll('/', '-').replace(' ', 'T')
  const parts = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:T(\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?))?(Z|[+-]\d{2}:?\d{2})?$/.exec(iso)
  if (!parts) return undefined
  const [, year, month = '', day = '', time = '00:00', zone = '+08:00'] = parts
  const at = Date.parse(
    `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}T${time.padStart(time.length < 5 ? 5 : 8, '0').slice(0, 12)}${zone}`,
  )
  return Number.isNaN(at) ? undefined : new Date(at).toISOString()
}

/**
 * Reads outcomes of a call centre. Columns by their heading, or without a heading in the order taskId, outcome, note, seconds, at.
 * @param headings what each column may be called, in small letters
 * @param outcomes words → code; codes themselves are known
 */
export const readResults = (
  text: string,
  headings: readonly Readonly<Record<Column, readonly string[]>>[],
  outcomes: ReadonlyMap<string, TaskOutcome>,
): ReadResults => {
  const rows = rowsOf(text)
  const named = (rows[0]?.cells ?? []).map((cell) =>
    usualOrder.find((column) => headings.some((names) => names[column].includes(cell.toLowerCase()))),
  )
  const hasHeading = named.includes('taskId') && named.includes('outcome')
  const columns = hasHeading ? named : usualOrder
  const read: ReadResults = { results: [], faults: [] }
  for (const { line, cells } of hasHeading ? rows.slice(1) : rows) {
    const value = (column: Column) => cells[columns.indexOf(column)] ?? ''
    const fault = (fault: Fault) => read.faults.push({ line, fault, value: value(fault).slice(0, 40) })
    const outcome = outcomes.get(value('outcome').toLowerCase())
    const at = value('at') === '' ? undefined : instantIn(value('at'))
    if (!/^\d{1,15}$/.test(value('taskId')) || Number(value('taskId')) < 1) fault('taskId')
    else if (outcome === undefined) fault('outcome')
    else if (value('seconds') !== '' && !(/^\d{1,5}$/.test(value('seconds')) && Number(value('seconds')) <= 86_400))
      fault('seconds')
    else if (value('at') !== '' && at === undefined) fault('at')
    else if (value('note').length > 2_000) fault('note')
    else
      read.results.push({
        line,
        taskId: Number(value('taskId')),
        outcome,
        note: value('note'),
        ...(value('seconds') !== '' && { seconds: Number(value('seconds')) }),
        ...(at !== undefined && { at }),
      })
  }
  return read
}

/** A file's text: UTF-8, or else what spreadsheets in China write. */
export const textIn = (bytes: ArrayBuffer): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('gb18030').decode(bytes)
  }
}
