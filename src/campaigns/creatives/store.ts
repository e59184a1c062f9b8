import { createHash } from 'node:crypto'
import { type Selectable, sql } from 'kysely'
import { approvedReview, reviewsOf, voidReviews } from '#compliance'
import { type Ctx, canonicalJson, type Json, type Tables } from '#platform'
import type { Category, Channel, Product } from '../channels-contract.ts'
import type {
  Creative,
  CreativeChange,
  CreativeContent,
  CreativeQuery,
  CreativeRow,
  CreativeWords,
  NewCreative,
} from './creative-contract.ts'
import { markup } from './email-layout.ts'
import { textFields } from './fields.ts'
import { problem } from './problem.ts'
import './tables.ts'

export type CreativeTableRow = Selectable<Tables['campaigns.creative']>

/** The kind under which creatives are reviewed. */
export const subjectKind = 'creative'

const personOf = ({ kind, id }: Ctx['actor']) => `${kind}:${id}`

/** What an approval is bound to: SHA-256 over the canonical JSON of everything that decides what the recipient reads. */
export const creativeHash = (words: CreativeWords): string =>
  // Through text: what is stored is text too, so what is undefined is absent in both.
  createHash('sha256')
    .update(canonicalJson(JSON.parse(JSON.stringify(wordsOnly(words))) as Json))
    .digest('hex')

const wordsOnly = ({ category, product, purpose, offerId, content }: CreativeWords): CreativeWords => ({
  category,
  product,
  purpose,
  offerId,
  content,
})

export const wordsOf = (row: CreativeTableRow): CreativeWords => ({
  category: row.category,
  product: row.product,
  purpose: row.purpose,
  offerId: row.offer_id,
  content: row.content,
})

/** @throws problem.unknown */
export const creativeRow = async (ctx: Ctx, id: number): Promise<CreativeTableRow> => {
  const row = await ctx.pg.selectFrom('campaigns.creative').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw problem.unknown({ id })
  return row
}

const lockedRow = async (ctx: Ctx, id: number): Promise<CreativeTableRow> => {
  const row = await ctx.pg
    .selectFrom('campaigns.creative')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw problem.unknown({ id })
  return row
}

/** What a reader sees first, for lists. */
const excerptOf = (content: CreativeContent): string =>
  textFields(content)
    .filter(({ silent, path }) => !silent && !['signature', 'optOut', 'fromName'].includes(path))
    .map(({ source }) => source.replaceAll(markup, ' ').trim())
    .join(' ')
    .replaceAll(/\s+/g, ' ')
    .slice(0, 120)

interface Use {
  creative_id: number
  id: number
  name: string
  state: string
}

/** Campaigns that name creatives, in their draft or in what runs. */
const usesOf = async (ctx: Ctx, ids: readonly number[]): Promise<Map<number, Use[]>> => {
  const uses = new Map<number, Use[]>()
  if (ids.length === 0) return uses
  const { rows } = await sql<Use>`
    select distinct u.creative_id, c.id, c.name, c.state from campaigns.campaign c
    left join campaigns.version v on v.campaign_id = c.id and v.version = c.live_version
    cross join lateral (
      select q::int from jsonb_path_query(c.definition, 'strict $.**.creativeId', silent => true) q
      union select q::int from jsonb_path_query(coalesce(v.frozen, '{}'), 'strict $.definition.**.creativeId', silent => true) q
    ) u (creative_id)
    where u.creative_id = any(${[...ids]}::int[]) order by c.id`.execute(ctx.pg)
  for (const row of rows) uses.set(row.creative_id, [...(uses.get(row.creative_id) ?? []), row])
  return uses
}

/** Rows as the console shows them, in their order. */
const shownRows = async (ctx: Ctx, rows: readonly CreativeTableRow[]): Promise<CreativeRow[]> => {
  const ids = rows.map(({ id }) => id)
  const uses = await usesOf(ctx, ids)
  const reviews = await reviewsOf(ctx, subjectKind, ids.map(String))
  return rows.map((row) => {
    const review = reviews.find(
      ({ subjectId, contentHash }) => subjectId === String(row.id) && contentHash === row.content_hash,
    )
    return {
      id: row.id,
      name: row.name,
      description: row.description,
      channel: row.channel,
      category: row.category,
      product: row.product,
      version: row.version,
      contentHash: row.content_hash,
      excerpt: excerptOf(row.content),
      variantOf: row.variant_of,
      review: review ? { id: review.id, state: review.state } : null,
      usedBy: (uses.get(row.id) ?? []).map(({ id, name, state }) => ({ id, name, state })),
      archivedAt: row.archived_at?.toISOString() ?? null,
      createdAt: row.created_at.toISOString(),
      createdBy: row.created_by,
      changedAt: row.changed_at.toISOString(),
      changedBy: row.changed_by,
    }
  })
}

