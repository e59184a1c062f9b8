import { sql } from 'kysely'
import type { z } from 'zod'
import { type Ctx, scanText } from '#platform'
import { addEntry } from '../incidents/entries.ts'
import { openIncident } from '../incidents/incident-row.ts'
import { makePack } from './make.ts'
import type { NewPack, Pack, PackAnswered, PackPage, PackQuery } from './pack-contract.ts'
import { problem } from './problem.ts'

interface Row {
  id: number
  drill_id: number
  incident_id: number | null
  incident: string | null
  target: Pack['target']
  platform: string
  category: Pack['category']
  claim: string
  bases: Pack['bases']
  posts: string[]
  documents: string[]
  bytes: number
  sha256: string
  made_at: Date
  made_by: string
  submitted_at: Date | null
  submitted_by: string | null
  receipt: string | null
  answer: Pack['answer']
  answer_note: string | null
  answered_at: Date | null
}

const columns = sql`p.id, p.drill_id, p.incident_id, i.title as incident, p.target, p.platform, p.category, p.claim, p.bases, p.posts,
  p.documents::text[] as documents, p.bytes, p.sha256, p.made_at, p.made_by, p.submitted_at, p.submitted_by, p.receipt, p.answer,
  p.answer_note, p.answered_at`

const shown = (row: Row): Pack => ({
  id: row.id,
  drillId: row.drill_id,
  incidentId: row.incident_id,
  incident: row.incident,
  target: row.target,
  platform: row.platform,
  category: row.category,
  claim: row.claim,
  bases: row.bases,
  posts: row.posts,
  documents: row.documents.length,
  bytes: row.bytes,
  sha256: row.sha256,
  madeAt: row.made_at.toISOString(),
  madeBy: row.made_by,
  submittedAt: row.submitted_at?.toISOString() ?? null,
  submittedBy: row.submitted_by,
  receipt: row.receipt,
  answer: row.answer,
  answerNote: row.answer_note,
  answeredAt: row.answered_at?.toISOString() ?? null,
})

/** Newest first. */
export const listPacks = async (
  ctx: Ctx,
  { incidentId, drillId, limit, after }: z.output<typeof PackQuery>,
): Promise<PackPage> => {
  const { rows } = await sql<Row>`
    select ${columns} from opinion.complaint_pack p left join opinion.incident i on i.id = p.incident_id
    where p.drill_id = ${drillId} ${incidentId ? sql`and p.incident_id = ${incidentId}` : sql``} ${after ? sql`and p.id < ${after}` : sql``}
    order by p.id desc limit ${limit + 1}`.execute(ctx.pg)
  const page = rows.slice(0, limit)
  return { items: page.map(shown), next: rows.length > limit ? (page.at(-1)?.id ?? null) : null }
}

const readPack = async (ctx: Ctx, id: number): Promise<Pack> => {
  const { rows } = await sql<Row>`
    select ${columns} from opinion.complaint_pack p left join opinion.incident i on i.id = p.incident_id where p.id = ${id}`.execute(
    ctx.pg,
  )
  const [row] = rows
  if (!row) throw problem.unknown({ pack: id })
  return shown(row)
}

