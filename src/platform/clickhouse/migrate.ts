import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { problem } from '../problem.ts'
import type { ClickHouse } from './clickhouse.ts'
import { sql, str } from './sql.ts'
import { statements } from './statements.ts'

const fileName = /^\d{4}-[a-z0-9-]+\.sql$/
const ledger = {
  text: `create table if not exists schema_migrations (name String, checksum String, applied_at DateTime64(3, 'UTC') default now64(3))
engine = ReplacingMergeTree(applied_at) order by name`,
  everywhere: true,
}

/**
 * Applies the migrations of `dir` that are missing, in the order of their names, and returns the names of those applied.
 * One caller at a time: embedded the data directory's lock sees to it, with servers the caller holds a lock in Postgres.
 * Statements may meet half of their own work (a crash, a node that was down or is new) and must not mind, so each says
 * `if not exists`, `if exists` or `or replace`.
 * @throws problem.configWrong when an applied file has changed, is missing here, or a statement cannot be repeated
 */
export const migrateClickHouse = async (ch: ClickHouse, { dir }: { dir: string }): Promise<string[]> => {
  const names = (await readdir(dir)).filter((name) => fileName.test(name)).sort()
  await ch.deploy(ledger)
  const nodes = await nodeCount(ch)
  const done = await appliedMigrations(ch)
  const newer = [...done.keys()].filter((name) => !names.includes(name))
  if (newer.length > 0)
    throw problem.configWrong({ migrations: newer, remedy: 'the database was made by a newer version: start that one' })
  const applied: string[] = []
  for (const name of names) {
    const file = await readFile(join(dir, name), 'utf8')
    const checksum = createHash('sha256').update(file).digest('hex')
    const before = done.get(name)
    if (before && before.checksum !== checksum)
      throw problem.configWrong({
        migration: name,
        remedy: `migrations/clickhouse/${name} was changed after it was applied: restore it and put the change into a new file`,
      })
    // A node that was added or rebuilt lacks it: all nodes go through it again.
    if (before && before.nodes >= nodes) continue
    for (const statement of statements(file)) {
      if (!repeatable.test(statement.text))
        throw problem.configWrong({ migration: name, remedy: `not repeatable: ${statement.text.slice(0, 80)}` })
      await ch.deploy(statement)
    }
    await ch.insert('schema_migrations', [{ name, checksum }], { columns: ['name', 'checksum'] })
    applied.push(name)
  }
  return applied
}

const repeatable = /\b(if\s+not\s+exists|if\s+exists|or\s+replace)\b/i

const nodeCount = async ({ topology, one }: ClickHouse): Promise<number> => {
  if (topology.kind === 'single') return 1
  const row = await one<{ nodes: string }>(
    sql`select count() as nodes from system.clusters where cluster = ${str(topology.cluster)}`,
  )
  return Number(row?.nodes)
}

interface Applied {
  checksum: string
  nodes: number
}

const appliedMigrations = async (ch: ClickHouse): Promise<Map<string, Applied>> => {
  const { topology } = ch
  const found = await ch.rows<{ name: string; checksum: string; nodes: string }>(
    topology.kind === 'single'
      ? sql`select name, argMax(checksum, applied_at) as checksum, 1 as nodes from schema_migrations group by name`
      : sql`select name, argMax(checksum, applied_at) as checksum, uniqExact(_shard_num) as nodes
            from clusterAllReplicas(${str(topology.cluster)}, ${str(topology.database)}, 'schema_migrations') group by name`,
  )
  return new Map(found.map(({ name, checksum, nodes }) => [name, { checksum, nodes: Number(nodes) }]))
}
