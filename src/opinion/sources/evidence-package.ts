import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { sql } from 'kysely'
import { type Ctx, ch } from '#platform'
import { auditOf, openEvidence } from './evidence.ts'
import { problem } from './problem.ts'
import { settingsOf } from './store.ts'
import './tables.ts'
import { type ZipEntry, zipStream } from './zip.ts'

/** Evidence of posts as a package for lawyers: bytes as they came, what is known of them, hashes, proof from the audit trail. */

const mostPieces = 200
const mostBytes = 256 * 1_048_576

const extensions: readonly [RegExp, string][] = [
  [/html/, 'html'],
  [/ndjson/, 'jsonl'],
  [/json/, 'json'],
  [/xml|rss|atom/, 'xml'],
  [/rfc822/, 'eml'],
  [/csv/, 'csv'],
]
const extensionOf = (contentType: string) => extensions.find(([form]) => form.test(contentType))?.[1] ?? 'bin'
const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex')

const readme = (count: number, left: number, at: string) => `公开信息取证包
==============

本包由知音平台于 ${at}（UTC）导出，共 ${count} 份原始数据。
${left > 0 ? `\n注意：因数量或大小上限，另有 ${left} 份原始数据未包含在本包中，请分批导出。\n` : ''}
目录
----
原始数据/        采集当时收到的原始字节，未作任何修改。
清单.json        每份原始数据的采集时间、地址、HTTP 状态与响应头、SHA-256、所对应的帖文、信源的合法性依据与使用条款说明。
审计证明.json    采集当时写入审计链的记录、该记录的链式哈希与前一条记录的哈希。
SHA256SUMS       本包各文件的 SHA-256，可用 sha256sum -c SHA256SUMS 核对。

如何核对
--------
1. 计算“原始数据”中每个文件的 SHA-256，应与清单.json 的 sha256 一致。
2. 审计证明.json 中对应记录（record）的 detail.sha256 应与之一致。
3. 链式哈希 hash = SHA-256(before + 换行 + record)，before 为前一条记录链式哈希的 64 位十六进制文本，record 为记录原文，均为 UTF-8；
   平台的审计链及其签名锚点可用“zhiyin audit verify”整体校验，以证明该记录自采集时起未被改动。

说明
----
采集时间取自平台服务器时钟。数据中可能含有个人信息，仅限本次导出所声明的目的使用，用毕请按制度销毁。
本包能证明平台在所载时间收到了所载内容；是否需要公证或第三方时间戳，请由法务判断。
`

/** What is known of posts, by id. */
const postsOf = async (ctx: Ctx, ids: readonly string[]) => {
  if (ids.length === 0) return new Map<string, Record<string, unknown>>()
  const rows = await ctx.ch.rows<Record<string, unknown> & { id: string }>(
    ch.sql`select toString(post_id) as id, platform, kind, guid, url, title, published_at, first_seen_at, author_name from posts final
      where drill_id = 0 and post_id in ${ch.u64s(ids.map(BigInt))}`,
  )
  return new Map(rows.map((row) => [row.id, row]))
}

/**
 * A ZIP archive with the evidence of the posts, at most 200 pieces and 256 MiB; what was left out is said in it. Each piece is opened
 * twice, to be hashed and to be written, so that one at a time is in memory. Audited with its purpose before the first byte leaves,
 * by the hash of its SHA256SUMS, which names every file.
 * @throws problem.noEvidence when nothing was kept of them
 */
export const packEvidence = async (
  ctx: Ctx,
  { postIds, purpose }: { postIds: readonly string[]; purpose: string },
): Promise<{ name: string; archive: Readable }> => {
  const { rows } = await sql<{ id: string; bytes: number; posts: string[] }>`
    select s.id, s.bytes, array_agg(p.post_id order by p.post_id) as posts from opinion.snapshot s
    join opinion.snapshot_post p on p.snapshot_id = s.id
    where s.sealed is not null and p.post_id = any(${[...postIds]}::text[])
    group by s.id, s.bytes, s.fetched_at order by s.fetched_at, s.id`.execute(ctx.pg)
  const known = await postsOf(ctx, [...new Set(rows.flatMap(({ posts }) => posts))])
  const files: ZipEntry[] = []
  const sums: string[] = []
  const list: unknown[] = []
  const proofs: unknown[] = []
  let total = 0
  for (const [index, { id, bytes: size, posts }] of rows.entries()) {
    total += size
    if (index >= mostPieces || total > mostBytes) break
    const { shown, bytes, status, headers } = await openEvidence(ctx, id)
    const name = `原始数据/${String(index + 1).padStart(3, '0')}-${id.slice(0, 8)}.${extensionOf(shown.contentType)}`
    files.push({ name, bytes: async () => (await openEvidence(ctx, id)).bytes })
    sums.push(`${sha256(bytes)}  ${name}\n`)
    const source = await ctx.pg
      .selectFrom('opinion.source')
      .selectAll()
      .where('id', '=', shown.sourceId)
      .executeTakeFirstOrThrow()
    const { terms } = settingsOf(source)
    list.push({
      file: name,
      id,
      fetchedAt: shown.fetchedAt,
      url: shown.url,
      status,
      headers,
      contentType: shown.contentType,
      bytes: bytes.length,
      sha256: sha256(bytes),
      sha256WhenKept: shown.sha256,
      source: { id: source.id, name: source.name, legalBasis: terms.basis, terms: terms.note },
      posts: posts.map((post) => known.get(post) ?? { id: post }),
    })
    const record = await auditOf(ctx, id)
    proofs.push(record ? { id, ...record } : { id, missing: true })
  }
  if (files.length === 0) throw problem.noEvidence()
  const left = rows.length - list.length
  const at = ctx.now()
  const stamp = at.toISOString()
  const json = (value: unknown) => Buffer.from(`${JSON.stringify(value, null, 2)}\n`)
  const papers = [
    {
      name: '清单.json',
      bytes: json({ exportedAt: stamp, exportedBy: ctx.actor.name, purpose, leftOut: left, evidence: list }),
    },
    { name: '审计证明.json', bytes: json({ records: proofs }) },
    // Without the mark Windows takes Chinese text for something else.
    { name: '说明.txt', bytes: Buffer.from(`\ufeff${readme(list.length, left, stamp)}`) },
  ]
  const sumsFile = Buffer.from([...sums, ...papers.map(({ name, bytes }) => `${sha256(bytes)}  ${name}\n`)].join(''))
  const sumsHash = sha256(sumsFile)
  await ctx.tx((ctx) =>
    ctx.audit.record(ctx, {
      action: 'opinionEvidence.export',
      purpose,
      detail: { pieces: list.length, leftOut: left, posts: known.size, sha256Sums: sumsHash },
    }),
  )
  return {
    name: `取证-${stamp.slice(0, 10)}-${sumsHash.slice(0, 8)}.zip`,
    archive: zipStream([...files, ...papers, { name: 'SHA256SUMS', bytes: sumsFile }], at),
  }
}
