import type { Feature } from '#platform'
import { analysisJobs, analysisRoutes } from './analysis/routes.ts'
import { miningJobs, miningRoutes } from './mining/routes.ts'

export { funnelAlarm } from './analysis/watch.ts'

export const insights: Feature = {
  name: 'insights',
  routes: [...analysisRoutes, ...miningRoutes],
  jobs: [...analysisJobs, ...miningJobs],
}
