import { createHash, randomUUID } from 'node:crypto'
import { basename } from 'node:path'
import type { FastifyRequest } from 'fastify'
import { sql } from 'kysely'
import { type Ctx, scanText } from '#platform'
import type { Attachment, Lane } from './incident-contract.ts'
import { problem } from './problem.ts'

/**
 * Files of incidents, statements and tickets. Known by their first bytes, never by their name alone; sealed under a salt of
 * their own, so that deleting the salt shreds them.
 */

const mostBytes = 10 * 1_024 * 1_024

type About = 'incident' | 'statement' | 'ticket'

const beginsWith = (bytes: Buffer, ...heads: readonly (readonly number[])[]) =>
  heads.some((head) => head.every((byte, i) => bytes[i] === byte))

const zip = [0x50, 0x4b, 0x03, 0x04]
/** Kinds that are taken, by the end of their name. Nothing that a browser or an office program would run. */
const kinds: Readonly<Record<string, { type: string; is: (bytes: Buffer) => boolean }>> = {
  png: { type: 'image/png', is: (b) => beginsWith(b, [0x89, 0x50, 0x4e, 0x47]) },
  jpg: { type: 'image/jpeg', is: (b) => beginsWith(b, [0xff, 0xd8, 0xff]) },
  jpeg: { type: 'image/jpeg', is: (b) => beginsWith(b, [0xff, 0xd8, 0xff]) },
  webp: {
    type: 'image/webp',
    is: (b) => b.toString('latin1', 0, 4) === 'RIFF' && b.toString('latin1', 8, 12) === 'WEBP',
  },
  pdf: { type: 'application/pdf', is: (b) => b.toString('latin1', 0, 5) === '%PDF-' },
  docx: {
    type: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    is: (b) => beginsWith(b, zip),
  },
  xlsx: { type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', is: (b) => beginsWith(b, zip) },
  zip: { type: 'application/zip', is: (b) => beginsWith(b, zip) },
  mp3: { type: 'audio/mpeg', is: (b) => beginsWith(b, [0x49, 0x44, 0x33], [0xff, 0xfb], [0xff, 0xf3]) },
  mp4: { type: 'video/mp4', is: (b) => b.toString('latin1', 4, 8) === 'ftyp' },
  txt: { type: 'text/plain; charset=utf-8', is: (b) => !b.subarray(0, 4_096).includes(0) },
  csv: { type: 'text/csv; charset=utf-8', is: (b) => !b.subarray(0, 4_096).includes(0) },
  eml: { type: 'message/rfc822', is: (b) => !b.subarray(0, 4_096).includes(0) },
}

interface Given {
  name: string
  bytes: Buffer
}

/** The one file of a multipart body. @throws problem.fileMissing, problem.fileTooLarge */
export const fileOf = async (request: FastifyRequest): Promise<Given> => {
  if (!request.isMultipart()) throw problem.fileMissing()
  const part = await request.file({ limits: { fileSize: mostBytes } })
  if (!part) throw problem.fileMissing()
  const chunks: Buffer[] = []
  for await (const chunk of part.file as AsyncIterable<Buffer>) chunks.push(chunk)
  if (part.file.truncated) throw problem.fileTooLarge({ mostBytes })
  return { name: part.filename, bytes: Buffer.concat(chunks) }
}

/** Seals and stores a file. The caller audits. @throws problem.fileKind when its bytes are not what its name says */
export const storeFile = async (
  ctx: Ctx,
  about: About,
  aboutId: number,
  { name: given, bytes }: Given,
  { note = '', lane = null }: { note?: string; lane?: Lane | null } = {},
): Promise<{ id: string; name: string; bytes: number; sha256: string }> => {
  const name = scanText(
    basename(given.normalize('NFC'))
      .replaceAll(/[\p{Cc}"\\]/gu, '_')
      .slice(-150) || 'file',
  ).text
  const kind = kinds[name.split('.').at(-1)?.toLowerCase() ?? '']
  if (!kind || bytes.length === 0 || !kind.is(bytes)) throw problem.fileKind({ name })
  if (bytes.length > mostBytes) throw problem.fileTooLarge({ mostBytes })
  const id = randomUUID()
  const key = ctx.vault.newCustomerKey()
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const sealed = ctx.vault.seal(key, `opinion.attachment|sealed|${id}`, bytes)
  await sql`insert into opinion.attachment (id, about, about_id, name, type, bytes, sha256, salt, sealed, note, lane, added_at, added_by)
    values (${id}, ${about}, ${aboutId}, ${name}, ${kind.type}, ${bytes.length}, ${sha256}, ${Buffer.from(key.salt)}, ${sealed},
      ${scanText(note).text}, ${lane}::text, ${ctx.now()}, ${ctx.actor.name})`.execute(ctx.pg)
  return { id, name, bytes: bytes.length, sha256 }
}

/** What is attached, oldest first; of removed ones only that they were there. */
export const attachmentsOf = async (ctx: Pick<Ctx, 'pg'>, about: About, aboutId: number): Promise<Attachment[]> => {
  const { rows } = await sql<{
    id: string
    name: string
    type: string
    bytes: number
    sha256: string
    note: string
    lane: Lane | null
    added_at: Date
    added_by: string
    removed_at: Date | null
  }>`
    select id::text as id, name, type, bytes, sha256, note, lane, added_at, added_by, removed_at
    from opinion.attachment where about = ${about} and about_id = ${aboutId} order by added_at, id`.execute(ctx.pg)
  return rows.map(({ added_at, added_by, removed_at, ...row }) => ({
    ...row,
    addedAt: added_at.toISOString(),
    addedBy: added_by,
    removedAt: removed_at?.toISOString() ?? null,
  }))
}

/** A file in clear. @throws problem.fileUnknown, problem.fileRemoved */
export const openFile = async (
  ctx: Ctx,
  about: About,
  aboutId: number,
  id: string,
): Promise<{ name: string; type: string; bytes: Buffer; sha256: string }> => {
  const { rows } = await sql<{
    name: string
    type: string
    sha256: string
    salt: Uint8Array | null
    sealed: Uint8Array | null
  }>`
    select name, type, sha256, salt, sealed from opinion.attachment
    where id = ${id}::uuid and about = ${about} and about_id = ${aboutId}`.execute(ctx.pg)
  const [row] = rows
  if (!row) throw problem.fileUnknown({ file: id })
  if (!row.salt || !row.sealed) throw problem.fileRemoved({ file: id })
  const bytes = ctx.vault.openBytes({ salt: row.salt }, `opinion.attachment|sealed|${id}`, row.sealed)
  return { name: row.name, type: row.type, bytes, sha256: row.sha256 }
}

/** Shreds a file; its name, size and hash stay on record. @throws problem.fileUnknown */
export const removeFile = async (
  ctx: Ctx,
  about: About,
  aboutId: number,
  id: string,
  reason: string,
): Promise<string> => {
  const { rows } = await sql<{ name: string }>`
    update opinion.attachment set salt = null, sealed = null, removed_at = ${ctx.now()}, removed_by = ${ctx.actor.name},
      remove_reason = ${scanText(reason).text}
    where id = ${id}::uuid and about = ${about} and about_id = ${aboutId} and removed_at is null returning name`.execute(
    ctx.pg,
  )
  const [row] = rows
  if (!row) throw problem.fileUnknown({ file: id })
  return row.name
}

/** Headers with which a file goes out: saved, never shown inside our own pages. */
export const fileHeaders = ({ name, type }: { name: string; type: string }): Record<string, string> => ({
  'content-type': type,
  'content-disposition': `attachment; filename="file"; filename*=UTF-8''${encodeURIComponent(name)}`,
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
})
