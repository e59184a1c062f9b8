import { z } from 'zod'
import { type Feature, job } from '#platform'
import { complaintPackRoutes } from './complaint-packs/routes.ts'
import { eventJobs, eventSubscriptions, startEvents } from './events/feature.ts'
import { eventRoutes } from './events/routes.ts'
import { incidentJobs, incidentRoutes, incidentSubscriptions } from './incidents/routes.ts'
import { closeLostBatches } from './intake/take-in.ts'
import { postRoutes } from './posts/routes.ts'
import { reportJobs, reportRoutes } from './reports/routes.ts'
import { mountPosts, sourceJobs, sourceRoutes, sourcesHealth, startReading } from './sources/feature.ts'
import { statementRoutes } from './statements/routes.ts'
import { subjectJobs, subjectRoutes } from './subjects/routes.ts'
import { ticketJobs, ticketRoutes, ticketSubscriptions } from './tickets/routes.ts'
import { mountSurvey } from './tickets/survey.ts'

export { productInCrisis } from './notices.ts'
// A small internet to read from: the demo brings it along.
export { type SourceSandbox, startSourceSandbox } from './sources/sandbox.ts'

export const opinion: Feature = {
  name: 'opinion',
  routes: [
    ...sourceRoutes,
    ...eventRoutes,
    ...reportRoutes,
    ...subjectRoutes,
    ...postRoutes,
    ...incidentRoutes,
    ...statementRoutes,
    ...complaintPackRoutes,
    ...ticketRoutes,
  ],
  mount: async (app, ctx) => {
    await mountPosts(app, ctx)
    await mountSurvey(app, ctx)
  },
  on: [...eventSubscriptions, ...incidentSubscriptions, ...ticketSubscriptions],
  jobs: [
    ...sourceJobs,
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
  health: sourcesHealth,
  start: async (ctx) => {
    const stops = [await startEvents(ctx)]
    // What brings posts in starts last and stops first.
    if (ctx.config.worker) stops.push(await startReading(ctx))
    return async () => {
      for (const stop of stops.toReversed()) await stop()
    }
  },
}
