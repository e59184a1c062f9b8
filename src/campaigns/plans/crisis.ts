import { sql } from 'kysely'
import { z } from 'zod'
import { productInCrisis } from '#opinion'
import { type Ctx, on, route } from '#platform'
import { products } from '../channels-contract.ts'
import type { CampaignState } from '../contract.ts'
import { pauseCampaign } from './lifecycle.ts'

/**
 * A product in a crisis: its campaigns are paused until a person lets them go on. A product is named `offer:12` for the
 * campaigns that speak of that offer, or by the kind that a campaign is of (`loan`).
 */

const runs = sql`c.state in ('running', 'stopping')`

/** Running campaigns of a product, by what they were published with. */
const ofProduct = (productKey: string) => {
  const offer = /^offer:(\d{1,9})$/.exec(productKey)?.[1]
  return offer === undefined
    ? sql`v.frozen #>> '{definition,product}' = ${productKey}`
    : sql`v.frozen -> 'offers' ? ${offer}`
}

const reasonOf = (incidentId: number): string => `舆情处置单 #${incidentId}`

/** Pauses what runs about a product, each with the incident as its reason. Told twice it finds nothing more to pause. */
export const pauseForCrisis = async (
  ctx: Ctx,
  { productKey, incidentId }: { productKey: string; incidentId: number },
): Promise<number> => {
  const { rows } = await sql<{ id: number }>`
    select c.id from campaigns.campaign c join campaigns.version v on v.campaign_id = c.id and v.version = c.live_version
    where ${runs} and ${ofProduct(productKey)} order by c.id`.execute(ctx.pg)
  for (const { id } of rows) await pauseCampaign(ctx, { id, reason: reasonOf(incidentId) })
  return rows.length
}

const PausedCampaign = z.object({ id: z.int(), name: z.string(), state: z.string(), pausedAt: z.iso.datetime() })
const ProductChoice = z.object({ key: z.string(), name: z.string(), running: z.int() })

/** Campaigns that an incident paused, as they are now. */
const pausedBy = async (ctx: Ctx, { incidentId }: { incidentId: number }) => {
  const { rows } = await sql<{ id: number; name: string; state: CampaignState; at: string }>`
    select c.id, c.name, c.state, max(a.record::jsonb ->> 'ts') as at
    from platform.audit a join campaigns.campaign c on a.subject = 'campaign:' || c.id
    where a.action = 'campaign.pause' and a.record::jsonb #>> '{detail,reason}' = ${reasonOf(incidentId)}
    group by c.id, c.name, c.state order by c.id`.execute(ctx.pg)
  return { items: rows.map(({ at, ...row }) => ({ ...row, pausedAt: at })) }
}

/** Products that campaigns can be paused by, with how many run. */
const productChoices = async (ctx: Ctx) => {
  const { rows: offers } = await sql<{ id: number; name: string; running: number }>`
    select o.id, o.name, (select count(*)::int from campaigns.campaign c
      join campaigns.version v on v.campaign_id = c.id and v.version = c.live_version
      where ${runs} and v.frozen -> 'offers' ? o.id::text) as running
    from campaigns.offer o order by running desc, o.name, o.id limit 500`.execute(ctx.pg)
  const { rows: kinds } = await sql<{ product: string; running: number }>`
    select v.frozen #>> '{definition,product}' as product, count(*)::int as running from campaigns.campaign c
    join campaigns.version v on v.campaign_id = c.id and v.version = c.live_version where ${runs} group by 1`.execute(
    ctx.pg,
  )
  return {
    items: [
      ...offers.map(({ id, name, running }) => ({ key: `offer:${id}`, name, running })),
      ...products.map((product) => ({
        key: product,
        name: '',
        running: kinds.find((one) => one.product === product)?.running ?? 0,
      })),
    ],
  }
}

export const crisisRoutes = [
  route('GET /campaigns/of-crisis', {
    can: 'campaigns.read',
    summary: 'Campaigns that an incident paused, as they are now',
    query: z.object({ incidentId: z.coerce.number().int().min(1) }),
    reply: z.object({ items: z.array(PausedCampaign) }),
    run: pausedBy,
  }),
  route('GET /campaigns/products', {
    can: 'campaigns.read',
    summary: 'Products that campaigns can be paused by in a crisis, with how many run',
    reply: z.object({ items: z.array(ProductChoice) }),
    run: productChoices,
  }),
]

export const crisisSubscriptions = [
  on(productInCrisis, 'campaigns.pauseForCrisis', async (ctx, payload) => {
    const paused = await pauseForCrisis(ctx, payload)
    ctx.log.info({ incident: payload.incidentId, paused }, 'campaigns paused for a product in a crisis')
  }),
]
