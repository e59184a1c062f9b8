import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { FastifyRequest } from 'fastify'
import { sql } from 'kysely'
import { type Ctx, freeBytes, problem as platformProblem } from '#platform'
import { problem } from './problem.ts'
import { placeOf } from './store.ts'

/** A file to import: from an upload, or a path that the command line names. */
export interface ImportFile {
  uploadId: string | null
  path: string
  name: string
  bytes: number
  changedAt: Date
}

/**
 * Stores the one file of a multipart body as it comes (mode 0600), with its hash.
 * @throws customers.fileMissing, platform.tooLarge past the upload limit, platform.unavailable when the disk is nearly full
 */
export const storeUpload = async (ctx: Ctx, request: FastifyRequest) => {
  if (!request.isMultipart()) throw problem.fileMissing()
  const part = await request.file()
  if (!part) throw problem.fileMissing()
  const folder = join(ctx.dataDir.files, 'uploads')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const id = randomUUID()
  const path = join(folder, id)
  const hash = createHash('sha256')
  let bytes = 0
  let checkedAt = 0
  const counted = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      bytes += chunk.length
      hash.update(chunk)
      if (bytes - checkedAt < 16_777_216) return done(null, chunk)
      checkedAt = bytes
      done(
        freeBytes(ctx.dataDir.root) < ctx.config.minFreeDiskBytes
          ? platformProblem.unavailable({ reason: 'the disk is nearly full' })
          : null,
        chunk,
      )
    },
  })
  try {
    await pipeline(part.file, counted, createWriteStream(path, { mode: 0o600 }))
    if (part.file.truncated) throw platformProblem.tooLarge({ mostBytes: ctx.config.uploadBytes })
    const name = basename(part.filename || 'file').slice(0, 200)
    const sha256 = hash.digest('hex')
    await ctx.tx(async (ctx) => {
      await ctx.pg
        .insertInto('customers.upload')
        .values({
          id,
          name,
          path,
          bytes,
          sha256,
          place: placeOf(ctx),
          created_at: ctx.now(),
          created_by: ctx.actor.id,
          deleted_at: null,
        })
        .execute()
      await ctx.audit.record(ctx, { action: 'import.upload', subject: `upload:${id}`, detail: { bytes, sha256 } })
    })
    return { fileId: id, name, bytes, sha256 }
  } catch (error) {
    await rm(path, { force: true })
    throw error
  }
}

/** @throws customers.fileUnknown */
export const uploadedFile = async (ctx: Ctx, id: string): Promise<ImportFile> => {
  const row = await ctx.pg
    .selectFrom('customers.upload')
    .selectAll()
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .where('place', '=', placeOf(ctx))
    .executeTakeFirst()
  const found = row && (await stat(row.path).catch(() => undefined))
  if (!found) throw problem.fileUnknown({ fileId: id })
  return { uploadId: id, path: row.path, name: row.name, bytes: found.size, changedAt: found.mtime }
}

/** A file by its path; for the command line only. @throws customers.fileUnknown */
export const localFile = async (path: string): Promise<ImportFile> => {
  const found = await stat(path).catch(() => undefined)
  if (!found?.isFile()) throw problem.fileUnknown({ path })
  return { uploadId: null, path, name: basename(path), bytes: found.size, changedAt: found.mtime }
}

/** Opens a file from its start; for readers that look more than once. */
export const opener =
  ({ path }: Pick<ImportFile, 'path'>) =>
  () =>
    createReadStream(path, { highWaterMark: 262_144 })

/**
 * An uploaded file holds everybody's data in clear. It goes an hour after it was imported whole; one that was never imported,
 * or whose import stopped and may be taken up again, after a week.
 */
const keepDays = 7
const keepImportedMinutes = 60

/** Deletes uploaded files nobody needs any more. */
export const deleteOldUploads = async (ctx: Ctx): Promise<void> => {
  const { rows } = await sql<{ id: string; path: string }>`
    select u.id, u.path from customers.upload u
    left join lateral (
      select bool_and(i.finished_at is not null) as over, bool_and(i.state = 'done') as done, max(i.finished_at) as at
      from customers.import i where i.upload_id = u.id) last on true
    where u.deleted_at is null and u.place = ${placeOf(ctx)} and coalesce(last.over, true)
      and greatest(u.created_at, last.at) < ${ctx.now()}::timestamptz
        - case when last.done then make_interval(mins => ${keepImportedMinutes}) else make_interval(days => ${keepDays}) end`.execute(
    ctx.pg,
  )
  for (const { id, path } of rows) {
    await rm(path, { force: true })
    await ctx.pg.updateTable('customers.upload').set({ deleted_at: ctx.now() }).where('id', '=', id).execute()
    await ctx.audit.record(ctx, { action: 'import.deleteUpload', subject: `upload:${id}` })
  }
}
