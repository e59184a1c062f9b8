import { sql } from 'kysely'
import { z } from 'zod'
import { AuditPage, Verification } from './audit/contract.ts'
import { authJobs, authRoutes } from './auth/auth.ts'
import { backupRoutes } from './backup/routes.ts'
import { sql as ch } from './clickhouse/sql.ts'
import type { Ctx } from './ctx.ts'
import { freeBytes } from './data-dir.ts'
import { doctor } from './doctor.ts'
import { Diagnosis } from './doctor-contract.ts'
import { type Feature, type HealthCheck, job, route } from './feature.ts'
import { parkedEvents, retryParkedEvent } from './jobs/outbox.ts'
import { maintainPostgres } from './postgres/maintain.ts'
import { readSetting, writeSetting } from './setting.ts'
import { rotateMasterKey, rotateWorkspaceKey } from './vault/rotate.ts'
import { resealSecrets } from './vault/secrets.ts'

const Instant = z.iso.datetime()
const JobRow = z.object({
  id: z.string(),
  name: z.string(),
  state: z.string(),
  attempts: z.number(),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
  error: z.string().nullable(),
})

/** The platform's own pages: jobs, parked events, audit trail, doctor, arming of sends. */
export const system: Feature = {
  name: 'platform',
  routes: [
    ...authRoutes,
    ...backupRoutes,
    route('GET /jobs', {
      can: 'jobs.read',
      summary: 'Background jobs, newest first',
      query: z.object({ state: z.string().optional() }),
      reply: z.object({ items: z.array(JobRow) }),
      run: async (ctx, { state }) => ({
        items: (await ctx.jobs.list()).filter((job) => !state || job.state === state),
      }),
    }),
    route('POST /jobs/{id}/retry', {
      can: 'jobs.write',
      summary: 'Run a parked job again',
      params: z.object({ id: z.uuid() }),
      status: 204,
      run: async (ctx, { id }) => ctx.jobs.retry(ctx, id),
    }),
    route('GET /outbox/parked', {
      can: 'jobs.read',
      summary: 'Events that could not be delivered',
      reply: z.object({
        items: z.array(
          z.object({
            id: z.number(),
            subscriber: z.string(),
            event: z.string(),
            key: z.string(),
            attempts: z.number(),
            parkedAt: Instant,
            error: z.string().nullable(),
          }),
        ),
      }),
      run: async (ctx) => ({
        items: (await parkedEvents(ctx)).map(({ id, subscriber, event, key, attempts, parked_at, error }) => ({
          id,
          subscriber,
          event,
          key,
          attempts,
          parkedAt: parked_at?.toISOString() ?? '',
          error,
        })),
      }),
    }),
    route('POST /outbox/{id}/retry', {
      can: 'jobs.write',
      summary: 'Deliver a parked event again',
      params: z.object({ id: z.coerce.number().int() }),
      status: 204,
      run: (ctx, { id }) => retryParkedEvent(ctx, id),
    }),
    route('GET /audit', {
      can: 'audit.read',
      summary: 'The audit trail, newest first',
      query: z.object({
        actor: z.string().optional(),
        action: z.string().optional(),
        subject: z.string().optional(),
        before: z.coerce.number().int().optional(),
        limit: z.coerce.number().int().min(1).max(500).default(100),
      }),
      reply: AuditPage,
      run: (ctx, filter) => ctx.audit.list(ctx.pg, filter),
    }),
    route('POST /audit/verify', {
      can: 'audit.read',
      summary: 'Check the whole trail; names the first record that does not hold',
      reply: Verification,
      run: (ctx) => ctx.audit.verify(ctx.pg),
    }),
    route('GET /doctor', {
      can: 'system.read',
      summary: 'What is set, what is wrong, how to mend it',
      reply: Diagnosis,
      run: (ctx) => doctor(ctx),
    }),
    route('POST /vault/rotate', {
      can: 'system.write',
      summary: 'A new workspace key; stored values follow in the background',
      reply: z.object({ version: z.number() }),
      run: rotateWorkspaceKey,
    }),
    route('POST /vault/rotate-master', {
      can: 'system.write',
      summary: 'A new master key in the data folder',
      localOnly: true,
      status: 204,
      run: rotateMasterKey,
    }),
    route('GET /sends/armed', {
      can: 'overview.read',
      summary: 'Whether messages may leave this installation',
      reply: z.object({ armed: z.boolean() }),
      run: async (ctx) => ({ armed: (await readSetting(ctx, 'sendsArmed')) !== false }),
    }),
    route('POST /sends/arm', {
      can: 'system.write',
      summary: 'Let messages leave again after a restore',
      reply: z.object({ armed: z.literal(true) }),
      run: async (ctx) => {
        await writeSetting(ctx, 'sendsArmed', true)
        return { armed: true as const }
      },
    }),
  ],
  jobs: [
    ...authJobs,
    job({
      name: 'vault.resealSecrets',
      input: z.object({}),
      run: async (ctx) => void (await resealSecrets(ctx.vault, ctx.pg)),
    }),
    job({ name: 'postgres.maintain', cron: '41 * * * *', input: z.object({}), run: (ctx) => maintainPostgres(ctx) }),
    job({
      name: 'audit.anchor',
      cron: '3 * * * *',
      input: z.object({}),
      run: async (ctx) => void (await ctx.audit.anchor(ctx)),
    }),
  ],
  start: async (ctx) => {
    // Key versions made by other processes; an embedded store has no others.
    if (ctx.store.mode === 'embedded') return () => Promise.resolve()
    const timer = setInterval(() => {
      ctx.vault.refresh(ctx.pg).catch((error: unknown) => ctx.log.warn({ error }, 'keys not refreshed'))
    }, 30_000)
    return async () => clearInterval(timer)
  },
  health: async (ctx): Promise<readonly HealthCheck[]> =>
    Promise.all([
      answers('postgres', ctx.store.mode, () => sql`select 1`.execute(ctx.pg)),
      // Every shard must answer this, and none reads a row: what is stored anywhere needs all of them.
      answers('clickhouse', ctx.ch.mode, () => ctx.ch.one(ch`select count() from events where event = ''`)),
      Promise.resolve(diskHasRoom(ctx)),
    ]),
}

