import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import { CompiledQuery } from 'kysely'
import { PgBoss } from 'pg-boss'
import type { Ctx, Pg } from '../ctx.ts'
import type { Job } from '../feature.ts'
import { problem } from '../problem.ts'

const schema = 'platform_jobs'
const parkedQueue = 'parked'
/** Parked jobs and their reasons are kept ten years; nothing deletes them but a person. */
const keepSeconds = 10 * 366 * 86_400
/** Of timetables. */
const zone = 'Asia/Shanghai'

/**
 * A run whose process gives no sign of life for this long is tried again, however long it may take. Twice the longest wait
 * for the embedded store's one connection.
 */
const heartbeatSeconds = 120

/** Between two looks for due runs; a worker also asks by itself, in case it was not woken. */
const lookEveryMs = 500
const backstopSeconds = 60

interface JobData {
  job: string
  input: unknown
}

export interface Jobs {
  /** Asks for one run. With `key`, a run of that key that still waits is not doubled. */
  send(name: string, input: unknown, options?: { key?: string; startAfter?: Date }): Promise<void>
  /** The same, asking in the transaction `pg`: the run is there when it commits. `ctx.tx` sees to it. */
  within?(pg: Pg): Jobs
  list(): Promise<JobRow[]>
  /** Runs a parked job again. @throws platform.notFound */
  retry(ctx: Ctx, id: string): Promise<void>
  stop(): Promise<void>
}

export interface JobRow {
  id: string
  name: string
  state: string
  attempts: number
  createdAt: string
  startedAt: string | null
  finishedAt: string | null
  error: string | null
}

/**
 * Background jobs and timetables on pg-boss. A failed run is tried again with growing waits; when its attempts are used
 * up it moves to the queue `parked`, where it stays visible and can be run again.
 * @param work whether this process also runs jobs, or only asks for them
 */
