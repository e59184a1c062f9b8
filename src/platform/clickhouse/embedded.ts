import { mkdirSync, writeFileSync } from 'node:fs'
import { totalmem } from 'node:os'
import { join, resolve } from 'node:path'
import { Session } from 'chdb'
import type { ClickHouse, InsertOptions, QueryOptions } from './clickhouse.ts'
import { failure } from './failure.ts'
import { forms } from './forms.ts'
import { lanes } from './lanes.ts'
import { inline, quoted } from './literal.ts'
import type { Sql } from './sql.ts'
import { insertPrefix, jsonLines, parseRows, settingsOf } from './wire.ts'

/*
 * The one file that knows chdb (ClickHouse 26.7 in this process). Measured on 2 cores, events table with both
 * projections, TabSeparated bodies of 4,000 rows of 300 bytes, otherwise idle machine:
 *   Session.insert(Buffer)                           110,000 rows/s, JS thread blocked <= 7 ms, nothing in the V8 heap
 *   Session.queryAsync('insert … format …' + body)    82,000 rows/s, JS thread blocked <= 21 ms
 *   two or three inserts at once                       62,000–77,000 rows/s: one fills a core, merges the other
 *   1,000 rows per body 43,500 rows/s; 16,000 rows per body 114,000 rows/s; rows of three months 63,000 rows/s
 * Parsing is 40 % of it, both projections 30 %.
 * A connection runs one statement at a time, several connections run side by side (three sleeps of 0.5 s: 0.5 s).
 * An aborted call only stops waiting while the engine goes on; `kill query` and `max_execution_time` stop it for real.
 * Open: 0.1–0.2 s. Resident: Node with the library loaded 240 MB, open 310 MB, idle after 1 M events 390 MB.
 */

/**
 * Server settings: caches and pools for a small machine (the defaults allow 5 GB per cache), and inserts refused while
 * the disk still has room for merges and for Postgres. Projections are made when parts are merged, not at each insert, and
 * no statistics of columns are kept: 1.2 M events in inserts of 1,500 took 25–30 µs of processor time each, merges
 * included, and now 13–21. Reads use the projection where a part has it and the part itself where not; parts just
 * inserted are small.
 */
const serverConfig = (memoryBytes: number) => `<clickhouse>
  <timezone>UTC</timezone>
  <max_server_memory_usage>${memoryBytes}</max_server_memory_usage>
  <mark_cache_size>268435456</mark_cache_size>
  <primary_index_cache_size>268435456</primary_index_cache_size>
  <index_mark_cache_size>16777216</index_mark_cache_size>
  <uncompressed_cache_size>0</uncompressed_cache_size>
  <query_condition_cache_size>33554432</query_condition_cache_size>
  <compiled_expression_cache_size>33554432</compiled_expression_cache_size>
  <backups><allowed_path>/</allowed_path></backups>
  <background_pool_size>2</background_pool_size>
  <background_schedule_pool_size>4</background_schedule_pool_size>
  <background_schedule_pool_initial_size>2</background_schedule_pool_initial_size>
  <background_common_pool_size>2</background_common_pool_size>
  <background_move_pool_size>1</background_move_pool_size>
  <background_fetches_pool_size>1</background_fetches_pool_size>
  <merge_tree>
    <min_free_disk_bytes_to_perform_insert>268435456</min_free_disk_bytes_to_perform_insert>
    <number_of_free_entries_in_pool_to_execute_mutation>1</number_of_free_entries_in_pool_to_execute_mutation>
    <number_of_free_entries_in_pool_to_lower_max_size_of_merge>1</number_of_free_entries_in_pool_to_lower_max_size_of_merge>
    <number_of_free_entries_in_pool_to_execute_optimize_entire_partition>1</number_of_free_entries_in_pool_to_execute_optimize_entire_partition>
    <materialize_projections_on_insert>0</materialize_projections_on_insert>
    <materialize_projections_on_merge>1</materialize_projections_on_merge>
    <auto_statistics_types></auto_statistics_types>
  </merge_tree>
</clickhouse>
`

