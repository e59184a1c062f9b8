import { Readable } from 'node:stream'
import { type ClickHouseClient, ClickHouseError, createClient } from '@clickhouse/client'
import { problem } from '../problem.ts'
import type { ClickHouse, ClickHouseConfig, InsertOptions, QueryOptions } from './clickhouse.ts'
import { failure, isNetworkFailure } from './failure.ts'
import { everywhereComment, forms, type Topology } from './forms.ts'
import { identifier, render, type Sql, sql, str } from './sql.ts'
import type { Statement } from './statements.ts'
import { insertPrefix, jsonLines, settingsOf } from './wire.ts'

// Codes with which a server without a Keeper answers a question to system.zookeeper:
// 36 BAD_ARGUMENTS, 60 UNKNOWN_TABLE, 139 NO_ELEMENTS_IN_CONFIG, 225 NO_ZOOKEEPER.
const noKeeperCodes = new Set(['36', '60', '139', '225'])
const asideMs = 5000

/** One ClickHouse server, or a cluster of them with tables sharded over it. */
export const openServer = async (config: ClickHouseConfig & { urls: readonly string[] }): Promise<ClickHouse> => {
  const { urls, cluster, database, user, password } = config
  const connect = (url: string, base: string) =>
    createClient({
      url,
      database: base,
      ...(user === undefined ? {} : { username: user }),
      ...(password === undefined ? {} : { password }),
      request_timeout: 600_000,
      max_open_connections: 16,
      compression: { request: false, response: true },
      // Long lists of customers do not fit into a URL.
      use_multipart_params_auto: true,
      clickhouse_settings: {
        ...settingsOf(),
        wait_end_of_query: 1,
        ...(cluster === undefined
          ? {}
          : {
              // Rows are on their shards before the insert returns.
              distributed_foreground_insert: 1,
              // Everything of one customer is on one shard, so a subquery over customers asks the shard's own table.
              distributed_product_mode: 'local',
              optimize_skip_unused_shards: 1,
            }),
      },
    })

  const bare = urls.map((url) => connect(url, ''))
  const first = async <T>(ask: (client: ClickHouseClient) => Promise<T>): Promise<T> => {
    let last: unknown
    for (const client of bare) {
      try {
        return await ask(client)
      } catch (error) {
        if (!isNetworkFailure(error)) throw error
        last = error
      }
    }
    throw last
  }
  const nodes = urls.map((url) => ({ url, client: connect(url, database), asideUntil: 0 }))
  const end = async () => {
    await Promise.all([...bare, ...nodes.map(({ client }) => client)].map((client) => client.close()))
  }

  let topology: Topology
  const credentials = { ...(user === undefined ? {} : { user }), ...(password === undefined ? {} : { password }) }
  try {
    const keeper = cluster !== undefined && (await first(hasKeeper))
    if (cluster === undefined) {
      if (urls.length > 1)
        throw problem.configWrong({
          setting: 'ZHIYIN_CLICKHOUSE_CLUSTER',
          remedy:
            'several addresses in ZHIYIN_CLICKHOUSE_URL need the name of their cluster in ZHIYIN_CLICKHOUSE_CLUSTER',
        })
      topology = { kind: 'single', database, ...credentials }
    } else {
      const size = await first((client) => clusterSize(client, cluster))
      if (size === 0)
        throw problem.configWrong({
          setting: 'ZHIYIN_CLICKHOUSE_CLUSTER',
          remedy: `the servers know no cluster "${cluster}": add it to remote_servers or correct ZHIYIN_CLICKHOUSE_CLUSTER`,
        })
      if (!keeper && urls.length < size)
        throw problem.configWrong({
          setting: 'ZHIYIN_CLICKHOUSE_URL',
          remedy: `the cluster has ${size} nodes and no Keeper: list all nodes in ZHIYIN_CLICKHOUSE_URL`,
        })
      topology = { kind: 'cluster', database, cluster, keeper, sharded: new Set(), ...credentials }
    }
    const create = forms({ text: `create database if not exists ${database}` }, topology)
    for (const { text, on } of create)
      if (on === 'one') await first((client) => client.command({ query: text }))
      else await Promise.all(bare.map((client) => client.command({ query: text })))
  } catch (error) {
    await end()
    throw failure(error)
  }

  /** Asks one node after another until one answers; a silent one is left aside for a while. */
  const ask = async <T>(run: (client: ClickHouseClient) => Promise<T>, mayRepeat = isNetworkFailure): Promise<T> => {
    const now = Date.now()
    const order = nodes.toSorted((a, b) => Number(a.asideUntil > now) - Number(b.asideUntil > now))
    let last: unknown
    for (const node of order) {
      try {
        return await run(node.client)
      } catch (error) {
        last = error
        if (!isNetworkFailure(error)) break
        node.asideUntil = Date.now() + asideMs
        if (!mayRepeat(error)) break
      }
    }
    throw failure(last)
  }
  const each = async (run: (client: ClickHouseClient) => Promise<unknown>) => {
    const outcomes = await Promise.allSettled(nodes.map(({ client }) => run(client)))
    const failed = outcomes.find((outcome) => outcome.status === 'rejected')
    if (failed) throw failure(failed.reason)
  }

  const params = ({ settings, signal, timeoutSeconds }: QueryOptions) => ({
    ...(signal ? { abort_signal: signal } : {}),
    clickhouse_settings: {
      ...settings,
      ...(timeoutSeconds === undefined ? {} : { max_execution_time: timeoutSeconds }),
      // A reader who has left is noticed and the query stopped.
      ...(signal ? { cancel_http_readonly_queries_on_client_close: 1 as const } : {}),
    },
  })
  const query = (text: ReturnType<typeof render>, options: QueryOptions) =>
    ask((client) =>
      client.query({ query: text.text, query_params: text.params, format: 'JSONEachRow', ...params(options) }),
    )

  const rows = async <T>(asked: Sql, options: QueryOptions = {}): Promise<T[]> => {
    options.signal?.throwIfAborted()
    try {
      const result = await query(render(asked), options)
      return await result.json<T>()
    } catch (error) {
      throw options.signal?.aborted ? options.signal.reason : failure(error)
    }
  }

  // Tables by how their rows are dealt out, read back from the servers; null after anything that may have changed it.
  let known: Promise<{ sharded: Set<string>; everywhere: Set<string> }> | null = null
  const tables = () => {
    known ??= rows<{ name: string; engine: string; comment: string }>(
      sql`select name, engine, comment from system.tables where database = ${str(database)}`,
    ).then((found) => ({
      sharded: new Set(found.filter(({ engine }) => engine === 'Distributed').map(({ name }) => name)),
      everywhere: new Set(found.filter(({ comment }) => comment === everywhereComment).map(({ name }) => name)),
    }))
    known.catch(() => {
      known = null
    })
    return known
  }

  const deploy = async (statement: Statement, options: QueryOptions = {}, values: Record<string, unknown> = {}) => {
    const current = topology.kind === 'cluster' ? { ...topology, sharded: (await tables()).sharded } : topology
    try {
      for (const { text, on } of forms(statement, current)) {
        const run = (client: ClickHouseClient) =>
          client.command({ query: text, query_params: values, ...params(options) })
        if (on === 'each') await each(run)
        else await ask(run, neverSent)
      }
    } catch (error) {
      throw options.signal?.aborted ? options.signal.reason : failure(error)
    } finally {
      if (/^(create|drop|rename|alter)\b/i.test(statement.text)) known = null
    }
  }

  return {
    mode: topology.kind === 'cluster' ? 'cluster' : 'server',
    topology,
    rows,
    one: async <T>(asked: Sql, options?: QueryOptions) => (await rows<T>(asked, options))[0],
    async *stream<T>(asked: Sql, options: QueryOptions = {}) {
      options.signal?.throwIfAborted()
      // The answer starts before its end is known: without wait_end_of_query nothing is collected on the server.
      const result = await query(render(asked), { ...options, settings: { wait_end_of_query: 0, ...options.settings } })
      try {
        for await (const block of result.stream()) yield block.map((row) => row.json<T>())
      } catch (error) {
        throw options.signal?.aborted ? options.signal.reason : failure(error)
      } finally {
        result.close()
      }
    },
    command: (asked, options) => {
      const { text, params: values } = typeof asked === 'string' ? { text: asked, params: {} } : render(asked)
      return deploy({ text: text.trim() }, options, values)
    },
    deploy,
    insert: async (table, body, options: InsertOptions = {}) => {
      const text = typeof body === 'string' || Buffer.isBuffer(body) ? body : jsonLines(body)
      if (text.length === 0) return
      const prefix = insertPrefix(table, body, options).text
      const run = async (client: ClickHouseClient) => {
        const { stream } = await client.exec({ query: prefix, values: Readable.from([text], { objectMode: false }) })
        stream.resume()
      }
      const toAll = topology.kind === 'cluster' && !topology.keeper && (await tables()).everywhere.has(table)
      // Rows that may have arrived are not sent twice: the caller decides.
      if (toAll) await each(run)
      else await ask(run, neverSent)
    },
    ping: async () => {
      await ask((client) => client.command({ query: 'select 1' }))
    },
    version: async () => (await rows<{ version: string }>(sql`select version() as version`))[0]?.version ?? '',
    close: end,
  }
}

/** Whether the connection was not even made, so that nothing can have been done. */
const neverSent = (error: unknown): boolean =>
  error instanceof Error &&
  /ECONNREFUSED|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN/.test(
    `${'code' in error ? String(error.code) : ''} ${error.message}`,
  )

const clusterSize = async (client: ClickHouseClient, cluster: string): Promise<number> => {
  const { text, params } = render(sql`select count() as nodes from system.clusters where cluster = ${str(cluster)}`)
  const result = await client.query({ query: text, query_params: params, format: 'JSONEachRow' })
  const [row] = await result.json<{ nodes: string }>()
  return Number(row?.nodes ?? 0)
}

const hasKeeper = async (client: ClickHouseClient): Promise<boolean> => {
  const { text, params } = render(sql`select count() from ${identifier('system.zookeeper')} where path = '/'`)
  try {
    await client.command({ query: text, query_params: params })
    return true
  } catch (error) {
    if (error instanceof ClickHouseError && noKeeperCodes.has(error.code)) return false
    throw error
  }
}
