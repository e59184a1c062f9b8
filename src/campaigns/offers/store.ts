import { createHash } from 'node:crypto'
import { type Selectable, sql } from 'kysely'
import type { z } from 'zod'
import { type Ctx, canonicalJson, type Json, type Tables } from '#platform'
import { examineOffer, offerRules } from './examine.ts'
import {
  type NewOffer,
  type Offer,
  type OfferChange,
  type OfferCheck,
  OfferContent,
  type OfferFinding,
  type OfferQuery,
  type OfferVersion,
} from './offer-contract.ts'
import { problem } from './problem.ts'
import './tables.ts'

type Row = Selectable<Tables['campaigns.offer']>
type VersionRow = Selectable<Tables['campaigns.offer_version']>

/** Through text: what is stored is text too, so what is undefined is absent in both. */
const hashOf = (value: unknown): string =>
  createHash('sha256')
    .update(canonicalJson(JSON.parse(JSON.stringify(value)) as Json))
    .digest('hex')

/** SHA-256 over the canonical JSON of name and content: what an approval of a campaign is bound to. */
export const offerHash = (name: string, content: OfferContent): string => hashOf({ name, content })

const personOf = ({ kind, id }: Ctx['actor']) => `${kind}:${id}`

const rowOf = async (ctx: Ctx, id: number): Promise<Row> => {
  const row = await ctx.pg.selectFrom('campaigns.offer').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw problem.offerUnknown({ id })
  return row
}

const versionsOf = async (ctx: Ctx, ids: readonly number[]) =>
  ids.length === 0
    ? []
    : ctx.pg
        .selectFrom('campaigns.offer as offer')
        .innerJoin('campaigns.offer_version as live', (join) =>
          join.onRef('live.offer_id', '=', 'offer.id').onRef('live.version', '=', 'offer.live_version'),
        )
        .select(['offer.id', 'live.version', 'live.content', 'live.content_hash', 'live.cost', 'live.published_at'])
        .where('offer.id', 'in', [...ids])
        .where('offer.state', '=', 'published')
        .execute()

const shown = (row: Row, live: { content_hash: string; cost: VersionRow['cost'] } | undefined): Offer => ({
  id: row.id,
  name: row.name,
  state: row.state,
  content: OfferContent.parse(row.content),
  draftVersion: row.draft_version,
  liveVersion: row.live_version,
  edited: live !== undefined && live.content_hash !== offerHash(row.name, row.content),
  liveHash: live?.content_hash ?? null,
  simple: live?.cost.example?.simple ?? null,
  createdAt: row.created_at.toISOString(),
  createdBy: row.created_by,
  changedAt: row.changed_at.toISOString(),
  changedBy: row.changed_by,
})

const show = async (ctx: Ctx, row: Row): Promise<Offer> => shown(row, (await versionsOf(ctx, [row.id]))[0])

/** Newest first, a page at a time; `search` looks into names, lenders and partners. */
export const listOffers = async (ctx: Ctx, { search = '', state, limit, after }: z.output<typeof OfferQuery>) => {
  const found = ctx.pg
    .selectFrom('campaigns.offer')
    .$if(search !== '', (query) =>
      query.where(
        sql<boolean>`position(lower(${search}) in lower(name || ' ' || coalesce(content #>> '{lender,name}', '') || ' ' || coalesce(content #>> '{partner,name}', ''))) > 0`,
      ),
    )
    .$if(state !== undefined, (query) => query.where('state', '=', state ?? 'draft'))
  const rows = await found
    .selectAll()
    .$if(after !== undefined, (query) => query.where('id', '<', after ?? 0))
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  const counted = await found.select(({ fn }) => fn.countAll<string>().as('total')).executeTakeFirstOrThrow()
  const page = rows.slice(0, limit)
  const live = new Map(
    (
      await versionsOf(
        ctx,
        page.map(({ id }) => id),
      )
    ).map((one) => [one.id, one]),
  )
  return {
    items: page.map((row) => shown(row, live.get(row.id))),
    total: Number(counted.total),
    next: rows.length > limit ? (page.at(-1)?.id ?? null) : null,
  }
}

/** @throws problem.offerUnknown */
export const readOffer = async (ctx: Ctx, { id }: { id: number }): Promise<Offer> => show(ctx, await rowOf(ctx, id))

const nameFree = async (ctx: Ctx, name: string, besides = 0): Promise<void> => {
  const taken = await ctx.pg
    .selectFrom('campaigns.offer')
    .select('id')
    .where(sql<boolean>`lower(name) = lower(${name})`)
    .where('state', '!=', 'retired')
    .where('id', '!=', besides)
    .executeTakeFirst()
  if (taken) throw problem.offerNameTaken({ name })
}

