import { hostname } from 'node:os'
import { type Selectable, sql } from 'kysely'
import type { Ctx, Tables } from '#platform'
import { newCleaning, stepsOf } from '../quality/recipes.ts'
import type { ImportKind, Mapping } from './mapping-contract.ts'
import { problem } from './problem.ts'
import './store-tables.ts'

export type ImportRow = Selectable<Tables['customers.import']>

/** Where files of this process lie: only a process of the same place can read them. */
export const placeOf = (ctx: Pick<Ctx, 'dataDir'>): string => `${hostname()}:${ctx.dataDir.root}`

/**
 * On the embedded store every file is this process's own: after the data folder was moved, restored or its host renamed, rows
 * of imports, uploads and exports take on the new place, and files inside the folder their new path.
 */
export const adoptFiles = async (ctx: Ctx): Promise<void> => {
  if (ctx.store.mode !== 'embedded') return
  const place = placeOf(ctx)
  const root = ctx.dataDir.root
  const moved = (column: 'file_path' | 'path') => sql`${sql.ref(column)} = case
    when starts_with(${sql.ref(column)}, substr(place, strpos(place, ':') + 1) || '/') then ${root} || substr(${sql.ref(column)}, length(place) - strpos(place, ':') + 1)
    else ${sql.ref(column)} end, place = ${place} where place <> ${place}`
  await sql`update customers.import set ${moved('file_path')}`.execute(ctx.pg)
  await sql`update customers.upload set ${moved('path')}`.execute(ctx.pg)
  await sql`update customers.export set ${moved('file_path')}`.execute(ctx.pg)
}

export interface NewRun {
  name: string
  kind: ImportKind
  mapping: Mapping
  uploadId: string | null
  path: string
  bytes: number
  changedAt: Date
}

