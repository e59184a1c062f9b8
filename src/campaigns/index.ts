import type { Feature } from '#platform'
import { planJobs, planRoutes } from './plans/routes.ts'

export const campaigns: Feature = {
  name: 'campaigns',
  routes: [...planRoutes],
  jobs: [...planJobs],
}
