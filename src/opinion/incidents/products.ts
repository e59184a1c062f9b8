import { sql } from 'kysely'
import type { z } from 'zod'
import { type Ctx, emit } from '#platform'
import { productInCrisis } from '../notices.ts'
import { addEntry } from './entries.ts'
import type { Incident, ProductCrisis } from './incident-contract.ts'
import { openIncident } from './incident-row.ts'
import { readIncident } from './store.ts'

/**
 * Says that a product is in a crisis: whoever advertises it stops. Said twice it is told twice; nobody stops twice.
 * A drill says it to nobody, because nothing real may stop for it.
 */
export const tellProductCrisis = (
  ctx: Ctx,
  { id, productKey, reason }: z.output<typeof ProductCrisis> & { id: number },
): Promise<Incident> =>
  ctx.tx(async (ctx) => {
    const row = await openIncident(ctx, id)
    await sql`update opinion.incident set product_keys = array(select distinct unnest(product_keys || ${[productKey]}::text[]) order by 1)
      where id = ${id}`.execute(ctx.pg)
    if (row.drill_id === 0)
      await emit(ctx, productInCrisis, { productKey, incidentId: id, by: ctx.actor.name }, `product:${productKey}`)
    await addEntry(ctx, id, { kind: 'product', text: reason, detail: { product: productKey, drill: row.drill_id } })
    const incident = await readIncident(ctx, { id })
    await ctx.audit.record(ctx, {
      action: 'incident.productCrisis',
      subject: `incident:${id}`,
      detail: { product: productKey, drill: row.drill_id },
    })
    return incident
  })
