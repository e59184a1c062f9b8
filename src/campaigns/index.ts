import type { Feature } from '#platform'
import { creativeRoutes } from './creatives/routes.ts'
import { startCopyingSends } from './effects/copy-sends.ts'
import { effectRoutes } from './effects/routes.ts'
import { mountDisclosure } from './offers/disclosure-page.ts'
import { offerRoutes } from './offers/routes.ts'
import { planJobs, planRoutes } from './plans/routes.ts'
import { triggerJobs, triggerRoutes, triggerSubscriptions } from './triggers/feature.ts'
import { startTriggers, triggerHealth } from './triggers/start.ts'

export const campaigns: Feature = {
  name: 'campaigns',
  routes: [...offerRoutes, ...creativeRoutes, ...planRoutes, ...effectRoutes],
  mount: mountDisclosure,
  jobs: [...planJobs],
  start: async (ctx) => {
    if (!ctx.config.worker) return async () => undefined
    const stops = [startCopyingSends(ctx)]
    // The last started stops first: what fills the others stops before them.
    return async () => {
      for (const stop of stops.toReversed()) await stop()
    }
  },
}
