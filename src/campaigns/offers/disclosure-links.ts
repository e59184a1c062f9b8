import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { z } from 'zod'
import { dayOf, parametersOn } from '#compliance'
import type { Ctx } from '#platform'
import type { DisclosureLink, DisclosureReadings, DisclosureSheet, NewDisclosureLink } from './disclosure-contract.ts'
import { problem } from './problem.ts'
import './tables.ts'

/** Two signs of life further apart than this count as this: the page was away meanwhile. */
const longestGapMs = 3_000

const signature = (ctx: Pick<Ctx, 'vault'>, id: string): string =>
  ctx.vault.blindIndex('disclosureLink', id).replaceAll('-', '')

/** Where the sheet is read: the link's id and our signature of it, so that nobody finds others by trying. */
const pathOf = (ctx: Pick<Ctx, 'vault'>, id: string): string =>
  `/disclosure/${id.replaceAll('-', '')}${signature(ctx, id)}`

const uuidOf = (hex: string) =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`

/** A signed address for one customer, or for nobody in particular. @throws problem.offerNotPublished */
export const createLink = (
  ctx: Ctx,
  { id, customerNo, version, validDays }: z.output<typeof NewDisclosureLink> & { id: number },
): Promise<DisclosureLink> =>
  ctx.tx(async (ctx) => {
    const offer = await ctx.pg
      .selectFrom('campaigns.offer')
      .select('live_version')
      .where('id', '=', id)
      .executeTakeFirst()
    const wanted = version ?? offer?.live_version
    const known =
      wanted &&
      (await ctx.pg
        .selectFrom('campaigns.offer_version')
        .select('version')
        .where('offer_id', '=', id)
        .where('version', '=', wanted)
        .executeTakeFirst())
    if (!known) throw problem.offerNotPublished({ id })
    const linkId = randomUUID()
    const expiresAt = new Date(ctx.now().getTime() + validDays * 86_400_000)
    await ctx.pg
      .insertInto('campaigns.disclosure_link')
      .values({
        id: linkId,
        offer_id: id,
        version: known.version,
        customer_no: customerNo,
        created_at: ctx.now(),
        created_by: ctx.actor.name,
        expires_at: expiresAt,
      })
      .execute()
    await ctx.audit.record(ctx, {
      action: 'disclosure.link',
      subject: `offer:${id}`,
      detail: { version: known.version, linkId, forCustomer: customerNo !== null },
    })
    return { id: linkId, path: pathOf(ctx, linkId), expiresAt: expiresAt.toISOString() }
  })

export interface OpenSheet {
  linkId: string
  sheet: DisclosureSheet
  hash: string
  version: number
}

/** The sheet behind an address. @throws problem.disclosureUnknown for a wrong signature or after its last day */
export const sheetAt = async (ctx: Pick<Ctx, 'pg' | 'vault' | 'now'>, token: string): Promise<OpenSheet> => {
  const given = /^([0-9a-f]{32})([0-9a-f]{32})$/.exec(token)
  const linkId = given?.[1] && uuidOf(given[1])
  if (!linkId || signature(ctx, linkId) !== given?.[2]) throw problem.disclosureUnknown()
  const row = await ctx.pg
    .selectFrom('campaigns.disclosure_link as link')
    .innerJoin('campaigns.offer_version as version', (join) =>
      join.onRef('version.offer_id', '=', 'link.offer_id').onRef('version.version', '=', 'link.version'),
    )
    .select(['version.disclosure', 'version.disclosure_hash', 'version.version', 'link.expires_at'])
    .where('link.id', '=', linkId)
    .executeTakeFirst()
  if (!row || row.expires_at <= ctx.now()) throw problem.disclosureUnknown()
  return { linkId, sheet: row.disclosure, hash: row.disclosure_hash, version: row.version }
}

/** Begins a reading: from now on the server counts. */
export const openReading = async (ctx: Ctx, token: string, device: string) => {
  const { linkId, hash } = await sheetAt(ctx, token)
  const { disclosureSeconds } = await parametersOn(ctx, dayOf(ctx.now()))
  const id = randomUUID()
  await ctx.pg
    .insertInto('campaigns.disclosure_reading')
    .values({
      id,
      link_id: linkId,
      disclosure_hash: hash,
      needed_seconds: disclosureSeconds,
      opened_at: ctx.now(),
      seen_at: ctx.now(),
      confirmed_at: null,
      device,
    })
    .execute()
  return { reading: id, neededSeconds: disclosureSeconds }
}

const readingOf = (ctx: Ctx, linkId: string, id: string) =>
  ctx.pg
    .selectFrom('campaigns.disclosure_reading')
    .selectAll()
    .where('id', '=', id)
    .where('link_id', '=', linkId)
    .executeTakeFirst()

/**
 * A sign of life of a visible page. Time since the last one counts, three seconds of it at most; what the page says about
 * time is not asked.
 * @throws problem.disclosureUnknown
 */
export const beat = (
  ctx: Ctx,
  token: string,
  { reading, scrolled }: { reading: string; scrolled: boolean },
): Promise<{ shownSeconds: number; neededSeconds: number }> =>
  ctx.tx(async (ctx) => {
    const { linkId } = await sheetAt(ctx, token)
    const now = ctx.now()
    const row = await ctx.pg
      .updateTable('campaigns.disclosure_reading')
      .set({
        shown_ms: sql<number>`shown_ms + least(${longestGapMs}::int, greatest(0, extract(epoch from (${now}::timestamptz - seen_at)) * 1000))::int`,
        seen_at: now,
        scrolled: sql<boolean>`scrolled or ${scrolled}::boolean`,
      })
      .where('id', '=', reading)
      .where('link_id', '=', linkId)
      .where('confirmed_at', 'is', null)
      .returning(['shown_ms', 'needed_seconds'])
      .executeTakeFirst()
    if (!row) throw problem.disclosureUnknown()
    return { shownSeconds: row.shown_ms / 1_000, neededSeconds: row.needed_seconds }
  })

/**
 * The explicit word that the sheet was read. Said twice it counts once.
 * @throws problem.disclosureUnknown, problem.disclosureTooEarly, problem.disclosureNotRead
 */
export const confirmReading = (ctx: Ctx, token: string, reading: string): Promise<{ confirmedAt: string }> =>
  ctx.tx(async (ctx) => {
    const { linkId, version } = await sheetAt(ctx, token)
    const before = await readingOf(ctx, linkId, reading)
    if (!before) throw problem.disclosureUnknown()
    if (before.confirmed_at) return { confirmedAt: before.confirmed_at.toISOString() }
    await beat(ctx, token, { reading, scrolled: false })
    const row = await readingOf(ctx, linkId, reading)
    if (!row) throw problem.disclosureUnknown()
    const missing = row.needed_seconds - row.shown_ms / 1_000
    if (missing > 0) throw problem.disclosureTooEarly({ missingSeconds: Math.ceil(missing) })
    if (!row.scrolled) throw problem.disclosureNotRead()
    const now = ctx.now()
    await ctx.pg
      .updateTable('campaigns.disclosure_reading')
      .set({ confirmed_at: now })
      .where('id', '=', reading)
      .execute()
    await ctx.audit.record(ctx, {
      action: 'disclosure.confirm',
      subject: `disclosure:${linkId}`,
      detail: { version, disclosureHash: row.disclosure_hash, shownMs: row.shown_ms, device: row.device },
    })
    return { confirmedAt: now.toISOString() }
  })

/** The newest 200 readings of an offer's sheets. @throws problem.offerUnknown */
export const readReadings = async (ctx: Ctx, { id }: { id: number }): Promise<DisclosureReadings> => {
  const offer = await ctx.pg.selectFrom('campaigns.offer').select('id').where('id', '=', id).executeTakeFirst()
  if (!offer) throw problem.offerUnknown({ id })
  const of = ctx.pg
    .selectFrom('campaigns.disclosure_reading as reading')
    .innerJoin('campaigns.disclosure_link as link', 'link.id', 'reading.link_id')
    .where('link.offer_id', '=', id)
  const rows = await of
    .selectAll('reading')
    .select(['link.version', 'link.customer_no'])
    .orderBy('reading.opened_at', 'desc')
    .limit(200)
    .execute()
  const counted = await of
    .where('reading.confirmed_at', 'is not', null)
    .select(({ fn }) => fn.countAll<string>().as('confirmed'))
    .executeTakeFirstOrThrow()
  return {
    confirmed: Number(counted.confirmed),
    items: rows.map((row) => ({
      id: row.id,
      linkId: row.link_id,
      version: row.version,
      customerNo: row.customer_no,
      disclosureHash: row.disclosure_hash,
      neededSeconds: row.needed_seconds,
      shownSeconds: row.shown_ms / 1_000,
      scrolled: row.scrolled,
      openedAt: row.opened_at.toISOString(),
      confirmedAt: row.confirmed_at?.toISOString() ?? null,
      device: row.device,
    })),
  }
}

/** Whether a customer has confirmed the sheet of a version: an application may be signed only then (R2). */
export const hasReadDisclosure = async (
  ctx: Ctx,
  { offerId, version, customerNo }: { offerId: number; version: number; customerNo: number },
): Promise<boolean> => {
  const row = await ctx.pg
    .selectFrom('campaigns.disclosure_reading as reading')
    .innerJoin('campaigns.disclosure_link as link', 'link.id', 'reading.link_id')
    .select('reading.id')
    .where('link.offer_id', '=', offerId)
    .where('link.version', '=', version)
    .where('link.customer_no', '=', customerNo)
    .where('reading.confirmed_at', 'is not', null)
    .executeTakeFirst()
  return row !== undefined
}