/** @throws problem.unknown */
export const readCreative = async (ctx: Ctx, { id }: { id: number }): Promise<Creative> => {
  const row = await creativeRow(ctx, id)
  const [shown] = await shownRows(ctx, [row])
  if (!shown) throw problem.unknown({ id })
  const variants = await ctx.pg
    .selectFrom('campaigns.creative')
    .select(['id', 'name'])
    .where((where) =>
      where.or([where('variant_of', '=', row.variant_of ?? row.id), where('id', '=', row.variant_of ?? 0)]),
    )
    .where('id', '!=', id)
    .where('archived_at', 'is', null)
    .orderBy('id')
    .execute()
  return { ...shown, purpose: row.purpose, offerId: row.offer_id, content: row.content, variants }
}

/** Newest change first. `search` looks into names, descriptions and every text. */
export const listCreatives = async (ctx: Ctx, query: CreativeQuery) => {
  const { search, channel, category, product, review, archived, limit, after } = query
  let found = ctx.pg.selectFrom('campaigns.creative as c').where('archived_at', archived ? 'is not' : 'is', null)
  if (channel) found = found.where('channel', '=', channel)
  if (category) found = found.where('category', '=', category)
  if (product) found = found.where('product', '=', product)
  if (search)
    found = found.where(
      sql<boolean>`position(lower(${search}) in lower(name || ' ' || description || ' ' || content::text)) > 0`,
    )
  if (review)
    found = found.where(
      sql<boolean>`coalesce((select r.state from compliance.review r where r.subject_kind = ${subjectKind}
        and r.subject_id = c.id::text and r.content_hash = c.content_hash order by r.id desc limit 1), 'none') = ${review}`,
    )
  const [rows, counted] = await Promise.all([
    found
      .selectAll('c')
      .$if(after !== undefined, (query) => query.where('id', '<', after ?? 0))
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute(),
    found.select(({ fn }) => fn.countAll<string>().as('total')).executeTakeFirstOrThrow(),
  ])
  const page = rows.slice(0, limit)
  return {
    items: await shownRows(ctx, page),
    total: Number(counted.total),
    next: rows.length > limit ? (page.at(-1)?.id ?? null) : null,
  }
}

const addVersion = (ctx: Ctx, id: number, version: number, words: CreativeWords, hash: string, note: string) =>
  ctx.pg
    .insertInto('campaigns.creative_version')
    .values({
      creative_id: id,
      version,
      category: words.category,
      product: words.product,
      purpose: words.purpose,
      offer_id: words.offerId,
      content: JSON.stringify(words.content),
      content_hash: hash,
      note,
      created_at: ctx.now(),
      created_by: ctx.actor.name,
      author: personOf(ctx.actor),
    })
    .execute()

