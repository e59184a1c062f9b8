import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { z } from 'zod'
import { type Ctx, problem as platformProblem, type Route, route } from '#platform'
import { CustomerId } from '../contract.ts'
import { exportCustomers } from './export.ts'
import { declareExposure, exposures, listExposures } from './exposure.ts'
import { problem } from './problem.ts'
import { EXPORT_FORMATS, EXPORT_STATES, type ExportRow, listExports, readExport, requestOf, viewOf } from './store.ts'

const Id = z.object({ id: z.string().regex(/^\d{1,9}$/) })
const Instant = z.iso.datetime()

const NewExport = z
  .object({
    all: z.literal(true).optional(),
    ids: z.array(CustomerId).min(1).max(10_000).optional(),
    audienceId: z.uuid().optional(),
    listId: z.uuid().optional(),
    /** `anonymous`: chosen traits without identifiers, behind the export gate; `named`: a list of customers. */
    use: z.enum(['anonymous', 'named']).default('named'),
    format: z.enum(EXPORT_FORMATS).default('csv'),
    columns: z.array(z.string().min(1).max(200)).min(1).max(500).optional(),
    unmasked: z.boolean().default(false),
    purpose: z.string().trim().min(2).max(300).optional(),
  })
  .strict()

const GateReportView = z.object({
  passed: z.boolean(),
  rows: z.int(),
  suppressed: z.int(),
  classes: z.int(),
  smallest: z.int().nullable(),
  columns: z.array(z.object({ name: z.string(), role: z.enum(exposures), promoted: z.boolean(), form: z.string() })),
  fault: z.enum(['classes', 'difference']).nullable(),
  failing: z.int(),
  failingClasses: z.array(
    z.object({
      values: z.record(z.string(), z.string()),
      fault: z.enum(['small', 'alike']),
      /** null: fewer than ten. */
      size: z.int().nullable(),
    }),
  ),
  without: z.array(z.string()),
  near: z.string().nullable(),
})
const ExposureView = z.object({
  name: z.string(),
  title: z.string(),
  exposure: z.enum(exposures),
  declared: z.boolean(),
})

const ExportView = z.object({
  id: z.string(),
  state: z.enum(EXPORT_STATES),
  set: z.string(),
  format: z.enum(EXPORT_FORMATS),
  columns: z.array(z.string()).nullable(),
  unmasked: z.boolean(),
  purpose: z.string().nullable(),
  use: z.enum(['anonymous', 'named']),
  /** What the gate did with an anonymous one. */
  report: GateReportView.nullable(),
  written: z.number(),
  total: z.number().nullable(),
  bytes: z.number().nullable(),
  sha256: z.string().nullable(),
  createdBy: z.string(),
  createdAt: Instant,
  finishedAt: Instant.nullable(),
  deletedAt: Instant.nullable(),
  error: z.string().nullable(),
  /** Path on the server; for the command line only. */
  path: z.string().nullable(),
})

const shown = (ctx: Ctx, row: ExportRow) => ({ ...viewOf(row), path: ctx.actor.kind === 'cli' ? row.file_path : null })

const types = {
  csv: 'text/csv; charset=utf-8',
  jsonl: 'application/x-ndjson',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const

export const exportRoutes: readonly Route[] = [
  route('POST /exports', {
    can: 'customers.export',
    summary: 'Write customers into a file; masked unless allowed and asked for with a purpose',
    body: NewExport,
    reply: z.object({ id: z.string() }),
    run: async (ctx, { all, ids, audienceId, listId, use, format, columns, unmasked, purpose }) => {
      if ([all, ids, audienceId, listId].filter((given) => given !== undefined).length !== 1)
        throw problem.exportSetUnknown()
      const set =
        audienceId !== undefined
          ? { kind: 'audience', id: audienceId }
          : listId !== undefined
            ? { kind: 'list', id: listId }
            : ids
              ? 'ids'
              : 'all'
      const id = await exportCustomers(
        ctx,
        { set, format, columns: columns ?? null, unmasked, purpose: purpose ?? null, use },
        ids?.map(Number) ?? null,
      )
      return { id }
    },
  }),
  route('GET /exports', {
    can: 'customers.export',
    summary: 'Exports, newest first',
    query: z.object({ limit: z.coerce.number().int().min(1).max(200).default(50) }),
    reply: z.object({ items: z.array(ExportView) }),
    run: async (ctx, { limit }) => ({ items: (await listExports(ctx, limit)).map((row) => shown(ctx, row)) }),
  }),
  route('GET /exports/columns', {
    can: 'customers.export',
    summary: 'Traits an anonymous export may hold, and what each gives away',
    reply: z.object({ items: z.array(ExposureView) }),
    run: listExposures,
  }),
  route('PUT /exports/columns/{name}', {
    can: 'dictionary.write',
    summary: 'Say in the dictionary what a trait gives away: quasi-identifier, sensitive or plain',
    params: z.object({ name: z.string().min(1).max(200) }),
    body: z.object({ exposure: z.enum(exposures).nullable() }).strict(),
    status: 204,
    run: declareExposure,
  }),
  route('GET /exports/{id}', {
    can: 'customers.export',
    summary: 'One export with its progress',
    params: Id,
    reply: ExportView,
    run: async (ctx, { id }) => shown(ctx, await readExport(ctx, Number(id))),
  }),
  route('GET /exports/{id}/file', {
    can: 'customers.export',
    summary: 'The written file; one with values in clear only for who asked for it',
    params: Id,
    run: async (ctx, { id }, { reply }) => {
      const row = await readExport(ctx, Number(id))
      const { unmasked, format } = requestOf(row)
      const mine = row.created_by === `${ctx.actor.kind}:${ctx.actor.id}`
      if (unmasked && !(mine && ctx.actor.permissions.has('customers.unmask')))
        throw platformProblem.forbidden({ needs: 'customers.unmask' })
      if (row.state !== 'done' || row.file_path === null || row.deleted_at !== null)
        throw problem.exportNotReady({ id })
      const found = await stat(row.file_path).catch(() => undefined)
      if (!found) throw problem.exportNotReady({ id })
      await ctx.audit.record(ctx, { action: 'export.download', subject: `export:${id}`, detail: { unmasked } })
      void reply
        .type(types[format])
        .header('content-length', found.size)
        .header('cache-control', 'no-store')
        .header('content-disposition', `attachment; filename="customers-${id}.${format}"`)
      return reply.send(createReadStream(row.file_path))
    },
  }),
]
