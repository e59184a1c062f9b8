import { z } from 'zod'
import { consentsRecorded } from '#compliance'
import { type Ctx, type Feature, job, on, onHold, whenKeyIsInForce, workspaceKeyRotated } from '#platform'
import './tables.ts'
import { copyRecorded } from './consent-copy.ts'
import { deleteOldExportSets } from './export/anonymous.ts'
import { deleteOldExports, runExport } from './export/export.ts'
import { exportRoutes } from './export/routes.ts'
import { importRoutes } from './import/routes.ts'
import { type ImportRunner, startImports } from './import/run.ts'
import { adoptFiles } from './import/store.ts'
import { deleteOldUploads } from './import/uploads.ts'
import { lendToCompliance } from './lend-to-compliance.ts'
import { linkJobs, linkRoutes } from './links/feature.ts'
import { matchingJobs, matchingRoutes } from './matching/feature.ts'
import { reconcile } from './mirror.ts'
import { readProfile } from './profile.ts'
import { qualityJobs, qualityRoutes } from './quality/feature.ts'
import { reconcileReach } from './reach.ts'
import { resealDocuments } from './reseal.ts'
import { customerRoutes } from './routes.ts'
import { runningOf } from './running.ts'
import { mountTracking } from './tracking/mount.ts'
import { dropOldClaims } from './tracking/seen.ts'

export { addressesOf, type Recipient, recipientsOf } from './addresses.ts'
export { exportCustomers, offerCustomerSet } from './export/export.ts'
export { customersMerged } from './identity/merged.ts'
export { type UploadedRows, uploadedRows } from './import/uploaded-rows.ts'
export { storeUpload } from './import/uploads.ts'
export { writeTable } from './import/write-table.ts'
export {
  describeUpload,
  dropUpload,
  type Found,
  type LookUpKind,
  lookUp,
  maskValue,
  storeValues,
  uploadedValues,
} from './look-up.ts'
export { readRows } from './profile.ts'
export { offerListMaker } from './quality/overview.ts'
export { reachMask } from './reach.ts'
export { customersTouched, readTouched, type TouchedReader } from './touched.ts'
export { hearStored, type StoredEvent } from './tracking/stored-events.ts'
export { type SeenInside, trackInside } from './tracking/track-inside.ts'
export { dateBands, numberEdges, numberLabel, valueLabel } from './traits/bands.ts'
export { sayTraits, type TraitSaid } from './traits/say.ts'

/** One person as others may see him: personal values masked. @throws customers.customerUnknown */
export const profileOf = (ctx: Ctx, id: string) => readProfile(ctx, runningOf(ctx), id)

/** The dictionary of traits as it is now: name → type, title, whether personal. */
export const traitEntries = (ctx: Ctx) => runningOf(ctx).dictionary.entries(ctx)

/** Customers that may have been made while the process died; all of them would keep the start waiting. */
const lastMinutes = 20_000

/** The runner of imports per program, where the process works. */
const runners = new WeakMap<object, ImportRunner>()

lendToCompliance()

export const customers: Feature = {
  name: 'customers',
  routes: [
    ...customerRoutes(runningOf),
    ...importRoutes((ctx) => runners.get(ctx.store)),
    ...exportRoutes,
    ...qualityRoutes(runningOf),
    ...matchingRoutes(runningOf),
    ...linkRoutes,
  ],
  mount: (app, ctx) => mountTracking(app, ctx, runningOf(ctx)),
  on: [
    // A job: the outbox delivers inside a transaction, which must not wait for ClickHouse.
    on(consentsRecorded, 'customers.copyConsents', (ctx, { ids }) =>
      ctx.jobs.send('customers.copyConsents', { ids }, { key: ids[0] ?? '' }),
    ),
    on(workspaceKeyRotated, 'customers.reseal', (ctx) =>
      ctx.jobs.send('customers.reseal', {}, { key: 'reseal', startAfter: whenKeyIsInForce(ctx) }),
    ),
  ],
  jobs: [
    ...matchingJobs,
    ...linkJobs,
    job({ name: 'customers.copyConsents', input: z.object({ ids: z.array(z.string()) }), run: copyRecorded }),
    job({
      name: 'customers.reseal',
      timeoutSeconds: 3_600,
      input: z.object({}),
      run: async (ctx, _input, signal) => {
        const documents = await resealDocuments(ctx, signal)
        ctx.log.info({ documents }, 'personal documents brought under the newest key')
      },
    }),
    job({
      name: 'customers.reconcile',
      cron: '17 * * * *',
      input: z.object({}),
      timeoutSeconds: 3_600,
      run: async (ctx) => {
        await reconcile(ctx)
        const customers = await reconcileReach(ctx)
        if (customers > 0) ctx.log.warn({ customers }, 'kinds of identifiers missing in ClickHouse were copied')
      },
    }),
    job({ name: 'customers.dropOldClaims', cron: '*/20 * * * *', input: z.object({}), run: dropOldClaims }),
    job({
      name: 'customers.export',
      timeoutSeconds: 7_200,
      input: z.object({ id: z.number().int() }),
      run: (ctx, { id }, signal) => runExport(ctx, runningOf(ctx).dictionary, id, signal),
    }),
    job({ name: 'customers.deleteOldExports', cron: '29 3 * * *', input: z.object({}), run: deleteOldExports }),
    job({ name: 'customers.deleteOldExportSets', cron: '31 3 * * *', input: z.object({}), run: deleteOldExportSets }),
    ...qualityJobs(runningOf),
    job({ name: 'customers.deleteOldUploads', cron: '23 * * * *', input: z.object({}), run: deleteOldUploads }),
  ],
  health: async (ctx) => {
    const failing = runningOf(ctx).committer.failing()
    return [
      {
        name: 'tracking',
        ok: !failing,
        blocking: true,
        detail: failing ? 'messages could not be stored' : `${runningOf(ctx).committer.waiting()} messages waiting`,
        code: failing ? 'tracking.failing' : 'tracking.waiting',
        values: { waiting: runningOf(ctx).committer.waiting() },
        ...(failing && { remedy: 'See the last "messages not stored" in the log: a store is away, read-only or full' }),
      },
    ]
  },
  start: async (ctx) => {
    const running = runningOf(ctx)
    const { committer, sources, seen, quality } = running
    await reconcile(ctx)
    await reconcileReach(ctx, { latest: lastMinutes })
    await adoptFiles(ctx)
    const imports = ctx.config.worker ? startImports(ctx, running) : undefined
    if (imports) runners.set(ctx.store, imports)
    // Imports first: a block of events on its way needs the committer to come to rest.
    const released = [imports && onHold(ctx, imports.hold), onHold(ctx, committer.hold)]
    const timer = setInterval(() => {
      sources.flush(ctx).catch((error: unknown) => ctx.log.warn({ error }, 'source counts not written'))
      quality.flush(ctx).catch((error: unknown) => ctx.log.warn({ error }, 'quality counts not written'))
    }, 2_000)
    return async () => {
      clearInterval(timer)
      for (const release of released) release?.()
      await imports?.stop()
      await committer.drain()
      await seen.stop()
      await sources.flush(ctx)
      await quality.flush(ctx)
    }
  },
}
