import { compare, momentPeriod, propertySubject, relativePeriod, type World, worldOf } from '#audiences'
import { type Ctx, ch } from '#platform'
import type { Breakdown, EventSelection, Group, People, Period } from './contract.ts'
import { compileMembers } from './members.ts'
import { problem } from './problem.ts'

const { sql, join, str, strings, u32, moment } = ch
type Sql = ch.Sql

/** What a question is asked against: one instant, one period, the people whose events count. */
export interface Scene {
  world: World
  /** Both ends included. */
  from: Date
  to: Date
  /** A statement with one row, `members`: whose events count; everybody's unless given. */
  members?: Sql | undefined
  /** Numbers of the tags in use by key. */
  tags: ReadonlyMap<string, number>
}

/** The scene of a question as of now. @throws problem.unknownAudience, problem.unknownList, and what compiling a definition throws */
export const sceneOf = async (ctx: Ctx, period: Period, people: People | undefined): Promise<Scene> => {
  const definition = people && 'definition' in people ? people.definition : { all: [] }
  const world = await worldOf(ctx, people && 'audience' in people ? people : definition)
  const tags = await ctx.pg.selectFrom('audiences.tag').select(['key', 'no']).where('state', '=', 'active').execute()
  const { from, to } = periodOf(period, world)
  return {
    world,
    from,
    to,
    members: people && (await compileMembers(ctx, people, world)),
    tags: new Map(tags.map(({ key, no }) => [key, no])),
  }
}

export const periodOf = (period: Period, { at, zone }: { at: Date; zone: string }): { from: Date; to: Date } => {
  if ('within' in period) return relativePeriod(period.within, at, zone)
  return { from: momentPeriod(period.from, zone).from, to: momentPeriod(period.to, zone).to }
}

/** The customer a row counts for. */
export const counted = ({ world }: Scene): Sql =>
  world.merges
    ? sql`dictGetOrDefault('customer_override', 'to_no', toUInt64(customer_no), customer_no)`
    : sql`customer_no`

/** Whether a row of `events` is one of the selection. */
export const matches = ({ event, where = [] }: EventSelection, path: string, { world }: Scene): Sql =>
  join(
    [
      sql`event = ${str(event)}`,
      ...where.map(({ property, ...comparison }, i) =>
        compare(propertySubject(`${path}.where.${i}`, property, world), comparison, world),
      ),
    ],
    ' and ',
  )

/** Rows of any of the selections; the names stand first, so that the primary key is used. */
export const matchesAny = (selections: readonly EventSelection[], path: string, scene: Scene): Sql => {
  const names = [...new Set(selections.map(({ event }) => event))]
  const only = sql`event in ${strings(names)}`
  const open = selections.filter(({ where }) => !where?.length).map(({ event }) => event)
  if (names.every((name) => open.includes(name))) return only
  return sql`${only} and (${join(
    selections.map((selection, i) => sql`(${matches(selection, `${path}.${i}`, scene)})`),
    ' or ',
  )})`
}

export const inPeriod = (from: Date, to: Date): Sql => sql`ts >= ${moment(from)} and ts <= ${moment(to)}`

/** Rows of the people asked about. */
export const ofPeople = (scene: Scene): Sql =>
  scene.members
    ? sql` and ${counted(scene)} global in (select arrayJoin(bitmapToArray(members)) from (${scene.members}))`
    : sql``

export const property = (name: string, path: string, { world }: Scene) => propertySubject(path, name, world)
/** Text of a property; '' where there is none. */
export const textOf = (name: string, path: string, scene: Scene): Sql =>
  sql`ifNull(${property(name, path, scene).text}, '')`

/**
 * The order of events as one number: by instant, those of one instant by the first bits of their message hash (25 bits and
 * more for three years). Rounded away from it, `msOf` gives the milliseconds since `origin`.
 */
// One UInt64 sorts four times faster than a tuple, and windowFunnel takes it for a time. The bit between both parts keeps
// a difference of hashes from ever amounting to a millisecond.
export interface Keys {
  key: Sql
  msOf: (key: Sql) => Sql
  /** The largest difference of keys of events that lie `ms` apart. */
  span: (ms: number) => bigint
}
export const keysOf = (from: Date, to: Date, spareBits = 0): Keys => {
  const origin = from.getTime() - 1
  const bits = 62 - spareBits - Math.ceil(Math.log2(to.getTime() - origin + 2))
  return {
    key: sql`(bitShiftLeft(toUInt64(toUnixTimestamp64Milli(ts) - ${ch.i64(origin)}), ${u32(bits + 1)}) + bitShiftRight(message_hash, ${u32(64 - bits)}))`,
    msOf: (key) => sql`bitShiftRight(${key}, ${u32(bits + 1)})`,
    span: (ms) => (BigInt(ms) << BigInt(bits + 1)) + (1n << BigInt(bits)) - 1n,
  }
}

/** A statement with a row per customer (or several, of tags with several values): `no`, `value`. */
export const valuesOf = (breakdown: Breakdown, scene: Scene): Sql => {
  const { world, tags } = scene
  if ('trait' in breakdown) {
    if (world.sealed?.has(breakdown.trait)) throw problem.sealed({ trait: breakdown.trait })
    // The same latest version as in conditions of audiences: by instant, then by a hash of the text.
    return sql`select ${counted(scene)} as no, argMax(if(cleared = 1, '', text), (at, cityHash64(text) % 65536)) as value from traits where trait = ${str(breakdown.trait)} group by no`
  }
  const tag = 'tag' in breakdown ? tags.get(breakdown.tag) : undefined
  if (tag === undefined) throw problem.unknownTag({ tag: 'tag' in breakdown ? breakdown.tag : '' })
  return sql`select no, arrayJoin(latest) as value from (select ${counted(scene)} as no, argMax(values, (at, run)) as latest from tag_values where tag_no = ${u32(tag)} and at <= ${moment(world.at)} group by no)`
}

export const inGroup = (column: Sql, group: Group | undefined): Sql => {
  if (!group) return sql`1`
  return 'is' in group ? sql`${column} = ${str(group.is)}` : sql`${column} not in ${strings(group.notIn)}`
}
