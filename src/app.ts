import { chmodSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import {
  type Actor,
  type Config,
  type Ctx,
  type DataDir,
  type Feature,
  type Http,
  migrateClickHouse,
  migratePostgres,
  openAudit,
  openClickHouse,
  openHttp,
  openLog,
  openMetrics,
  openPostgres,
  openVaultOf,
  permissionNames,
  problem,
  roles,
  runHealthChecks,
  startJobs,
  startOutbox,
  takeDataDir,
  takeStartTurn,
  tx,
} from '#platform'
import { features } from './features.ts'

const root = join(import.meta.dirname, '..')
export const migrationsDir = join(root, 'migrations')

const systemActor: Actor = {
  kind: 'system',
  id: 'system',
  name: 'system',
  roles,
  permissions: new Set(permissionNames),
}

export interface App {
  ctx: Ctx
  http: Http
  dataDir: DataDir
  /** Listens on the configured address and on the local socket. @returns the address */
  listen(): Promise<string>
  /** Refuses new requests, makes accepted work durable, closes the stores. */
  stop(): Promise<void>
}

/**
 * The whole program, ready to answer but not listening: stores open and migrated, features started.
 * @param work whether background jobs run here
 * @param now the clock
 */
export const openApp = async (
  config: Config,
  {
    work,
    log = openLog(config),
    uses = features,
    now = () => new Date(),
  }: { work: boolean; log?: Ctx['log']; uses?: readonly Feature[]; now?: () => Date },
): Promise<App> => {
  const embedded = !config.postgresUrl || config.clickhouseUrls.length === 0
  const dataDir = takeDataDir(config.dataDir, { shared: !embedded })
  const closing: (() => Promise<void>)[] = [async () => dataDir.release()]
  const stop = async () => {
    const failures: unknown[] = []
    // One that cannot be closed must not keep the others open: the process would never end.
    for (const close of closing.splice(0).reverse())
      await close().catch((error: unknown) => {
        failures.push(error)
        log.error({ error }, 'not stopped as it should')
      })
    if (failures.length > 0) throw failures[0]
  }
  try {
    const opened = await Promise.allSettled([
      openPostgres(
        config.postgresUrl ? { url: config.postgresUrl, pool: config.postgresPool } : { dir: dataDir.postgres },
      ),
      openClickHouse({
        ...(config.clickhouseUrls.length > 0 ? { urls: [...config.clickhouseUrls] } : { dir: dataDir.clickhouse }),
        ...(config.clickhouseCluster && { cluster: config.clickhouseCluster }),
        database: config.clickhouseDatabase,
        queriesAtOnce: 4,
      }),
    ])
    // What opened is closed again when the other did not.
    for (const one of opened) if (one.status === 'fulfilled') closing.push(() => one.value.close())
    const [store, ch] = [given(opened[0]), given(opened[1])]
    const endTurn = await takeStartTurn(store)
    closing.push(endTurn)
    const applied = await migratePostgres(store, join(migrationsDir, 'postgres'))
    await migrateClickHouse(ch, { dir: join(migrationsDir, 'clickhouse') })
    if (applied.length > 0) log.info({ migrations: applied.length }, 'database schema brought up to date')
    const pg = store.db
    const vault = await openVaultOf({ pg, given: config.masterKey, dir: dataDir.root })
    const ctx: Ctx = {
      // Whoever opened the program decides whether it works; the setting is only what `serve` asks for.
      config: { ...config, worker: work },
      store,
      pg,
      ch,
      vault,
      audit: openAudit({ dir: dataDir.root, vault }),
      log,
      metrics: openMetrics(),
      now,
      actor: systemActor,
      requestId: 'process',
      subscribers: subscribersOf(uses),
      jobs: notStarted,
      health: () => runHealthChecks(ctx, uses),
      dataDir,
      tx,
    }
    const jobs = await startJobs(
      ctx,
      uses.flatMap((feature) => feature.jobs ?? []),
      { work },
    )
    ctx.jobs = jobs
    closing.push(() => jobs.stop())
    await endTurn()
    if (work) closing.push(startOutbox(ctx))
    for (const feature of uses) {
      const stopFeature = await feature.start?.(ctx)
      if (stopFeature) closing.push(stopFeature)
    }
    const working: (() => Promise<void>)[] = []
    // Stopped after the last request was answered, before what it works with.
    closing.push(async () => {
      for (const stopWork of working.toReversed()) await stopWork()
    })
    const http = await openHttp(ctx, uses, { consoleDir: join(root, 'console/dist') })
    closing.push(() => closeHttp(http.app.server, () => http.app.close()))
    if (work) for (const feature of uses) if (feature.work) working.push(feature.work(ctx))
    return {
      ctx,
      http,
      dataDir,
      stop,
      listen: async () => {
        try {
          return await listen({ config, http, dataDir, closing, embedded })
        } catch (error) {
          await stop().catch(() => undefined)
          throw error
        }
      },
    }
  } catch (error) {
    // What failed is what the caller wants to know; a second failure while closing is in the log.
    await stop().catch(() => undefined)
    throw error
  }
}

const given = <T>(opened: PromiseSettledResult<T>): T => {
  if (opened.status === 'rejected') throw opened.reason
  return opened.value
}

/** How long running requests may take to end when the program stops. What was not received whole was not accepted. */
const stopPatienceMs = 5_000

/** Takes no new requests, lets running ones end, and cuts off those that never do. */
const closeHttp = async (server: Server, close: () => Promise<unknown>): Promise<void> => {
  const timer = setTimeout(() => server.closeAllConnections(), stopPatienceMs)
  try {
    await close()
  } finally {
    clearTimeout(timer)
  }
}

const notStarted: Ctx['jobs'] = {
  send: () => Promise.reject(new Error('Jobs have not started')),
  list: async () => [],
  retry: () => Promise.reject(new Error('Jobs have not started')),
  stop: () => Promise.resolve(),
}

const subscribersOf = (uses: readonly Feature[]): Ctx['subscribers'] => {
  const byEvent = new Map<string, NonNullable<Feature['on']>[number][]>()
  for (const subscription of uses.flatMap((feature) => feature.on ?? [])) {
    byEvent.set(subscription.event, [...(byEvent.get(subscription.event) ?? []), subscription])
  }
  return byEvent
}

const listen = async ({
  config,
  http,
  dataDir,
  closing,
  embedded,
}: {
  config: Config
  http: Http
  dataDir: DataDir
  closing: (() => Promise<void>)[]
  embedded: boolean
}): Promise<string> => {
  const url = await http.app.listen({ host: config.host, port: config.port }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE')
      throw problem.portTaken({
        host: config.host,
        port: config.port,
        remedy: 'Stop what listens there, or set ZHIYIN_PORT (0 takes a free one)',
      })
    if (error.code === 'EACCES' || error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND')
      throw problem.configWrong({
        settings: [`ZHIYIN_HOST, ZHIYIN_PORT: cannot listen on ${config.host}:${config.port} (${error.code})`],
      })
    throw error
  })
  if (embedded) {
    // Whoever can open the socket owns the data directory (mode 0700), so he is let in as the command line.
    const local = createServer((request, response) => {
      Object.assign(request.headers, http.localHeaders)
      http.app.routing(request, response)
    })
    await new Promise<void>((resolve, reject) => local.once('error', reject).listen(dataDir.socket, resolve))
    chmodSync(dataDir.socket, 0o600)
    closing.push(() =>
      closeHttp(
        local,
        () =>
          new Promise<void>((resolve) => {
            local.close(() => resolve())
            local.closeIdleConnections()
          }),
      ),
    )
  }
  return url
}
