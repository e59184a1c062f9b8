import { sql as sqlText } from 'kysely'
import { compare, compile, momentPeriod, propertySubject, type World, worldOf, zone } from '#audiences'
import { traitEntries } from '#customers'
import { type Ctx, ch } from '#platform'
import type { RulesQuestion } from './contract.ts'
import { problem } from './problem.ts'

const { sql, join, strings, moment, u32s } = ch
type Sql = ch.Sql

/** Whom a question is about and until when, as SQL. */
export interface Scope {
  asOf: Date
  world: World
  /** Rows `customer_no`, ascending. */
  people: Sql
  /** The customer a row of facts counts for. */
  no: Sql
}

const resolved = sql`dictGetOrDefault('customer_override', 'to_no', toUInt64(customer_no), customer_no)`

/** @throws what compiling the definition throws */
export const scopeOf = async (
  ctx: Ctx,
  { who, asOf }: { who: Parameters<typeof compile>[0]; asOf: Date },
): Promise<Scope> => {
  const world = { ...(await worldOf(ctx, who)), at: asOf }
  return {
    asOf,
    world,
    people: compile(who, world).customerNos,
    no: world.merges ? resolved : sql`toUInt32(customer_no)`,
  }
}

/** Of a row of events. Numbers written as text count as numbers. Null when there is none. */
export const numberOf = (property: string, { world }: Scope): Sql => propertySubject('', property, world).number
/** Of a row of events. Null when there is none. */
export const textOf = (property: string, { world }: Scope): Sql => propertySubject('', property, world).text

type Where = Extract<RulesQuestion['baskets'], { of: 'events' }>['where']

/** `from events where …`: events of these names, of the people, up to the moment. @throws audiences.unfit */
export const eventsOf = (
  { asOf, people, no, world }: Scope,
  { events, where, days }: { events: readonly string[]; where: Where; days: number | null },
): Sql => {
  const conditions = [
    sql`event in ${strings(events)}`,
    sql`ts < ${moment(asOf)}`,
    ...(days === null ? [] : [sql`ts >= ${moment(new Date(asOf.getTime() - days * 86_400_000))}`]),
    ...where.map(({ property, ...comparison }, i) =>
      compare(propertySubject(`where.${i}`, property, world), comparison, world),
    ),
    sql`${no} in (${people})`,
  ]
  return sql`from events where ${join(conditions, ' and ')}`
}

/** Numbers of active tags by their keys. @throws problem.unknownTag */
export const tagsOf = async (ctx: Ctx, keys: readonly string[]) => {
  const rows = await ctx.pg
    .selectFrom('audiences.tag')
    .select(['no', 'key', 'title', 'type', 'multi'])
    .where(sqlText<boolean>`key = any(${[...keys]}::text[])`)
    .where('state', '=', 'active')
    .execute()
  const tags = new Map(rows.map((row) => [row.key, row]))
  for (const key of keys) if (!tags.has(key)) throw problem.unknownTag({ tag: key })
  return tags
}

/** Values of tags as of the moment: rows `no`, `tag_no`, `values`, `number`. */
export const tagValues = ({ asOf, people, no }: Scope, tagNos: readonly number[]): Sql =>
  sql`select no, tag_no, latest.1 as values, latest.2 as number from (select ${no} as no, tag_no, argMax((values, number), (at, run)) as latest from tag_values where tag_no in ${u32s(tagNos)} and at <= ${moment(asOf)} and no in (${people}) group by no, tag_no) where notEmpty(values)`

/** Entries of the dictionary for traits that can be read. @throws problem.unknownTrait */
export const traitsOf = async (ctx: Ctx, names: readonly string[]) => {
  const entries = await traitEntries(ctx)
  return new Map(
    names.map((name) => {
      const entry = entries.get(name)
      if (!entry || entry.personal) throw problem.unknownTrait({ trait: name })
      return [name, entry] as const
    }),
  )
}

/** Latest values of traits as of the moment: rows `no`, `trait`, `text`, `number`, `moment`. Versions of one instant: by a hash. */
export const traitValues = ({ asOf, people, no }: Scope, names: readonly string[]): Sql =>
  sql`select no, trait, latest.1 as text, latest.2 as number, latest.3 as moment from (select ${no} as no, trait, argMax((text, number, moment, cleared), (at, cityHash64(text))) as latest from traits where trait in ${strings(names)} and at <= ${moment(asOf)} and no in (${people}) group by no, trait) where latest.4 = 0`

/** A day as it is written means its first moment where the company keeps its calendar. */
export const momentOf = (written: string): Date => momentPeriod(written, zone).from