/** ClickHouse in this process on `dir`, which no other process may hold. */
export const openEmbedded = async (dir: string, database: string, queriesAtOnce: number): Promise<ClickHouse> => {
  const path = resolve(dir)
  mkdirSync(path, { recursive: true })
  const configFile = join(path, 'zhiyin-clickhouse.xml')
  // 70 % for the engine, of which one statement gets at most 60 %: the rest is Node, PGlite and the page cache.
  const memoryBytes = Math.round(totalmem() * 0.7)
  writeFileSync(configFile, serverConfig(memoryBytes))
  const connectionArgs = [
    `--config-file=${configFile}`,
    `--max_memory_usage=${Math.round(memoryBytes * 0.6)}`,
    // Lists of customers travel as literals inside the text.
    '--max_query_size=67108864',
    ...Object.entries(settingsOf()).map(([name, value]) => `--${name}=${String(value)}`),
  ]
  const connect = () => {
    const session = new Session(path, { connectionArgs })
    session.query(`create database if not exists \`${database}\``)
    session.query(`use \`${database}\``)
    return session
  }
  const queries = lanes(queriesAtOnce, connect, (session) => session.close())
  // Inserts never wait for estimates: the answer to a tracking call leaves only when its rows are in.
  const inserts = lanes(1, connect, (session) => session.close())
  // A stream holds its connection until its reader is done, so it takes none of the lanes above.
  const streams = lanes(4, connect, (session) => session.close())
  // `kill query` must get through when all lanes are busy.
  const control = connect()
  const version = control.query('select version()', 'TSVRaw').trim()
  let watched = 0

  /** A tag for a statement by which an abort finds and kills it, until `over` is called. */
  const watch = (signal: AbortSignal | undefined) => {
    if (!signal) return { over: () => undefined }
    signal.throwIfAborted()
    const tag = `abort-${++watched}`
    const kill = () => {
      control
        .queryAsync(`kill query where Settings['log_comment'] = ${quoted(tag)} async`, { format: 'Null' })
        .catch((error: unknown) => process.emitWarning(failure(error)))
    }
    signal.addEventListener('abort', kill, { once: true })
    return { tag, over: () => signal.removeEventListener('abort', kill) }
  }
  const abortable = async <T>(signal: AbortSignal | undefined, run: (tag?: string) => Promise<T>): Promise<T> => {
    const { tag, over } = watch(signal)
    try {
      return await run(tag)
    } catch (error) {
      throw signal?.aborted ? signal.reason : failure(error)
    } finally {
      over()
    }
  }

  const settingsFor = ({ settings, timeoutSeconds }: QueryOptions, tag?: string) =>
    Object.entries({
      ...settings,
      ...(timeoutSeconds === undefined ? {} : { max_execution_time: timeoutSeconds }),
      ...(tag === undefined ? {} : { log_comment: tag }),
    })
  const assign = ([name, value]: [string, string | number | boolean]) => {
    if (!/^\w+$/.test(name)) throw new TypeError(`Not a setting: ${name}`)
    return `${name} = ${typeof value === 'string' ? quoted(value) : Number(value)}`
  }
  const withSettings = (text: string, settings: [string, string | number | boolean][]) =>
    settings.length === 0 ? text : `${text}\nsettings ${settings.map(assign).join(', ')}`

  const rows = <T>(query: Sql, options: QueryOptions = {}): Promise<T[]> =>
    abortable(options.signal, (tag) =>
      queries.use(async (session) => {
        options.signal?.throwIfAborted()
        const text = withSettings(inline(query), settingsFor(options, tag))
        const result = await session.queryAsync(text, { format: 'JSONEachRow' })
        return parseRows<T>(result.text())
      }),
    )

  const topology = { kind: 'single', database } as const
  const command: ClickHouse['command'] = (query, options = {}) =>
    abortable(options.signal, (tag) =>
      queries.use(async (session) => {
        const settings = settingsFor(options, tag)
        if (settings.length > 0) await session.queryAsync(`set ${settings.map(assign).join(', ')}`)
        try {
          await session.queryAsync(typeof query === 'string' ? query : inline(query), { format: 'Null' })
        } finally {
          // A connection serves others afterwards.
          if (settings.length > 0)
            await session.queryAsync(`set ${settings.map(([name]) => `${name} = default`).join(', ')}`)
        }
      }),
    )

  return {
    mode: 'embedded',
    topology,
    rows,
    one: async <T>(query: Sql, options?: QueryOptions) => (await rows<T>(query, options))[0],
    async *stream<T>(query: Sql, options: QueryOptions = {}) {
      const { tag, over } = watch(options.signal)
      const session = await streams.take()
      let broken = false
      try {
        // Small blocks: one block is what a reader holds at a time.
        const settings = settingsFor({ ...options, settings: { max_block_size: 16_384, ...options.settings } }, tag)
        for await (const chunk of session.queryStream(withSettings(inline(query), settings), {
          format: 'JSONEachRow',
        })) {
          options.signal?.throwIfAborted()
          const block = parseRows<T>(chunk.text())
          if (block.length > 0) yield block
        }
      } catch (error) {
        // chdb keeps a failed stream open until its connection ends.
        broken = true
        throw options.signal?.aborted ? options.signal.reason : failure(error)
      } finally {
        over()
        streams.give(session, broken)
      }
    },
    command,
    deploy: async (statement, options) => {
      for (const { text } of forms(statement, topology)) await command(text, options)
    },
    insert: async (table, body, options: InsertOptions = {}) => {
      const values =
        typeof body === 'string' ? Buffer.from(body) : Buffer.isBuffer(body) ? body : Buffer.from(jsonLines(body))
      if (values.length === 0) return
      const { format } = insertPrefix(table, body, options)
      await inserts
        .use<unknown>((session) =>
          format === 'Values'
            ? session.queryAsync(`${insertPrefix(table, body, options).text}\n${values.toString()}`)
            : session.insert({ table, values, format, ...(options.columns ? { columns: options.columns } : {}) }),
        )
        .catch((error: unknown) => {
          throw failure(error)
        })
    },
    ping: () => command('select 1'),
    version: async () => version,
    close: async () => {
      await Promise.all([queries.close(), inserts.close(), streams.close()])
      control.close()
    },
  }
}
