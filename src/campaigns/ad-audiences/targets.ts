import { createHash } from 'node:crypto'
import { type Selectable, sql } from 'kysely'
import { approvedReview, offerReviewSubject, purposeRules, reviewsOf, submitForReview, voidReviews } from '#compliance'
import { type Ctx, canonicalJson, type Tables } from '#platform'
import type { AdTarget, AdTargets, NewAdTarget } from './ad-contract.ts'
import { exportsOf, lastExports } from './exports.ts'
import { problem } from './problem.ts'
import type { TargetThen } from './tables.ts'
import './tables.ts'

export type TargetRow = Selectable<Tables['campaigns.ad_target']>

export const subjectKind = 'adTarget'

/** @throws problem.unknown */
export const targetRow = async (ctx: Ctx, id: number, lock = false): Promise<TargetRow> => {
  const found = ctx.pg.selectFrom('campaigns.ad_target').selectAll().where('id', '=', id)
  const row = await (lock ? found.forUpdate() : found).executeTakeFirst()
  if (!row) throw problem.unknown({ id })
  return row
}

interface SetNow {
  name: string
  version: number | null
}

/** Names of audiences and lists, with the version of an audience's definition: another one needs another approval. */
const setsNow = async (ctx: Ctx, ids: readonly string[]): Promise<Map<string, SetNow>> => {
  const { rows } = await sql<{ id: string; name: string; version: number | null }>`
    select 'audience:' || id as id, name, version from audiences.audience where id = any(${[...ids]}::uuid[])
    union all select 'list:' || id, name, null from audiences.list where id = any(${[...ids]}::uuid[])`.execute(ctx.pg)
  return new Map(rows.map(({ id, name, version }) => [id, { name, version }]))
}

/** What an approval is for, as it stands now. */
export const targetNow = async (ctx: Ctx, row: TargetRow): Promise<{ target: TargetThen; hash: string }> => {
  const sets = await setsNow(ctx, [row.set_id])
  return thenOf(row, sets)
}

const thenOf = (row: TargetRow, sets: ReadonlyMap<string, SetNow>): { target: TargetThen; hash: string } => {
  const set = `${row.set_kind}:${row.set_id}`
  const { name, platform, recipient, contact, contract, purpose, form, product } = row
  const judged = {
    platform,
    recipient,
    contact,
    contract,
    purpose,
    form,
    set,
    setVersion: sets.get(set)?.version ?? null,
    product,
    minPeople: row.min_people,
  }
  return { target: { name, ...judged }, hash: createHash('sha256').update(canonicalJson(judged)).digest('hex') }
}

offerReviewSubject({
  kind: subjectKind,
  hashNow: async (ctx, id) => (await targetNow(ctx, await targetRow(ctx, Number(id)))).hash,
})

/** The approval of a target exactly as it is now, or undefined. */
export const approvalOf = async (ctx: Ctx, row: TargetRow): Promise<{ id: number } | undefined> =>
  approvedReview(ctx, subjectKind, String(row.id), (await targetNow(ctx, row)).hash)

const shownAll = async (ctx: Ctx, rows: readonly TargetRow[]): Promise<AdTarget[]> => {
  const sets = await setsNow(
    ctx,
    rows.map(({ set_id }) => set_id),
  )
  const ids = rows.map(({ id }) => id)
  const reviews = await reviewsOf(ctx, subjectKind, ids.map(String))
  const rules = [...(await purposeRules(ctx)).values()]
  const last = await lastExports(ctx, ids)
  const { rows: counted } = await sql<{ target_id: number; members: number }>`
    select target_id, count(*)::int as members from campaigns.ad_member where given and target_id = any(${ids}::int[])
    group by target_id`.execute(ctx.pg)
  const members = new Map(counted.map((row) => [row.target_id, row.members]))
  return rows.map((row) => {
    const { hash } = thenOf(row, sets)
    const review = reviews.find(({ subjectId, contentHash }) => subjectId === String(row.id) && contentHash === hash)
    return {
      id: row.id,
      name: row.name,
      platform: row.platform,
      recipient: row.recipient,
      contact: row.contact,
      contract: row.contract,
      purpose: row.purpose,
      form: row.form,
      set: { kind: row.set_kind, id: row.set_id, name: sets.get(`${row.set_kind}:${row.set_id}`)?.name ?? null },
      product: row.product,
      minPeople: row.min_people,
      daily: row.daily,
      approval: approvalShown(review?.state),
      reviewId: review?.id ?? null,
      consentAsked: rules.some(({ recipient, retired, current }) => recipient === row.recipient && !retired && current),
      members: members.get(row.id) ?? 0,
      changedAt: row.changed_at.toISOString(),
      changedBy: row.changed_by,
      retiredAt: row.retired_at?.toISOString() ?? null,
      last: last.get(row.id) ?? null,
    }
  })
}

const approvalShown = (state: string | undefined): AdTarget['approval'] => {
  if (state === 'approved') return 'approved'
  if (state === 'review' || state === 'opinion') return 'review'
  return state === 'returned' || state === 'refused' ? 'returned' : 'draft'
}

