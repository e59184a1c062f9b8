import { type Ctx, type Feature, job, on, workspaceKeyRotated } from '#platform'
import { z } from 'zod'
import './tables.ts'
import { reconcile } from './mirror.ts'
import { customerRoutes } from './routes.ts'
import { resealDocuments } from './reseal.ts'
import { runningOf } from './running.ts'
import { mountTracking } from './tracking/mount.ts'
import { dropOldClaims } from './tracking/seen.ts'

export { readRows } from './profile.ts'

/** The dictionary of traits as it is now: name → type, title, whether personal. */
export const traitEntries = (ctx: Ctx) => runningOf(ctx).dictionary.entries(ctx)

export const customers: Feature = {
  name: 'customers',
  routes: customerRoutes(runningOf),
  mount: (app, ctx) => mountTracking(app, ctx, runningOf(ctx)),
  on: [on(workspaceKeyRotated, 'customers.reseal', (ctx) => ctx.jobs.send('customers.reseal', {}, { key: 'reseal' }))],
  jobs: [
    job({
      name: 'customers.reseal',
      timeoutSeconds: 3_600,
      input: z.object({}),
      run: async (ctx, _input, signal) => {
        const documents = await resealDocuments(ctx, signal)
        ctx.log.info({ documents }, 'personal documents brought under the newest key')
      },
    }),
    job({ name: 'customers.reconcile', cron: '17 * * * *', input: z.object({}), run: async (ctx) => void (await reconcile(ctx)) }),
    job({ name: 'customers.dropOldClaims', cron: '*/20 * * * *', input: z.object({}), run: dropOldClaims }),
  ],
  start: async (ctx) => {
    const { committer, sources, seen } = runningOf(ctx)
    await reconcile(ctx)
    const timer = setInterval(() => {
      sources.flush(ctx).catch((error: unknown) => ctx.log.warn({ error }, 'source counts not written'))
    }, 2_000)
    return async () => {
      clearInterval(timer)
      await committer.drain()
      await seen.stop()
      await sources.flush(ctx)
    }
  },
}
