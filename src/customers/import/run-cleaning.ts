import type { Ctx } from '#platform'
import {
  cleaningOf,
  countsSince,
  type PieceCleaned,
  type RowCleaner,
  rowCleaner,
  storePiece,
} from '../quality/import-cleaning.ts'
import type { Original } from '../quality/originals.ts'
import type { StepCount } from '../quality/recipe-contract.ts'
import type { ImportKind, Mapping } from './mapping-contract.ts'
import { readRows } from './read-rows.ts'
import type { RawRow, Reject } from './record.ts'
import type { Run } from './run-scope.ts'

/** The cleaning steps of an import's mapping, at work on its rows. */
export interface ImportCleaning {
  /** Once the columns are known: the mapping and columns that the rows have after cleaning. */
  begin(columns: readonly string[]): Promise<{ mapping: Mapping; columns: readonly string[] }>
  /** @returns the row to be read on, or how a row like one before it is told */
  wash(row: RawRow): { row: RawRow; changed: boolean } | { reject: Reject }
  /** Everything washed since the last piece, to be stored with it. */
  takePiece(line: number, read: number): WashedPiece
  /** In the transaction of the piece. @param customerOf the customer a line became, 0 for none */
  store(ctx: Ctx, piece: WashedPiece, customerOf: (line: number) => number): Promise<void>
}

export interface WashedPiece extends PieceCleaned {
  rows: { line: number; before: Parameters<RowCleaner['original']>[0] }[]
}

/** @returns undefined when the mapping asks for no cleaning: then nothing is done per row */
export const openCleaning = async (run: Run, kind: ImportKind): Promise<ImportCleaning | undefined> => {
  const { ctx, mapping, row } = run
  const cleaning = mapping.clean === undefined ? undefined : await cleaningOf(ctx, row.id)
  if (!cleaning) return undefined
  let cleaner: RowCleaner | undefined
  let counted: StepCount[] = []
  let washed: WashedPiece['rows'] = []
  return {
    begin: async (columns) => {
      cleaner = rowCleaner(cleaning.steps, mapping, kind, columns)
      const start = kind === 'events' ? row.line : row.copied_line
      if (start > 0 && cleaning.steps.some(({ step }) => step.do === 'deduplicate'))
        await meetAgain(run, cleaner, start)
      counted = cleaner.counts()
      return cleaner
    },
    wash: (raw) => {
      const result = cleaner?.clean(raw)
      if (result === undefined) return { row: raw, changed: false }
      if (result === 'duplicate')
        return {
          reject: {
            line: raw.line,
            number: raw.number,
            column: null,
            value: null,
            code: 'duplicateRow',
            reason: 'A row like this one came before',
          },
        }
      if (result.before.size > 0) washed.push({ line: raw.line, before: result.before })
      return { row: result.row, changed: result.before.size > 0 }
    },
    takePiece: (line, read) => {
      const now = cleaner?.counts() ?? []
      const piece = { line, read, changed: washed.length, counts: countsSince(now, counted), rows: washed }
      counted = now
      washed = []
      return piece
    },
    store: async (ctx, piece, customerOf) => {
      const originals: Original[] = cleaner
        ? piece.rows.flatMap(
            ({ line, before }) => cleaner?.original(before, { customerNo: customerOf(line), line }) ?? [],
          )
        : []
      await storePiece(ctx, cleaning.id, piece, originals)
    },
  }
}

/** Rows that were read before the process died are met again, so that their repetitions are still known. */
const meetAgain = async (run: Run, cleaner: RowCleaner, lastLine: number): Promise<void> => {
  const source = run.open()
  try {
    for await (const { rows } of readRows(source, run.mapping.format, {}))
      for (const row of rows) {
        if (row.line > lastLine) return
        cleaner.clean(row)
      }
  } finally {
    source.destroy()
  }
}