export const startJobs = async (ctx: Ctx, jobs: readonly Job[], { work }: { work: boolean }): Promise<Jobs> => {
  // A question on another connection would wait for ever: the embedded store has one, and the transaction holds it.
  const transaction = new AsyncLocalStorage<Pg>()
  const executeSql = async (text: string, values?: unknown[]) => {
    const pg = transaction.getStore()
    if (pg) return { rows: (await pg.executeQuery<Record<string, unknown>>(CompiledQuery.raw(text, values))).rows }
    return { rows: values?.length ? await ctx.store.execute(text, values) : await ctx.store.script(text) }
  }
  const boss = new PgBoss({
    db: { executeSql },
    ...(ctx.store.mode === 'embedded' && { backend: 'pglite' as const }),
    schema,
    schedule: work,
    supervise: work,
    persistWarnings: false,
    maintenanceIntervalSeconds: 600,
  })
  boss.on('error', (error) => ctx.log.error({ error }, 'job store failed'))
  await boss.start()
  // Read once and written only where they differ: a question for each of some thirty queues was half of a start.
  const queues = new Map((await boss.getQueues()).map((queue) => [queue.name, queue]))
  const schedules = new Map((work ? await boss.getSchedules() : []).map((schedule) => [schedule.name, schedule]))
  if (!queues.has(parkedQueue))
    await boss.createQueue(parkedQueue, { retentionSeconds: keepSeconds, deleteAfterSeconds: keepSeconds })

  const aborts = new AbortController()
  const workers = new Map<string, string>()
  for (const job of jobs) {
    const options = {
      retryLimit: job.attempts - 1,
      retryDelay: 5,
      retryBackoff: true,
      expireInSeconds: job.timeoutSeconds,
      heartbeatSeconds,
      deadLetter: parkedQueue,
      deleteAfterSeconds: 14 * 86_400,
    }
    const queue = queues.get(job.name)
    // `short`: one waiting run per key.
    if (!queue) await boss.createQueue(job.name, { ...options, policy: 'short' })
    else if (Object.entries(options).some(([name, value]) => queue[name as keyof typeof options] !== value))
      await boss.updateQueue(job.name, options)
    if (!work) continue
    const { cron, timezone } = schedules.get(job.name) ?? {}
    if (job.cron && (cron !== job.cron || timezone !== zone))
      await boss.schedule(job.name, job.cron, { job: job.name, input: {} } satisfies JobData, { tz: zone })
    const worker = await boss.work<JobData>(
      job.name,
      { pollingIntervalSeconds: backstopSeconds, batchSize: 1 },
      async ([run]) => {
        try {
          if (run) await runOne(ctx, job, run.id, run.data, AbortSignal.any([aborts.signal, run.signal]))
        } finally {
          // Another may wait behind it.
          boss.notifyWorker(worker)
        }
      },
    )
    workers.set(job.name, worker)
  }
  const stopLooking = work ? wakeWorkers(ctx, (name) => boss.notifyWorker(workers.get(name) ?? '')) : undefined

  const started: Jobs = {
    send: async (name, input, { key = randomUUID(), startAfter } = {}) => {
      const data: JobData = { job: name, input }
      await boss.send(name, data, { singletonKey: key, ...(startAfter && { startAfter }) })
    },
    within: (pg) => ({
      ...started,
      send: (name, input, options) => transaction.run(pg, () => started.send(name, input, options)),
    }),
    list: async () => {
      const rows = await ctx.store.execute(
        `select id, name, state::text as state, retry_count as attempts, data->>'job' as job, created_on, started_on, completed_on,
           coalesce(output->>'message', output->'value'->>'message') as error
         from ${schema}.job where name not like '\\_\\_%' order by created_on desc limit $1`,
        [300],
      )
      return rows.map((row) => ({
        id: String(row.id),
        name: String(row.job ?? row.name),
        state: row.name === parkedQueue ? 'parked' : String(row.state),
        attempts: Number(row.attempts),
        createdAt: isoOrNull(row.created_on) ?? '',
        startedAt: isoOrNull(row.started_on),
        finishedAt: isoOrNull(row.completed_on),
        error: typeof row.error === 'string' ? row.error : null,
      }))
    },
    retry: async (ctx, id) => {
      const [parked] = await boss.findJobs<JobData>(parkedQueue, { id })
      if (!parked) throw problem.notFound({ job: id })
      // A key of its own: a run that waits already, for other input, must not swallow this one.
      await boss.send(parked.data.job, parked.data, { singletonKey: id })
      await boss.deleteJob(parkedQueue, id)
      await ctx.audit.record(ctx, { action: 'job.retry', detail: { job: parked.data.job, id } })
    },
    stop: async () => {
      aborts.abort()
      await stopLooking?.()
      await boss.stop({ graceful: true, timeout: 10_000, close: false })
    },
  }
  return started
}

/**
 * Looks which queues have something due and wakes their workers. One question for all of them: each worker asking for its
 * own queue every second kept a quarter of a core busy. @returns stops looking
 */
const wakeWorkers = (ctx: Ctx, wake: (name: string) => void): (() => Promise<void>) => {
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  const look = async () => {
    try {
      const due = await ctx.store.execute(
        `select distinct name from ${schema}.job where state < 'active' and not blocked and start_after <= now()`,
        [],
      )
      if (!stopped) for (const { name } of due) wake(String(name))
    } catch (error) {
      if (!stopped) ctx.log.error({ error }, 'due jobs could not be looked up')
    }
    if (!stopped) timer = setTimeout(next, lookEveryMs)
  }
  let looking = Promise.resolve()
  const next = () => {
    looking = look()
  }
  next()
  return async () => {
    stopped = true
    clearTimeout(timer)
    await looking
  }
}

const isoOrNull = (value: unknown): string | null => (value instanceof Date ? value.toISOString() : null)

const runOne = async (ctx: Ctx, job: Job, id: string, { input }: JobData, signal: AbortSignal): Promise<void> => {
  const log = ctx.log.child({ job: job.name, requestId: id })
  const startedAt = performance.now()
  try {
    await job.run({ ...ctx, log, requestId: id }, job.input.parse(input ?? {}) as never, signal)
    ctx.metrics.jobs.inc({ job: job.name, outcome: 'done' })
    log.debug({ tookMs: Math.round(performance.now() - startedAt) }, 'job done')
  } catch (error) {
    ctx.metrics.jobs.inc({ job: job.name, outcome: 'failed' })
    log.error({ error }, 'job failed')
    throw error
  }
}
