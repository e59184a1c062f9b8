import { sql } from 'kysely'
import { type UploadedRows, uploadedRows } from '#customers'
import { type Ctx, isStoreAway, Problem, scanText } from '#platform'
import { keepEvidence, sealRaw } from './evidence.ts'
import { problem } from './problem.ts'
import { foundByMap } from './read/mapped.ts'
import { fieldsOf } from './read/paths.ts'
import { guessPreset, parentOrRoot, presetForm } from './read/presets.ts'
import { proposeMap } from './read/propose.ts'
import { lagOf, noteRun, timesOf } from './run-source.ts'
import type { FieldMap, FilePreview, PostImport, Preset } from './sources-contract.ts'
import { type Settings, type SourceRow, settingsOf, sourceRow, stateRow } from './store.ts'
import { passDoor, type Stored, storePassed } from './take-found.ts'
import { triedItem } from './try-out.ts'
import './tables.ts'

/** Files of posts: of crawlers, complaint sites, own tables. */

type Row = UploadedRows['sample'][number]
type Form = { preset: Preset; map: FieldMap; settings: Settings }

const objectOf = (columns: readonly string[], { values }: Row): Record<string, unknown> =>
  Object.fromEntries(columns.map((column, at) => [column, values[at] ?? null]))

/** How the rows of a file are read: by the preset asked for, by its columns, or by the source's own mapping. */
const formOf = (
  row: SourceRow,
  columns: readonly string[],
  asked: Preset | undefined,
  map: FieldMap | undefined,
): Form => {
  const settings = settingsOf(row)
  const { config } = settings
  if (config.kind !== 'files') throw problem.notFiles({ kind: config.kind })
  const wanted = asked ?? config.preset
  const guessed = wanted === 'auto' ? guessPreset(columns) : wanted === 'own' ? undefined : wanted
  if (guessed === undefined) {
    const own = map && Object.keys(map).length > 0 ? map : config.map
    return { preset: 'own', map: Object.keys(own).length > 0 ? own : proposeMap(columns), settings }
  }
  const form = presetForm(guessed, columns)
  return {
    preset: guessed,
    map: { ...form.map, ...map },
    settings: { ...settings, postKind: form.kind, platform: form.platform ?? settings.platform },
  }
}

const readable = (columns: readonly string[], rows: readonly Row[], form: Form) =>
  rows.map((row) => ({ row, found: parentOrRoot(foundByMap(objectOf(columns, row), form.map)) }))

const previewed = 50

/** What a file holds and how its first rows would be taken. Stores nothing. @throws problem.fileEmpty, problem.notFiles */
export const previewFile = async (
  ctx: Ctx,
  { id, fileId, preset, map }: { id: number; fileId: string; preset?: Preset | undefined; map?: FieldMap | undefined },
): Promise<FilePreview> => {
  const row = await sourceRow(ctx, id)
  const file = await uploadedRows(ctx, fileId)
  const rows = file.sample.slice(0, previewed)
  if (rows.length === 0) throw problem.fileEmpty({ file: file.name })
  const form = formOf(row, file.columns, preset, map)
  const good = rows.filter(({ unreadable }) => unreadable === undefined)
  const { passed, rejects } = passDoor(
    readable(file.columns, good, form).map(({ found }) => found),
    { settings: { ...form.settings, ...timesOf(form.settings.config) }, now: ctx.now() },
  )
  return {
    fileId,
    file: file.name,
    bytes: file.bytes,
    preset: form.preset,
    columns: fieldsOf(good.map((one) => objectOf(file.columns, one))).map(({ path, example }) => ({
      path,
      example: scanText(example).text,
    })),
    map: form.map,
    items: passed.slice(0, 10).map(triedItem),
    rejects: [
      ...rows.flatMap(({ line, unreadable }) =>
        unreadable ? [{ index: line, field: '', reason: unreadable.code }] : [],
      ),
      ...rejects.map(({ index, ...why }) => ({ ...why, index: good[index]?.line ?? index })),
    ].slice(0, 20),
  }
}

