import { CompiledQuery, type Kysely, type Transaction } from 'kysely'
import type { Tables } from '../ctx.ts'
import { CopyBody } from './copy-body.ts'
import { openEmbedded } from './embedded.ts'
import { openServer } from './server.ts'
import type { PostgresStore } from './store.ts'

export type { PostgresStore } from './store.ts'

/** @param dir folder of the embedded database; `archive` starts it from a dump (tests, restore); no dir: in memory */
export const openPostgres = (
  where: { url: string; pool: number } | { dir?: string; archive?: Uint8Array },
): Promise<PostgresStore> => ('url' in where ? openServer(where) : openEmbedded(where))

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
