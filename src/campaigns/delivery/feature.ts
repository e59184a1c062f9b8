import type { Ctx } from '#platform'
import { recheckStale } from '../gate/recheck-stale.ts'
import { composeFrozen } from './compose.ts'
import { openCourier } from './courier.ts'

export { deliveryHealth } from './delivery-health.ts'
export { mountLinks } from './mount-links.ts'
export { mountReceipts } from './mount-receipts.ts'
export { deliveryJobs, deliveryRoutes } from './routes.ts'

/** Delivers for as long as the process lives, where it works. @returns how to stop, after what left is recorded */
export const startDelivery = (ctx: Ctx): (() => Promise<void>) => {
  const courier = openCourier(ctx, { recheck: recheckStale, compose: composeFrozen })
  courier.start()
  return courier.stop
}
