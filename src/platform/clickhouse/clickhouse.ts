import { problem } from '../problem.ts'
import { openEmbedded } from './embedded.ts'
import type { Topology } from './forms.ts'
import { openServer } from './server.ts'
import type { Sql } from './sql.ts'
import type { Statement } from './statements.ts'

export type Settings = Record<string, string | number | boolean>

export interface QueryOptions {
  settings?: Settings
  /** Stops the statement in the engine; the promise rejects with the signal's reason. */
  signal?: AbortSignal
  /** Stops the statement in the engine: ClickHouseError 159 TIMEOUT_EXCEEDED. */
  timeoutSeconds?: number
}

export type InsertFormat = 'TabSeparated' | 'JSONEachRow' | 'Values'
/** Name of a table as the migrations write it, without database. */
export type InsertTarget = string

export interface InsertOptions {
  /** Of a text body; TabSeparated unless said otherwise. A list of objects always travels as JSONEachRow. */
  format?: InsertFormat
  /** All columns of the table in its order unless said otherwise. */
  columns?: readonly string[]
  /** On servers: given up after so long, by the server too. Embedded the rows are already here. */
  timeoutSeconds?: number
}

/**
 * ClickHouse as everyone sees it: embedded, one server or a cluster, with the same SQL.
 * 64-bit integers come as strings, times as ISO text in UTC (`new Date(row.ts)`), NaN as null.
 * A failed statement throws a `ClickHouseError` (`code` "159", `type` "TIMEOUT_EXCEEDED") or `platform.unavailable`.
 */
export interface ClickHouse {
  readonly mode: 'embedded' | 'server' | 'cluster'
  rows<T>(query: Sql, options?: QueryOptions): Promise<T[]>
  one<T>(query: Sql, options?: QueryOptions): Promise<T | undefined>
  /** Blocks of rows with bounded memory. Leaving the loop early stops the query. */
  stream<T>(query: Sql, options?: QueryOptions): AsyncIterable<T[]>
  /**
   * Runs a statement that returns nothing. `insert … select` runs once; everything else (DDL, `alter … delete`,
   * `system reload dictionary`) runs on every node of a cluster, on the local table behind a sharded one.
   */
  command(query: Sql | string, options?: QueryOptions): Promise<void>
  /** Rows of a text body, one per line, or objects. Durable when it resolves. All or nothing per block of about a million rows. */
  insert(table: InsertTarget, body: string | Buffer | readonly object[], options?: InsertOptions): Promise<void>
  /** Resolves when a node answers. */
  ping(): Promise<void>
  version(): Promise<string>
  /** What the servers are; decides how migrations are written for them. */
  readonly topology: Topology
  /** For migrations: a statement in all the forms that the servers at hand need. */
  deploy(statement: Statement, options?: QueryOptions): Promise<void>
  /** Lets running statements finish, then lets go of the files or connections. */
  close(): Promise<void>
}

export interface ClickHouseConfig {
  /** Directory of the embedded engine. */
  dir?: string
  /** HTTP addresses of servers; given, `dir` is not used. Without a Keeper: of all nodes of the cluster. */
  urls?: readonly string[]
  /** Name in `remote_servers` of the servers. */
  cluster?: string
  database: string
  user?: string
  password?: string
  /**
   * Queries that run at once in the embedded engine, 2 unless said otherwise; more wait. Each holds a thread of the libuv
   * pool, of which there are 4 and with our launcher 12; inserts, streams, files and crypto need some too.
   */
  queriesAtOnce?: number
}

/**
 * Opens the engine and makes the database when it is missing; tables come from `migrateClickHouse`.
 * @throws problem.configWrong for a setting that cannot work, problem.unavailable when no server answers
 */
export const openClickHouse = async (config: ClickHouseConfig): Promise<ClickHouse> => {
  if (!/^\w+$/.test(config.database))
    throw problem.configWrong({ setting: 'ZHIYIN_CLICKHOUSE_DATABASE', remedy: 'use letters, digits and _ only' })
  const { urls, dir } = config
  if (urls && urls.length > 0) return openServer({ ...config, urls })
  if (dir === undefined)
    throw problem.configWrong({ setting: 'ZHIYIN_CLICKHOUSE_URL', remedy: 'give a directory or a URL' })
  return openEmbedded(dir, config.database, config.queriesAtOnce ?? 2)
}
