import { createHash } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { listNos, memberNos } from '#audiences'
import { recipientPurpose } from '#compliance'
import { type Actor, type Ctx, Problem } from '#platform'
import type { Refusal } from '../channels-contract.ts'
import { limitsInForce } from '../limits/store.ts'
import { type Judged, judge } from './eligible.ts'
import { type ExportRow, exportRow } from './exports.ts'
import { approvalOf, targetRow } from './targets.ts'
import { writeZip } from './zip-file.ts'

/** Identifiers in one file: 64 characters and a line's end each stay far below the 100 MB that platforms take. */
const rowsInFile = 500_000
const pageSize = 5_000
const peopleAtOnce = 1_000
/** How long files can be downloaded. */
const keepDays = 7

export const adFolder = (ctx: Pick<Ctx, 'dataDir'>): string => join(ctx.dataDir.files, 'ad-audiences')

const sealPlace = (targetId: number, mark: string) => `campaigns.ad_member|sealed|${targetId}:${mark}` as const

class Cancelled extends Error {}

interface Found {
  people: number
  leftOut: Partial<Record<Refusal, number>>
}

/** Marks everybody of the set who may be given with this run. */
const findMembers = async (ctx: Ctx, row: ExportRow, signal: AbortSignal): Promise<Found> => {
  const { target } = row
  const [kind, setId = ''] = target.set.split(':')
  const rules = await recipientPurpose(ctx, target.recipient)
  const { holdout } = await limitsInForce(ctx)
  const seen = new Set<number>()
  const leftOut: Found['leftOut'] = {}
  for await (const block of (kind === 'audience' ? memberNos : listNos)(ctx, setId, pageSize)) {
    for (let at = 0; at < block.length; at += peopleAtOnce) {
      signal.throwIfAborted()
      const judged = (await judge(ctx, block.slice(at, at + peopleAtOnce), { target, rules, holdout })).filter(
        ({ no }) => !seen.has(no),
      )
      for (const { no, refusal } of judged) {
        seen.add(no)
        if (refusal) leftOut[refusal] = (leftOut[refusal] ?? 0) + 1
      }
      await mark(ctx, row, judged)
      const { numUpdatedRows } = await ctx.pg
        .updateTable('campaigns.ad_export')
        .set({ people: seen.size })
        .where('id', '=', row.id)
        .where('state', '=', 'running')
        .executeTakeFirst()
      if (numUpdatedRows === 0n) throw new Cancelled()
    }
  }
  return { people: seen.size, leftOut }
}

const mark = async (ctx: Ctx, { id, target_id }: ExportRow, judged: readonly Judged[]): Promise<void> => {
  // Two people may have one phone: it is given once.
  const members = new Map(
    judged.flatMap(({ no, identifier }) => {
      if (identifier === undefined) return []
      const mark = ctx.vault.blindIndex('adIdentifier', identifier)
      return [[mark, { no, sealed: ctx.vault.sealSecret(sealPlace(target_id, mark), identifier) }] as const]
    }),
  )
  if (members.size === 0) return
  await sql`
    insert into campaigns.ad_member (target_id, mark, customer_no, sealed, given, run)
    select ${target_id}, m.mark, m.no, m.sealed, false, ${id} from unnest(${[...members.keys()]}::uuid[],
      ${[...members.values()].map(({ no }) => no)}::int[], ${[...members.values()].map(({ sealed }) => sealed)}::text[])
      as m (mark, no, sealed)
    on conflict (target_id, mark) do update set run = excluded.run, customer_no = excluded.customer_no`.execute(ctx.pg)
}

interface Written {
  operation: 'APPEND' | 'REDUCE'
  part: number
  rows: number
  bytes: number
  sha256: string
  name: string
}

