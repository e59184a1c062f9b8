import { PassThrough } from 'node:stream'
import { z } from 'zod'
import { storeUpload, writeTable } from '#customers'
import { type Ctx, job, type Route, route } from '#platform'
import { PostId } from '../contract.ts'
import { coverageOf } from './coverage.ts'
import { checkEvidence, dropOldEvidence, listEvidence } from './evidence.ts'
import { SnapshotCheck, Snapshots } from './evidence-contract.ts'
import { packEvidence } from './evidence-package.ts'
import {
  cancelImport,
  listImports,
  previewFile,
  readImport,
  readRejects,
  runImport,
  startImport,
} from './file-imports.ts'
import { lookAtHealth } from './health.ts'
import { HotEntries, HotLists } from './hot-list-contract.ts'
import { dropOldPlaces, readHotEntries, readHotLists } from './hot-lists.ts'
import { purgePosts } from './purge.ts'
import { PostTermsChange, PostTermsView } from './retention-contract.ts'
import { dropOldRuns, listBlind, listRuns } from './runs.ts'
import {
  Coverage,
  FieldMap,
  FilePreview,
  NewSource,
  PostImport,
  PostImports,
  Preset,
  RunPage,
  SourceList,
  SourceView,
  TryOut,
} from './sources-contract.ts'
import {
  askNow,
  changeSource,
  createSource,
  listSources,
  readSourceView,
  removeSource,
  renewKey,
  sourceRow,
  switchSource,
} from './store.ts'
import { changePostTerms, readPostTerms } from './terms.ts'
import { tryOut } from './try-out.ts'

const Id = z.object({ id: z.coerce.number().int().min(1) })
const Uuid = z.object({ id: z.uuid() })
const FileForm = z.strictObject({ fileId: z.uuid(), preset: Preset.optional(), map: FieldMap.optional() })
const Range = z.object({ from: z.iso.datetime({ offset: true }), to: z.iso.datetime({ offset: true }) })

/** The call's own end: whoever closes the page ends the question to the source. */
const endOf = (ms: number) => AbortSignal.timeout(ms)

