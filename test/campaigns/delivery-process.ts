/**
 * A process that only delivers, on the embedded stores in `dir`; killed by `delivery-kill.test.ts`.
 * Arguments: data directory. Says `ready` when it runs, and `done` when nothing is left to do.
 */
import { join } from 'node:path'
import { sql } from 'kysely'
import {
  type Ctx,
  loadMasterKey,
  openAudit,
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
import { openCourier } from '../../src/campaigns/delivery/courier.ts'
import { everyoneMay, sameText } from './delivery-world.ts'

const [, , dir = ''] = process.argv
const config = readConfig({ ZHIYIN_DATA_DIR: dir, ZHIYIN_LOG_LEVEL: 'error', ZHIYIN_MIN_FREE_DISK_BYTES: '0' })
const dataDir = takeDataDir(dir)
const store = await openPostgres({ dir: join(dir, 'postgres') })
const vault = await openVault({ pg: store.db, masterKey: loadMasterKey({ given: undefined, dir: dataDir.root }) })
const noClickHouse = new Proxy({} as Ctx['ch'], {
  get: () => {
    throw new Error('delivery needs no ClickHouse')
  },
})
const ctx: Ctx = {
  config,
  store,
  pg: store.db,
  ch: noClickHouse,
  vault,
  audit: openAudit({ dir: dataDir.root, vault }),
  dataDir,
  log: openLog(config),
  metrics: openMetrics(),
  now: () => new Date(),
  actor: { kind: 'system', id: 'test', name: 'test', roles, permissions: new Set(permissionNames) },
  subscribers: new Map(),
  jobs: {
    send: () => Promise.resolve(),
    list: async () => [],
    retry: () => Promise.resolve(),
    stop: () => Promise.resolve(),
  },
  health: async () => [],
  requestId: 'test',
  tx,
}
openCourier(ctx, { recheck: everyoneMay, compose: sameText }, { setSize: 200 }).start()
process.stdout.write('ready\n')
for (;;) {
  await new Promise((resolve) => setTimeout(resolve, 200))
  const { rows } = await sql<{ left: number }>`
    select count(*)::int as left from campaigns.send where state in ('planned', 'queued', 'unknown')`.execute(ctx.pg)
  if (rows[0]?.left === 0) process.stdout.write('done\n')
}