/** Makes a pack and keeps it sealed. @throws problem.postUnknown, problem.documentUnknown, incidents.closed */
export const createPack = async (ctx: Ctx, given: NewPack): Promise<Pack> => {
  // Read and packed first: neither the other store nor packing may hold a transaction.
  const { bytes, sha256 } = await makePack(ctx, given)
  return ctx.tx(async (ctx) => {
    const incident = await openIncident(ctx, given.incidentId)
    const key = ctx.vault.newCustomerKey()
    const { rows } = await sql<{ id: number }>`
      insert into opinion.complaint_pack (drill_id, incident_id, target, platform, category, claim, bases, posts, documents, bytes, sha256,
        salt, sealed, made_at, made_by)
      values (${incident.drill_id}, ${given.incidentId}, ${given.target}, ${given.platform}, ${given.category}, ${scanText(given.claim).text},
        ${given.bases}::text[], ${given.posts}::text[], ${given.documents}::uuid[], ${bytes.length}, ${sha256}, ${Buffer.from(key.salt)},
        ${ctx.vault.seal(key, `opinion.complaint_pack|sealed|${sha256}`, bytes)}, ${ctx.now()}, ${ctx.actor.name}) returning id`.execute(
      ctx.pg,
    )
    const id = rows[0]?.id ?? 0
    await addEntry(ctx, given.incidentId, {
      kind: 'pack',
      lane: 'legal',
      text: given.platform,
      detail: { pack: id, what: 'made', target: given.target, posts: given.posts.length },
    })
    const pack = await readPack(ctx, id)
    await ctx.audit.record(ctx, {
      action: 'complaintPack.make',
      subject: `complaintPack:${id}`,
      detail: { incident: given.incidentId, target: given.target, posts: given.posts.length, sha256 },
    })
    return pack
  })
}

/** The archive; that it was taken is on record. */
export const openPack = (ctx: Ctx, { id }: { id: number }): Promise<{ name: string; bytes: Buffer }> =>
  ctx.tx(async (ctx) => {
    const { rows } = await sql<{ salt: Uint8Array; sealed: Uint8Array; sha256: string; target: string }>`
      select salt, sealed, sha256, target from opinion.complaint_pack where id = ${id}`.execute(ctx.pg)
    const [row] = rows
    if (!row) throw problem.unknown({ pack: id })
    const bytes = ctx.vault.openBytes({ salt: row.salt }, `opinion.complaint_pack|sealed|${row.sha256}`, row.sealed)
    await ctx.audit.record(ctx, {
      action: 'complaintPack.read',
      subject: `complaintPack:${id}`,
      detail: { sha256: row.sha256 },
    })
    return { name: `举报材料-${id}-${row.target}.zip`, bytes }
  })

/** A person handed it in; this program sends nothing. @throws problem.submitted, problem.drill */
export const packSubmitted = (ctx: Ctx, { id, receipt }: { id: number; receipt: string }): Promise<Pack> =>
  ctx.tx(async (ctx) => {
    const before = await readPack(ctx, id)
    if (before.drillId > 0) throw problem.drill({ pack: id })
    if (before.submittedAt !== null) throw problem.submitted({ pack: id })
    await sql`update opinion.complaint_pack set submitted_at = ${ctx.now()}, submitted_by = ${ctx.actor.name},
      receipt = ${scanText(receipt).text} where id = ${id}`.execute(ctx.pg)
    if (before.incidentId !== null)
      await addEntry(ctx, before.incidentId, {
        kind: 'pack',
        lane: 'legal',
        text: before.platform,
        detail: { pack: id, what: 'submitted', receipt: scanText(receipt).text },
      })
    const pack = await readPack(ctx, id)
    await ctx.audit.record(ctx, { action: 'complaintPack.submit', subject: `complaintPack:${id}` })
    return pack
  })

/** What the platform or 12377 decided. @throws problem.notSubmitted */
export const packAnswered = (
  ctx: Ctx,
  { id, answer, note }: z.output<typeof PackAnswered> & { id: number },
): Promise<Pack> =>
  ctx.tx(async (ctx) => {
    const before = await readPack(ctx, id)
    if (before.submittedAt === null) throw problem.notSubmitted({ pack: id })
    await sql`update opinion.complaint_pack set answer = ${answer}, answer_note = ${scanText(note).text}, answered_at = ${ctx.now()}
      where id = ${id}`.execute(ctx.pg)
    if (before.incidentId !== null)
      await addEntry(ctx, before.incidentId, {
        kind: 'pack',
        lane: 'legal',
        text: note || before.platform,
        detail: { pack: id, what: answer },
      })
    const pack = await readPack(ctx, id)
    await ctx.audit.record(ctx, { action: 'complaintPack.answer', subject: `complaintPack:${id}`, detail: { answer } })
    return pack
  })
