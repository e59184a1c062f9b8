export { type Answer, type Caller, startTestApp, type TestApp, type TestAppOptions } from './app.ts'
export { type ClickHouseCluster, startCluster } from './clickhouse-cluster.ts'
export { aCtx, type TestCtxOptions } from './context.ts'
export { cedLines, evaluationFile } from './evaluation-data.ts'
export {
  aCustomer,
  anApiKey,
  aSource,
  type Customer,
  type MadeUpCustomer,
  someCustomers,
  type TestSource,
} from './people.ts'
export { type PostgresServer, startPostgresServer } from './postgres-server.ts'
export { nodeFlags, runCommand } from './run-command.ts'
export { scratchDir } from './scratch.ts'
export { type ServerProcess, spawnServer } from './server-process.ts'
export { preparedDataDir } from './template.ts'
