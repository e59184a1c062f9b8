import { sql } from 'kysely'
import { preferenceLinks } from '#compliance'
import { type Recipient, recipientsOf } from '#customers'
import { type Ctx, Problem, readSetting } from '#platform'
import type { Refusal } from '../channels-contract.ts'
import { CreativeContent } from '../creatives/content-contract.ts'
import type { Scope } from '../creatives/liquid.ts'
import { offerScope } from '../creatives/offer-figures.ts'
import { renderCreative } from '../creatives/render.ts'
import { offerFacts } from '../offers/facts.ts'
import { OfferContent } from '../offers/offer-contract.ts'
import { rowsAsText } from '../rows-as-text.ts'
import '../tables.ts'
import type { OutMessage, Tracking } from './adapter.ts'
import type { ClaimedSend } from './claim.ts'
import { ownPlaces, shortener, withOpenPicture, withShortLinks } from './links.ts'
import type { OpenProvider } from './provider-world.ts'

/** What claimed sends say, to whom, and those that cannot be made. */
export interface Composed {
  messages: Map<string, OutMessage>
  refused: { id: string; refusal: Refusal; detail?: Record<string, unknown> }[]
  /** Where short links lead, by send and in their order. */
  targets?: Map<string, readonly string[]>
}

/** Makes messages of sends; `composeFrozen` does unless a test says otherwise. */
export type Compose = (ctx: Ctx, provider: OpenProvider, sends: readonly ClaimedSend[]) => Promise<Composed>

const kept = 200

interface Version {
  name: string
  contents: Map<number, CreativeContent>
  /** The offer that a creative speaks of, by the creative's id. */
  spokenOf: Map<number, number>
  offers: Map<number, { scope: Scope; contact: string }>
}

const versions = new WeakMap<object, Map<string, Promise<Version>>>()

/** What was published, read once: it never changes, and creatives are compiled once per object. */
const versionOf = (ctx: Ctx, campaignId: number, version: number): Promise<Version> => {
  const held = versions.get(ctx.store) ?? new Map<string, Promise<Version>>()
  versions.set(ctx.store, held)
  const name = `${campaignId}.${version}`
  const known = held.get(name)
  if (known) return known
  const read = readVersion(ctx, campaignId, version)
  held.set(name, read)
  read.catch(() => held.delete(name))
  const [oldest] = held.keys()
  if (held.size > kept && oldest !== undefined) held.delete(oldest)
  return read
}

const readVersion = async (ctx: Ctx, campaignId: number, version: number): Promise<Version> => {
  const row = await ctx.pg
    .selectFrom('campaigns.version')
    .innerJoin('campaigns.campaign', 'campaigns.campaign.id', 'campaigns.version.campaign_id')
    .select(['campaigns.version.frozen', 'campaigns.campaign.name'])
    .where('campaign_id', '=', campaignId)
    .where('version', '=', version)
    .executeTakeFirstOrThrow()
  const ids = Object.keys(row.frozen.offers).map(Number)
  const named = await ctx.pg
    .selectFrom('campaigns.offer')
    .select(['id', 'name'])
    .where('id', 'in', [0, ...ids])
    .execute()
  return {
    name: row.name,
    offers: new Map(
      named.map(({ id, name }) => {
        const content = OfferContent.parse(row.frozen.offers[id]?.content)
        const scope = offerScope(name, content, offerFacts(name, content))
        return [id, { scope, contact: content.lender.contact }]
      }),
    ),
    spokenOf: new Map(
      Object.entries(row.frozen.creatives).flatMap(([id, { offerId }]) =>
        offerId === undefined ? [] : [[Number(id), offerId] as const],
      ),
    ),
    contents: new Map(
      Object.entries(row.frozen.creatives).map(([id, { content }]) => [Number(id), CreativeContent.parse(content)]),
    ),
  }
}

const triggersOf = async (ctx: Ctx, sends: readonly ClaimedSend[]): Promise<Map<string, Scope>> => {
  const ids = [...new Set(sends.map(({ entry_id }) => entry_id))]
  const rows = await rowsAsText(
    ctx,
    sql<{ id: string; trigger: Scope }>`
      select id::text as id, trigger from campaigns.entry where id = any(${ids}::bigint[])`,
  )
  return new Map(rows.map(({ id, trigger }) => [id, trigger]))
}

