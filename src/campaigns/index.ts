import type { Feature } from '#platform'
import { startCopyingSends } from './effects/copy-sends.ts'
import { effectRoutes } from './effects/routes.ts'
import { planJobs, planRoutes } from './plans/routes.ts'

export const campaigns: Feature = {
  name: 'campaigns',
  routes: [...planRoutes, ...effectRoutes],
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
