import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import { problems } from '../problem.ts'
import type { PostgresStore } from './store.ts'

const problem = problems('platform', {
  migrationChanged: { status: 500, title: 'A migration that has run was changed afterwards' },
  migrationUnknown: { status: 500, title: 'The database is newer than this program' },
})

export interface Migration {
  number: number
  name: string
  text: string
  checksum: string
}

/** The numbered SQL files of a folder, in order. Names look like `0001-vault.sql`. */
export const readMigrations = async (dir: string): Promise<Migration[]> => {
  const names = (await readdir(dir)).filter((name) => /^\d{4}-.+\.sql$/.test(name)).sort()
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(dir, name), 'utf8')
      return { number: Number(name.slice(0, 4)), name, text, checksum: createHash('sha256').update(text).digest('hex') }
    }),
  )
}

/** The advisory lock that all processes take before they change a schema. */
const migrationLock = 7_261_001

/**
 * Brings Postgres to the newest schema: forward only, each file in a transaction of its own, one process at a time.
 * @returns the names applied now
 * @throws platform.migrationChanged when a file that has run differs from what ran
 */
export const migratePostgres = async (store: PostgresStore, dir: string): Promise<string[]> => {
  const migrations = await readMigrations(dir)
  await store.script(`begin; select pg_advisory_xact_lock(${migrationLock}); create schema if not exists platform;
    create table if not exists platform.schema_migration (number int primary key, name text not null, checksum text not null, applied_at timestamptz not null default now()); commit`)
  const { rows } = await sql<{ number: number; name: string; checksum: string }>`
    select number, name, checksum from platform.schema_migration`.execute(store.db)
  const done = new Map(rows.map((row) => [row.number, row]))
  const newest = migrations.at(-1)?.number ?? 0
  const unknown = rows.find(({ number }) => number > newest)
  if (unknown) throw problem.migrationUnknown({ migration: unknown.name })
  const applied: string[] = []
  for (const migration of migrations) {
    const row = done.get(migration.number)
    if (row && row.checksum !== migration.checksum) throw problem.migrationChanged({ migration: migration.name })
    if (row) continue
    // A second process that waited for the lock finds the row, fails on the primary key, and starts over with the next file.
    if (await runUnderLock(store, migration)) applied.push(migration.name)
  }
  return applied
}

const startLock = 7_261_002

/**
 * Lets one process at a time make schemas: Postgres, ClickHouse and the job library's. Those that start with it wait, since
 * `create … if not exists` by two at once fails in one of them. The embedded store has one process anyway.
 * @returns lets the next one go on
 */
export const takeStartTurn = async (store: PostgresStore): Promise<() => Promise<void>> => {
  if (store.mode === 'embedded') return () => Promise.resolve()
  const locked = Promise.withResolvers<void>()
  const over = Promise.withResolvers<void>()
  // The lock lives as long as its transaction; the work goes through other connections.
  const turn = store.db.transaction().execute(async (pg) => {
    await sql`select pg_advisory_xact_lock(${startLock})`.execute(pg)
    locked.resolve()
    await over.promise
  })
  turn.catch(locked.reject)
  await locked.promise
  return async () => {
    over.resolve()
    await turn
  }
}

const runUnderLock = async (store: PostgresStore, { number, name, checksum, text }: Migration): Promise<boolean> => {
  try {
    await store.script(`begin; select pg_advisory_xact_lock(${migrationLock});
      insert into platform.schema_migration (number, name, checksum) values (${number}, '${name.replaceAll("'", '')}', '${checksum}');
      ${text}
      ; commit`)
    return true
  } catch (error) {
    if (
      error instanceof Error &&
      'code' in error &&
      error.code === '23505' &&
      'constraint' in error &&
      error.constraint === 'schema_migration_pkey'
    )
      return false
    throw error
  }
}

/** The schema as text, one line per column, index and constraint, in a fixed order; compared with the checked-in file. */
export const describePostgres = async (store: PostgresStore): Promise<string> => {
  const { rows } = await sql<{ line: string }>`
    select line from (
      select format('%s.%s column %s %s%s%s', n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
        case when a.attnotnull then ' not null' else '' end, coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')) as line
      from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
      left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
      where c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
      union all
      select format('%s.%s index %s', n.nspname, c.relname, pg_get_indexdef(i.indexrelid))
      from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
      union all
      select format('%s.%s constraint %s %s', n.nspname, c.relname, k.conname, pg_get_constraintdef(k.oid))
      from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
      where k.contype in ('c', 'f')
      union all
      select format('%s.%s trigger %s', n.nspname, c.relname, pg_get_triggerdef(t.oid))
      from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
      where not t.tgisinternal
    ) as lines
    where line !~ '^(pg_|information_schema|pgboss|platform_jobs)' order by line collate "C"`.execute(store.db)
  return `${rows.map(({ line }) => line).join('\n')}\n`
}
