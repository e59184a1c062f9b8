import { type Ctx, ch } from '#platform'
import type { FactTable } from '../condition-world.ts'
import type { Definition, WindowCondition } from '../contract.ts'
import { eachCondition } from '../definition-mentions.ts'
import { momentPeriod, relativePeriod } from '../moments.ts'

const { sql, join, u32s, strings, identifier, moment } = ch
type Sql = ch.Sql

/** What definitions ask for, so that no more of a customer's facts is copied. */
export interface Wanted {
  events: ReadonlySet<string>
  traits: ReadonlySet<string>
  /** No definition looks at events before this. Undefined: at all of them. */
  since: Date | undefined
}

/** Names of events and traits in the definitions, and since when events matter. */
export const wantedBy = (definitions: Iterable<Definition>, at: Date, zone: string): Wanted => {
  const events = new Set<string>()
  const traits = new Set<string>()
  let earliest = at.getTime()
  const looksBack = ({ within, between, since }: WindowCondition) => {
    const first = between?.[0] ?? since
    const from = within !== undefined ? relativePeriod(within, at, zone).from : first && momentPeriod(first, zone).from
    earliest = Math.min(earliest, from ? from.getTime() : Number.NEGATIVE_INFINITY)
  }
  for (const definition of definitions)
    eachCondition(definition, (node) => {
      if ('trait' in node) traits.add(node.trait)
      else if ('event' in node) {
        events.add(node.event)
        looksBack(node)
      } else if ('sequence' in node) {
        for (const { event, without } of node.sequence) {
          events.add(event)
          for (const other of without ?? []) events.add(other.event)
        }
        looksBack(node)
      }
    })
  return { events, traits, since: Number.isFinite(earliest) ? new Date(earliest) : undefined }
}

/** Rows of these customers, straight from the tables. */
const ofCustomers = (table: FactTable, nos: readonly number[], { events, traits, since }: Wanted): Sql => {
  const filters = [sql`customer_no in ${u32s(nos)}`]
  if (table === 'events') filters.push(sql`event in ${strings([...events])}`)
  if (table === 'events' && since) filters.push(sql`ts >= ${moment(since)}`)
  if (table === 'traits') filters.push(sql`trait in ${strings([...traits])}`)
  const final = table === 'customers' ? sql` final` : sql``
  return sql`select * from ${identifier(table)}${final} where ${join(filters, ' and ')}`
}

export interface Facts {
  /** Takes the facts of these customers; what was there before is gone. Nobody else may use them meanwhile. */
  take(nos: readonly number[], tables: ReadonlySet<FactTable>, wanted: Wanted): Promise<Partial<Record<FactTable, Sql>>>
  drop(): Promise<void>
}

/**
 * Facts of a few customers, beside the whole tables, for definitions to be compiled against. On one engine they are copied
 * into tables in memory, once for all definitions; in a cluster each question is told whose rows to read, since a copy
 * would lie on one node.
 * @param prefix of the tables' names, different for each follower
 */
export const openFacts = (ctx: Ctx, prefix: string): Facts => {
  const made = new Set<FactTable>()
  const place = (table: FactTable) => identifier(`${prefix}${table}`)
  const copy = async (table: FactTable, nos: readonly number[], wanted: Wanted) => {
    if (made.has(table)) await ctx.ch.command(sql`truncate table ${place(table)}`)
    else {
      await ctx.ch.command(sql`drop table if exists ${place(table)} sync`)
      await ctx.ch.command(
        sql`create table ${place(table)} engine = Memory empty as select * from ${identifier(table)}`,
      )
      made.add(table)
    }
    await ctx.ch.command(sql`insert into ${place(table)} ${ofCustomers(table, nos, wanted)}`)
  }
  return {
    take: async (nos, tables, wanted) => {
      const places: Partial<Record<FactTable, Sql>> = {}
      for (const table of tables) {
        if (ctx.ch.mode === 'cluster') places[table] = sql`(${ofCustomers(table, nos, wanted)})`
        else {
          await copy(table, nos, wanted)
          places[table] = sql`${place(table)}`
        }
      }
      return places
    },
    drop: async () => {
      for (const table of made) await ctx.ch.command(sql`drop table if exists ${place(table)} sync`)
      made.clear()
    },
  }
}

/** Drops copies that a follower which died left behind. */
export const dropLeftFacts = async (ctx: Ctx): Promise<void> => {
  const left = await ctx.ch.rows<{ name: string }>(
    sql`select name from system.tables where database = currentDatabase() and name like 'audience\\_tick\\_%'`,
  )
  for (const { name } of left) await ctx.ch.command(sql`drop table if exists ${identifier(name)} sync`)
}
