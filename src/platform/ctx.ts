import type { Kysely, Transaction } from 'kysely'
import type { Audit } from './audit/audit.ts'
import type { ClickHouse } from './clickhouse/clickhouse.ts'
import type { Config } from './config.ts'
import type { DataDir } from './data-dir.ts'
import type { HealthCheck } from './feature.ts'
import type { Jobs } from './jobs/jobs.ts'
import type { Subscribers } from './jobs/outbox.ts'
import type { Logger } from './log.ts'
import type { Metrics } from './metrics.ts'
import type { Permission, Role } from './permissions.ts'
import type { PostgresStore } from './postgres/store.ts'
import type { Vault } from './vault/vault.ts'

/**
 * All Postgres tables by `schema.table`. Each feature adds its own beside its store:
 * `declare module '#platform' { interface Tables { 'audiences.audience': AudienceTable } }`.
 */
// biome-ignore lint/suspicious/noEmptyInterface: features fill it by declaration merging
export interface Tables {}

export type Pg = Kysely<Tables> | Transaction<Tables>

/** Who acts. `cli` is whoever may read the data directory: an administrator. */
export interface Actor {
  kind: 'user' | 'key' | 'cli' | 'system'
  id: string
  name: string
  roles: readonly Role[]
  permissions: ReadonlySet<Permission>
}

/** The world, handed to every function first. Plain, so that a test makes one. */
export interface Ctx {
  config: Config
  /** Postgres: the transaction inside `tx`, the pool outside. */
  pg: Pg
  /** The Postgres connection itself: bulk copy, listening. Not for questions. */
  store: PostgresStore
  ch: ClickHouse
  vault: Vault
  audit: Audit
  /** The folder for keys and files. */
  dataDir: DataDir
  log: Logger
  metrics: Metrics
  now: () => Date
  actor: Actor
  /** Who listens to which event; `emit` writes one outbox row for each. */
  subscribers: Subscribers
  /** Asks for background work. */
  jobs: Jobs
  /** All features' health checks, now. */
  health: () => Promise<HealthCheck[]>
  /** Id of the request or job, for the log and the audit trail. */
  requestId: string
  /** Runs `run` in one Postgres transaction (joins the one that is open). Never hold it over a network call. */
  tx: <T>(this: Ctx, run: (ctx: Ctx) => Promise<T>) => Promise<T>
}

/** `ctx.tx`: takes the context it is called on, so that the actor of a copied context stays the actor inside. */
export async function tx<T>(this: Ctx, run: (ctx: Ctx) => Promise<T>): Promise<T> {
  if (this.pg.isTransaction) return run(this)
  return this.pg.transaction().execute((pg) => run({ ...this, pg, jobs: this.jobs.within?.(pg) ?? this.jobs }))
}
