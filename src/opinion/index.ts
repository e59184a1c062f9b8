import { z } from 'zod'
import { type Feature, job } from '#platform'
import { complaintPackRoutes } from './complaint-packs/routes.ts'
import { eventJobs, eventSubscriptions, startEvents } from './events/feature.ts'
import { eventRoutes } from './events/routes.ts'
import { incidentJobs, incidentRoutes, incidentSubscriptions } from './incidents/routes.ts'
import { closeLostBatches } from './intake/take-in.ts'
import { postRoutes } from './posts/routes.ts'
import { reportJobs, reportRoutes } from './reports/routes.ts'
import { statementRoutes } from './statements/routes.ts'
import { subjectJobs, subjectRoutes } from './subjects/routes.ts'
import { ticketJobs, ticketRoutes, ticketSubscriptions } from './tickets/routes.ts'
import { mountSurvey } from './tickets/survey.ts'

export { productInCrisis } from './notices.ts'

export const opinion: Feature = {
  name: 'opinion',
  routes: [
    ...eventRoutes,
    ...reportRoutes,
    ...subjectRoutes,
    ...postRoutes,
    ...incidentRoutes,
    ...statementRoutes,
    ...complaintPackRoutes,
    ...ticketRoutes,
  ],
  mount: mountSurvey,
  on: [...eventSubscriptions, ...incidentSubscriptions, ...ticketSubscriptions],
  jobs: [
    ...reportJobs,
    ...eventJobs,
    ...incidentJobs,
    ...ticketJobs,
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