/** A new offer is a draft. @throws problem.offerNameTaken */
export const createOffer = (ctx: Ctx, { name, content }: z.output<typeof NewOffer>): Promise<Offer> =>
  ctx.tx(async (ctx) => {
    await nameFree(ctx, name)
    const row = await ctx.pg
      .insertInto('campaigns.offer')
      .values({
        name,
        content: JSON.stringify(content),
        created_at: ctx.now(),
        created_by: ctx.actor.name,
        changed_at: ctx.now(),
        changed_by: ctx.actor.name,
        edited_by: personOf(ctx.actor),
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    const offer = await show(ctx, row)
    await ctx.audit.record(ctx, { action: 'offer.create', subject: `offer:${row.id}`, detail: { name } })
    return offer
  })

/**
 * Changes the draft; what is published stays until the next publication.
 * @throws problem.offerUnknown, problem.offerRetired, problem.offerChanged, problem.offerNameTaken
 */
export const changeOffer = (ctx: Ctx, input: z.output<typeof OfferChange> & { id: number }): Promise<Offer> =>
  ctx.tx(async (ctx) => {
    const { id, name, content, basedOn } = input
    const before = await rowOf(ctx, id)
    if (before.state === 'retired') throw problem.offerRetired()
    if (basedOn !== undefined && basedOn !== before.draft_version)
      throw problem.offerChanged({ by: before.changed_by, draftVersion: before.draft_version })
    if (name !== undefined) await nameFree(ctx, name, id)
    const row = await ctx.pg
      .updateTable('campaigns.offer')
      .set({
        ...(name !== undefined && { name }),
        ...(content !== undefined && { content: JSON.stringify(content) }),
        draft_version: before.draft_version + 1,
        changed_at: ctx.now(),
        changed_by: ctx.actor.name,
        edited_by: personOf(ctx.actor),
      })
      .where('id', '=', id)
      .where('draft_version', '=', before.draft_version)
      .returningAll()
      .executeTakeFirst()
    if (!row) throw problem.offerChanged({ by: before.changed_by })
    const offer = await show(ctx, row)
    await ctx.audit.record(ctx, {
      action: 'offer.change',
      subject: `offer:${id}`,
      detail: { draftVersion: row.draft_version, changed: Object.keys(input).filter((key) => key !== 'id') },
    })
    return offer
  })

/** Findings, true cost and sheet of a draft, saved or not. */
export const checkOffer = async (
  ctx: Ctx,
  { id, name, content }: { id?: number | undefined; name: string; content: OfferContent },
): Promise<OfferCheck> => examineOffer(name, content, await offerRules(ctx, content, id))

/** As `checkOffer`, of what is saved. @throws problem.offerUnknown */
export const checkSavedOffer = async (ctx: Ctx, { id }: { id: number }): Promise<OfferCheck> => {
  const { name, content } = await rowOf(ctx, id)
  return checkOffer(ctx, { id, name, content: OfferContent.parse(content) })
}

/**
 * Publishes the draft as the next version, with its cost and its disclosure sheet.
 * @throws problem.offerUnknown, problem.offerRetired, problem.offerChanged, problem.offerNotPublishable with the rules that forbid it
 */
export const publishOffer = (ctx: Ctx, { id, basedOn }: { id: number; basedOn?: number | undefined }): Promise<Offer> =>
  ctx.tx(async (ctx) => {
    const before = await rowOf(ctx, id)
    if (before.state === 'retired') throw problem.offerRetired()
    if (basedOn !== undefined && basedOn !== before.draft_version)
      throw problem.offerChanged({ by: before.changed_by, draftVersion: before.draft_version })
    const content = OfferContent.parse(before.content)
    const { findings, cost, disclosure } = await checkOffer(ctx, { id, name: before.name, content })
    const blocks = findings.filter(({ action }) => action === 'block')
    if (blocks.length > 0 || !disclosure) throw problem.offerNotPublishable({ rules: rulesOf(blocks) })
    const contentHash = offerHash(before.name, content)
    const { version: newest } = await ctx.pg
      .selectFrom('campaigns.offer_version')
      .select(({ fn }) => fn.coalesce(fn.max('version'), sql<number>`0`).as('version'))
      .where('offer_id', '=', id)
      .executeTakeFirstOrThrow()
    const version = newest + 1
    const now = ctx.now()
    await ctx.pg
      .updateTable('campaigns.offer_version')
      .set({ retired_at: now })
      .where('offer_id', '=', id)
      .where('retired_at', 'is', null)
      .execute()
    await ctx.pg
      .insertInto('campaigns.offer_version')
      .values({
        offer_id: id,
        version,
        content: JSON.stringify(content),
        content_hash: contentHash,
        cost: JSON.stringify(cost),
        disclosure: JSON.stringify(disclosure),
        disclosure_hash: hashOf(disclosure),
        findings: JSON.stringify(findings),
        published_at: now,
        published_by: ctx.actor.name,
        retired_at: null,
      })
      .execute()
    await ctx.pg
      .updateTable('campaigns.price_record')
      .set({ until: now })
      .where('offer_id', '=', id)
      .where('until', 'is', null)
      .execute()
    await ctx.pg
      .insertInto('campaigns.price_record')
      .values({ offer_id: id, version, lowest_rate: lowestRate(content), since: now, until: null })
      .execute()
    const row = await ctx.pg
      .updateTable('campaigns.offer')
      .set({ state: 'published', live_version: version })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow()
    const offer = await show(ctx, row)
    await ctx.audit.record(ctx, {
      action: 'offer.publish',
      subject: `offer:${id}`,
      detail: { version, contentHash, flags: rulesOf(findings) },
    })
    return offer
  })

const rulesOf = (findings: readonly OfferFinding[]) => [...new Set(findings.map(({ rule }) => rule))]

/** The lowest rate somebody could have it at. */
const lowestRate = ({ annualRate, prices, promotions }: OfferContent): number =>
  Math.min(
    annualRate,
    ...prices.map((rule) => rule.annualRate),
    ...promotions.flatMap((promotion) => promotion.annualRate ?? []),
  )

/** Takes an offer out of use for good. @throws problem.offerUnknown, problem.offerRetired, problem.offerUsed */
export const retireOffer = (ctx: Ctx, { id }: { id: number }): Promise<Offer> =>
  ctx.tx(async (ctx) => {
    const before = await rowOf(ctx, id)
    if (before.state === 'retired') throw problem.offerRetired()
    const { rows: users } = await sql<{ id: number; name: string }>`
      select id, name from campaigns.campaign
      where state <> 'ended' and jsonb_path_exists(definition, '$.**.offerId ? (@ == $id)', jsonb_build_object('id', ${id}::int))
      order by name limit 20`.execute(ctx.pg)
    if (users.length > 0) throw problem.offerUsed({ by: users.map(({ name }) => name) })
    const now = ctx.now()
    await ctx.pg
      .updateTable('campaigns.price_record')
      .set({ until: now })
      .where('offer_id', '=', id)
      .where('until', 'is', null)
      .execute()
    const row = await ctx.pg
      .updateTable('campaigns.offer')
      .set({ state: 'retired', changed_at: now, changed_by: ctx.actor.name })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow()
    const offer = await show(ctx, row)
    await ctx.audit.record(ctx, { action: 'offer.retire', subject: `offer:${id}`, detail: { name: row.name } })
    return offer
  })

/** Every published version, newest first. @throws problem.offerUnknown */
export const readVersions = async (ctx: Ctx, { id }: { id: number }): Promise<{ items: OfferVersion[] }> => {
  await rowOf(ctx, id)
  const rows = await ctx.pg
    .selectFrom('campaigns.offer_version')
    .selectAll()
    .where('offer_id', '=', id)
    .orderBy('version', 'desc')
    .execute()
  return {
    items: rows.map((row) => ({
      version: row.version,
      content: OfferContent.parse(row.content),
      contentHash: row.content_hash,
      cost: row.cost,
      disclosure: row.disclosure,
      disclosureHash: row.disclosure_hash,
      findings: row.findings,
      publishedAt: row.published_at.toISOString(),
      publishedBy: row.published_by,
    })),
  }
}

/** A published offer as campaigns freeze it. */
export interface PublishedOffer {
  name: string
  hash: string
  version: number
  content: OfferContent
}

/** Published offers by id; drafts, retired and unknown ones are left out. */
export const offerContents = async (ctx: Ctx, ids: readonly number[]): Promise<Map<number, PublishedOffer>> => {
  const rows =
    ids.length === 0
      ? []
      : await ctx.pg
          .selectFrom('campaigns.offer as offer')
          .innerJoin('campaigns.offer_version as live', (join) =>
            join.onRef('live.offer_id', '=', 'offer.id').onRef('live.version', '=', 'offer.live_version'),
          )
          .select(['offer.id', 'offer.name', 'live.version', 'live.content', 'live.content_hash'])
          .where('offer.id', 'in', [...new Set(ids)])
          .where('offer.state', '=', 'published')
          .execute()
  return new Map(
    rows.map(({ id, name, version, content, content_hash: hash }) => [
      id,
      { name, hash, version, content: OfferContent.parse(content) },
    ]),
  )
}
