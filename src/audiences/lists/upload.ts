import { randomUUID } from 'node:crypto'
import type { Selectable } from 'kysely'
import { dropUpload, type Found, type LookUpKind, lookUp, maskValue, storeValues, uploadedValues } from '#customers'
import { type Actor, type Ctx, ch, normaliseIdentifier, Problem, type Tables } from '#platform'
import type { NewUpload, Upload, ValueKind } from './contract.ts'
import { problem } from './problem.ts'
import { saveList } from './save.ts'
import './tables.ts'

const { sql, u32, u64, uuid } = ch

const mostLines = 5_000_000

type Row = Selectable<Tables['audiences.list_upload']>

const shown = (row: Row): Upload => ({
  id: row.id,
  name: row.name,
  kind: row.kind,
  state: row.state,
  read: row.read,
  found: row.found,
  notFound: row.not_found,
  invalid: row.invalid,
  repeated: row.repeated,
  progress: row.state === 'done' ? 1 : Math.min(1, Number(row.bytes_read) / Math.max(1, Number(row.bytes_total))),
  listId: row.list_id,
  error: row.error,
  createdAt: row.created_at.toISOString(),
  createdBy: row.created_by,
  finishedAt: row.finished_at?.toISOString() ?? null,
})

const rowOf = async (ctx: Ctx, id: string): Promise<Row> => {
  const row = await ctx.pg.selectFrom('audiences.list_upload').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw problem.listUploadUnknown({ id })
  return row
}

/** @throws problem.listUploadUnknown */
export const readUpload = async (ctx: Ctx, { id }: { id: string }): Promise<Upload> => shown(await rowOf(ctx, id))

/** The newest fifty. */
export const listUploads = async (ctx: Ctx): Promise<{ items: Upload[] }> => {
  const rows = await ctx.pg
    .selectFrom('audiences.list_upload')
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(50)
    .execute()
  return { items: rows.map(shown) }
}

/** Kinds whose values are told from others by their form. */
const checked: ReadonlySet<ValueKind> = new Set(['phone', 'idCard', 'email', 'bankCard'])

/**
 * Pasted values: what stands between line ends, commas and semicolons, Chinese ones too; and between spaces, unless all of it
 * is one value as people write it (`+86 139 1234 5678`).
 */
export const valuesIn = (text: string, kind: ValueKind): string[] =>
  text
    .split(/[\r\n,;，；、]+/u)
    .flatMap((piece) =>
      checked.has(kind) && normaliseIdentifier(kind, piece) !== undefined ? [piece.trim()] : piece.split(/\s+/u),
    )
    .filter((value) => value !== '')

