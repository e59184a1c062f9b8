import { ch } from '#platform'
import { propertySubject } from './comparison.ts'
import { eventMatches } from './condition-event.ts'
import { knownTag, tagRowsUntil, versionOf } from './condition-tag.ts'
import { bitmapOf, counted, inWindow, living, tableOf, type World } from './condition-world.ts'
import type { EventStatistic, RankCondition, Statistic, TraitStatistic } from './definition-contract.ts'
import { problem } from './problem.ts'

const { sql, join, str, f64, u32 } = ch
type Sql = ch.Sql

/**
 * Those whose statistic is among the highest, the lowest, or in a band of percent of all who have one. Equal values go by
 * customer number, the lower first from whichever end is counted.
 */
export const rankRows = (node: RankCondition, path: string, world: World): Sql => {
  const at = `${path === '' ? '' : `${path}.`}of`
  // The dead and the merged have no rank to take from others.
  const values = sql`select no, assumeNotNull(v) as value from (${statisticRows(node.of, at, world)}) where isNotNull(v) and isFinite(v) and no in (select customer_no ${living(world)})`
  if ('top' in node)
    return sql`${bitmapOf(sql`no`)} from (select no from (${values}) order by value desc, no limit ${u32(node.top)})`
  if ('bottom' in node)
    return sql`${bitmapOf(sql`no`)} from (select no from (${values}) order by value, no limit ${u32(node.bottom)})`
  const [low, high] = node.percentile
  // Of n people the i-th from below is in (low, high] when i/n is: bands that touch share nobody and leave nobody out.
  return sql`${bitmapOf(sql`no`)} from (select no, row_number() over (order by value, no) as i, count() over () as n from (${values})) where toFloat64(i) * 100 > ${f64(low)} * n and toFloat64(i) * 100 <= ${f64(high)} * n`
}

/** Statement with `no` and `v`, a number or null. */
const statisticRows = (of: Statistic, path: string, world: World): Sql => {
  if ('event' in of) return eventValues(of, path, world)
  if ('trait' in of) return traitValues(of, path, world)
  const tag = knownTag(of.tag, path, world)
  if (tag.multi || tag.type === 'string')
    throw problem.unfit({ path: `${path}.tag`, type: tag.type, expected: 'a tag with one number or date' })
  // Not null but NaN: argMax passes over rows whose value is null, and the version without a value is the one that counts.
  return sql`select ${counted(world)} as no, argMax(ifNull(number, nan), ${versionOf()}) as v ${tagRowsUntil(tag, of.asOf, world)} group by no`
}

const eventValues = (of: EventStatistic, path: string, world: World): Sql => {
  const filters = [...eventMatches(of, path, world), ...inWindow(sql`ts`, of, world)]
  const number = (property: string | string[]) => propertySubject(path, property, world).number
  const value = (): Sql => {
    if (of.sum !== undefined) return sql`sum(${number(of.sum)})`
    if (of.avg !== undefined) return sql`avg(${number(of.avg)})`
    if (of.min !== undefined) return sql`min(${number(of.min)})`
    if (of.max !== undefined) return sql`max(${number(of.max)})`
    // Of the events that have the number.
    if (of.first !== undefined) return sql`argMin(${number(of.first)}, (ts, message_hash))`
    if (of.last !== undefined) return sql`argMax(${number(of.last)}, (ts, message_hash))`
    return sql`toFloat64(count())`
  }
  return sql`select ${counted(world)} as no, ${value()} as v from ${tableOf('events', world)} where ${join(filters, ' and ')} group by no`
}

const traitValues = ({ trait }: TraitStatistic, path: string, world: World): Sql => {
  if (world.sealed?.has(trait)) throw problem.sealed({ path: `${path}.trait`, trait })
  const type = world.traits.get(trait)
  if (type === 'string' || type === 'boolean')
    throw problem.unfit({ path: `${path}.trait`, type, expected: 'a number or a date' })
  const value = type === 'date' || type === 'datetime' ? sql`toFloat64(toUnixTimestamp64Milli(moment))` : sql`number`
  return sql`select ${counted(world)} as no, argMax(if(cleared = 0, ifNull(${value}, nan), nan), (at, cityHash64(text) % 65536)) as v from ${tableOf('traits', world)} where trait = ${str(trait)} group by no`
}
