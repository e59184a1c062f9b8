import { type Selectable, sql } from 'kysely'
import { reviewsOf, voidReviews } from '#compliance'
import type { Ctx, Tables } from '#platform'
import type { Campaign, CampaignChange, CampaignDefinition, CampaignState, Category, NewCampaign } from '../contract.ts'
import '../tables.ts'
import { peopleIn } from '../journeys/counts.ts'
import { nextRun } from '../triggers/occurrences.ts'
import { freeze } from './freeze.ts'
import { contentHashOf } from './frozen.ts'
import { problem } from './problem.ts'

/** A row of campaigns.campaign. */
export type CampaignRow = Selectable<Tables['campaigns.campaign']>

/** @throws problem.unknown */
export const rowOf = async (ctx: Ctx, id: number): Promise<CampaignRow> => {
  const row = await ctx.pg.selectFrom('campaigns.campaign').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw problem.unknown({ campaign: id })
  return row
}

/** Who wrote it last, as reviews name people: he may not approve it. */
const editor = ({ actor: { kind, id } }: Ctx): string => `${kind}:${id}`

/** What a campaign hashes to now, with everything it names; undefined when it is gone. */
export const hashNow = async (ctx: Ctx, id: number): Promise<string | undefined> => {
  const row = await ctx.pg.selectFrom('campaigns.campaign').selectAll().where('id', '=', id).executeTakeFirst()
  return row && contentHashOf((await freeze(ctx, row)).frozen)
}

/** The row, kept from others until the transaction ends. @throws problem.unknown */
export const rowKept = async (ctx: Ctx, id: number): Promise<CampaignRow> => {
  const query = ctx.pg.selectFrom('campaigns.campaign').selectAll().where('id', '=', id).forUpdate()
  const row = await query.executeTakeFirst()
  if (!row) throw problem.unknown({ campaign: id })
  return row
}

type Timed = Pick<CampaignDefinition, 'trigger' | 'startsAt' | 'endsAt'>

/** What runs of each campaign that was published: when it lets people in, and whether the draft is still the same. */
const liveOnes = async (
  ctx: Ctx,
  rows: readonly CampaignRow[],
): Promise<Map<number, { same: boolean; timed: Timed }>> => {
  const live = rows.filter(({ live_version }) => live_version !== null).map(({ id }) => id)
  if (live.length === 0) return new Map()
  const { rows: found } = await sql<{ id: number; same: boolean; timed: Timed }>`
    select c.id, v.frozen -> 'definition' = c.definition and v.frozen ->> 'category' = c.category
        and (v.frozen ->> 'priority')::int = c.priority as same,
      (v.frozen -> 'definition') - 'journey' as timed
    from campaigns.campaign c join campaigns.version v on v.campaign_id = c.id and v.version = c.live_version
    where c.id = any(${live}::int[])`.execute(ctx.pg)
  return new Map(found.map(({ id, ...live }) => [id, live]))
}

/** Campaigns as the console shows them, in the order of `rows`. */
export const shownCampaigns = async (ctx: Ctx, rows: readonly CampaignRow[]): Promise<Campaign[]> => {
  const ids = rows.map(({ id }) => id)
  const [people, live, reviews] = await Promise.all([
    peopleIn(ctx, ids),
    liveOnes(ctx, rows),
    reviewsOf(ctx, 'campaign', ids.map(String)),
  ])
  return rows.map((row) => {
    const review = reviews.find(({ subjectId }) => subjectId === String(row.id))
    const runs = live.get(row.id)
    const next = runs && row.state === 'running' ? nextRun(runs.timed, ctx.now()) : undefined
    return {
      id: row.id,
      name: row.name,
      description: row.description,
      category: row.category,
      priority: row.priority,
      state: row.state,
      definition: row.definition,
      draftVersion: row.draft_version,
      liveVersion: row.live_version,
      edited: runs !== undefined && !runs.same,
      review: review ? { id: review.id, state: review.state } : null,
      publishedAt: row.published_at?.toISOString() ?? null,
      nextRunAt: next?.toISOString() ?? null,
      inside: people.get(row.id)?.inside ?? 0,
      entered: people.get(row.id)?.entered ?? 0,
      createdAt: row.created_at.toISOString(),
      createdBy: row.created_by,
      changedAt: row.changed_at.toISOString(),
      changedBy: row.changed_by,
    }
  })
}

/** With the newest review of exactly what it is made of now; where there is none, the newest of anything, as void. */
const shownOne = async (ctx: Ctx, row: CampaignRow): Promise<Campaign> => {
  const [shown] = await shownCampaigns(ctx, [row])
  if (!shown) throw problem.unknown({ campaign: row.id })
  const reviews = await reviewsOf(ctx, 'campaign', [String(row.id)])
  if (reviews.length === 0) return shown
  const hash = contentHashOf((await freeze(ctx, row)).frozen)
  const own = reviews.find(({ contentHash }) => contentHash === hash)
  const [newest] = reviews
  const review = own ?? (newest && { ...newest, state: 'void' as const })
  return { ...shown, review: review ? { id: review.id, state: review.state } : null }
}

/** @throws problem.unknown */
export const readCampaign = async (ctx: Ctx, { id }: { id: number }): Promise<Campaign> =>
  shownOne(ctx, await rowOf(ctx, id))

interface Wanted {
  search?: string | undefined
  state?: CampaignState | undefined
  category?: Category | undefined
  limit: number
  after?: number | undefined
}

