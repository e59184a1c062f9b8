import { PassThrough } from 'node:stream'
import { z } from 'zod'
import {
  type Ctx,
  canonicalIdentifierKind,
  fieldMeaning,
  mask,
  problem as platformProblem,
  type Route,
  route,
  scanText,
} from '#platform'
import { isKind } from '../identity/kinds.ts'
import { rowCleaner } from '../quality/import-cleaning.ts'
import { stepsOf } from '../quality/recipes.ts'
import { assertColumnsFit, parseMapping } from './mapping.ts'
import { ColumnRule, IMPORT_KINDS, type ImportKind, Mapping } from './mapping-contract.ts'
import { problem } from './problem.ts'
import { type PreviewRow as Previewed, previewRows, proposeMapping } from './propose.ts'
import type { Json } from './record.ts'
import type { ImportRunner } from './run.ts'
import { pageRejects, readRejects, rejectsColumns } from './run-rejects.ts'
import { sampleFile, sampleRows } from './sample-file.ts'
import { type ImportRow, listRuns, queueImport, readImport, resumeImport, viewOf, wishEnd } from './store.ts'
import { deleteMapping, listMappings, namedMapping, saveMapping } from './store-mappings.ts'
import { IMPORT_STATES } from './store-tables.ts'
import { type ImportFile, localFile, opener, storeUpload, uploadedFile } from './uploads.ts'
import { writeTable } from './write-table.ts'

const Kind = z.enum(IMPORT_KINDS)
const FileId = z.uuid()
const Id = z.object({ id: z.string().regex(/^\d{1,9}$/) })
const Name = z.string().trim().min(1).max(200)
/** Checked by `parseMapping`, which says more than a schema can. */
const GivenMapping = z.record(z.string(), z.unknown())
const Instant = z.iso.datetime()

const ImportView = z.object({
  id: z.string(),
  name: z.string(),
  kind: Kind,
  state: z.enum(IMPORT_STATES),
  /** read = accepted + merged + rejected. */
  read: z.number(),
  /** Rows that made a customer, or an event or consent that was not there. */
  accepted: z.number(),
  /** Rows about a customer who was there; events and consents that were stored before. */
  merged: z.number(),
  rejected: z.number(),
  /** Values left out of rows that were kept. */
  fieldsRejected: z.number(),
  rowsPerSecond: z.number().nullable(),
  bytesRead: z.number(),
  bytesTotal: z.number(),
  secondsLeft: z.number().nullable(),
  basis: z.string().nullable(),
  source: z.string().nullable(),
  createdBy: z.string(),
  createdAt: Instant,
  startedAt: Instant.nullable(),
  finishedAt: Instant.nullable(),
  error: z.string().nullable(),
  /** Path on the server; for the command line only. */
  rejectsFile: z.string().nullable(),
})
const RejectView = z.object({
  line: z.number(),
  column: z.string().nullable(),
  value: z.string().nullable(),
  code: z.string(),
  reason: z.string(),
  fate: z.enum(['row', 'value']),
})
const PreviewRow = z.object({
  line: z.number(),
  stored: z.record(z.string(), z.unknown()),
  problems: z.array(z.object({ column: z.string().nullable(), code: z.string(), reason: z.string() })),
})
const Proposal = z.object({
  mapping: Mapping,
  columns: z.array(
    z.object({
      header: z.string(),
      sample: z.array(z.string()),
      suggestion: ColumnRule,
      reason: z.string(),
      notes: z.array(z.object({ code: z.string(), values: z.array(z.string()), share: z.number() })),
    }),
  ),
  rows: z.array(PreviewRow),
  encoding: z.string().nullable(),
  separator: z.string().nullable(),
})
const NewImport = z
  .object({
    fileId: FileId.optional(),
    path: z.string().min(1).max(4_096).optional(),
    kind: Kind,
    name: Name.optional(),
    mapping: GivenMapping.optional(),
    mappingName: Name.optional(),
    saveMappingAs: Name.optional(),
  })
  .strict()
type NewImport = z.infer<typeof NewImport>

const shown = (ctx: Ctx, row: ImportRow) => {
  const view = viewOf(row)
  return { ...view, rejectsFile: ctx.actor.kind === 'cli' ? view.rejectsFile : null }
}

