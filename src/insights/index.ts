import type { Feature } from '#platform'
import { analysisRoutes } from './analysis/routes.ts'
import { miningRoutes } from './mining/routes.ts'

export const insights: Feature = {
  name: 'insights',
  routes: [...analysisRoutes, ...miningRoutes],
  jobs: [],
}
