import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ClickHouse, openClickHouse } from './clickhouse.ts'
import { migrateClickHouse } from './migrate.ts'
import { sql, str } from './sql.ts'

export const migrationsDir = fileURLToPath(new URL('../../../migrations/clickhouse', import.meta.url))
export const schemaFile = join(migrationsDir, 'schema.sql')

/** What the migrations amount to: every table and dictionary of the database as ClickHouse itself writes it. */
export const schemaText = async (ch: ClickHouse): Promise<string> => {
  const { database } = ch.topology
  const tables = await ch.rows<{ create: string }>(
    sql`select create_table_query as create from system.tables
        where database = ${str(database)} and name not like '.%' order by name
        settings show_table_uuid_in_table_create_query_if_not_nil = 0`,
  )
  const formatted = await Promise.all(
    tables.map(({ create }) => ch.one<{ text: string }>(sql`select formatQuery(${str(create)}) as text`)),
  )
  const text = formatted.map((row) => `${row?.text.replaceAll(`${database}.`, '')};\n`).join('\n')
  return `-- Made from the migrations by \`node src/platform/clickhouse/schema.ts\`; a test compares it.\n\n${text}`
}

// Run as a program it writes schema.sql.
if (import.meta.main) {
  const dir = await mkdtemp(join(tmpdir(), 'zhiyin-schema-'))
  const ch = await openClickHouse({ dir, database: 'zhiyin' })
  await migrateClickHouse(ch, { dir: migrationsDir })
  await writeFile(schemaFile, await schemaText(ch))
  await ch.close()
  await rm(dir, { recursive: true })
}
