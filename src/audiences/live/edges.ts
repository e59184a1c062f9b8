import { type Ctx, ch } from '#platform'
import { propertySubject } from '../comparison.ts'
import type { World } from '../condition-world.ts'
import { calendarWindows } from '../contract.ts'
import { moved, relativePeriod, wallClock } from '../moments.ts'
import type { WindowEdge } from '../window-edges.ts'

const { sql, join, str, moment, f64, u32, u32s } = ch
type Sql = ch.Sql

/** Instants that a comparison with the clock turns on, as of `at`: a time that lies between those of two instants moved. */
const turnsOn = ({ operator, span }: Pick<WindowEdge, 'operator' | 'span'>, at: Date, zone: string): Date[] => {
  if ((calendarWindows as readonly string[]).includes(span)) {
    const { from, to } = relativePeriod(span, at, zone)
    return [from, to]
  }
  if (operator === 'withinNext') return [at, moved(at, span, 1, zone)]
  const past = moved(at, span, -1, zone)
  return operator === 'olderThan' ? [past] : [past, at]
}

interface Crossing {
  of: WindowEdge['of'] | { rows: 'tag_values' | 'customer_consents' }
  low: Date
  high: Date
}

/** A definition also waits for rows that say they are true later than now. */
export type LaterRows = 'tag_values' | 'customer_consents'

/** What the clock passed over between two instants, either of which may be the later. */
export const crossings = (
  edges: readonly WindowEdge[],
  later: Iterable<LaterRows>,
  from: Date,
  to: Date,
  zone: string,
): Crossing[] => {
  const found = new Map<string, Crossing>()
  const add = (of: Crossing['of'], a: Date, b: Date) => {
    if (a.getTime() === b.getTime()) return
    const [low, high] = a < b ? [a, b] : [b, a]
    found.set(JSON.stringify([of, low, high]), { of, low, high })
  }
  for (const edge of edges) {
    const before = turnsOn(edge, from, zone)
    turnsOn(edge, to, zone).forEach((after, i) => {
      add(edge.of, before[i] ?? after, after)
    })
  }
  for (const rows of later) add({ rows }, from, to)
  return [...found.values()]
}

/**
 * Customers one of whose times the clock passed over. Two questions to each table whatever the number of crossings.
 * @param most a look stops when it has found this many
 */
export const crossed = async (
  ctx: Ctx,
  found: readonly Crossing[],
  world: World,
  { timeoutSeconds, most }: { timeoutSeconds: number; most: number },
): Promise<number[]> => {
  const events: Sql[] = []
  const traits: Sql[] = []
  const tags: Sql[] = []
  const consents: Sql[] = []
  const wall = (date: Date) => wallClock(date, world.zone)
  for (const { of, low, high } of found) {
    const between = (column: Sql, a = low, b = high) => sql`${column} between ${moment(a)} and ${moment(b)}`
    if ('rows' in of) (of.rows === 'tag_values' ? tags : consents).push(between(sql`at`))
    else if ('event' in of) {
      const column = of.property === undefined ? sql`ts` : propertySubject('', of.property, world).moment
      events.push(sql`(event = ${str(of.event)} and ifNull(${between(column)}, 0))`)
    } else if ('trait' in of) {
      // Dates are kept as the wall clock shows them.
      const range =
        world.traits.get(of.trait) === 'date' ? between(sql`moment`, wall(low), wall(high)) : between(sql`moment`)
      traits.push(sql`(trait = ${str(of.trait)} and ifNull(${range}, 0))`)
    } else {
      const tag = world.tags?.get(of.tag)
      if (!tag) continue
      const inside = (day: Sql) =>
        sql`ifNull(${day} * 86400000 between ${f64(wall(low).getTime())} and ${f64(wall(high).getTime())}, 0)`
      const days = tag.multi
        ? sql`arrayExists(v -> ${inside(sql`toFloat64(toInt32(toDate32OrNull(v)))`)}, values)`
        : inside(sql`number`)
      tags.push(sql`(tag_no = ${u32(tag.no)} and ${days})`)
    }
  }
  const questions = [
    events.length > 0 && sql`select customer_no from events where ${join(events, ' or ')}`,
    traits.length > 0 && sql`select customer_no from traits where ${join(traits, ' or ')}`,
    tags.length > 0 && sql`select customer_no from tag_values where ${join(tags, ' or ')}`,
    consents.length > 0 && sql`select customer_no from customer_consents where ${join(consents, ' or ')}`,
  ].filter((question) => question !== false)
  if (questions.length === 0) return []
  const rows = await ctx.ch.rows<{ customer_no: number }>(
    sql`select distinct customer_no from (${join(questions, ' union all ')}) limit ${u32(most)}`,
    { timeoutSeconds },
  )
  return rows.map(({ customer_no }) => customer_no)
}

/**
 * With everyone who counts for the same person: what one of his numbers did moves the person, and his other numbers hold
 * the rest of what he did.
 */
export const withRelated = async (ctx: Ctx, nos: readonly number[], merges: boolean): Promise<number[]> => {
  const all = new Set(nos)
  all.delete(0)
  if (!merges || all.size === 0) return [...all]
  const rows = await ctx.ch.rows<{ no: number; root: number }>(
    sql`with (select groupUniqArray(dictGetOrDefault('customer_override', 'to_no', toUInt64(no), no)) from (select arrayJoin(${u32s([...all])}) as no)) as roots select from_no as no, to_no as root from customer_overrides final where from_no != to_no and has(roots, to_no)`,
  )
  for (const { no, root } of rows) {
    all.add(no)
    all.add(root)
  }
  return [...all]
}
