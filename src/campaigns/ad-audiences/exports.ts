import { type Selectable, sql } from 'kysely'
import type { Ctx, Tables } from '#platform'
import type { AdExport } from './ad-contract.ts'
import { problem } from './problem.ts'
import './tables.ts'

export type ExportRow = Selectable<Tables['campaigns.ad_export']>
export type FileRow = Selectable<Tables['campaigns.ad_file']>

const shownFile = (file: FileRow): AdExport['files'][number] => ({
  id: file.id,
  operation: file.operation,
  part: file.part,
  rows: file.rows,
  bytes: file.bytes,
  sha256: file.sha256,
  downloads: file.downloads,
  downloadedAt: file.downloaded_at?.toISOString() ?? null,
  downloadedBy: file.downloaded_by,
  available: file.deleted_at === null,
})

const shownAll = async (ctx: Ctx, rows: readonly ExportRow[]): Promise<AdExport[]> => {
  if (rows.length === 0) return []
  const files = await ctx.pg
    .selectFrom('campaigns.ad_file')
    .selectAll()
    .where(
      'export_id',
      'in',
      rows.map(({ id }) => id),
    )
    .orderBy('id')
    .execute()
  const byExport = Map.groupBy(files, ({ export_id }) => export_id)
  return rows.map((row) => {
    const { recipient, contact, contract, purpose } = row.target
    return {
      id: row.id,
      targetId: row.target_id,
      mode: row.mode,
      state: row.state,
      people: row.people,
      leftOut: row.left_out,
      members: row.members,
      added: row.added,
      removed: row.removed,
      tooFew: row.too_few,
      error: row.error,
      createdAt: row.created_at.toISOString(),
      createdBy: row.created_name,
      finishedAt: row.finished_at?.toISOString() ?? null,
      target: { recipient, contact, contract, purpose },
      files: (byExport.get(row.id) ?? []).map(shownFile),
    }
  })
}

/** @throws problem.exportUnknown */
export const exportRow = async (ctx: Ctx, id: number): Promise<ExportRow> => {
  const row = await ctx.pg.selectFrom('campaigns.ad_export').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw problem.exportUnknown({ id })
  return row
}

/** @throws problem.exportUnknown */
export const readAdExport = async (ctx: Ctx, { id }: { id: number }): Promise<AdExport> => {
  const [shown] = await shownAll(ctx, [await exportRow(ctx, id)])
  if (!shown) throw problem.exportUnknown({ id })
  return shown
}

export const exportsOf = async (ctx: Ctx, targetId: number): Promise<AdExport[]> =>
  shownAll(
    ctx,
    await ctx.pg
      .selectFrom('campaigns.ad_export')
      .selectAll()
      .where('target_id', '=', targetId)
      .orderBy('id', 'desc')
      .limit(200)
      .execute(),
  )

/** The newest run of each target. */
export const lastExports = async (ctx: Ctx, ids: readonly number[]): Promise<Map<number, AdExport>> => {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<ExportRow>`
    select e.* from unnest(${[...ids]}::int[]) as t (id)
    cross join lateral (select * from campaigns.ad_export where target_id = t.id order by id desc limit 1) e`.execute(
    ctx.pg,
  )
  return new Map((await shownAll(ctx, rows)).map((one) => [one.targetId, one]))
}