/** Identifiers of an operation, in the order of their marks, which says nothing about people. */
async function* identifiersOf(ctx: Ctx, { id, target_id, mode }: ExportRow, operation: Written['operation']) {
  const which =
    operation === 'REDUCE'
      ? sql`given and run <> ${id}`
      : mode === 'full'
        ? sql`run = ${id}`
        : sql`not given and run = ${id}`
  for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
    const { rows } = await sql<{ mark: string; sealed: string }>`
      select mark, sealed from campaigns.ad_member where target_id = ${target_id} and mark > ${after}::uuid and ${which}
      order by mark limit ${pageSize}`.execute(ctx.pg)
    for (const { mark, sealed } of rows) yield ctx.vault.openSecret(sealPlace(target_id, mark), sealed)
    const last = rows.at(-1)
    if (!last || rows.length < pageSize) return
    after = last.mark
  }
}

const writeFiles = async (
  ctx: Ctx,
  row: ExportRow,
  operation: Written['operation'],
  signal: AbortSignal,
): Promise<Written[]> => {
  const written: Written[] = []
  let lines: string[] = []
  const close = async () => {
    if (lines.length === 0) return
    const part = written.length + 1
    const name = `zhiyin-${row.id}-${operation.toLowerCase()}-${part}`
    const bytes = await writeZip(
      join(adFolder(ctx), `${name}.zip`),
      `${name}.txt`,
      Buffer.from(`${lines.join('\n')}\n`),
    )
    written.push({
      operation,
      part,
      rows: lines.length,
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      name: `${name}.zip`,
    })
    lines = []
  }
  for await (const identifier of identifiersOf(ctx, row, operation)) {
    lines.push(identifier)
    if (lines.length < rowsInFile) continue
    signal.throwIfAborted()
    await close()
  }
  await close()
  return written
}

const actorOf = (text: string): Pick<Actor, 'kind' | 'id'> => {
  const [kind = 'system', ...id] = text.split(':')
  return { kind: kind === 'user' || kind === 'key' || kind === 'cli' ? kind : 'system', id: id.join(':') }
}

/** What is given and taken back, with the files: one transaction, so that the record and who counts as given never differ. */
const settle = (
  ctx: Ctx,
  row: ExportRow,
  {
    found,
    files,
    tooFew,
    reviewId,
  }: { found: Found; files: readonly Written[]; tooFew: boolean; reviewId: number | null },
): Promise<void> =>
  ctx.tx(async (ctx) => {
    const { id, target_id, target } = row
    const rowsOf = (operation: Written['operation']) =>
      files.filter((file) => file.operation === operation).reduce((sum, { rows }) => sum + rows, 0)
    await sql`delete from campaigns.ad_member where target_id = ${target_id} and given and run <> ${id}`.execute(ctx.pg)
    await sql`update campaigns.ad_member set given = true where target_id = ${target_id} and not given`.execute(ctx.pg)
    const { rows: counted } = await sql<{ members: number }>`
      select count(*)::int as members from campaigns.ad_member where target_id = ${target_id}`.execute(ctx.pg)
    const [added, removed] = [rowsOf('APPEND'), rowsOf('REDUCE')]
    const { numUpdatedRows } = await ctx.pg
      .updateTable('campaigns.ad_export')
      .set({
        state: 'done',
        people: found.people,
        left_out: JSON.stringify(found.leftOut),
        members: counted[0]?.members ?? 0,
        added,
        removed,
        too_few: tooFew,
        review_id: reviewId,
        finished_at: ctx.now(),
      })
      .where('id', '=', id)
      .where('state', '=', 'running')
      .executeTakeFirst()
    if (numUpdatedRows === 0n) throw new Cancelled()
    for (const { name, ...file } of files)
      await ctx.pg
        .insertInto('campaigns.ad_file')
        .values({
          ...file,
          export_id: id,
          file_name: name,
          place: hostname(),
          downloaded_at: null,
          downloaded_by: null,
          deleted_at: null,
        })
        .execute()
    await ctx.audit.record(
      { ...ctx, actor: actorOf(row.created_by) },
      {
        action: 'adAudience.provide',
        subject: `adTarget:${target_id}`,
        purpose: target.purpose,
        detail: {
          exportId: id,
          recipient: target.recipient,
          contract: target.contract,
          form: `${target.platform}:${target.form}`,
          set: target.set,
          people: found.people,
          added,
          removed,
          leftOut: found.leftOut,
          files: files.map(({ operation, rows, sha256 }) => ({ operation, rows, sha256 })),
        },
      },
    )
  })

