import type { Feature } from '#platform'

export const compliance: Feature = {
  name: 'compliance',
  routes: [],
  jobs: [],
}