export const listTargets = async (ctx: Ctx): Promise<AdTargets> => {
  const rows = await ctx.pg
    .selectFrom('campaigns.ad_target')
    .selectAll()
    .orderBy(sql`retired_at is not null`)
    .orderBy('id', 'desc')
    .limit(500)
    .execute()
  const rules = [...(await purposeRules(ctx)).values()]
  return {
    items: await shownAll(ctx, rows),
    recipients: rules.flatMap(({ recipient, retired }) => (recipient !== null && !retired ? recipient : [])),
  }
}

/** @throws problem.unknown */
export const readTarget = async (ctx: Ctx, { id }: { id: number }): Promise<AdTarget> => {
  const [shown] = await shownAll(ctx, [await targetRow(ctx, id)])
  if (!shown) throw problem.unknown({ id })
  return shown
}

const columnsOf = ({ set, minPeople, ...fields }: NewAdTarget) => ({
  ...fields,
  set_kind: set.kind,
  set_id: set.id,
  min_people: minPeople,
})

const checkSet = async (ctx: Ctx, { set }: NewAdTarget): Promise<void> => {
  if (!(await setsNow(ctx, [set.id])).has(`${set.kind}:${set.id}`)) throw problem.setUnknown({ ...set })
}

const checkName = async (ctx: Ctx, name: string, except: number): Promise<void> => {
  const { rows } = await sql`select 1 from campaigns.ad_target where lower(name) = lower(${name}) and retired_at is null
    and id <> ${except}`.execute(ctx.pg)
  if (rows.length > 0) throw problem.nameTaken({ name })
}

const writer = (ctx: Ctx) => ({
  changed_at: ctx.now(),
  changed_by: ctx.actor.name,
  edited_by: `${ctx.actor.kind}:${ctx.actor.id}`,
})

const auditDetail = ({ recipient, platform, form, set, product, minPeople, daily }: NewAdTarget) => ({
  recipient,
  platform,
  form,
  set: `${set.kind}:${set.id}`,
  product,
  minPeople,
  daily,
})

/** @throws problem.setUnknown, problem.nameTaken */
export const createTarget = (ctx: Ctx, target: NewAdTarget): Promise<AdTarget> =>
  ctx.tx(async (ctx) => {
    await checkSet(ctx, target)
    await checkName(ctx, target.name, 0)
    const { id } = await ctx.pg
      .insertInto('campaigns.ad_target')
      .values({
        ...columnsOf(target),
        ...writer(ctx),
        created_at: ctx.now(),
        created_by: ctx.actor.name,
        retired_at: null,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    const shown = await readTarget(ctx, { id })
    await ctx.audit.record(ctx, {
      action: 'adAudience.create',
      subject: `adTarget:${id}`,
      detail: auditDetail(target),
    })
    return shown
  })

/**
 * Changes a target; what was approved is another one then. To whom and in what form people were given stays as long as any are there.
 * @throws problem.unknown, retired, changed, setUnknown, nameTaken, recipientHasMembers
 */
export const changeTarget = (
  ctx: Ctx,
  { id, basedOn, ...target }: NewAdTarget & { id: number; basedOn: string },
): Promise<AdTarget> =>
  ctx.tx(async (ctx) => {
    const row = await targetRow(ctx, id, true)
    if (row.retired_at) throw problem.retired({ id })
    if (row.changed_at.toISOString() !== basedOn) throw problem.changed({ id })
    await checkSet(ctx, target)
    await checkName(ctx, target.name, id)
    const moves = target.recipient !== row.recipient || target.platform !== row.platform || target.form !== row.form
    if (moves && (await hasMembers(ctx, id))) throw problem.recipientHasMembers({ id })
    await ctx.pg
      .updateTable('campaigns.ad_target')
      .set({ ...columnsOf(target), ...writer(ctx) })
      .where('id', '=', id)
      .execute()
    const { hash } = await targetNow(ctx, await targetRow(ctx, id))
    await voidReviews(ctx, subjectKind, String(id), hash)
    const shown = await readTarget(ctx, { id })
    await ctx.audit.record(ctx, { action: 'adAudience.change', subject: `adTarget:${id}`, detail: auditDetail(target) })
    return shown
  })

export const hasMembers = async (ctx: Ctx, id: number): Promise<boolean> => {
  const { rows } = await sql`select 1 from campaigns.ad_member where target_id = ${id} and given limit 1`.execute(
    ctx.pg,
  )
  return rows.length > 0
}

/** Puts a target before a second person. @throws problem.unknown, problem.retired, problems of reviews */
export const submitTarget = (ctx: Ctx, { id, note }: { id: number; note: string }): Promise<AdTarget> =>
  ctx.tx(async (ctx) => {
    const row = await targetRow(ctx, id, true)
    if (row.retired_at) throw problem.retired({ id })
    const { target, hash } = await targetNow(ctx, row)
    const sets = await setsNow(ctx, [row.set_id])
    const shown = await readTarget(ctx, { id })
    await submitForReview(ctx, {
      subjectKind,
      subjectId: String(id),
      title: row.name,
      contentHash: hash,
      material: { ...target, setName: sets.get(target.set)?.name ?? null },
      findings: shown.consentAsked ? [] : [{ rule: 'adTarget.noConsentAsked', action: 'flag', where: 'recipient' }],
      writers: [row.edited_by],
      note,
    })
    return readTarget(ctx, { id })
  })

/** All runs of a target, newest first. @throws problem.unknown */
export const readExports = async (ctx: Ctx, { id }: { id: number }) => {
  await targetRow(ctx, id)
  return { items: await exportsOf(ctx, id) }
}