/** A new creative. It may be unfinished: what is wrong with it is told by `checkCreative` and keeps it from review. */
export const createCreative = (ctx: Ctx, { name, description, variantOf, ...words }: NewCreative): Promise<Creative> =>
  ctx.tx(async (ctx) => {
    if (variantOf !== null) await creativeRow(ctx, variantOf)
    const hash = creativeHash(words)
    const now = ctx.now()
    const { id } = await ctx.pg
      .insertInto('campaigns.creative')
      .values({
        name,
        description,
        channel: words.content.channel,
        category: words.category,
        product: words.product,
        purpose: words.purpose,
        offer_id: words.offerId,
        version: 1,
        content: JSON.stringify(words.content),
        content_hash: hash,
        variant_of: variantOf,
        created_at: now,
        created_by: ctx.actor.name,
        changed_at: now,
        changed_by: ctx.actor.name,
        author: personOf(ctx.actor),
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await addVersion(ctx, id, 1, words, hash, '')
    const creative = await readCreative(ctx, { id })
    await ctx.audit.record(ctx, {
      action: 'creative.create',
      subject: `creative:${id}`,
      detail: { channel: words.content.channel, contentHash: hash, variantOf },
    })
    return creative
  })

/**
 * Changes what is given. Other words are a new version, and void what waits for review; the same words are none.
 * @throws problem.unknown, problem.archived, problem.overtaken, problem.channelChanged
 */
export const changeCreative = (ctx: Ctx, change: CreativeChange & { id: number }): Promise<Creative> =>
  ctx.tx(async (ctx) => {
    const { id, basedOn, note, name, description } = change
    const before = await lockedRow(ctx, id)
    if (before.archived_at) throw problem.archived({ id })
    if (before.version !== basedOn) throw problem.overtaken({ version: before.version, by: before.changed_by })
    const was = wordsOf(before)
    const words: CreativeWords = {
      category: change.category ?? was.category,
      product: change.product ?? was.product,
      purpose: change.purpose ?? was.purpose,
      offerId: change.offerId === undefined ? was.offerId : change.offerId,
      content: change.content ?? was.content,
    }
    if (words.content.channel !== before.channel) throw problem.channelChanged({ channel: before.channel })
    const hash = creativeHash(words)
    const version = hash === before.content_hash ? before.version : before.version + 1
    if (version !== before.version) {
      await addVersion(ctx, id, version, words, hash, note)
      await voidReviews(ctx, subjectKind, String(id), hash)
    }
    await ctx.pg
      .updateTable('campaigns.creative')
      .set({
        ...(name !== undefined && { name }),
        ...(description !== undefined && { description }),
        ...(version !== before.version && {
          category: words.category,
          product: words.product,
          purpose: words.purpose,
          offer_id: words.offerId,
          content: JSON.stringify(words.content),
          content_hash: hash,
          version,
          author: personOf(ctx.actor),
        }),
        changed_at: ctx.now(),
        changed_by: ctx.actor.name,
      })
      .where('id', '=', id)
      .execute()
    const creative = await readCreative(ctx, { id })
    await ctx.audit.record(ctx, {
      action: 'creative.change',
      subject: `creative:${id}`,
      detail: { version, contentHash: hash, was: before.content_hash },
    })
    return creative
  })

/** A copy under another name, or another wording of the same for a comparison. @throws problem.unknown */
export const duplicateCreative = async (
  ctx: Ctx,
  { id, name, variant }: { id: number; name: string; variant: boolean },
): Promise<Creative> => {
  const row = await creativeRow(ctx, id)
  return createCreative(ctx, {
    ...wordsOf(row),
    name,
    description: row.description,
    variantOf: variant ? (row.variant_of ?? id) : null,
  })
}

/** Out of the lists, or back. One that a campaign uses that has not ended stays. @throws problem.unknown, problem.used */
export const archiveCreative = (ctx: Ctx, { id, archived }: { id: number; archived: boolean }): Promise<Creative> =>
  ctx.tx(async (ctx) => {
    await lockedRow(ctx, id)
    const users = (await usesOf(ctx, [id])).get(id)?.filter(({ state }) => state !== 'ended') ?? []
    if (archived && users.length > 0) throw problem.used({ campaigns: users.map(({ name }) => name).slice(0, 10) })
    await ctx.pg
      .updateTable('campaigns.creative')
      .set({ archived_at: archived ? ctx.now() : null, archived_by: archived ? ctx.actor.name : null })
      .where('id', '=', id)
      .execute()
    const creative = await readCreative(ctx, { id })
    await ctx.audit.record(ctx, {
      action: archived ? 'creative.archive' : 'creative.restore',
      subject: `creative:${id}`,
    })
    return creative
  })

export interface HeldCreative {
  hash: string
  version: number
  name: string
  channel: Channel
  category: Category
  product: Product
  offerId: number | null
  content: CreativeContent
}

/** Creatives as they stand, for freezing them into a campaign's version. Unknown and archived ones are left out. */
export const creativeContents = async (ctx: Ctx, ids: readonly number[]): Promise<Map<number, HeldCreative>> => {
  if (ids.length === 0) return new Map()
  const rows = await ctx.pg
    .selectFrom('campaigns.creative')
    .selectAll()
    .where('id', 'in', [...ids])
    .where('archived_at', 'is', null)
    .execute()
  return new Map(
    rows.map((row) => [
      row.id,
      {
        hash: row.content_hash,
        version: row.version,
        name: row.name,
        channel: row.channel,
        category: row.category,
        product: row.product,
        offerId: row.offer_id,
        content: row.content,
      },
    ]),
  )
}

/** Of these creatives as they stand those that a second person approved. */
export const approvedCreatives = async (ctx: Ctx, ids: readonly number[]): Promise<Set<number>> => {
  const approved = new Set<number>()
  for (const [id, { hash }] of await creativeContents(ctx, ids))
    if (await approvedReview(ctx, subjectKind, String(id), hash)) approved.add(id)
  return approved
}
