import { ch } from '#platform'
import { compare, compareNumber, propertySubject, satisfies, timeSubject } from './comparison.ts'
import { bitmapOf, counted, inWindow, tableOf, type World } from './condition-world.ts'
import type { EventCondition, EventMatch, OccurrenceTime, PropertyComparison } from './definition-contract.ts'

const { sql, join, str } = ch
type Sql = ch.Sql

/** Predicates of a row of `events`: its name and its properties. */
export const eventMatches = ({ event, where }: EventMatch, path: string, world: World): Sql[] => [
  sql`event = ${str(event)}`,
  ...(where ?? []).map(({ property, ...comparison }, i) =>
    compare(propertySubject(`${path}.where.${i}`, property, world), comparison, world),
  ),
]

/**
 * Doers of the event as the condition wants them, or, with `negated`, those whom it does not want: "at most twice" is
 * everybody except those who did it three times or more, and so includes people without events.
 */
export const eventRows = (node: EventCondition, path: string, world: World): { rows: Sql; negated: boolean } => {
  const [named, ...properties] = eventMatches(node, path, world)
  const filters = [...(named ? [named] : []), ...inWindow(sql`ts`, node, world), ...properties]
  const key = node.by === undefined ? undefined : propertySubject(path, node.by, world)
  if (key) filters.push(key.exists)
  const source = sql`from ${tableOf('events', world)} where ${join(filters, ' and ')}`
  const rules = groupRules(node, path, world)

  if (key) {
    const having = rules.length === 0 ? sql`` : sql` having ${join(rules, ' and ')}`
    const keys = sql`select ${counted(world)} as no, ${key.text} as k ${source} group by no, k${having}`
    if (!node.keys) return { rows: sql`${bitmapOf(sql`no`)} from (${keys})`, negated: false }
    const negated = satisfies(0, node.keys)
    const enough = compareNumber(sql`count()`, node.keys)
    return {
      rows: sql`${bitmapOf(sql`no`)} from (select no from (${keys}) group by no having ${negated ? sql`not ${enough}` : enough})`,
      negated,
    }
  }

  if (rules.length === 0) return { rows: sql`${bitmapOf(counted(world))} ${source}`, negated: false }
  const negated = rules.length === 1 && node.count !== undefined && satisfies(0, node.count)
  const rule = sql`(${join(rules, ' and ')})`
  return {
    rows: sql`${bitmapOf(sql`no`)} from (select ${counted(world)} as no ${source} group by no having ${negated ? sql`not ${rule}` : rule})`,
    negated,
  }
}

/** What must hold of the events of a group: of one customer, or of one customer and key. */
const groupRules = (node: EventCondition, path: string, world: World): Sql[] => {
  const rules: Sql[] = []
  if (node.count) rules.push(compareNumber(sql`count()`, node.count))
  const aggregates = [
    [node.sum, (value: Sql) => sql`sum(${value})`],
    [node.avg, (value: Sql) => sql`avg(${value})`],
    [node.min, (value: Sql) => sql`min(${value})`],
    [node.max, (value: Sql) => sql`max(${value})`],
  ] as const
  for (const [aggregate, aggregated] of aggregates) {
    if (!aggregate) continue
    const { property, ...comparison } = aggregate
    rules.push(compareNumber(aggregated(propertySubject(path, property, world).number), comparison))
  }
  for (const end of ['first', 'last'] as const) {
    const occurrence = node[end]
    if (occurrence) rules.push(occurrenceRule(occurrence, end, `${path}.${end}`, world))
  }
  return rules
}

const occurrenceRule = (
  occurrence: PropertyComparison | OccurrenceTime,
  end: 'first' | 'last',
  path: string,
  world: World,
): Sql => {
  if ('property' in occurrence) {
    const { property, ...comparison } = occurrence
    const matches = compare(propertySubject(path, property, world), comparison, world)
    // Events of one instant: by message, so that two runs agree.
    return end === 'first'
      ? sql`argMin(${matches}, (ts, message_hash)) = 1`
      : sql`argMax(${matches}, (ts, message_hash)) = 1`
  }
  return compare(timeSubject(path, end === 'first' ? sql`min(ts)` : sql`max(ts)`), occurrence, world)
}
