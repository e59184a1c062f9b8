import { type Generated, type Selectable, sql } from 'kysely'
import type { Ctx, Tables } from '#platform'
import { placeOf } from '../import/store.ts'
import type { GateReport } from './anonymous.ts'
import { problem } from './problem.ts'

export const EXPORT_STATES = ['queued', 'running', 'done', 'failed'] as const
export type ExportState = (typeof EXPORT_STATES)[number]
export const EXPORT_FORMATS = ['csv', 'jsonl', 'xlsx'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

export interface ExportRequest {
  /** Everybody; the customers in `nos`; or a set that a feature above offers, by its kind and id. */
  set: 'all' | 'ids' | { kind: string; id: string }
  format: ExportFormat
  columns: string[] | null
  unmasked: boolean
  purpose: string | null
  /** `anonymous`: behind the gate, without identifiers; `named`: a list of customers. Exports from before are named. */
  use?: 'anonymous' | 'named'
}

declare module '#platform' {
  interface Tables {
    'customers.export': {
      id: Generated<number>
      state: Generated<ExportState>
      request: unknown
      nos: number[] | null
      written: Generated<number>
      total: number | null
      bytes: number | null
      sha256: string | null
      file_path: string | null
      place: string
      created_at: Date
      /** `kind:id` of the actor. */
      created_by: string
      started_at: Date | null
      finished_at: Date | null
      deleted_at: Date | null
      error: string | null
      report: import('kysely').ColumnType<GateReport | null, never, string | null>
    }
  }
}

export type ExportRow = Selectable<Tables['customers.export']>

export const requestOf = (row: ExportRow): ExportRequest => row.request as ExportRequest

export const queueExport = async (ctx: Ctx, request: ExportRequest, nos: readonly number[] | null): Promise<number> => {
  const { id } = await ctx.pg
    .insertInto('customers.export')
    .values({
      request: JSON.stringify(request),
      nos: nos ? [...nos] : null,
      total: nos?.length ?? null,
      place: placeOf(ctx),
      created_at: ctx.now(),
      created_by: `${ctx.actor.kind}:${ctx.actor.id}`,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** @throws customers.exportUnknown */
export const readExport = async (ctx: Ctx, id: number): Promise<ExportRow> => {
  const row = await ctx.pg.selectFrom('customers.export').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw problem.exportUnknown({ id })
  return row
}

export const listExports = (ctx: Ctx, limit: number): Promise<ExportRow[]> =>
  ctx.pg.selectFrom('customers.export').selectAll().orderBy('id', 'desc').limit(limit).execute()

export const changeExport = async (
  ctx: Ctx,
  id: number,
  change: Partial<Omit<ExportRow, 'id' | 'request' | 'nos' | 'report'>> & { report?: string },
): Promise<void> => {
  await ctx.pg.updateTable('customers.export').set(change).where('id', '=', id).execute()
}

export const viewOf = (row: ExportRow) => {
  const { set, format, columns, unmasked, purpose, use = 'named' } = requestOf(row)
  return {
    id: String(row.id),
    state: row.state,
    set: typeof set === 'string' ? set : `${set.kind}:${set.id}`,
    format,
    columns,
    unmasked,
    purpose,
    use,
    report: row.report,
    written: row.written,
    total: row.total,
    bytes: row.bytes,
    sha256: row.sha256,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    finishedAt: row.finished_at?.toISOString() ?? null,
    deletedAt: row.deleted_at?.toISOString() ?? null,
    error: row.error,
  }
}

/** Everybody who is live, root numbers, ascending, in blocks. */
export async function* everybody(ctx: Ctx, blockSize = 1_000): AsyncGenerator<number[]> {
  for (let after = 0; ; ) {
    const { rows } = await sql<{ no: number }>`
      select no from customers.customer where no > ${after} and root_no = no and erased_at is null order by no limit ${blockSize}`.execute(
      ctx.pg,
    )
    const last = rows.at(-1)
    if (!last) return
    yield rows.map(({ no }) => no)
    after = last.no
  }
}
