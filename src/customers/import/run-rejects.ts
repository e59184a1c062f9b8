import { createWriteStream } from 'node:fs'
import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Ctx, ch } from '#platform'
import type { Json } from './record.ts'
import { wholeRow } from './run-scope.ts'
import { type TableRow, writeTable } from './write-table.ts'

/** Columns of the rejects file. `fate` is `row` when the whole row was left out, `value` when it was kept without the value. */
export const rejectsColumns = ['line', 'column', 'value', 'code', 'reason', 'fate'] as const

interface Stored {
  line: string
  field: string
  value_masked: string
  code: string
  reason: string
  message: string
}

const shownOf = ({
  line,
  field,
  value_masked,
  code,
  reason,
  message,
}: Stored): { [column in (typeof rejectsColumns)[number]]: Json } => ({
  line: Number(line),
  column: field === '' ? null : field,
  value: value_masked === '' ? null : value_masked,
  code,
  reason,
  fate: message === wholeRow ? 'row' : 'value',
})

/** Everything an import left out, by line. Bounded memory. */
export async function* readRejects(ctx: Ctx, importId: number): AsyncGenerator<TableRow> {
  const blocks = ctx.ch.stream<Stored>(
    ch.sql`select line, field, value_masked, code, reason, message from rejects where source_id = 0 and import_id = ${ch.u32(importId)} order by line, field, code`,
  )
  for await (const block of blocks) for (const row of block) yield shownOf(row)
}

/** One page. `after` is the place of the last one seen: rejects do not move once written. */
export const pageRejects = async (ctx: Ctx, importId: number, { limit, after }: { limit: number; after: number }) => {
  const rows = await ctx.ch.rows<Stored>(
    ch.sql`select line, field, value_masked, code, reason, message from rejects where source_id = 0 and import_id = ${ch.u32(importId)} order by line, field, code limit ${ch.u32(limit + 1)} offset ${ch.u32(after)}`,
  )
  return { items: rows.slice(0, limit).map(shownOf), next: rows.length > limit ? String(after + limit) : null }
}

/** Writes the rejects beside the other files, mode 0600. @returns its path, or null when nothing was rejected */
export const writeRejectsFile = async (ctx: Ctx, importId: number): Promise<string | null> => {
  const some = await ctx.ch.one<{ one: number }>(
    ch.sql`select 1 as one from rejects where source_id = 0 and import_id = ${ch.u32(importId)} limit 1`,
  )
  if (!some) return null
  const folder = join(ctx.dataDir.files, 'rejects')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, `import-${importId}.csv`)
  // A resumed import writes it anew.
  if (await stat(path).catch(() => undefined)) await rm(path)
  await writeTable('csv', rejectsColumns, readRejects(ctx, importId), createWriteStream(path, { mode: 0o600 }))
  return path
}
