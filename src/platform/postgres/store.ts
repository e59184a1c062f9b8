import type { Kysely } from 'kysely'
import type { Tables } from '../ctx.ts'

/** One Postgres, inside this process or on a server. The two connection files are all that differs. */
export interface PostgresStore {
  readonly mode: 'embedded' | 'server'
  readonly db: Kysely<Tables>
  /** Runs several statements without parameters, outside any transaction of `db`. For migrations and the job library. */
  script(text: string): Promise<Record<string, unknown>[]>
  /** The job library's door: one statement with positional parameters. */
  execute(text: string, values: readonly unknown[]): Promise<Record<string, unknown>[]>
  /** A consistent copy of the whole database as a tar archive; embedded only. */
  dump(): Promise<Buffer>
  version(): Promise<string>
  close(): Promise<void>
}
