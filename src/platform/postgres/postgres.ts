import { CompiledQuery, type Kysely, type Transaction } from 'kysely'
import type { Tables } from '../ctx.ts'
import { CopyBody } from './copy-body.ts'
import type { CopyRows } from './copy-rows.ts'
import { openEmbedded } from './embedded.ts'
import { openServer } from './server.ts'
import type { PostgresStore } from './store.ts'

export { type CopyRows, copyRows } from './copy-rows.ts'
export type { PostgresStore } from './store.ts'

/** @param dir folder of the embedded database; `archive` starts it from a dump (tests, restore); no dir: in memory */
export const openPostgres = (
  where: { url: string; pool: number } | { dir?: string; archive?: Uint8Array },
): Promise<PostgresStore> => ('url' in where ? openServer(where) : openEmbedded(where))

/**
 * Bulk insert through COPY, 3 times faster than `insert … unnest` on the embedded store (6 µs against 18 µs a row).
 * @param table `schema.table` and `columns` come from code, never from input
 * @param rows laid out with `copyRows` for these columns; they are taken
 * @throws the database's unique violation when a row exists: the whole copy is then undone with its transaction
 */
export const copyInto = async (
  db: Kysely<Tables> | Transaction<Tables>,
  table: string,
  columns: readonly string[],
  rows: CopyRows,
): Promise<void> => {
  if (rows.count === 0) return
  await db.executeQuery(
    CompiledQuery.raw(`copy ${table} (${columns.join(', ')}) from stdin with (format binary)`, [
      new CopyBody(rows.take()),
    ]),
  )
}
