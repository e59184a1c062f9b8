import { type Recipient, recipientsOf } from '#customers'
import { type Ctx, Problem } from '#platform'
import type { Refusal } from '../channels-contract.ts'
import { CreativeContent } from '../creatives/content-contract.ts'
import { renderCreative } from '../creatives/render.ts'
import type { Frozen } from '../plans/frozen.ts'
import '../tables.ts'
import type { OutMessage } from './adapter.ts'
import type { ClaimedSend } from './claim.ts'
import type { OpenProvider } from './provider-world.ts'

/** What claimed sends say, to whom, and those that cannot be made. */
export interface Composed {
  messages: Map<string, OutMessage>
  refused: { id: string; refusal: Refusal; detail?: Record<string, unknown> }[]
}

/** Makes messages of sends; `composeFrozen` does unless a test says otherwise. */
export type Compose = (ctx: Ctx, provider: OpenProvider, sends: readonly ClaimedSend[]) => Promise<Composed>

/** Pages of a person for the foot of a message: how to refuse, how to choose. */
export type LinksOf = (
  ctx: Ctx,
  sends: readonly ClaimedSend[],
) => Promise<ReadonlyMap<string, { unsubscribe: string; preference: string }>>

const kept = 200

interface Version {
  frozen: Frozen
  name: string
  contents: Map<number, CreativeContent>
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
  return {
    frozen: row.frozen,
    name: row.name,
    contents: new Map(
      Object.entries(row.frozen.creatives).map(([id, { content }]) => [Number(id), CreativeContent.parse(content)]),
    ),
  }
}

const triggersOf = async (ctx: Ctx, sends: readonly ClaimedSend[]): Promise<Map<string, Record<string, unknown>>> => {
  const ids = [...new Set(sends.map(({ entry_id }) => entry_id))]
  const rows = await ctx.pg.selectFrom('campaigns.entry').select(['id', 'trigger']).where('id', 'in', ids).execute()
  return new Map(rows.map(({ id, trigger }) => [String(id), trigger]))
}

/** Composes from the creative that was approved and frozen, for the person as he is now. */
export const composeFrozen =
  (linksOf: LinksOf, offerScope: (offer: unknown) => Record<string, unknown>): Compose =>
  async (ctx, { adapter }, sends) => {
    const [people, triggers, links] = await Promise.all([
      recipientsOf(
        ctx,
        sends.map(({ customer_no }) => customer_no),
        adapter.address === 'none' ? [] : [adapter.address],
      ),
      triggersOf(ctx, sends),
      linksOf(ctx, sends),
    ])
    const composed: Composed = { messages: new Map(), refused: [] }
    for (const send of sends) {
      const person = people.get(send.customer_no)
      const address = addressIn(person, adapter.address)
      if (!person || address === undefined) {
        composed.refused.push({ id: send.id, refusal: person ? 'NO_ADDRESS' : 'CUSTOMER_ERASED' })
        continue
      }
      const { frozen, name, contents } = await versionOf(ctx, send.campaign_id, send.version)
      const content = contents.get(send.creative_id ?? -1)
      const offer = send.offer_id === null ? undefined : frozen.offers[send.offer_id]?.content
      if (!content) {
        composed.refused.push({ id: send.id, refusal: 'CHANNEL_OFF', detail: { creative: send.creative_id } })
        continue
      }
      const pages = links.get(send.id)
      try {
        const { rendered, missing } = await renderCreative(
          content,
          {
            customer: person.traits,
            trigger: (triggers.get(send.entry_id) ?? {}) as Record<string, never>,
            ...(offer !== undefined && { offer: offerScope(offer) as Record<string, never> }),
            ...(pages && { links: { ...pages } }),
            campaign: { name },
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
        composed.messages.set(send.id, {
          key: send.key,
          sendId: Number(send.id),
          address,
          category: send.category,
          content: rendered,
          ...(pages && { optOutUrl: pages.unsubscribe }),
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
