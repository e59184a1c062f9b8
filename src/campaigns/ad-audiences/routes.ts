import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import { z } from 'zod'
import { type Ctx, type Job, job, type Route, route } from '#platform'
import { AdExport, AdExports, AdMode, AdTarget, AdTargetChange, AdTargets, NewAdTarget } from './ad-contract.ts'
import { exportRow, readAdExport } from './exports.ts'
import { problem } from './problem.ts'
import { cancelExport, retireTarget, runDaily, runTarget } from './request.ts'
import { adFolder, deleteOldAdFiles, runAdExport } from './run.ts'
import { changeTarget, createTarget, listTargets, readExports, readTarget, submitTarget } from './targets.ts'

const Id = z.object({ id: z.coerce.number().int().min(1).max(2_147_483_647) })
const FileId = Id.extend({ file: z.coerce.number().int().min(1).max(2_147_483_647) })

/** Opens a file for download: counted, and in the audit trail. @throws problem.exportUnknown, problem.fileGone */
const openFile = async (ctx: Ctx, { id, file }: { id: number; file: number }) => {
  const { target_id, target } = await exportRow(ctx, id)
  const row = await ctx.pg
    .selectFrom('campaigns.ad_file')
    .selectAll()
    .where('id', '=', file)
    .where('export_id', '=', id)
    .executeTakeFirst()
  if (!row) throw problem.exportUnknown({ id, file })
  const path = join(adFolder(ctx), row.file_name)
  const found = row.deleted_at === null ? await stat(path).catch(() => undefined) : undefined
  if (!found) throw problem.fileGone({ id, file })
  await ctx.tx(async (ctx) => {
    await sql`update campaigns.ad_file set downloads = downloads + 1, downloaded_at = ${ctx.now()}, downloaded_by = ${ctx.actor.name}
      where id = ${file}`.execute(ctx.pg)
    await ctx.audit.record(ctx, {
      action: 'adAudience.download',
      subject: `adTarget:${target_id}`,
      detail: {
        exportId: id,
        operation: row.operation,
        rows: row.rows,
        sha256: row.sha256,
        recipient: target.recipient,
      },
    })
  })
  return { path, name: row.file_name, bytes: found.size }
}

export const adAudienceRoutes: readonly Route[] = [
  route('GET /ad-targets', {
    can: 'campaigns.read',
    summary: 'Ad audiences with their recipient, approval and last export',
    reply: AdTargets,
    run: listTargets,
  }),
  route('POST /ad-targets', {
    can: 'campaigns.write',
    summary: 'A new ad audience: recipient, contract, purpose, whom, and in what form',
    body: NewAdTarget,
    reply: AdTarget,
    status: 201,
    run: createTarget,
  }),
  route('GET /ad-targets/{id}', {
    can: 'campaigns.read',
    summary: 'One ad audience',
    params: Id,
    reply: AdTarget,
    run: readTarget,
  }),
  route('PUT /ad-targets/{id}', {
    can: 'campaigns.write',
    summary: 'Change an ad audience; it has to be approved anew',
    params: Id,
    body: AdTargetChange,
    reply: AdTarget,
    run: changeTarget,
  }),
  route('POST /ad-targets/{id}/submit', {
    can: 'campaigns.write',
    summary: 'Put an ad audience before a second person',
    params: Id,
    body: z.strictObject({ note: z.string().trim().max(500).default('') }),
    reply: AdTarget,
    run: submitTarget,
  }),
  route('POST /ad-targets/{id}/run', {
    can: 'audiences.export',
    summary: 'Write what came and what left since the last export, everybody anew, or all to be taken back',
    params: Id,
    body: z.strictObject({ mode: AdMode.default('difference') }),
    reply: AdExport,
    status: 202,
    run: runTarget,
  }),
  route('POST /ad-targets/{id}/retire', {
    can: 'campaigns.write',
    summary: 'End an ad audience; who is still there is taken back by a last export',
    params: Id,
    reply: AdTarget,
    run: retireTarget,
  }),
  route('GET /ad-targets/{id}/exports', {
    can: 'campaigns.read',
    summary: 'The record of data provided to this recipient, newest first',
    params: Id,
    reply: AdExports,
    run: readExports,
  }),
  route('GET /ad-exports/{id}', {
    can: 'campaigns.read',
    summary: 'One export with its progress, people left out by reason, and files',
    params: Id,
    reply: AdExport,
    run: readAdExport,
  }),
  route('POST /ad-exports/{id}/cancel', {
    can: 'audiences.export',
    summary: 'Stop an export; nothing of it counts as given',
    params: Id,
    reply: AdExport,
    run: cancelExport,
  }),
  route('GET /ad-exports/{id}/files/{file}', {
    can: 'audiences.export',
    summary: 'A zip with one identifier per line; audited',
    params: FileId,
    run: async (ctx, input, { reply }) => {
      const { path, name, bytes } = await openFile(ctx, input)
      void reply
        .type('application/zip')
        .header('content-length', bytes)
        .header('cache-control', 'no-store')
        .header('content-disposition', `attachment; filename="${name}"`)
      return reply.send(createReadStream(path))
    },
  }),
]

export const adAudienceJobs: readonly Job[] = [
  job({
    name: 'campaigns.exportAdAudience',
    timeoutSeconds: 7_200,
    input: z.object({ id: z.int() }),
    run: (ctx, { id }, signal) => runAdExport(ctx, id, signal),
  }),
  job({ name: 'campaigns.runAdAudiencesDaily', cron: '20 6 * * *', input: z.object({}), run: runDaily }),
  job({ name: 'campaigns.deleteOldAdFiles', cron: '37 3 * * *', input: z.object({}), run: deleteOldAdFiles }),
]