/** @param runner undefined in a process that runs no background work */
export const importRoutes = (runner: (ctx: Ctx) => ImportRunner | undefined): readonly Route[] => [
  route('POST /imports/upload', {
    can: 'imports.write',
    summary: 'Upload one file (multipart, field "file"); CSV, JSONL or XLSX, gzip allowed',
    reply: z.object({ fileId: FileId, name: z.string(), bytes: z.number(), sha256: z.string() }),
    run: (ctx, _input, { request }) => storeUpload(ctx, request),
  }),
  route('POST /imports/propose', {
    can: 'imports.write',
    summary: 'What the columns of an uploaded file probably are, with the first rows as they would be stored',
    body: z.object({ fileId: FileId, kind: Kind }).strict(),
    reply: Proposal,
    run: async (ctx, { fileId, kind }) => proposal(await uploadedFile(ctx, fileId), kind),
  }),
  route('POST /imports/preview', {
    can: 'imports.write',
    summary: 'The first rows of an uploaded file as this mapping would store them; masked',
    body: z.object({ fileId: FileId, kind: Kind, mapping: GivenMapping }).strict(),
    reply: z.object({ rows: z.array(PreviewRow) }),
    run: async (ctx, { fileId, kind, mapping }) => ({
      rows: await preview(ctx, await uploadedFile(ctx, fileId), kind, parseMapping(mapping, kind)),
    }),
  }),
  route('POST /imports', {
    can: 'imports.write',
    summary: 'Import a file; it waits for its turn and runs in the background',
    body: NewImport,
    reply: z.object({ id: z.string() }),
    run: async (ctx, input) => {
      const started = await start(ctx, input)
      runner(ctx)?.wake()
      return started
    },
  }),
  route('GET /imports', {
    can: 'imports.read',
    summary: 'Imports, newest first',
    query: z.object({ limit: z.coerce.number().int().min(1).max(200).default(50) }),
    reply: z.object({ items: z.array(ImportView) }),
    run: async (ctx, { limit }) => ({ items: (await listRuns(ctx, limit)).map((row) => shown(ctx, row)) }),
  }),
  route('GET /imports/{id}', {
    can: 'imports.read',
    summary: 'One import with its progress',
    params: Id,
    reply: ImportView,
    run: async (ctx, { id }) => shown(ctx, await readImport(ctx, Number(id))),
  }),
  route('POST /imports/{id}/cancel', {
    can: 'imports.write',
    summary: 'Stop it within a second; what is stored stays, and it can be resumed',
    params: Id,
    reply: ImportView,
    run: async (ctx, { id }) => shown(ctx, await wishEnd(ctx, Number(id), 'cancel')),
  }),
  route('POST /imports/{id}/pause', {
    can: 'imports.write',
    summary: 'Stop it for a while',
    params: Id,
    reply: ImportView,
    run: async (ctx, { id }) => shown(ctx, await wishEnd(ctx, Number(id), 'pause')),
  }),
  route('POST /imports/{id}/resume', {
    can: 'imports.write',
    summary: 'Let a paused, cancelled or failed import go on where it stands',
    params: Id,
    reply: ImportView,
    run: async (ctx, { id }) => {
      const row = await resumeImport(ctx, Number(id))
      runner(ctx)?.wake()
      return shown(ctx, row)
    },
  }),
  route('GET /imports/{id}/rejects', {
    can: 'imports.read',
    summary: 'Rows and values that were left out, by line; masked',
    params: Id,
    query: z.object({
      limit: z.coerce.number().int().min(1).max(500).default(50),
      after: z.coerce.number().int().min(0).default(0),
    }),
    reply: z.object({ items: z.array(RejectView), next: z.string().nullable() }),
    run: async (ctx, { id, limit, after }) => {
      await readImport(ctx, Number(id))
      const { items, next } = await pageRejects(ctx, Number(id), { limit, after })
      return { items: items.map((item) => RejectView.parse(item)), next }
    },
  }),
  route('GET /imports/{id}/rejects.csv', {
    can: 'imports.read',
    summary: 'All that was left out, as a CSV file; masked',
    params: Id,
    run: async (ctx, { id }, { reply }) => {
      const row = await readImport(ctx, Number(id))
      void reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="rejects-${row.id}.csv"`)
      const out = new PassThrough()
      writeTable('csv', rejectsColumns, readRejects(ctx, row.id), out).catch((error: unknown) =>
        out.destroy(error instanceof Error ? error : new Error(String(error))),
      )
      return reply.send(out)
    },
  }),
  route('GET /mappings', {
    can: 'imports.read',
    summary: 'Mappings with a name',
    reply: z.object({
      items: z.array(
        z.object({ name: z.string(), version: z.number(), kind: Kind, mapping: Mapping, updatedAt: Instant }),
      ),
    }),
    run: (ctx) => listMappings(ctx),
  }),
  route('PUT /mappings/{name}', {
    can: 'imports.write',
    summary: 'Save a mapping under a name, as its next version',
    params: z.object({ name: Name }),
    body: z.object({ kind: Kind, mapping: GivenMapping }).strict(),
    status: 204,
    run: (ctx, { name, kind, mapping }) => saveMapping(ctx, { name, kind, mapping: checkedMapping(mapping, kind) }),
  }),
  route('DELETE /mappings/{name}', {
    can: 'imports.write',
    summary: 'Forget a named mapping; imports that used it keep their copy',
    params: z.object({ name: Name }),
    status: 204,
    run: (ctx, { name }) => deleteMapping(ctx, name),
  }),
]

/** @throws customers.mappingWrong also for kinds of identifiers the product does not know */
const checkedMapping = (json: unknown, kind: ImportKind): Mapping => {
  const mapping = parseMapping(json, kind)
  const wrong = (name: string) => {
    const canonical = canonicalIdentifierKind(name)
    return canonical !== 'userId' && !isKind(canonical)
  }
  const issues = Object.entries(mapping.columns).flatMap(([column, rule]) =>
    'identifier' in rule && wrong(rule.identifier)
      ? [{ path: `columns.${column}.identifier`, message: `There is no kind of identifier ${rule.identifier}` }]
      : [],
  )
  if (mapping.rowIdentifier !== undefined && wrong(mapping.rowIdentifier))
    issues.push({ path: 'rowIdentifier', message: `There is no kind of identifier ${mapping.rowIdentifier}` })
  if (issues.length > 0) throw problem.mappingWrong({ issues })
  return mapping
}

const start = async (ctx: Ctx, { fileId, path, kind, name, mapping: given, mappingName, saveMappingAs }: NewImport) => {
  if (path !== undefined && ctx.actor.kind !== 'cli')
    throw platformProblem.forbidden({ reason: 'files are named by path on the command line only; upload the file' })
  const file =
    path !== undefined ? await localFile(path) : fileId !== undefined ? await uploadedFile(ctx, fileId) : undefined
  if (!file) throw problem.fileMissing()
  const mapping =
    given !== undefined
      ? checkedMapping(given, kind)
      : mappingName !== undefined
        ? checkedMapping((await namedMapping(ctx, mappingName)).mapping, kind)
        : undefined
  if (!mapping)
    throw problem.mappingWrong({ issues: [{ path: 'mapping', message: 'Give a mapping or a mappingName' }] })
  // JSON lines have no header: there each row is asked.
  if (mapping.format.type !== 'jsonl') assertColumnsFit(mapping, (await firstRows(file, mapping, 1)).columns)
  if (saveMappingAs !== undefined) await saveMapping(ctx, { name: saveMappingAs, kind, mapping })
  const id = await queueImport(ctx, {
    name: name ?? file.name,
    kind,
    mapping,
    uploadId: file.uploadId,
    path: file.path,
    bytes: file.bytes,
    changedAt: file.changedAt,
  })
  return { id: String(id) }
}

const firstRows = async (file: ImportFile, mapping: Mapping, count: number) => {
  const source = opener(file)()
  try {
    return await sampleRows(source, mapping.format, count)
  } finally {
    source.destroy()
  }
}

const previewed = 20

const viewed = ({ line, identifiers, values, about, rejects }: Previewed) => ({
  line,
  stored: { ...about, identifiers, values },
  problems: rejects.map(({ column, code, reason }) => ({ column, code, reason })),
})

const preview = async (ctx: Ctx, file: ImportFile, kind: ImportKind, mapping: Mapping) => {
  const { columns, rows } = await firstRows(file, mapping, previewed)
  if (mapping.format.type !== 'jsonl') assertColumnsFit(mapping, columns)
  const first = rows.slice(0, previewed)
  if (mapping.clean === undefined) return previewRows(kind, mapping, columns, first).map(viewed)
  const cleaner = rowCleaner((await stepsOf(ctx, mapping.clean)).steps, mapping, kind, columns)
  const cleaned = first.flatMap((row) => {
    const result = cleaner.clean(row)
    return result === 'duplicate' ? [] : [result.row]
  })
  return previewRows(kind, cleaner.mapping, cleaner.columns, cleaned).map(viewed)
}

const sampleShown = 5

const proposal = async (file: ImportFile, kind: ImportKind) => {
  const sample = await sampleFile(opener(file))
  const { mapping, notes } = proposeMapping(kind, sample)
  const { format, columns, rows } = sample
  return {
    mapping,
    columns: columns.map((header, at) => {
      const suggestion = mapping.columns[header] ?? { ignore: true as const }
      const own = notes
        .filter(({ column }) => column === header)
        .map(({ code, values, share }) => ({ code, values, share }))
      const distinct = new Set(
        rows
          .slice(0, 100)
          .flatMap(({ values }) =>
            values[at] === undefined || values[at] === null || values[at] === '' ? [] : [textOf(values[at])],
          ),
      )
      return {
        header,
        sample: [...distinct].slice(0, sampleShown).map((text) => masked(header, suggestion, text)),
        suggestion,
        reason: own
          .map(
            ({ code, values, share }) =>
              `${code}${values.length > 0 ? ` ${values.join(', ')}` : ''} ${Math.round(share * 100)} %`,
          )
          .join('; '),
        notes: own,
      }
    }),
    rows: previewRows(kind, mapping, columns, rows.slice(0, previewed)).map(viewed),
    encoding: format.encoding ?? null,
    separator: format.separator ?? null,
  }
}

const textOf = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** A sample of a column as a person may see it before the mapping says what is personal. */
const masked = (header: string, rule: ColumnRule, text: string): string => {
  const kind =
    'identifier' in rule
      ? canonicalIdentifierKind(rule.identifier)
      : (fieldMeaning(header)?.personal ?? ('trait' in rule && rule.personal ? 'text' : undefined))
  const plain =
    kind === undefined || kind === 'accountId' || kind === 'userId' || kind === 'deviceId' || kind === 'anonymousId'
  return (plain ? scanText(text).text : mask(kind, text)).slice(0, 120)
}
