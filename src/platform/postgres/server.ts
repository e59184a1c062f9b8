import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Kysely } from 'kysely'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import type { Tables } from '../ctx.ts'
import { problem } from '../problem.ts'
import { CopyBody } from './copy-body.ts'
import { type Connection, dialectOver } from './dialect.ts'
import type { PostgresStore } from './store.ts'

const int8 = 20
const date = 1082
const int8Array = 1016

const wholeNumber = (text: string) => {
  const number = Number(text)
  return Number.isSafeInteger(number) ? number : BigInt(text)
}

/** Same shapes as the embedded connection: whole numbers as numbers while exact, dates as text. */
const typeParser = (oid: number, format?: 'text' | 'binary') => {
  if (format !== 'binary') {
    if (oid === int8) return wholeNumber
    if (oid === date) return (text: string) => text
    if (oid === int8Array) return (text: string) => (text === '{}' ? [] : text.slice(1, -1).split(',').map(wholeNumber))
  }
  return pg.types.getTypeParser(oid, format) as (text: string) => unknown
}

/** A PostgreSQL server through a pool of connections. */
export const openServer = async ({ url, pool: max }: { url: string; pool: number }): Promise<PostgresStore> => {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    application_name: 'zhiyin',
    connectionTimeoutMillis: 10_000,
    types: { getTypeParser: typeParser as typeof pg.types.getTypeParser },
  })
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => undefined)
  // So would one that breaks while it is lent and no statement runs on it: in the middle of a transaction.
  pool.on('connect', (client) => client.on('error', () => undefined))
  const clients = new WeakMap<Connection, pg.PoolClient>()

  const queryOn = async (client: pg.PoolClient | pg.Pool, text: string, values: readonly unknown[]) => {
    const result = await client.query<Record<string, unknown>>(text, [...values])
    return { rows: result.rows, affected: result.rowCount ?? undefined }
  }
  const version = async () =>
    String((await pool.query<{ server_version: string }>('show server_version')).rows[0]?.server_version)
  try {
    const found = await version()
    if (Number.parseInt(found, 10) < 15)
      throw problem.configWrong({
        settings: [`ZHIYIN_POSTGRES_URL: PostgreSQL ${found} is too old, 15 or later is needed`],
      })
  } catch (error) {
    await pool.end()
    throw error
  }

  return {
    mode: 'server',
    db: new Kysely<Tables>({
      dialect: dialectOver({
        acquire: async () => {
          const client = await pool.connect()
          const connection: Connection = {
            query: async (text, values) => {
              const [body] = values
              if (!(body instanceof CopyBody)) return queryOn(client, text, values)
              const stream = client.query(copyFrom(text))
              await pipeline(
                Readable.from([Buffer.from(body.bytes.buffer, body.bytes.byteOffset, body.bytes.length)]),
                stream,
              )
              return { rows: [], affected: stream.rowCount }
            },
          }
          clients.set(connection, client)
          return connection
        },
        release: async (connection) => clients.get(connection)?.release(),
      }),
    }),
    script: async (text) => {
      const client = await pool.connect()
      try {
        const results = (await client.query(text)) as
          | pg.QueryResult<Record<string, unknown>>
          | pg.QueryResult<Record<string, unknown>>[]
        return [results].flat().flatMap(({ rows }) => rows)
      } catch (error) {
        await client.query('rollback')
        throw error
      } finally {
        client.release()
      }
    },
    execute: async (text, values) => (await queryOn(pool, text, values)).rows,
    dump: () =>
      Promise.reject(problem.configWrong({ settings: ['ZHIYIN_POSTGRES_URL: a server is copied with pg_dump'] })),
    version,
    close: () => pool.end(),
  }
}
