export type { Audit } from './audit/audit.ts'
export { openAudit } from './audit/audit.ts'
export { canonicalJson, type Json } from './audit/canonical-json.ts'
export { authRoutes, ensureFirstAdmin } from './auth/auth.ts'
export { onHold } from './backup/pause.ts'
export { restoreBackup } from './backup/restore.ts'
export type { ClickHouse } from './clickhouse/clickhouse.ts'
export { openClickHouse } from './clickhouse/clickhouse.ts'
export { migrateClickHouse } from './clickhouse/migrate.ts'
export type { Sql as ChSql } from './clickhouse/sql.ts'
export * as ch from './clickhouse/sql.ts'
export { type Config, readConfig, showConfig } from './config.ts'
export { type Actor, type Ctx, type Pg, type Tables, tx } from './ctx.ts'
export { type DataDir, freeBytes, holderOf, takeDataDir } from './data-dir.ts'
export type { EventKind, Feature, HealthCheck, Job, Route, Subscription } from './feature.ts'
export { event, job, on, route } from './feature.ts'
export { cliActor, type Http, openHttp, runHealthChecks } from './http/http.ts'
export { type Jobs, startJobs } from './jobs/jobs.ts'
export { emit, startOutbox } from './jobs/outbox.ts'
export { type Logger, openLog } from './log.ts'
export { type Metrics, openMetrics } from './metrics.ts'
export { type Permission, permissionNames, permissions, permissionsOf, type Role, roles } from './permissions.ts'
export { mask } from './personal/mask.ts'
export {
  canonicalIdentifierKind,
  type FieldMeaning,
  fieldMeaning,
  IDENTIFIER_KINDS,
  type IdentifierKind,
  normaliseIdentifier,
  PERSONAL_KINDS,
  type PersonalKind,
} from './personal/personal-fields.ts'
export { type Found, type FoundAt, mayHold, type ScanRule, scanText, scanValue } from './personal/scan.ts'
export { describePostgres, migratePostgres, takeStartTurn } from './postgres/migrate.ts'
export { type CopyRows, copyInto, copyRows, openPostgres, type PostgresStore } from './postgres/postgres.ts'
export { Problem, problem, problems } from './problem.ts'
export { readSetting, writeSetting } from './setting.ts'
export { isStoreAway } from './store-away.ts'
export { system } from './system.ts'
export { analyseText, type Topic } from './text/analyse.ts'
export { normaliseText, toSimplified } from './text/normalise.ts'
export { sentimentModel } from './text/sentiment.ts'
export { customerKeys, shredCustomers, storeCustomerKeys } from './vault/customer-keys.ts'
export { openVaultOf } from './vault/open-vault.ts'
export { resealBatch } from './vault/reseal.ts'
export { whenKeyIsInForce, workspaceKeyRotated } from './vault/rotate.ts'
export type { CustomerKey, Vault } from './vault/vault.ts'
export { loadMasterKey, openVault } from './vault/vault.ts'
