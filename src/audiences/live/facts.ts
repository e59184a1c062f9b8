import { type Ctx, ch } from '#platform'
import type { FactTable } from '../condition-world.ts'
import type { Definition, WindowCondition } from '../contract.ts'
import { eachCondition } from '../mentions-contract.ts'
import { momentPeriod, relativePeriod } from '../moments.ts'

const { sql, join, u32s, strings, identifier, moment } = ch
type Sql = ch.Sql

/** What definitions ask for, so that no more of a customer's facts is copied. */
export interface Wanted {
  /** By name, since when; undefined: all of them. */
  events: ReadonlyMap<string, Date | undefined>
  traits: ReadonlySet<string>
}

/** Names of traits and events in the definitions, and since when those matter. */
export const wantedBy = (definitions: Iterable<Definition>, at: Date, zone: string): Wanted => {
  const events = new Map<string, Date | undefined>()
  const traits = new Set<string>()
  const want = (names: readonly string[], { within, between, since }: WindowCondition) => {
    const first = between?.[0] ?? since
    const from =
      within !== undefined
        ? relativePeriod(within, at, zone).from
        : first === undefined
          ? undefined
          : momentPeriod(first, zone).from
    for (const name of names) {
      const known = events.get(name)
      // All of them, when one condition wants all of them.
      if (!events.has(name) || (known && !(from && from >= known))) events.set(name, from)
    }
  }
  for (const definition of definitions)
    eachCondition(definition, (node) => {
      if ('trait' in node) traits.add(node.trait)
      else if ('event' in node) want([node.event], node)
      else if ('sequence' in node)
        want(
          node.sequence.flatMap(({ event, without }) => [event, ...(without ?? []).map(({ event }) => event)]),
          node,
        )
    })
  return { events, traits }
}

/** Rows of these customers, straight from the tables. */
const ofCustomers = (table: FactTable, nos: readonly number[], { events, traits }: Wanted): Sql => {
  const filters = [sql`customer_no in ${u32s(nos)}`]
  if (table === 'events') filters.push(namedSince(events))
  if (table === 'traits') filters.push(sql`trait in ${strings([...traits])}`)
  const final = table === 'customers' ? sql` final` : sql``
  return sql`select ${columnsOf(table)} from ${identifier(table)}${final} where ${join(filters, ' and ')}`
}

/** Old months are not even opened for events that matter for a while only. */
const namedSince = (events: Wanted['events']): Sql => {
  const bySince = new Map<number | undefined, string[]>()
  for (const [name, since] of events) bySince.set(since?.getTime(), [...(bySince.get(since?.getTime()) ?? []), name])
  const some = [...bySince].map(([since, names]) =>
    since === undefined
      ? sql`event in ${strings(names)}`
      : sql`(event in ${strings(names)} and ts >= ${moment(new Date(since))})`,
  )
  return some.length === 0 ? sql`0` : sql`(${join(some, ' or ')})`
}

/** Of events what conditions read. */
const columnsOf = (table: FactTable): Sql =>
  table === 'events' ? sql`event, customer_no, ts, message_hash, properties` : sql`*`

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
        sql`create table ${place(table)} engine = Memory empty as select ${columnsOf(table)} from ${identifier(table)}`,
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
