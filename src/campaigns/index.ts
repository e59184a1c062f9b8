import type { Feature } from '#platform'
import { adAudienceJobs, adAudienceRoutes } from './ad-audiences/routes.ts'
import { slotRoutes } from './channels/in-app/slots.ts'
import { wechatRoutes } from './channels/wechat/qr-codes.ts'
import { creativeRoutes } from './creatives/routes.ts'
import {
  deliveryHealth,
  deliveryJobs,
  deliveryRoutes,
  mountLinks,
  mountReceipts,
  startDelivery,
} from './delivery/feature.ts'
import { startCopyingSends } from './effects/copy-sends.ts'
import { effectRoutes } from './effects/routes.ts'
import { erasureJobs } from './erasure/feature.ts'
import { gateRoutes } from './gate/routes.ts'
import { journeyRoutes, journeySubscriptions } from './journeys/routes.ts'
import { journeyHealth, startJourneys } from './journeys/start.ts'
import { limitRoutes } from './limits/routes.ts'
import { mountDisclosure } from './offers/disclosure-page.ts'
import { offerRoutes } from './offers/routes.ts'
import { crisisRoutes, crisisSubscriptions } from './plans/crisis.ts'
import { planJobs, planRoutes } from './plans/routes.ts'
import { simulationRoutes } from './simulation/routes.ts'
import { startDesk } from './tasks/desk.ts'
import { taskRoutes } from './tasks/routes.ts'
import { triggerJobs, triggerRoutes, triggerSubscriptions } from './triggers/feature.ts'
import { startTriggers, triggerHealth } from './triggers/start.ts'

// Providers to try against: the demo brings them along.
export { startEmailSandbox } from './channels/email/sandbox.ts'
export { startPushSandbox } from './channels/push/sandbox.ts'
export { startSmsSandbox } from './channels/sms/sandbox.ts'
export { startWechatSandbox } from './channels/wechat/sandbox.ts'

export const campaigns: Feature = {
  name: 'campaigns',
  routes: [
    ...offerRoutes,
    ...creativeRoutes,
    ...crisisRoutes,
    ...planRoutes,
    ...effectRoutes,
    ...triggerRoutes,
    ...simulationRoutes,
    ...deliveryRoutes,
    ...journeyRoutes,
    ...gateRoutes,
    ...limitRoutes,
    ...wechatRoutes,
    ...taskRoutes,
    ...slotRoutes,
    ...adAudienceRoutes,
  ],
  mount: async (app, ctx) => {
    await mountDisclosure(app, ctx)
    await mountReceipts(app, ctx)
    await mountLinks(app, ctx)
  },
  jobs: [...planJobs, ...triggerJobs, ...deliveryJobs, ...adAudienceJobs, ...erasureJobs],
  on: [...crisisSubscriptions, ...triggerSubscriptions, ...journeySubscriptions],
  health: async (ctx) => [...(await triggerHealth(ctx)), ...(await deliveryHealth(ctx)), ...(await journeyHealth(ctx))],
  // Each process lets people in for the events it stores; the rest is for those that work.
  start: startTriggers,
  work: (ctx) => {
    const stops = [startCopyingSends(ctx), startDelivery(ctx), startDesk(ctx), startJourneys(ctx)]
    // The last started stops first: what fills the others stops before them.
    return async () => {
      for (const stop of stops.toReversed()) await stop()
    }
  },
}
