import { join } from 'node:path'
import { after } from 'node:test'
import {
  type Ctx,
  loadMasterKey,
  migrateClickHouse,
  migratePostgres,
  openAudit,
  openClickHouse,
  openLog,
  openMetrics,
  openPostgres,
  openVault,
  permissionNames,
  readConfig,
  roles,
  takeDataDir,
  tx,
} from '#platform'
import type { ClickHouseCluster } from './clickhouse-cluster.ts'
import { scratchDir } from './scratch.ts'
import { preparedDataDir } from './template.ts'

const migrations = join(import.meta.dirname, '../../migrations')

export interface TestCtxOptions {
  /** A PostgreSQL server's database instead of the embedded one. */
  postgresUrl?: string
  /** Real ClickHouse nodes (`startCluster`) instead of the embedded engine. */
  cluster?: Pick<ClickHouseCluster, 'urls' | 'name'>
  /** Database on the ClickHouse nodes. */
  database?: string
  /** Another process on the same stores: the ClickHouse database and the keys of this one. Needs its `postgresUrl` too. */
  sharing?: Ctx
  now?: () => Date
}

/** chdb opens one directory per process: further stores of this process get a database of their own inside the first one. */
let engine: { dir: string; databases: number } | undefined

const embeddedClickHouse = (dir: string): { dir: string; database: string } => {
  engine ??= { dir, databases: 0 }
  engine.databases++
  return { dir: engine.dir, database: engine.databases === 1 ? 'zhiyin' : `zhiyin_${engine.databases}` }
}

/**
 * The stores without HTTP and jobs, in half a second: a migrated Postgres and ClickHouse, vault and audit trail. Closes at
 * the end of the test, or of the file, that made it.
 */
export const aCtx = async ({
  postgresUrl,
  cluster,
  database = 'zhiyin',
  sharing,
  now = () => new Date(),
}: TestCtxOptions = {}): Promise<Ctx> => {
  const dir =
    sharing?.config.dataDir ?? (postgresUrl && cluster ? join(scratchDir('data'), 'data') : await preparedDataDir())
  const config = readConfig({
    ZHIYIN_DATA_DIR: dir,
    ZHIYIN_PORT: '0',
    ZHIYIN_LOG_LEVEL: 'silent',
    ZHIYIN_MIN_FREE_DISK_BYTES: '0',
  })
  const dataDir = takeDataDir(dir, { shared: sharing !== undefined || Boolean(postgresUrl && cluster) })
  const [store, ch] = await Promise.all([
    openPostgres(postgresUrl ? { url: postgresUrl, pool: 8 } : { dir: dataDir.postgres }),
    sharing?.ch ??
      openClickHouse(
        cluster ? { urls: cluster.urls, cluster: cluster.name, database } : embeddedClickHouse(dataDir.clickhouse),
      ),
  ])
  after(async () => {
    if (!sharing) await ch.close()
    await store.close()
    dataDir.release()
  })
  await migratePostgres(store, join(migrations, 'postgres'))
  await migrateClickHouse(ch, { dir: join(migrations, 'clickhouse') })
  const masterKey = loadMasterKey({ given: undefined, dir: dataDir.root })
  const vault = await openVault({ pg: store.db, masterKey })
  return {
    config,
    store,
    pg: store.db,
    ch,
    vault,
    audit: openAudit({ dir: dataDir.root, vault }),
    dataDir,
    log: openLog(config),
    metrics: openMetrics(),
    now,
    actor: { kind: 'system', id: 'test', name: 'test', roles, permissions: new Set(permissionNames) },
    subscribers: new Map(),
    jobs: {
      send: () => Promise.reject(new Error('aCtx runs no jobs; use startTestApp')),
      list: async () => [],
      retry: () => Promise.reject(new Error('aCtx runs no jobs; use startTestApp')),
      stop: () => Promise.resolve(),
    },
    health: async () => [],
    requestId: 'test',
    tx,
  }
}