const shown = (row: {
  id: number
  source_id: number
  file: string
  bytes: string | number
  state: PostImport['state']
  preset: string
  read: number
  stored: number
  known: number
  rejected: number
  share: number | null
  fault: string
  created_at: Date
  created_by: string
  finished_at: Date | null
}): PostImport => ({
  id: row.id,
  sourceId: row.source_id,
  file: row.file,
  bytes: Number(row.bytes),
  state: row.state,
  preset: row.preset as Preset,
  read: row.read,
  stored: row.stored,
  known: row.known,
  rejected: row.rejected,
  share: row.share,
  fault: row.fault,
  createdAt: row.created_at.toISOString(),
  createdBy: row.created_by,
  finishedAt: row.finished_at?.toISOString() ?? null,
})

/** Puts a file in line for import. @throws problem.notFiles, problem.fileEmpty, problem.sourceOff */
export const startImport = async (
  ctx: Ctx,
  { id, fileId, preset, map }: { id: number; fileId: string; preset?: Preset | undefined; map?: FieldMap | undefined },
): Promise<PostImport> => {
  const source = await sourceRow(ctx, id)
  if (!source.on) throw problem.sourceOff({ id })
  const file = await uploadedRows(ctx, fileId)
  if (file.sample.length === 0) throw problem.fileEmpty({ file: file.name })
  const form = formOf(source, file.columns, preset, map)
  return ctx.tx(async (ctx) => {
    const row = await ctx.pg
      .insertInto('opinion.post_import')
      .values({
        source_id: id,
        upload_id: fileId,
        file: file.name,
        bytes: String(file.bytes),
        preset: form.preset,
        map: JSON.stringify(form.map),
        state: 'waiting',
        share: null,
        created_at: ctx.now(),
        created_by: ctx.actor.name,
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    await ctx.jobs.send('opinion.importPosts', { id: row.id }, { key: String(row.id) })
    await ctx.audit.record(ctx, {
      action: 'opinionSource.import',
      subject: `opinionSource:${id}`,
      detail: { import: row.id, bytes: file.bytes, preset: form.preset },
    })
    return shown(row)
  })
}

/** @throws problem.importUnknown */
const importRow = async (ctx: Ctx, id: number) => {
  const row = await ctx.pg.selectFrom('opinion.post_import').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw problem.importUnknown({ id })
  return row
}

export const readImport = async (ctx: Ctx, { id }: { id: number }): Promise<PostImport> =>
  shown(await importRow(ctx, id))

export const listImports = async (ctx: Ctx, { id }: { id: number }): Promise<{ items: PostImport[] }> => {
  const rows = await ctx.pg
    .selectFrom('opinion.post_import')
    .selectAll()
    .where('source_id', '=', id)
    .orderBy('id', 'desc')
    .limit(50)
    .execute()
  return { items: rows.map(shown) }
}

/** Stops an import after the rows under way; what is stored stays. @throws problem.importUnknown, problem.importOver */
export const cancelImport = async (ctx: Ctx, { id }: { id: number }): Promise<PostImport> => {
  await ctx.tx(async (ctx) => {
    const row = await importRow(ctx, id)
    if (row.state !== 'waiting' && row.state !== 'running') throw problem.importOver({ state: row.state })
    await ctx.pg.updateTable('opinion.post_import').set({ wish_cancel: true }).where('id', '=', id).execute()
    await ctx.audit.record(ctx, {
      action: 'opinionSource.cancelImport',
      subject: `opinionSource:${row.source_id}`,
      detail: { import: id },
    })
  })
  return readImport(ctx, { id })
}

const rowsAtOnce = 500
/** Of one import; the number of all is in the import itself. */
const rejectsKept = 10_000

/** Rows left out, by line. Bounded. */
export async function* readRejects(
  ctx: Ctx,
  id: number,
): AsyncGenerator<{ line: number; field: string; reason: string }> {
  for (let after = 0; ; ) {
    const rows = await ctx.pg
      .selectFrom('opinion.post_import_reject')
      .select(['line', 'field', 'reason'])
      .where('import_id', '=', id)
      .where('line', '>', after)
      .orderBy('line')
      .limit(1_000)
      .execute()
    yield* rows
    const last = rows.at(-1)
    if (!last) return
    after = last.line
  }
}

/** The rows in which new posts stood, as they were read: a line of JSON each. The file itself is known by its hash at upload. */
const evidenceOf = async (
  ctx: Ctx,
  file: string,
  columns: readonly string[],
  rows: readonly Row[],
  { fresh }: Stored,
  days: number,
) => {
  if (fresh.length === 0 || days === 0) return undefined
  const meant = fresh.flatMap(({ index }) => rows[index] ?? [])
  const lines = meant.map((row) => `${JSON.stringify({ line: row.line, row: objectOf(columns, row) })}\n`)
  const contentType = 'application/x-ndjson'
  return sealRaw(ctx, {
    bytes: Buffer.from(lines.join('')),
    url: `file:${file}`,
    status: 200,
    contentType,
    headers: {},
  })
}

/**
 * Imports a file, from where an earlier attempt stopped: the line moves in the transaction that counts what came before it, and
 * posts that were stored already are known.
 */
export const runImport = async (ctx: Ctx, { id }: { id: number }, signal: AbortSignal): Promise<void> => {
  const given = await importRow(ctx, id)
  if (given.state !== 'waiting' && given.state !== 'running') return
  const end = (state: PostImport['state'], fault = '') =>
    ctx.pg
      .updateTable('opinion.post_import')
      .set({ state, fault, finished_at: ctx.now(), ...(state === 'done' && { share: 1 }) })
      .where('id', '=', id)
      .execute()
  await ctx.pg.updateTable('opinion.post_import').set({ state: 'running' }).where('id', '=', id).execute()
  const startedAt = ctx.now()
  const began = performance.now()
  try {
    const source = await sourceRow(ctx, given.source_id)
    const file = await uploadedRows(ctx, given.upload_id)
    const form = formOf(source, file.columns, given.preset as Preset, given.map)
    form.map = given.map
    let lag: number | null = null
    for await (const { columns, rows, bytesRead } of file.read({ startAfterLine: given.line, batchRows: rowsAtOnce })) {
      signal.throwIfAborted()
      if ((await importRow(ctx, id)).wish_cancel) {
        await end('cancelled')
        break
      }
      const last = rows.at(-1)
      if (!last) continue
      const good = rows.filter(({ unreadable }) => unreadable === undefined)
      const { passed, rejects } = passDoor(
        readable(columns, good, form).map(({ found }) => found),
        { settings: { ...form.settings, ...timesOf(form.settings.config) }, now: ctx.now() },
      )
      const stored = await storePassed(ctx, given.source_id, passed)
      lag = lagOf(stored.fresh, ctx.now()) ?? lag
      const evidence = await evidenceOf(ctx, given.file, columns, good, stored, form.settings.terms.evidenceDays)
      const left = [
        ...rows.flatMap(({ line, unreadable }) => (unreadable ? [{ line, field: '', reason: unreadable.code }] : [])),
        ...[...rejects, ...stored.rejects].map(({ index, field, reason }) => ({
          line: good[index]?.line ?? 0,
          field,
          reason,
        })),
      ]
      await ctx.tx(async (ctx) => {
        await sql`update opinion.post_import set line = ${last.line}, read = read + ${rows.length}, stored = stored + ${stored.fresh.length},
          known = known + ${rows.length - left.length - stored.fresh.length}, rejected = rejected + ${left.length},
          share = ${Math.min(0.99, bytesRead / Math.max(1, file.bytes))} where id = ${id}`.execute(ctx.pg)
        if (left.length > 0)
          await sql`insert into opinion.post_import_reject (import_id, line, field, reason)
            select ${id}, * from json_to_recordset(${JSON.stringify(left)}::text::json) as r (line int, field text, reason text)
            where (select count(*) from opinion.post_import_reject where import_id = ${id}) < ${rejectsKept}
            on conflict do nothing`.execute(ctx.pg)
        if (evidence)
          await keepEvidence(ctx, evidence, {
            sourceId: given.source_id,
            postIds: stored.fresh.map(({ postId }) => postId),
            days: form.settings.terms.evidenceDays,
          })
      })
    }
    const over = await importRow(ctx, id)
    if (over.state === 'running') await end('done')
    await noteRun(ctx, source, await stateRow(ctx, source.id), {
      startedAt,
      tookMs: performance.now() - began,
      outcome: {
        outcome: over.stored > 0 ? 'new' : 'unchanged',
        found: over.read,
        stored: over.stored,
        known: over.known,
        rejects: [],
        bytes: file.bytes,
        cut: false,
        fault: null,
        faultText: '',
        lagSeconds: lag,
      },
    })
  } catch (error) {
    // Stopped or without a store it waits as it stands, and the job comes again.
    if (signal.aborted || isStoreAway(error)) throw error
    if (!(error instanceof Problem)) ctx.log.error({ error, import: id }, 'posts not imported')
    await end('failed', error instanceof Problem ? error.code : 'internal')
  }
}