const dropStaged = (ctx: Ctx, targetId: number) =>
  sql`delete from campaigns.ad_member where target_id = ${targetId} and not given`.execute(ctx.pg)

/** The job. May run twice: it begins anew, and nothing counts as given before its end. */
export const runAdExport = async (ctx: Ctx, id: number, signal: AbortSignal): Promise<void> => {
  const row = await exportRow(ctx, id)
  if (row.state !== 'queued' && row.state !== 'running') return
  await ctx.pg
    .updateTable('campaigns.ad_export')
    .set({ state: 'running', started_at: ctx.now() })
    .where('id', '=', id)
    .where('state', 'in', ['queued', 'running'])
    .execute()
  await dropStaged(ctx, row.target_id)
  let files: Written[] = []
  try {
    await mkdir(adFolder(ctx), { recursive: true, mode: 0o700 })
    const clears = row.mode === 'clear' || row.mode === 'erased'
    // Everybody else stays: only those who lost their number with their erasure are taken back.
    if (row.mode === 'erased')
      await sql`update campaigns.ad_member set run = ${id} where target_id = ${row.target_id} and given and customer_no <> 0`.execute(
        ctx.pg,
      )
    const review = clears ? undefined : await approvalOf(ctx, await targetRow(ctx, row.target_id))
    const found: Found = clears ? { people: 0, leftOut: {} } : await findMembers(ctx, row, signal)
    const { rows } = await sql<{ found: number }>`
      select count(*)::int as found from campaigns.ad_member where target_id = ${row.target_id} and run = ${id}`.execute(
      ctx.pg,
    )
    const tooFew = !clears && (rows[0]?.found ?? 0) < row.target.minPeople
    // Who has to go goes in any case; who comes needs the approval and enough company.
    const mayAdd = !clears && !tooFew && review !== undefined
    if (!mayAdd) await dropStaged(ctx, row.target_id)
    files = await writeFiles(ctx, row, 'REDUCE', signal)
    if (mayAdd) files.push(...(await writeFiles(ctx, row, 'APPEND', signal)))
    await settle(ctx, row, { found, files, tooFew, reviewId: review?.id ?? null })
  } catch (error) {
    for (const { name } of files) await rm(join(adFolder(ctx), name), { force: true })
    if (signal.aborted) throw error
    await dropStaged(ctx, row.target_id)
    if (error instanceof Cancelled) return
    if (!(error instanceof Problem)) ctx.log.error({ error, export: id }, 'export of an ad audience failed')
    await ctx.pg
      .updateTable('campaigns.ad_export')
      .set({
        state: 'failed',
        error: error instanceof Problem ? error.code : 'platform.internal',
        finished_at: ctx.now(),
      })
      .where('id', '=', id)
      .where('state', '=', 'running')
      .execute()
  }
}

/** Deletes files whose time is over; the record of them stays. */
export const deleteOldAdFiles = async (ctx: Ctx): Promise<void> => {
  const { rows } = await sql<{ id: number; file_name: string }>`
    select f.id, f.file_name from campaigns.ad_file f join campaigns.ad_export e on e.id = f.export_id
    where f.deleted_at is null and (f.place = ${hostname()} or ${ctx.store.mode === 'embedded'})
      and e.finished_at < ${ctx.now()}::timestamptz - make_interval(days => ${keepDays})`.execute(ctx.pg)
  for (const { id, file_name } of rows) {
    await rm(join(adFolder(ctx), file_name), { force: true })
    await ctx.pg.updateTable('campaigns.ad_file').set({ deleted_at: ctx.now() }).where('id', '=', id).execute()
  }
}
