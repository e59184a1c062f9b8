import { problem } from './problem.ts'

/**
 * Rows of a pasted table: the first line names the columns (any order, more are ignored), comma, semicolon or tab between,
 * full-width ones too. Blank lines are passed over.
 * @param names column → the names it goes by
 * @throws awareness.columnMissing, awareness.tableEmpty
 */
export const rowsOfText = <C extends string>(
  text: string,
  names: Readonly<Record<C, readonly string[]>>,
): { line: number; cells: Record<C, string> }[] => {
  const lines = text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .map((line, index) => ({
      line: index + 1,
      cells: line.split(/[,;\t，；]/).map((cell) => cell.trim().replaceAll(/^"|"$/g, '')),
    }))
    .filter(({ cells }) => cells.some((cell) => cell !== ''))
  const [head, ...rest] = lines
  if (!head || rest.length === 0) throw problem.tableEmpty()
  const columns = Object.keys(names) as C[]
  const places = columns.map((column) => {
    const place = head.cells.findIndex((cell) => names[column].includes(cell.toLowerCase()))
    if (place === -1) throw problem.columnMissing({ column, known: names[column].join(' / ') })
    return [column, place] as const
  })
  return rest.map(({ line, cells }) => ({
    line,
    cells: Object.fromEntries(places.map(([column, place]) => [column, cells[place] ?? ''])) as Record<C, string>,
  }))
}

/** A count or an index value; 1,234 and 1.2万 are the reader's own way to write one and refused with the line. */
export const numberAt = (text: string, line: number, column: string, whole: boolean): number => {
  const value = Number(text)
  if (text === '' || !Number.isFinite(value) || value < 0 || (whole && !Number.isInteger(value)))
    throw problem.valueWrong({ line, column, value: text.slice(0, 40) })
  return value
}
