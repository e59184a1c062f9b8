import { CompiledQuery, type Kysely, type Transaction } from 'kysely'
import type { Tables } from '../ctx.ts'
import { openEmbedded } from './embedded.ts'
import { openServer } from './server.ts'

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

/** @param dir folder of the embedded database; `archive` starts it from a dump (tests, restore); no dir: in memory */
export const openPostgres = (where: { url: string; pool: number } | { dir?: string; archive?: Uint8Array }): Promise<PostgresStore> =>
  'url' in where ? openServer(where) : openEmbedded(where)

/** Marks the body of a `copy … from stdin` so that the driver streams it instead of binding it. */
export class CopyBody {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** One value in Postgres' COPY text form: `\N` for null; tab, newline, carriage return and backslash escaped. */
export const copyValue = (value: string | number | bigint | boolean | Date | null | undefined): string => {
  if (value === null || value === undefined) return '\\N'
  if (typeof value === 'string') return value.replace(/[\\\t\n\r]/g, escapeForCopy)
  if (value instanceof Date) return value.toISOString()
  return String(value)
}

const escapeForCopy = (character: string) =>
  character === '\t' ? '\\t' : character === '\n' ? '\\n' : character === '\r' ? '\\r' : '\\\\'

/**
 * Bulk insert through COPY, 2–3 times faster than `insert … unnest` on the embedded store (8 µs against 18 µs a row).
 * @param table `schema.table` and `columns` come from code, never from input
 * @param lines rows already in COPY text form (see `copyValue`), each ended by a newline
 * @throws the database's unique violation when a row exists: the whole copy is then undone with its transaction
 */
export const copyInto = async (
  db: Kysely<Tables> | Transaction<Tables>,
  table: string,
  columns: readonly string[],
  lines: string,
): Promise<void> => {
  if (lines === '') return
  await db.executeQuery(CompiledQuery.raw(`copy ${table} (${columns.join(', ')}) from stdin`, [new CopyBody(lines)]))
}