/** Newest first, a page at a time; `search` looks into names and descriptions. */
export const listCampaigns = async (ctx: Ctx, { search, state, category, limit, after }: Wanted) => {
  let query = ctx.pg.selectFrom('campaigns.campaign').selectAll()
  if (search) query = query.where(sql<boolean>`position(lower(${search}) in lower(name || ' ' || description)) > 0`)
  if (state) query = query.where('state', '=', state)
  if (category) query = query.where('category', '=', category)
  if (after !== undefined) query = query.where('id', '<', after)
  const rows = await query
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  const page = rows.slice(0, limit)
  return { campaigns: await shownCampaigns(ctx, page), next: rows.length > limit ? (page.at(-1)?.id ?? null) : null }
}

const nameIsFree = async (ctx: Ctx, name: string, besides: number): Promise<void> => {
  const taken = ctx.pg.selectFrom('campaigns.campaign').select('id').where('id', '!=', besides)
  const row = await taken.where(sql<boolean>`lower(name) = lower(${name})`).executeTakeFirst()
  if (row) throw problem.nameTaken({ name })
}

/** @throws problem.nameTaken */
export const createCampaign = (ctx: Ctx, { definition, ...plain }: NewCampaign): Promise<Campaign> =>
  ctx.tx(async (ctx) => {
    await nameIsFree(ctx, plain.name, 0)
    const [now, by] = [ctx.now(), ctx.actor.name]
    const dated = { created_at: now, created_by: by, changed_at: now, changed_by: by, edited_by: editor(ctx) }
    const row = await ctx.pg
      .insertInto('campaigns.campaign')
      .values({ ...plain, definition: JSON.stringify(definition), ...dated })
      .returningAll()
      .executeTakeFirstOrThrow()
    await ctx.audit.record(ctx, {
      action: 'campaign.create',
      subject: `campaign:${row.id}`,
      detail: { name: row.name },
    })
    return shownOne(ctx, row)
  })

const isEqual = async (ctx: Ctx, a: CampaignDefinition, b: CampaignDefinition): Promise<boolean> => {
  const { rows } = await sql<{ same: boolean }>`
    select ${JSON.stringify(a)}::jsonb = ${JSON.stringify(b)}::jsonb as same`.execute(ctx.pg)
  return rows[0]?.same ?? false
}

/** Changes the draft; what runs stays. @throws problem.unknown, problem.nameTaken, problem.editedMeanwhile */
export const changeCampaign = (
  ctx: Ctx,
  { id, basedOn, ...change }: CampaignChange & { id: number },
): Promise<Campaign> =>
  ctx.tx(async (ctx) => {
    const before = await rowKept(ctx, id)
    if (basedOn !== undefined && basedOn !== before.draft_version)
      throw problem.editedMeanwhile({ campaign: id, by: before.changed_by, at: before.changed_at.toISOString() })
    const { name, description, category, priority, definition } = change
    if (name !== undefined) await nameIsFree(ctx, name, id)
    const bound =
      (definition !== undefined && !(await isEqual(ctx, definition, before.definition))) ||
      (category !== undefined && category !== before.category) ||
      (priority !== undefined && priority !== before.priority)
    const row = await ctx.pg
      .updateTable('campaigns.campaign')
      .set({
        changed_at: ctx.now(),
        changed_by: ctx.actor.name,
        ...(bound && { draft_version: before.draft_version + 1, edited_by: editor(ctx) }),
        ...(name !== undefined && { name }),
        ...(description !== undefined && { description }),
        ...(category !== undefined && { category }),
        ...(priority !== undefined && { priority }),
        ...(definition !== undefined && { definition: JSON.stringify(definition) }),
      })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow()
    // What waits for review is of another content now.
    if (bound) await voidReviews(ctx, 'campaign', String(id), contentHashOf((await freeze(ctx, row)).frozen))
    await ctx.audit.record(ctx, {
      action: 'campaign.change',
      subject: `campaign:${id}`,
      detail: { changed: Object.keys(change), draftVersion: row.draft_version },
    })
    return shownOne(ctx, row)
  })

/** A new draft like this one, under the next free name. @throws problem.unknown */
export const duplicateCampaign = (ctx: Ctx, { id }: { id: number }): Promise<Campaign> =>
  ctx.tx(async (ctx) => {
    const { name, description, category, priority, definition } = await rowOf(ctx, id)
    const base = name.replace(/ \(\d+\)$/, '').slice(0, 90)
    const { rows } = await sql<{ name: string }>`
      select name from campaigns.campaign where starts_with(lower(name), lower(${base}))`.execute(ctx.pg)
    const taken = new Set(rows.map(({ name }) => name.toLowerCase()))
    let number = 2
    while (taken.has(`${base} (${number})`.toLowerCase())) number++
    return createCampaign(ctx, { name: `${base} (${number})`, description, category, priority, definition })
  })

/** Deletes a draft that never ran. @throws problem.unknown, problem.published */
export const deleteCampaign = (ctx: Ctx, { id }: { id: number }): Promise<void> =>
  ctx.tx(async (ctx) => {
    const row = await rowKept(ctx, id)
    if (row.live_version !== null) throw problem.published({ campaign: id })
    await ctx.pg.deleteFrom('campaigns.campaign').where('id', '=', id).execute()
    await ctx.audit.record(ctx, { action: 'campaign.delete', subject: `campaign:${id}`, detail: { name: row.name } })
  })
