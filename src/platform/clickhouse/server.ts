import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { type ClickHouseClient, ClickHouseError, ClickHouseLogLevel, createClient } from '@clickhouse/client'
import { problem } from '../problem.ts'
import type { ClickHouse, ClickHouseConfig, InsertOptions, QueryOptions } from './clickhouse.ts'
import { failure, isNetworkFailure } from './failure.ts'
import { everywhereComment, forms, type Topology } from './forms.ts'
import { inline } from './literal.ts'
import { render, type Sql, sql, str } from './sql.ts'
import type { Statement } from './statements.ts'
import { insertPrefix, jsonLines, settingsOf } from './wire.ts'

// Codes with which a server without a Keeper answers a question to system.zookeeper:
// 36 BAD_ARGUMENTS, 60 UNKNOWN_TABLE, 139 NO_ELEMENTS_IN_CONFIG, 225 NO_ZOOKEEPER.
const noKeeperCodes = new Set(['36', '60', '139', '225'])
const asideMs = 5000
// Parameters travel in the address, which servers limit to 1 MB and a field to 128 kB; longer ones become literals.
const longText = 20_000
const longList = 1000

/** One ClickHouse server, or a cluster of them with tables sharded over it. */
export const openServer = async (config: ClickHouseConfig & { urls: readonly string[] }): Promise<ClickHouse> => {
  const { urls, cluster, database } = config
  const { username, password: secret } = new URL(urls[0] ?? '')
  const user = config.user ?? (username === '' ? undefined : decodeURIComponent(username))
  const password = config.password ?? (secret === '' ? undefined : decodeURIComponent(secret))
  const connect = (url: string, base: string) =>
    createClient({
      url,
      database: base,
      ...(user === undefined ? {} : { username: user }),
      ...(password === undefined ? {} : { password }),
      request_timeout: 600_000,
      max_open_connections: 16,
      // Failures are thrown; printing them too would put statements into the log.
      log: { level: ClickHouseLogLevel.OFF },
      compression: { request: false, response: true },
      clickhouse_settings: {
        ...settingsOf(),
        wait_end_of_query: 1,
        // Lists of customers travel as literals inside the text.
        max_query_size: '67108864',
        ...(cluster === undefined
          ? {}
          : {
              // Rows are on their shards before the insert returns.
              distributed_foreground_insert: 1,
              // A subquery over another sharded table is answered by all shards. `local` would be cheaper where both sides
              // are of one customer, but merged customers may lie on two shards: a query that knows better says so.
              distributed_product_mode: 'global',
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

  // A shard does not work in our database, so it would not find a dictionary by its bare name.
  const qualified = (query: Sql): Sql =>
    topology.kind === 'single'
      ? query
      : {
          parts: query.parts.map((part) => part.replace(/\b(dict(?:Get|Has|Is)\w*)\('(\w+)'/gi, `$1('${database}.$2'`)),
          values: query.values.map((value) => ('parts' in value ? qualified(value) : value)),
        }
  const written = (query: Sql) => {
    const whole = qualified(query)
    const { text, params } = render(whole)
    const long = Object.values(params).some((value) =>
      Array.isArray(value) ? value.length > longList : String(value).length > longText,
    )
    return long ? { query: inline(whole) } : { query: text, query_params: params }
  }
  const params = ({ settings, signal, timeoutSeconds }: QueryOptions) => ({
    ...(signal ? { abort_signal: signal } : {}),
    clickhouse_settings: {
      ...settings,
      ...(timeoutSeconds === undefined ? {} : { max_execution_time: timeoutSeconds }),
    },
  })
  /** An id for a statement by which an abort kills it on its node: to close the connection does not stop it. */
  const watch = (signal: AbortSignal | undefined) => {
    signal?.throwIfAborted()
    const query_id = randomUUID()
    let at: ClickHouseClient | undefined
    const kill = () => {
      at?.command({ query: `kill query where query_id = '${query_id}' async` }).catch((error: unknown) =>
        process.emitWarning(failure(error)),
      )
    }
    signal?.addEventListener('abort', kill, { once: true })
    return {
      kill,
      over: () => signal?.removeEventListener('abort', kill),
      on: (client: ClickHouseClient) => {
        at = client
        return { query_id }
      },
    }
  }

  const rows = async <T>(asked: Sql, options: QueryOptions = {}): Promise<T[]> => {
    const { on, over } = watch(options.signal)
    try {
      return await ask(async (client) => {
        const result = await client.query({
          ...written(asked),
          ...on(client),
          format: 'JSONEachRow',
          ...params(options),
        })
        return result.json<T>()
      })
    } catch (error) {
      throw options.signal?.aborted ? options.signal.reason : failure(error)
    } finally {
      over()
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
    const { on: watched, over } = watch(options.signal)
    try {
      for (const { text, on } of forms(statement, current)) {
        const run = (client: ClickHouseClient) =>
          client.command({
            query: text,
            query_params: values,
            ...params(options),
            ...(on === 'one' ? watched(client) : {}),
          })
        if (on === 'each') await each(run)
        else await ask(run, neverSent)
      }
    } catch (error) {
      throw options.signal?.aborted ? options.signal.reason : failure(error)
    } finally {
      over()
      if (/^(create|drop|rename|alter)\b/i.test(statement.text)) known = null
    }
  }

  return {
    mode: topology.kind === 'cluster' ? 'cluster' : 'server',
    topology,
    rows,
    one: async <T>(asked: Sql, options?: QueryOptions) => (await rows<T>(asked, options))[0],
    async *stream<T>(asked: Sql, options: QueryOptions = {}) {
      const { on, over, kill } = watch(options.signal)
      // The answer starts before its end is known: without wait_end_of_query nothing is collected on the server.
      const unbuffered = { ...options, settings: { wait_end_of_query: 0, ...options.settings } }
      let whole = false
      try {
        const result = await ask((client) =>
          client.query({ ...written(asked), ...on(client), format: 'JSONEachRow', ...params(unbuffered) }),
        )
        try {
          for await (const block of result.stream<T>()) yield block.map((row) => row.json<T>())
          whole = true
        } finally {
          result.close()
        }
      } catch (error) {
        throw options.signal?.aborted ? options.signal.reason : failure(error)
      } finally {
        over()
        if (!whole) kill()
      }
    },
    command: (asked, options) => {
      const { query, query_params } = written(typeof asked === 'string' ? { parts: [asked], values: [] } : asked)
      return deploy({ text: query.trim() }, options, query_params)
    },
    deploy,
    insert: async (table, body, options: InsertOptions = {}) => {
      const text = typeof body === 'string' || Buffer.isBuffer(body) ? body : jsonLines(body)
      if (text.length === 0) return
      const prefix = insertPrefix(table, body, options).text
      const { timeoutSeconds } = options
      const limits = timeoutSeconds === undefined ? {} : { clickhouse_settings: { max_execution_time: timeoutSeconds } }
      const run = async (client: ClickHouseClient) => {
        const { stream } = await client.exec({
          query: prefix,
          values: Readable.from([text], { objectMode: false }),
          ...limits,
          ...(timeoutSeconds !== undefined && { abort_signal: AbortSignal.timeout(timeoutSeconds * 1_000) }),
        })
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
  try {
    await client.command({ query: "select count() from system.zookeeper where path = '/'" })
    return true
  } catch (error) {
    if (error instanceof ClickHouseError && noKeeperCodes.has(error.code)) return false
    throw error
  }
}
