import { createHash, randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { sql } from 'kysely'
import type { Ctx } from '#platform'
import type { Snapshot, SnapshotCheck } from './evidence-contract.ts'
import { heldAmong } from './held.ts'
import { problem } from './problem.ts'
import type { Raw } from './read-source.ts'
import './tables.ts'

/** Evidence: the bytes in which posts were found, sealed, with their hash in the audit trail. */

const packed = promisify(gzip)
const unpacked = promisify(gunzip)
const dayMs = 86_400_000

/** An address without what proves who asked: that is ours, and no evidence. */
const shownUrl = (url: string, secretParameter: string | undefined): string => {
  const parsed = URL.parse(url)
  if (!parsed || secretParameter === undefined) return url
  parsed.searchParams.delete(secretParameter)
  return parsed.href
}

export interface SealedRaw {
  id: string
  raw: Raw
  sha256: string
  salt: Uint8Array
  sealed: Uint8Array
}

/** Packs and seals outside of a transaction: megabytes take their time. */
export const sealRaw = async (ctx: Ctx, raw: Raw): Promise<SealedRaw> => {
  const id = randomUUID()
  const { salt } = ctx.vault.newCustomerKey()
  const sealed = ctx.vault.seal({ salt }, `opinion.snapshot|sealed|${id}`, await packed(raw.bytes))
  return { id, raw, sha256: createHash('sha256').update(raw.bytes).digest('hex'), salt, sealed }
}

/** Keeps sealed bytes as evidence of posts. In the transaction of the run. */
export const keepEvidence = async (
  ctx: Ctx,
  { id, raw, sha256, salt, sealed }: SealedRaw,
  of: { sourceId: number; postIds: readonly string[]; days: number; secretParameter?: string | undefined },
): Promise<void> => {
  const now = ctx.now()
  const url = shownUrl(raw.url, of.secretParameter)
  await ctx.pg
    .insertInto('opinion.snapshot')
    .values({
      id,
      source_id: of.sourceId,
      url,
      fetched_at: now,
      status: raw.status,
      headers: JSON.stringify(raw.headers),
      sha256,
      bytes: raw.bytes.length,
      content_type: raw.contentType.slice(0, 200),
      salt,
      sealed,
      keep_until: new Date(now.getTime() + of.days * dayMs),
    })
    .execute()
  await sql`insert into opinion.snapshot_post (post_id, snapshot_id) select unnest(${[...of.postIds]}::text[]), ${id}
    on conflict do nothing`.execute(ctx.pg)
  await ctx.audit.record(ctx, {
    action: 'opinionEvidence.keep',
    subject: `evidence:${id}`,
    detail: { sha256, bytes: raw.bytes.length, source: of.sourceId, posts: of.postIds.length },
  })
}

interface SnapshotShown {
  id: string
  source_id: number
  source: string
  url: string
  fetched_at: Date
  sha256: string
  bytes: number
  content_type: string
  posts: number
  keep_until: Date
}

const shown = (row: SnapshotShown): Snapshot => ({
  id: row.id,
  sourceId: row.source_id,
  source: row.source,
  url: row.url,
  fetchedAt: row.fetched_at.toISOString(),
  sha256: row.sha256,
  bytes: row.bytes,
  contentType: row.content_type,
  posts: row.posts,
  keepUntil: row.keep_until.toISOString(),
})

const columns = sql`s.id, s.source_id, o.name as source, s.url, s.fetched_at, s.sha256, s.bytes, s.content_type, s.keep_until,
  (select count(*)::int from opinion.snapshot_post p where p.snapshot_id = s.id) as posts`

/** Evidence of a post, or of all of a source, newest first. */
export const listEvidence = async (
  ctx: Ctx,
  {
    postId,
    sourceId,
    before,
    limit,
  }: { postId?: string | undefined; sourceId?: number | undefined; before?: string | undefined; limit: number },
): Promise<{ items: Snapshot[]; next: string | null }> => {
  const { rows } = await sql<SnapshotShown>`
    select ${columns} from opinion.snapshot s join opinion.source o on o.id = s.source_id
    where s.sealed is not null
      and (${postId ?? null}::text is null or s.id in (select snapshot_id from opinion.snapshot_post where post_id = ${postId ?? ''}))
      and (${sourceId ?? null}::int is null or s.source_id = ${sourceId ?? 0})
      and (${before ?? null}::timestamptz is null or s.fetched_at < ${before ?? null}::timestamptz)
    order by s.fetched_at desc limit ${limit + 1}`.execute(ctx.pg)
  const items = rows.slice(0, limit).map(shown)
  return { items, next: rows.length > limit ? (items.at(-1)?.fetchedAt ?? null) : null }
}

/** The bytes as they came. @throws problem.snapshotUnknown */
export const openEvidence = async (
  ctx: Ctx,
  id: string,
): Promise<{ shown: Snapshot; bytes: Buffer; status: number; headers: Record<string, string> }> => {
  const { rows } = await sql<
    SnapshotShown & { salt: Uint8Array; sealed: Uint8Array; status: number; headers: Record<string, string> }
  >`
    select ${columns}, s.salt, s.sealed, s.status, s.headers from opinion.snapshot s join opinion.source o on o.id = s.source_id
    where s.id = ${id} and s.sealed is not null`.execute(ctx.pg)
  const [row] = rows
  if (!row) throw problem.snapshotUnknown({ id })
  const bytes = await unpacked(
    ctx.vault.openBytes({ salt: row.salt }, `opinion.snapshot|sealed|${id}`, Buffer.from(row.sealed)),
  )
  return { shown: shown(row), bytes, status: row.status, headers: row.headers }
}

/** The record of the audit trail that holds a piece of evidence's hash. */
export const auditOf = async (ctx: Ctx, id: string) => {
  const { rows } = await sql<{ seq: number; record: string; hash: string; before: string | null }>`
    select a.seq::int as seq, a.record, encode(a.hash, 'hex') as hash,
      (select encode(b.hash, 'hex') from platform.audit b where b.seq = a.seq - 1) as before
    from platform.audit a where a.subject = ${`evidence:${id}`} and a.action = 'opinionEvidence.keep' order by a.seq limit 1`.execute(
    ctx.pg,
  )
  return rows[0]
}

/** Whether the bytes are those that were kept, and the audit trail says so. @throws problem.snapshotUnknown */
export const checkEvidence = async (ctx: Ctx, { id }: { id: string }): Promise<SnapshotCheck> => {
  const { shown, bytes } = await openEvidence(ctx, id)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const record = await auditOf(ctx, id)
  const told = record && (JSON.parse(record.record) as { detail?: { sha256?: string } }).detail?.sha256
  const check = { bytes: sha256 === shown.sha256, audited: told === sha256 }
  return { ok: check.bytes && check.audited, ...check }
}

/** Evidence looked at together. */
const oldPieces = 2_000

/**
 * Deletes evidence past its time, but for that of posts which are held: the row says that it was there, the bytes and their salt are
 * gone.
 * @returns how many pieces
 */
export const dropOldEvidence = async (ctx: Ctx): Promise<number> => {
  const now = ctx.now()
  let dropped = 0
  for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
    const { rows } = await sql<{ id: string; posts: string[] }>`
      select s.id, array(select post_id from opinion.snapshot_post p where p.snapshot_id = s.id) as posts from opinion.snapshot s
      where s.sealed is not null and s.keep_until < ${now} and s.id > ${after}::uuid order by s.id limit ${oldPieces}`.execute(
      ctx.pg,
    )
    const last = rows.at(-1)
    if (!last) return dropped
    after = last.id
    const held = await heldAmong(ctx, [...new Set(rows.flatMap(({ posts }) => posts))])
    const over = rows.filter(({ posts }) => !posts.some((post) => held.has(post))).map(({ id }) => id)
    if (over.length === 0) continue
    await ctx.tx(async (ctx) => {
      await sql`update opinion.snapshot set sealed = null, salt = '' where id = any(${over}::uuid[]) and sealed is not null`.execute(
        ctx.pg,
      )
      await ctx.audit.record(ctx, { action: 'opinionEvidence.expire', detail: { pieces: over.length } })
    })
    dropped += over.length
  }
}