/** Asks for a list of the people that identifiers name; it is made in the background. @throws problem.listEmpty */
export const startUpload = async (
  ctx: Ctx,
  { name, why, kind, fileId, column, values }: NewUpload,
): Promise<Upload> => {
  const id = randomUUID()
  const pasted = values === undefined ? undefined : valuesIn(values, kind)
  if (pasted?.length === 0) throw problem.listEmpty()
  const stored = pasted && (await storeValues(ctx, pasted))
  const file = stored?.fileId ?? fileId ?? null
  const row = await ctx.tx(async (ctx) => {
    const upload =
      file === null
        ? undefined
        : await ctx.pg
            .selectFrom('customers.upload')
            .select(['name', 'bytes', 'created_by'])
            .where('id', '=', file)
            .executeTakeFirst()
    const needed =
      fileId === undefined
        ? undefined
        : await ctx.pg.selectFrom('customers.import').select('id').where('upload_id', '=', fileId).executeTakeFirst()
    // The file is deleted once it was read: only one's own, and none that an import needs.
    if (fileId !== undefined && (upload?.created_by !== ctx.actor.id || needed))
      throw problem.listUploadUnknown({ fileId })
    const row = await ctx.pg
      .insertInto('audiences.list_upload')
      .values({
        id,
        name,
        why,
        kind,
        file_column: column ?? null,
        file_id: file,
        file_name: pasted ? null : (upload?.name ?? null),
        state: 'queued',
        bytes_total: upload?.bytes ?? 0,
        created_at: ctx.now(),
        created_by: ctx.actor.name,
        asked_by: `${ctx.actor.kind}:${ctx.actor.id}`,
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    await ctx.jobs.send('audiences.uploadList', { id }, { key: id })
    await ctx.audit.record(ctx, { action: 'list.upload', subject: `listUpload:${id}`, detail: { name, kind } })
    return row
  })
  return shown(row)
}

/** Stops it before its next batch. @throws problem.listUploadUnknown */
export const cancelUpload = async (ctx: Ctx, { id }: { id: string }): Promise<Upload> => {
  const row = await ctx.tx(async (ctx) => {
    await rowOf(ctx, id)
    const asked = await ctx.pg
      .updateTable('audiences.list_upload')
      .set({ wish: 'cancel' })
      .where('id', '=', id)
      .where('state', 'in', ['queued', 'running'])
      .returningAll()
      .executeTakeFirst()
    if (asked) {
      // Perhaps nobody works on it any more: whoever takes this ends it.
      await ctx.jobs.send('audiences.uploadList', { id }, { key: id })
      await ctx.audit.record(ctx, { action: 'list.cancelUpload', subject: `listUpload:${id}` })
    }
    return asked ?? rowOf(ctx, id)
  })
  return shown(row)
}

const actorOf = (ctx: Ctx, { asked_by, created_by: name }: Row): Actor => {
  const [kind = 'system', ...id] = asked_by.split(':')
  return {
    ...ctx.actor,
    kind: kind === 'user' || kind === 'key' || kind === 'cli' ? kind : 'system',
    id: id.join(':'),
    name,
  }
}

interface Tally {
  nos: Set<number>
  read: number
  notFound: number
  invalid: number
  repeated: number
}

/** The job: reads, resolves, saves the list, deletes the file. May run twice: it begins anew, under the next run's number. */
export const runUpload = async (ctx: Ctx, { id }: { id: string }, signal: AbortSignal): Promise<void> => {
  const row = await ctx.pg
    .updateTable('audiences.list_upload')
    .set(({ eb }) => ({ state: 'running', run: eb('run', '+', 1) }))
    .where('id', '=', id)
    .where('state', 'in', ['queued', 'running'])
    .returningAll()
    .executeTakeFirst()
  if (!row) return
  const tally: Tally = { nos: new Set(), read: 0, notFound: 0, invalid: 0, repeated: 0 }
  try {
    const ended = row.file_id === null ? 'failed' : await resolveAll(ctx, row, row.file_id, tally, signal)
    if (ended === 'cancelled') {
      await finish(ctx, row, tally, { state: 'cancelled' })
      return
    }
    const saved = await saveList(
      { ...ctx, actor: actorOf(ctx, row) },
      {
        name: row.name,
        kind: 'upload',
        why: row.why,
        madeOf: {
          upload: id,
          kind: row.kind,
          file: row.file_name,
          read: tally.read,
          notFound: tally.notFound,
          invalid: tally.invalid,
        },
        members: [...tally.nos].sort((a, b) => a - b),
      },
    )
    await finish(ctx, row, tally, { state: 'done', list_id: saved.id })
  } catch (error) {
    if (signal.aborted) throw error
    if (!(error instanceof Problem)) ctx.log.error({ error, upload: id }, 'uploaded list failed')
    await finish(ctx, row, tally, {
      state: 'failed',
      error: error instanceof Problem ? error.code : 'platform.broken',
    })
  }
}

const resolveAll = async (
  ctx: Ctx,
  row: Row,
  fileId: string,
  tally: Tally,
  signal: AbortSignal,
): Promise<'read' | 'cancelled'> => {
  for await (const batch of uploadedValues(ctx, fileId, row.file_column)) {
    signal.throwIfAborted()
    if (!batch) throw problem.listColumnUnknown({ column: row.file_column })
    const { values, bytesRead, bytesTotal } = batch
    const found = await lookUp(
      ctx,
      row.kind,
      values.map(({ value }) => value),
    )
    await writeRejects(ctx, row, values, found)
    count(tally, found)
    if (tally.read > mostLines) throw problem.listTooLong({ most: mostLines })
    const kept = await ctx.pg
      .updateTable('audiences.list_upload')
      .set({ ...countsOf(tally), bytes_read: bytesRead, bytes_total: bytesTotal })
      .where('id', '=', row.id)
      .returning('wish')
      .executeTakeFirst()
    if (kept?.wish === 'cancel') return 'cancelled'
  }
  return 'read'
}

const count = (tally: Tally, found: readonly Found[]): void => {
  for (const { no, invalid } of found) {
    tally.read += 1
    if (invalid) tally.invalid += 1
    else if (no === null) tally.notFound += 1
    else if (tally.nos.has(no)) tally.repeated += 1
    else tally.nos.add(no)
  }
}

const countsOf = ({ nos, read, notFound, invalid, repeated }: Tally) => ({
  read,
  found: nos.size,
  not_found: notFound,
  invalid,
  repeated,
})

const writeRejects = async (
  ctx: Ctx,
  { id, run, kind, file_name }: Row,
  values: readonly { line: number; value: string }[],
  found: readonly Found[],
): Promise<void> => {
  const at = ctx.now()
  // Pasted values were written below a line of names of our own.
  const above = file_name === null ? 1 : 0
  const rejects = values.flatMap(({ line, value }, i) => {
    const one = found[i]
    if (!one || one.no !== null) return []
    return [
      {
        upload_id: id,
        run,
        line: line - above,
        value_masked: maskValue(kind satisfies LookUpKind, value),
        code: one.invalid ? 'invalid' : 'notFound',
        at,
      },
    ]
  })
  if (rejects.length > 0) await ctx.ch.insert('audience_list_rejects', rejects)
}

/** Tells how it ended and deletes the file: nothing of what it held is needed any more. */
const finish = async (
  ctx: Ctx,
  { id, file_id }: Row,
  tally: Tally,
  end: { state: 'done' | 'failed' | 'cancelled'; list_id?: string; error?: string },
): Promise<void> => {
  if (file_id !== null) await dropUpload(ctx, file_id)
  await ctx.pg
    .updateTable('audiences.list_upload')
    .set({ ...countsOf(tally), ...end, file_id: null, finished_at: ctx.now() })
    .where('id', '=', id)
    .execute()
}

interface RejectRow {
  line: number
  value: string
  code: 'notFound' | 'invalid'
}

/** Lines that named nobody, by line; masked. @throws problem.listUploadUnknown */
export const readUploadRejects = async (
  ctx: Ctx,
  { id, limit, after }: { id: string; limit: number; after: number },
): Promise<{ items: RejectRow[]; next: string | null }> => {
  const { run } = await rowOf(ctx, id)
  const rows = await ctx.ch.rows<RejectRow>(
    sql`select toUInt32(line) as line, value_masked as value, code from audience_list_rejects where upload_id = ${uuid(id)} and run = ${u32(run)} and line > ${u64(after)} order by line limit ${u32(limit + 1)}`,
  )
  const items = rows.slice(0, limit)
  return { items, next: rows.length > limit ? String(items.at(-1)?.line) : null }
}

/** All of them, for a file. @throws problem.listUploadUnknown */
export async function* allUploadRejects(
  ctx: Ctx,
  id: string,
): AsyncGenerator<{ line: number; value: string; code: string }> {
  for (let after = 0; ; ) {
    const { items, next } = await readUploadRejects(ctx, { id, limit: 5_000, after })
    for (const { line, value, code } of items) yield { line, value, code }
    if (next === null) return
    after = Number(next)
  }
}