/** Longer than this a load balancer does not wait either. */
const answerWithinMs = 5_000

const answers = async (name: string, mode: string, ask: () => Promise<unknown>): Promise<HealthCheck> => {
  const startedAt = performance.now()
  const tookMs = () => Math.round(performance.now() - startedAt)
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`no answer within ${answerWithinMs} ms`)), answerWithinMs)
  try {
    await Promise.race([ask(), late.promise])
    const ms = tookMs()
    return {
      name,
      ok: true,
      blocking: true,
      detail: `${mode}, answers in ${ms} ms`,
      code: 'store.answers',
      values: { mode, ms },
    }
  } catch (error) {
    const why = error instanceof Error ? error.message.slice(0, 200) : 'failed'
    return {
      name,
      ok: false,
      blocking: true,
      detail: `${mode}: ${why}`,
      code: 'store.away',
      values: { mode, why },
      remedy: `Start it again, or look into why it does not answer`,
    }
  } finally {
    clearTimeout(timer)
  }
}

const diskHasRoom = ({ config }: Ctx): HealthCheck => {
  const free = freeBytes(config.dataDir)
  const ok = free >= config.minFreeDiskBytes
  return {
    name: 'disk',
    ok,
    blocking: true,
    detail: `${Math.round(free / 1_048_576)} MiB free`,
    code: 'disk',
    values: {
      free: Math.round(free / 1_048_576),
      least: Math.round(config.minFreeDiskBytes / 1_048_576),
      dir: config.dataDir,
    },
    ...(!ok && {
      remedy: `Free space on the disk of ${config.dataDir}; at least ${Math.round(config.minFreeDiskBytes / 1_048_576)} MiB are needed`,
    }),
  }
}
