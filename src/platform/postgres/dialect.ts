import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely'

/** A connection that runs one statement at a time. */
export interface Connection {
  query(
    text: string,
    values: readonly unknown[],
  ): Promise<{ rows: Record<string, unknown>[]; affected: number | undefined }>
}

export interface Connections {
  acquire(): Promise<Connection>
  release(connection: Connection): Promise<void>
}

/**
 * A Kysely dialect over a set of connections. Kysely's own PGlite dialect shares one connection without a queue: a
 * question asked while a transaction is open would silently join it. Here it waits.
 */
export const dialectOver = (connections: Connections): Dialect => ({
  createAdapter: () => new PostgresAdapter(),
  createQueryCompiler: () => new PostgresQueryCompiler(),
  createIntrospector: (db) => new PostgresIntrospector(db),
  createDriver: () => driverOver(connections),
})

const held = new WeakMap<DatabaseConnection, Connection>()

const driverOver = (connections: Connections): Driver => ({
  init: () => Promise.resolve(),
  acquireConnection: async () => {
    const connection = await connections.acquire()
    const wrapped: DatabaseConnection = {
      executeQuery: async <R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> => {
        const { rows, affected } = await connection.query(sql, parameters)
        return { rows: rows as R[], ...(affected !== undefined && { numAffectedRows: BigInt(affected) }) }
      },
      // biome-ignore lint/correctness/useYield: the interface asks for it; long answers come from ClickHouse
      streamQuery: async function* () {
        throw new Error('Postgres answers are read in pages, not streamed')
      },
    }
    held.set(wrapped, connection)
    return wrapped
  },
  releaseConnection: async (wrapped) => {
    const connection = held.get(wrapped)
    if (connection) await connections.release(connection)
  },
  beginTransaction: async (connection, { isolationLevel }) => {
    await connection.executeQuery(
      CompiledQuery.raw(isolationLevel ? `begin isolation level ${isolationLevel}` : 'begin'),
    )
  },
  commitTransaction: async (connection) => {
    await connection.executeQuery(CompiledQuery.raw('commit'))
  },
  rollbackTransaction: async (connection) => {
    await connection.executeQuery(CompiledQuery.raw('rollback'))
  },
  destroy: () => Promise.resolve(),
})
