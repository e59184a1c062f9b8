import { z } from 'zod'
import { type Feature, job } from '#platform'
import { eventJobs, eventSubscriptions, startEvents } from './events/feature.ts'
import { incidentJobs, incidentRoutes, incidentSubscriptions } from './incidents/routes.ts'
import { closeLostBatches } from './intake/take-in.ts'
import { postRoutes } from './posts/routes.ts'
import { reportJobs, reportRoutes } from './reports/routes.ts'
import { subjectJobs, subjectRoutes } from './subjects/routes.ts'

export { productInCrisis } from './notices.ts'

export const opinion: Feature = {
  name: 'opinion',
  routes: [...reportRoutes, ...subjectRoutes, ...postRoutes, ...incidentRoutes],
  on: [...eventSubscriptions, ...incidentSubscriptions],
  jobs: [
    ...reportJobs,
    ...eventJobs,
    ...incidentJobs,
    ...subjectJobs,
    job({
      name: 'opinion.closeLostBatches',
      cron: '* * * * *',
      input: z.strictObject({}),
      run: async (ctx) => {
        await closeLostBatches(ctx)
      },
    }),
  ],
  start: async (ctx) => startEvents(ctx),
}
