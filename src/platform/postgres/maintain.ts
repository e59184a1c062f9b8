import { sql } from 'kysely'
import type { Ctx } from '../ctx.ts'

/** The hour in Shanghai at which dead rows are removed: the quietest of the day. */
const vacuumHour = 4

/**
 * The embedded Postgres has no autovacuum: statistics are renewed every hour, dead rows removed once a night.
 * A server does both by itself.
 */
export const maintainPostgres = async (ctx: Ctx): Promise<void> => {
  if (ctx.store.mode !== 'embedded') return
  const hour = Number(
    new Intl.DateTimeFormat('en', { hour: 'numeric', hourCycle: 'h23', timeZone: 'Asia/Shanghai' }).format(ctx.now()),
  )
  const { rows } = await sql<{ name: string }>`
    select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema') order by c.reltuples`.execute(
    ctx.pg,
  )
  // Table by table, so that other statements come in between; names come from the catalogue, quoted by it.
  for (const { name } of rows)
    await ctx.store.execute(`${hour === vacuumHour ? 'vacuum (analyze)' : 'analyze'} ${name}`, [])
}
