import { sql } from 'kysely'
import type { Ctx } from '#platform'
import { type DeliveryParts, openCourier } from '../src/campaigns/delivery/courier.ts'

export interface DeliveryFigures {
  sends: number
  seconds: number
  perSecond: number
}

/**
 * Delivers everything that is due, from planned to recorded, by the courier as the program runs it.
 * @param ctx stores with planned sends and an account that is switched on
 */
export const measureDelivery = async (ctx: Ctx, parts: DeliveryParts): Promise<DeliveryFigures> => {
  const left = async () => {
    const { rows } = await sql<{ left: number }>`
      select count(*)::int as left from campaigns.send where state in ('planned', 'queued')`.execute(ctx.pg)
    return rows[0]?.left ?? 0
  }
  const sends = await left()
  const courier = openCourier(ctx, parts, { setSize: 1_000, idleMs: [10, 10] })
  const startedAt = performance.now()
  courier.start()
  while ((await left()) > 0) await new Promise((resolve) => setTimeout(resolve, 50))
  const seconds = (performance.now() - startedAt) / 1_000
  await courier.stop()
  return { sends, seconds, perSecond: sends / seconds }
}