/** Queues an import and audits it. @returns its id */
export const queueImport = (
  ctx: Ctx,
  { name, kind, mapping, uploadId, path, bytes, changedAt }: NewRun,
): Promise<number> =>
  ctx.tx(async (ctx) => {
    const { id } = await ctx.pg
      .insertInto('customers.import')
      .values({
        name,
        kind,
        mapping: JSON.stringify(mapping),
        basis: mapping.basis ?? null,
        source: mapping.source ?? null,
        upload_id: uploadId,
        file_path: path,
        file_bytes: bytes,
        file_changed_at: changedAt,
        place: placeOf(ctx),
        created_at: ctx.now(),
        created_by: ctx.actor.id,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    if (mapping.clean !== undefined)
      await newCleaning(ctx, { ...(await stepsOf(ctx, mapping.clean)), importId: id, total: null })
    await ctx.audit.record(ctx, {
      action: 'import.start',
      subject: `import:${id}`,
      detail: { kind, columns: Object.keys(mapping.columns).length, basis: mapping.basis },
    })
    return id
  })

/** @throws customers.importUnknown */
export const readImport = async (ctx: Ctx, id: number): Promise<ImportRow> => {
  const row = await ctx.pg.selectFrom('customers.import').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw problem.importUnknown({ id })
  return row
}

export const listRuns = (ctx: Ctx, limit: number): Promise<ImportRow[]> =>
  ctx.pg.selectFrom('customers.import').selectAll().orderBy('id', 'desc').limit(limit).execute()

/** Longer than any piece of work between two signs of life. */
const leaseSeconds = 30

/**
 * Takes the next import of this place: one that waits, or one that nobody keeps alive: its process died, or this one could
 * not even write down that it failed. On the embedded store this process is the
 * only one there can be, so whatever another owner was running is free at once.
 */
export const claimImport = async (ctx: Ctx, owner: string): Promise<ImportRow | undefined> => {
  const { rows } = await sql<ImportRow>`
    update customers.import set state = 'running', owner = ${owner}, lease_until = now() + make_interval(secs => ${leaseSeconds}), wish = null,
      started_at = coalesce(started_at, ${ctx.now()}), finished_at = null, error = null
    where id = (
      select id from customers.import where place = ${placeOf(ctx)}
        and (state = 'queued' or (state = 'running' and (lease_until < now() or (${ctx.store.mode === 'embedded'} and owner is distinct from ${owner}))))
      order by id limit 1 for update skip locked)
    returning *`.execute(ctx.pg)
  return rows[0]
}

/** What a stored piece adds; lines and bytes are where the file stands after it. */
export interface Progress {
  accepted: number
  merged: number
  rejected: number
  fieldsRejected: number
  line: number
  copiedLine: number
  bytesRead: number
  rowsPerSecond: number
  /** Seconds worked since the last progress. */
  seconds: number
  /** Events: the lines that are stored next, and the instant they carry. */
  intent?: { line: number; at: Date } | undefined
}

export class LostLease extends Error {}

/**
 * Writes progress, in the transaction of the effects it counts. Tells what somebody wishes meanwhile.
 * @throws LostLease when another process has taken the import; nothing of this piece may be kept then
 */
export const advance = async (
  ctx: Ctx,
  id: number,
  owner: string,
  progress: Progress,
): Promise<'cancel' | 'pause' | null> => {
  const { rows } = await sql<{ wish: 'cancel' | 'pause' | null }>`
    update customers.import set accepted = accepted + ${progress.accepted}, merged = merged + ${progress.merged}, rejected = rejected + ${progress.rejected},
      fields_rejected = fields_rejected + ${progress.fieldsRejected}, line = greatest(line, ${progress.line}), copied_line = greatest(copied_line, ${progress.copiedLine}),
      bytes_read = greatest(bytes_read, ${progress.bytesRead}), rows_per_second = ${progress.rowsPerSecond}, seconds_worked = seconds_worked + ${progress.seconds}::real,
      intent_line = ${progress.intent?.line ?? null}, intent_at = ${progress.intent?.at ?? null},
      lease_until = now() + make_interval(secs => ${leaseSeconds})
    where id = ${id} and owner = ${owner} and state = 'running' returning wish`.execute(ctx.pg)
  const [row] = rows
  if (!row) throw new LostLease(`import ${id} belongs to another process`)
  return row.wish
}

/** A sign of life while nothing was stored. */
export const keepLease = async (ctx: Ctx, id: number, owner: string): Promise<void> => {
  await sql`update customers.import set lease_until = now() + make_interval(secs => ${leaseSeconds}) where id = ${id} and owner = ${owner}`.execute(
    ctx.pg,
  )
}

type End = { state: 'done' | 'cancelled' | 'paused' | 'failed'; error?: string | undefined; rejectsPath: string | null }

/** Ends a run of an import. A paused or failed one can go on later from where it stands. */
export const finishImport = (ctx: Ctx, id: number, owner: string, { state, error, rejectsPath }: End): Promise<void> =>
  ctx.tx(async (ctx) => {
    const { rows } = await sql<ImportRow>`
      update customers.import set state = ${state}, error = ${error ?? null}, rejects_path = ${rejectsPath}, finished_at = ${ctx.now()}, owner = null, lease_until = null, wish = null,
        bytes_read = case when ${state} = 'done' then file_bytes else bytes_read end,
        copied_line = case when ${state} = 'failed' then copied_line else line end, intent_line = null, intent_at = null
      where id = ${id} and owner = ${owner} returning *`.execute(ctx.pg)
    const [row] = rows
    if (!row) return
    await sql`
      update customers.cleaning set state = ${state === 'paused' ? 'queued' : state}, finished_at = ${ctx.now()} where import_id = ${id}`.execute(
      ctx.pg,
    )
    const { accepted, merged, rejected } = row
    await ctx.audit.record(ctx, {
      action: `import.${state}`,
      subject: `import:${id}`,
      detail: {
        read: accepted + merged + rejected,
        accepted: accepted,
        merged: merged,
        rejected: rejected,
      },
    })
  })

/** Gives a running import back, to go on at the next start. */
export const releaseImport = async (ctx: Ctx, id: number, owner: string): Promise<void> => {
  await sql`update customers.import set state = 'queued', owner = null, lease_until = null where id = ${id} and owner = ${owner} and state = 'running'`.execute(
    ctx.pg,
  )
}

/** Asks for an end. What waits ends at once, what runs at its next piece. @throws customers.importOver */
export const wishEnd = (ctx: Ctx, id: number, wish: 'cancel' | 'pause'): Promise<ImportRow> =>
  ctx.tx(async (ctx) => {
    const { rows } = await sql<ImportRow>`
      update customers.import set wish = ${wish},
        state = case when state = 'queued' or ${wish} = 'cancel' and state = 'paused' then ${wish === 'cancel' ? 'cancelled' : 'paused'} else state end,
        finished_at = case when state = 'queued' then ${ctx.now()} else finished_at end
      where id = ${id} and (state in ('queued', 'running') or state = 'paused' and ${wish} = 'cancel') returning *`.execute(
      ctx.pg,
    )
    const [row] = rows
    if (!row) throw problem.importOver({ id, state: (await readImport(ctx, id)).state })
    await ctx.audit.record(ctx, { action: `import.${wish}`, subject: `import:${id}` })
    return row
  })

/** Lets a paused, cancelled or failed import go on where it stands. @throws customers.importOver */
export const resumeImport = (ctx: Ctx, id: number): Promise<ImportRow> =>
  ctx.tx(async (ctx) => {
    const { rows } = await sql<ImportRow>`
      update customers.import set state = 'queued', wish = null, error = null, finished_at = null where id = ${id} and state in ('paused', 'cancelled', 'failed') returning *`.execute(
      ctx.pg,
    )
    const [row] = rows
    if (!row) throw problem.importOver({ id, state: (await readImport(ctx, id)).state })
    await ctx.audit.record(ctx, { action: 'import.resume', subject: `import:${id}` })
    return row
  })

/** Counters as the contract names them. */
export const viewOf = (row: ImportRow) => {
  const [accepted, merged, rejected] = [row.accepted, row.merged, row.rejected]
  const [bytesRead, bytesTotal] = [Math.min(row.bytes_read, row.file_bytes), row.file_bytes]
  const running = row.state === 'running'
  return {
    id: String(row.id),
    name: row.name,
    kind: row.kind,
    state: row.state,
    read: accepted + merged + rejected,
    accepted,
    merged,
    rejected,
    fieldsRejected: row.fields_rejected,
    rowsPerSecond: running && row.rows_per_second !== null ? Math.round(row.rows_per_second) : null,
    bytesRead,
    bytesTotal,
    secondsLeft:
      running && bytesRead > 0 && row.seconds_worked > 0
        ? Math.round(((bytesTotal - bytesRead) / bytesRead) * row.seconds_worked)
        : null,
    basis: row.basis,
    source: row.source,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
    error: row.error,
    rejectsFile: row.rejects_path,
  }
}