/** Composes from the creative that was approved and frozen, for the person as he is now. */
export const composeFrozen: Compose = (ctx, { adapter, row }, sends) =>
  composeFor(ctx, adapter.address, sends, adapter.tracking?.(adapter.settings.parse(row.settings)))

const untracked: Tracking = { clicks: false, opens: false }

/** As `composeFrozen`, to an address of this kind. */
export const composeFor = async (
  ctx: Ctx,
  kind: OpenProvider['adapter']['address'],
  sends: readonly ClaimedSend[],
  tracking = untracked,
): Promise<Composed> => {
  const [people, triggers, links, company, own] = await Promise.all([
    recipientsOf(
      ctx,
      sends.map(({ customer_no }) => customer_no),
      kind === 'none' ? [] : [kind],
      { contactable: true },
    ),
    triggersOf(ctx, sends),
    preferenceLinks(
      ctx,
      sends.map(({ customer_no, id }) => ({ customerNo: customer_no, sendId: id })),
    ),
    readSetting(ctx, 'companyName'),
    ownPlaces(ctx),
  ])
  const targets = new Map<string, readonly string[]>()
  const composed: Composed = { messages: new Map(), refused: [], targets }
  for (const [at, send] of sends.entries()) {
    const person = people.get(send.customer_no)
    const address = addressIn(person, kind)
    if (!person || address === undefined) {
      composed.refused.push({ id: send.id, refusal: person ? 'NO_ADDRESS' : 'CUSTOMER_ERASED' })
      continue
    }
    const { name, contents, offers, spokenOf } = await versionOf(ctx, send.campaign_id, send.version)
    const content = contents.get(send.creative_id ?? -1)
    const offer = offers.get(send.offer_id ?? spokenOf.get(send.creative_id ?? -1) ?? -1)
    if (!content) {
      composed.refused.push({ id: send.id, refusal: 'CHANNEL_OFF', detail: { creative: send.creative_id } })
      continue
    }
    const link = links[at]
    // Only marketing carries a way out: a word about his own contract is not refused.
    const leaves = send.category === 'marketing' ? link : undefined
    const shortened = shortener(ctx, own, send.id)
    targets.set(send.id, shortened.targets)
    try {
      const { rendered, missing } = await renderCreative(
        content,
        {
          customer: person.traits,
          trigger: triggers.get(send.entry_id) ?? {},
          ...(offer && { offer: offer.scope }),
          links: { ...(link && { preference: link.url }), ...(leaves && { unsubscribe: leaves.url }) },
          campaign: { name },
          sender: { ...(company !== undefined && { name: company }), ...(offer && { contact: offer.contact }) },
          short: shortened.short,
          now: ctx.now().toISOString(),
        },
        { mode: 'lenient' },
      )
      if (missing.length > 0) {
        // Names of variables only: their values are what is missing.
        ctx.log.warn({ send: send.id, campaign: send.campaign_id, missing }, 'values missing in a message')
        composed.refused.push({ id: send.id, refusal: 'VALUE_MISSING', detail: { missing: missing.slice(0, 10) } })
        continue
      }
      if (rendered.channel === 'email' && send.category === 'marketing') {
        if (tracking.clicks) rendered.html = withShortLinks(rendered.html, shortened, own)
        if (tracking.opens) rendered.html = withOpenPicture(ctx, rendered.html, own, send.id)
      }
      composed.messages.set(send.id, {
        key: send.key,
        sendId: Number(send.id),
        address,
        category: send.category,
        content: rendered,
        ...(leaves && { optOutUrl: leaves.oneClickUrl }),
      })
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      ctx.log.warn({ send: send.id, campaign: send.campaign_id, code: error.code }, 'message could not be made')
      composed.refused.push({ id: send.id, refusal: 'VALUE_MISSING', detail: { code: error.code } })
    }
  }
  return composed
}

const addressIn = (person: Recipient | undefined, kind: OpenProvider['adapter']['address']): string | undefined =>
  kind === 'none' ? '' : person?.addresses[kind]
