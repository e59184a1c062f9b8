import { ch } from '#platform'
import { compare, type Subject } from './comparison.ts'
import { bitmapOf, counted, type KnownTag, positiveMs, tableOf, untilMoment, type World } from './condition-world.ts'
import type { TagCondition } from './definition-contract.ts'
import { problem } from './problem.ts'

const { sql, str, u32, moment } = ch
type Sql = ch.Sql

/** @throws problem.unknownTag when there is no active tag of this key */
export const knownTag = (key: string, path: string, { tags }: World): KnownTag => {
  const tag = tags?.get(key)
  if (!tag) throw problem.unknownTag({ path: path === '' ? 'tag' : `${path}.tag`, tag: key })
  return tag
}

/** From-clause with the versions of a tag that were true by `asOf`, now unless given. */
export const tagRowsUntil = ({ no }: KnownTag, asOf: string | undefined, world: World): Sql =>
  sql`from ${tableOf('tag_values', world)} where tag_no = ${u32(no)} and at <= ${moment(untilMoment(asOf, world))}`

/** What orders versions: base date, run, then a hash of the values for two people merged who were tagged by one run. */
export const versionOf = (): Sql =>
  sql`bitShiftLeft(toUInt128(${positiveMs(sql`at`)}), 64) + toUInt128(run) * 4294967296 + cityHash64(values) % 2147483648 * 2`

/** Holders of the tag whose value as of the date satisfies the comparison. */
export const tagRows = ({ tag: key, asOf, ...comparison }: TagCondition, path: string, world: World): Sql => {
  const tag = knownTag(key, path, world)
  const subject = tagSubject(path, tag)
  const predicate = comparison.exists === false ? subject.exists : compare(subject, comparison, world)
  // The version and whether it matches in one number, as with traits: no argMax over a tuple.
  return sql`${bitmapOf(sql`no`)} from (select ${counted(world)} as no ${tagRowsUntil(tag, asOf, world)} group by no having toUInt64(max(${versionOf()} + (notEmpty(values) and ${predicate}))) % 2 = 1)`
}

/** A row of `tag_values`. Several values at once hold what one of them holds, and are not what none of them is. */
const tagSubject = (path: string, { type, multi }: KnownTag): Subject => {
  const text = multi ? sql`v` : sql`values[1]`
  const number = multi ? numberOf[type] : sql`number`
  return {
    path,
    type,
    exists: sql`notEmpty(values)`,
    text,
    number,
    flag: (value) => sql`(${text} = ${str(String(value))})`,
    // Days since 1970 as the wall clock written as UTC, the form of date traits.
    moment: sql`fromUnixTimestamp64Milli(toInt64(${number} * 86400000), 'UTC')`,
    ...(multi && { each: (predicate: Sql) => sql`arrayExists(v -> ${predicate}, values)` }),
  }
}

const numberOf: Record<KnownTag['type'], Sql> = {
  string: sql`null`,
  number: sql`toFloat64OrNull(v)`,
  date: sql`toFloat64(toInt32(toDate32OrNull(v)))`,
}