export const sourceRoutes: readonly Route[] = [
  route('GET /opinion/sources', {
    can: 'opinion.read',
    summary: 'Sources of posts with their health, by name',
    reply: SourceList,
    run: listSources,
  }),
  route('POST /opinion/sources', {
    can: 'opinion.sources',
    summary: 'A new source; of a webhook the answer holds its key, once',
    body: NewSource,
    reply: z.object({ id: z.int(), key: z.string().nullable() }),
    status: 201,
    run: createSource,
  }),
  route('POST /opinion/sources/try', {
    can: 'opinion.sources',
    summary: 'Ask once by these settings and show what would be taken; nothing is stored',
    body: NewSource.extend({ from: z.int().optional() }),
    reply: TryOut,
    run: (ctx, given) => tryOut(ctx, given, endOf(40_000)),
  }),
  route('GET /opinion/sources/{id}', {
    can: 'opinion.read',
    summary: 'One source',
    params: Id,
    reply: SourceView,
    run: readSourceView,
  }),
  route('PUT /opinion/sources/{id}', {
    can: 'opinion.sources',
    summary: 'Other settings; a secret left out stays, unless the place it belongs to changes',
    params: Id,
    body: NewSource,
    reply: SourceView,
    run: changeSource,
  }),
  route('DELETE /opinion/sources/{id}', {
    can: 'opinion.sources',
    summary: 'Take a source out of use; its posts and evidence stay',
    params: Id,
    status: 204,
    run: removeSource,
  }),
  route('POST /opinion/sources/{id}/switch', {
    can: 'opinion.sources',
    summary: 'Switch a source on or off',
    params: Id,
    body: z.strictObject({ on: z.boolean() }),
    reply: SourceView,
    run: async (ctx, input) => {
      await switchSource(ctx, input)
      await lookAtHealth(ctx)
      return readSourceView(ctx, input)
    },
  }),
  route('POST /opinion/sources/{id}/ask', {
    can: 'opinion.sources',
    summary: 'Read it now instead of by its timetable',
    params: Id,
    reply: z.object({ nextAt: z.iso.datetime() }),
    run: askNow,
  }),
  route('POST /opinion/sources/{id}/key', {
    can: 'opinion.sources',
    summary: 'Another key for a webhook; the old one stops at once',
    params: Id,
    reply: z.object({ key: z.string() }),
    run: renewKey,
  }),
  route('GET /opinion/sources/{id}/runs', {
    can: 'opinion.read',
    summary: 'How its readings went, newest first',
    params: Id,
    query: z.object({
      before: z.coerce.number().int().optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    reply: RunPage,
    run: listRuns,
  }),
  route('GET /opinion/sources/{id}/blind', {
    can: 'opinion.read',
    summary: 'Times in which it saw nothing, newest first',
    params: Id,
    reply: z.object({ items: z.array(Coverage.shape.sources.element.shape.blind.element) }),
    run: listBlind,
  }),
  route('POST /opinion/sources/{id}/files', {
    can: 'opinion.sources',
    summary: 'Upload a file of posts (multipart, field "file"); CSV, JSONL or XLSX, gzip allowed',
    params: Id,
    reply: z.object({ fileId: z.uuid(), name: z.string(), bytes: z.number(), sha256: z.string() }),
    run: async (ctx, { id }, { request }) => {
      await sourceRow(ctx, id)
      return storeUpload(ctx, request)
    },
  }),
  route('POST /opinion/sources/{id}/files/preview', {
    can: 'opinion.sources',
    summary: 'What an uploaded file holds and how its first rows would be taken',
    params: Id,
    body: FileForm,
    reply: FilePreview,
    run: previewFile,
  }),
  route('POST /opinion/sources/{id}/imports', {
    can: 'opinion.sources',
    summary: 'Import an uploaded file in the background',
    params: Id,
    body: FileForm,
    reply: PostImport,
    run: startImport,
  }),
  route('GET /opinion/sources/{id}/imports', {
    can: 'opinion.read',
    summary: 'Imports of files into a source, newest first',
    params: Id,
    reply: PostImports,
    run: listImports,
  }),
  route('GET /opinion/imports/{id}', {
    can: 'opinion.read',
    summary: 'One import with its progress',
    params: Id,
    reply: PostImport,
    run: readImport,
  }),
  route('POST /opinion/imports/{id}/cancel', {
    can: 'opinion.sources',
    summary: 'Stop an import; what is stored stays',
    params: Id,
    reply: PostImport,
    run: cancelImport,
  }),
  route('GET /opinion/imports/{id}/rejects.csv', {
    can: 'opinion.read',
    summary: 'Rows that were left out, with line and reason',
    params: Id,
    run: async (ctx, { id }, { reply }) => {
      await readImport(ctx, { id })
      void reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="rejects-${id}.csv"`)
      const out = new PassThrough()
      writeTable('csv', ['line', 'field', 'reason'], readRejects(ctx, id), out).catch((error: unknown) =>
        out.destroy(error instanceof Error ? error : new Error(String(error))),
      )
      return reply.send(out)
    },
  }),
  route('GET /opinion/post-terms', {
    can: 'opinion.read',
    summary: 'How long posts are kept by kind, the versions before, and what was deleted lately',
    reply: PostTermsView,
    run: readPostTerms,
  }),
  route('PUT /opinion/post-terms', {
    can: 'opinion.sources',
    summary: 'Other terms for posts, from now on, with their source and reason',
    body: PostTermsChange,
    reply: PostTermsView,
    run: changePostTerms,
  }),
  route('GET /opinion/coverage', {
    can: 'opinion.read',
    summary: 'What the sources could and could not see in a time',
    query: Range,
    reply: Coverage,
    run: (ctx, { from, to }) => coverageOf(ctx, { from: new Date(from), to: new Date(to) }),
  }),
  route('GET /opinion/hot-lists', {
    can: 'opinion.read',
    summary: 'Hot lists that are watched',
    reply: HotLists,
    run: readHotLists,
  }),
  route('GET /opinion/hot-lists/entries', {
    can: 'opinion.read',
    summary: 'Entries of a list with the places they stood on',
    query: z.object({
      sourceId: z.coerce.number().int().min(1),
      list: z.string().min(1).max(100),
      hours: z.coerce.number().int().min(1).max(720).default(24),
      find: z.string().max(100).default(''),
    }),
    reply: HotEntries,
    run: readHotEntries,
  }),
  route('GET /opinion/evidence', {
    can: 'opinion.read',
    summary: 'Evidence that is kept: of a post, of a source, or all',
    query: z.object({
      postId: PostId.optional(),
      sourceId: z.coerce.number().int().min(1).optional(),
      before: z.iso.datetime().optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    reply: Snapshots,
    run: listEvidence,
  }),
  route('POST /opinion/evidence/{id}/check', {
    can: 'opinion.read',
    summary: 'Whether the bytes are those that were kept and the audit trail says so',
    params: Uuid,
    reply: SnapshotCheck,
    run: checkEvidence,
  }),
  route('POST /opinion/evidence/package', {
    can: 'opinion.evidence',
    summary: 'All evidence of posts as a ZIP archive for lawyers, with hashes and proof',
    body: z.strictObject({ postIds: z.array(PostId).min(1).max(500), purpose: z.string().trim().min(4).max(300) }),
    run: async (ctx, input, { reply }) => {
      const { name, archive } = await packEvidence(ctx, input)
      void reply
        .type('application/zip')
        .header(
          'content-disposition',
          `attachment; filename="evidence.zip"; filename*=UTF-8''${encodeURIComponent(name)}`,
        )
      return reply.send(archive)
    },
  }),
]

const nightly = async (ctx: Ctx) => {
  await dropOldEvidence(ctx)
  await dropOldPlaces(ctx)
  await dropOldRuns(ctx)
}

export const sourceJobs = [
  job({
    name: 'opinion.importPosts',
    timeoutSeconds: 4 * 3_600,
    input: z.strictObject({ id: z.int() }),
    run: runImport,
  }),
  job({
    name: 'opinion.purgePosts',
    cron: '52 2 * * *',
    attempts: 2,
    timeoutSeconds: 4 * 3_600,
    input: z.strictObject({}),
    run: async (ctx, _input, signal) => void (await purgePosts(ctx, signal)),
  }),
  job({ name: 'opinion.dropOldSourceRows', cron: '13 4 * * *', input: z.strictObject({}), run: nightly }),
]
