import type { Feature } from '#platform'

export const campaigns: Feature = {
  name: 'campaigns',
  routes: [],
  jobs: [],
}
