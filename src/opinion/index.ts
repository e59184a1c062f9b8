import { z } from 'zod'
import { type Feature, job, onHold } from '#platform'
import { mountAckPage } from './alerts/ack-page.ts'
import { alertRoutes } from './alerts/routes.ts'
import { alertsHealth, gradingSubscriptions, startGrading } from './alerts/start.ts'
import { awarenessRoutes } from './awareness/routes.ts'
import { complaintPackRoutes } from './complaint-packs/routes.ts'
import { drillRoutes } from './drills/routes.ts'
import { startDrills } from './drills/run.ts'
import { eventFacts } from './events/event-facts.ts'
import { eventJobs, eventSubscriptions, startEvents } from './events/feature.ts'
import { eventRoutes } from './events/routes.ts'
import { factJobs, factRoutes } from './facts/routes.ts'
import { gradingRoutes } from './grading/routes.ts'
import { incidentJobs, incidentRoutes, incidentSubscriptions } from './incidents/routes.ts'
import { holdIntake } from './intake/hold.ts'
import { closeLostBatches } from './intake/take-in.ts'
import { startLoops } from './loops.ts'
import { postRoutes } from './posts/routes.ts'
import { readingJobs, readingRoutes } from './reading/routes.ts'
import { reportJobs, reportRoutes } from './reports/routes.ts'
import { reviewRoutes } from './review/routes.ts'
import { mountPosts, sourceJobs, sourceRoutes, sourcesHealth, startReading } from './sources/feature.ts'
import { statementRoutes } from './statements/routes.ts'
import { subjectJobs, subjectRoutes } from './subjects/routes.ts'
import { ticketJobs, ticketRoutes, ticketSubscriptions } from './tickets/routes.ts'
import { mountSurvey } from './tickets/survey.ts'

// Every way an alert leaves, to try against: the demo brings it along.
export { type AlertSandbox, startAlertSandbox } from './alerts/sandbox.ts'
export { productInCrisis } from './notices.ts'
export { inThePast, type Past } from './past.ts'
export { makeHeads } from './reading/make-heads.ts'
export { postsModel } from './reading/read.ts'
// A small internet to read from: the demo brings it along.
export { type SourceSandbox, startSourceSandbox } from './sources/sandbox.ts'

export const opinion: Feature = {
  name: 'opinion',
  routes: [
    ...sourceRoutes,
    ...eventRoutes,
    ...factRoutes,
    ...gradingRoutes,
    ...alertRoutes,
    ...reportRoutes,
    ...reviewRoutes,
    ...drillRoutes,
    ...awarenessRoutes,
    ...subjectRoutes,
    ...postRoutes,
    ...readingRoutes,
    ...incidentRoutes,
    ...statementRoutes,
    ...complaintPackRoutes,
    ...ticketRoutes,
  ],
  mount: async (app, ctx) => {
    await mountPosts(app, ctx)
    await mountSurvey(app, ctx)
    await mountAckPage(app, ctx)
  },
  on: [...eventSubscriptions, ...gradingSubscriptions, ...incidentSubscriptions, ...ticketSubscriptions],
  jobs: [
    ...sourceJobs,
    ...reportJobs,
    ...readingJobs,
    ...eventJobs,
    ...factJobs,
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
  health: async (ctx) => [...(await sourcesHealth(ctx)), ...(await alertsHealth(ctx))],
  start: async (ctx) => {
    const release = onHold(ctx, () => holdIntake(ctx))
    const loops = await startLoops(ctx, [
      () => startEvents(ctx),
      ...(ctx.config.worker ? [() => startGrading(ctx, eventFacts), () => startDrills(ctx)] : []),
    ])
    const stops = [async () => release(), loops]
    // What brings posts in starts last and stops first.
    if (ctx.config.worker) stops.push(await startReading(ctx))
    return async () => {
      for (const stop of stops.toReversed()) await stop()
    }
  },
}
