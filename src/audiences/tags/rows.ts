import { ch } from '#platform'
import { compare, propertySubject, type TraitType } from '../comparison.ts'
import type { Compiled } from '../condition.ts'
import type { Definition } from '../definition-contract.ts'
import { momentPeriod, relativePeriod } from '../moments.ts'
import {
  type BandCut,
  type EventsAsked,
  type Figure,
  figureType,
  type TagDefinition,
  type TagDefinitionOf,
} from './definition-contract.ts'
import { problem } from './problem.ts'
import { rfmClasses, rfmClassesOf, rfmFigures, rfmScores } from './rfm.ts'

const { sql, join, str, strings, u32, f64, f64s, moment } = ch
type Sql = ch.Sql

/** What a tag's definition is computed against. */
export interface TagWorld {
  /** Base date: only facts until then count, and windows end there. */
  at: Date
  zone: string
  /** Whether any customer has been merged into another. */
  merges: boolean
  traits: ReadonlyMap<string, TraitType>
  sealed: ReadonlySet<string>
  /** Numbers of the tags that may be used, by key. */
  tags: ReadonlyMap<string, { no: number; type: string }>
  /** Members of an audience definition as of the base date. */
  compile: (definition: Definition) => Compiled
  /** What the model of a model tag says: rows `customer_no, value, label`. */
  model?: Sql
  /** Rows of a query tag wait here. */
  staged?: { tagNo: number; run: number }
}

/**
 * Values of a tag as of the base date, as ClickHouse SQL. Pure.
 * @returns rows `customer_no, values Array(String), number Nullable(Float64)`, one per customer with a value; numbers of
 * customers are resolved through merges
 * @throws problem.unfit, and what compiling a condition throws
 */
export const tagRows = (definition: TagDefinition, world: TagWorld): Sql => {
  switch (definition.kind) {
    case 'rule':
      return ruleRows(definition, world)
    case 'statistic':
      return shaped(figureRows(definition, world), figureType(definition))
    case 'preference':
      return preferenceRows(definition, world)
    case 'rfm':
      return rfmRows(definition, world)
    case 'bands':
      return bandRows(numberRows(definition.of, world), definition)
    case 'model':
      return modelRows(definition, world)
    case 'text':
      return textRows(definition, world)
    case 'sql':
      return stagedRows(definition, world)
    case 'manual':
      throw problem.notManual()
  }
}

/** The customer a row counts for. */
export const rootOf = (merges: boolean): Sql =>
  merges ? sql`dictGetOrDefault('customer_override', 'to_no', toUInt64(customer_no), customer_no)` : sql`customer_no`

/** Everybody alive who was not merged into another: rows `customer_no`. */
export const everybody = (merges: boolean): Sql =>
  sql`select customer_no from customers final where live = 1${merges ? sql` and ${rootOf(true)} = customer_no` : sql``}`

/** Numbers known in code, written into the statement: parameters of aggregate functions must be literals. */
const levels = (numbers: readonly number[]): Sql => ({ parts: [numbers.map(String).join(', ')], values: [] })

const ruleRows = ({ values, otherwise }: TagDefinitionOf<'rule'>, world: TagWorld): Sql => {
  const branches = values.map(
    ({ value, when }, i) =>
      sql`select ${u32(i)} as place, ${str(value)} as value, customer_no from (${world.compile(when).customerNos})`,
  )
  if (otherwise !== undefined)
    branches.push(
      sql`select ${u32(values.length)} as place, ${str(otherwise)} as value, customer_no from (${everybody(world.merges)})`,
    )
  return sql`select customer_no, [argMin(value, place)] as values, cast(null as Nullable(Float64)) as number from (${join(branches, ' union all ')}) group by customer_no`
}

/** `from events where …` of the events asked for until the base date. */
const eventsOf = ({ event, where, within, between, since, until }: EventsAsked, world: TagWorld): Sql => {
  const { at, zone } = world
  const filters = [sql`event = ${str(event)}`, sql`ts <= ${moment(at)}`]
  const [low, high] = between ?? [since, until]
  const { from, to } =
    within !== undefined
      ? relativePeriod(within, at, zone)
      : {
          from: low === undefined ? undefined : momentPeriod(low, zone).from,
          to: high === undefined ? undefined : momentPeriod(high, zone).to,
        }
  if (from) filters.push(sql`ts >= ${moment(from)}`)
  if (to) filters.push(sql`ts <= ${moment(to)}`)
  for (const [i, { property, ...comparison }] of (where ?? []).entries())
    filters.push(compare(propertySubject(`events.where.${i}`, property, world), comparison, world))
  return sql`from events where ${join(filters, ' and ')}`
}

/** One figure per customer: rows `customer_no, number, value`; `value` is its text. */
const figureRows = (figure: Omit<Figure, 'kind'>, world: TagWorld): Sql => {
  const { measure, none, as } = figure
  const source = eventsOf(figure.events, world)
  const subject = propertySubject('property', figure.property ?? '', world)
  const { zone } = world
  const end = sql`(ts, message_hash)`
  const days = (edge: Sql) => sql`toFloat64(dateDiff('day', ${edge}, ${moment(world.at)}, ${str(zone)}))`
  const numbers: Record<Exclude<Figure['measure'], 'first' | 'last'>, Sql> = {
    count: sql`toFloat64(count())`,
    days: sql`toFloat64(uniqExact(toDate(ts, ${str(zone)})))`,
    sum: sql`sum(${subject.number})`,
    avg: sql`avg(${subject.number})`,
    min: sql`min(${subject.number})`,
    max: sql`max(${subject.number})`,
    distinct: sql`toFloat64(uniqExact(${subject.text}))`,
    daysSinceFirst: days(sql`min(ts)`),
    daysSinceLast: days(sql`max(ts)`),
  }
  if (measure === 'first' || measure === 'last') {
    const pick = measure === 'first' ? sql`argMin` : sql`argMax`
    const read =
      as === 'number'
        ? { present: sql`isNotNull(${subject.number})`, value: sql`${subject.number}` }
        : as === 'date'
          ? { present: sql`isNotNull(${subject.moment})`, value: sql`toDate(${subject.moment}, ${str(zone)})` }
          : { present: sql`ifNull(${subject.text}, '') != ''`, value: sql`${subject.text}` }
    const number =
      as === 'number'
        ? sql`found`
        : as === 'date'
          ? sql`toFloat64(toInt32(found))`
          : sql`cast(null as Nullable(Float64))`
    // Events of one instant: by message, so that two runs agree.
    return sql`select no as customer_no, cast(${number} as Nullable(Float64)) as number, toString(assumeNotNull(found)) as value from (select ${rootOf(world.merges)} as no, ${pick}(${read.value}, ${end}) as found ${source} and ${read.present} group by no)`
  }
  const rows = sql`select no as customer_no, figure as number from (select ${rootOf(world.merges)} as no, cast(${numbers[measure]} as Nullable(Float64)) as figure ${source} group by no)`
  const all =
    none === 'zero'
      ? sql`select customer_no, figure as number from (select customer_no, sum(number) as figure from (${rows} union all select customer_no, cast(0 as Nullable(Float64)) as number from (${everybody(world.merges)})) group by customer_no)`
      : rows
  return sql`select customer_no, number, toString(assumeNotNull(number)) as value from (${all}) where isNotNull(number) and isFinite(assumeNotNull(number))`
}

/** Rows `customer_no, number, value` as values of a tag. */
const shaped = (rows: Sql, type: string): Sql =>
  type === 'string'
    ? sql`select customer_no, [substringUTF8(value, 1, 100)] as values, cast(null as Nullable(Float64)) as number from (${rows})`
    : sql`select customer_no, [value] as values, number from (${rows})`

const preferenceRows = (
  { events, property, weigh, top, minShare, minEvents }: TagDefinitionOf<'preference'>,
  world: TagWorld,
): Sql => {
  const { text } = propertySubject('property', property, world)
  const weight =
    weigh === 'count' ? sql`toFloat64(count())` : sql`sum(${propertySubject('weigh', weigh.sum, world).number})`
  const shares = sql`select ${rootOf(world.merges)} as no, substringUTF8(assumeNotNull(${text}), 1, 100) as word, ifNull(${weight}, 0) as weight, count() as n ${eventsOf(events, world)} and ifNull(${text}, '') != '' group by no, word`
  // The heaviest first; of equal ones the first by alphabet, so that two runs agree.
  return sql`select customer_no, arrayMap(x -> x.2, arraySlice(arraySort(x -> (-x.1, x.2), arrayFilter(x -> x.1 > 0 and x.1 >= total * ${f64(minShare)}, pairs)), 1, ${u32(top)})) as values, cast(null as Nullable(Float64)) as number from (select no as customer_no, groupArray((weight, word)) as pairs, sum(weight) as total, sum(n) as happened from (${shares}) group by no) where happened >= ${u32(minEvents)} and notEmpty(values)`
}

const rfmRows = ({ events, amount, order, as, cut, among }: TagDefinitionOf<'rfm'>, world: TagWorld): Sql => {
  const act =
    order === undefined ? sql`toString(message_hash)` : sql`ifNull(${propertySubject('order', order, world).text}, '')`
  const number = propertySubject('amount', amount, world).number
  const acts = sql`select ${rootOf(world.merges)} as no, ts, ${act} as act, ${number} as amount ${eventsOf(events, world)}`
  const chosen = sql`select no as customer_no, ts, act, amount from (${acts}) where no in (${among ? world.compile(among).customerNos : everybody(world.merges)})`
  const figures = rfmFigures(chosen, world)
  if (as === 'score')
    return sql`select customer_no, [concat(toString(r), toString(f), toString(m))] as values, cast(null as Nullable(Float64)) as number from (${rfmScores(figures)})`
  const names = Object.entries(rfmClasses)
  return sql`select customer_no, [transform(class, ${strings(names.map(([key]) => key))}, ${strings(names.map(([, name]) => name))}, '')] as values, cast(null as Nullable(Float64)) as number from (${rfmClassesOf(figures, cut)})`
}

/** The values of one tag as of an instant: rows `customer_no, values, number, tied`; those without a value are left out. */
export const valuesAsOf = (tagNo: number, { at, merges }: { at: Date; merges: boolean }): Sql =>
  sql`select customer_no, held.1 as values, held.2 as number from (${stateAsOf(tagNo, { at, merges })}) where notEmpty(held.1)`

/**
 * The newest row of each customer until an instant, those without values included: rows `customer_no, held (values, number)`.
 * Rows of equal (at, run), which only a merge brings about, are ordered by a hash of their values, as in conditions.
 */
export const stateAsOf = (tagNo: number, { at, merges }: { at: Date; merges: boolean }): Sql =>
  // argMax over a tuple: over a nullable column alone it would pass over rows without a number.
  sql`select no as customer_no, argMax((values, number), (at, run, cityHash64(values) % 2147483648)) as held from (select ${rootOf(merges)} as no, at, run, values, number from tag_values where tag_no = ${u32(tagNo)} and at <= ${moment(at)}) group by no`

/** A number per customer: rows `customer_no, number`. */
const numberRows = (of: TagDefinitionOf<'bands'>['of'], world: TagWorld): Sql => {
  if ('figure' in of) {
    if (figureType(of.figure) !== 'number') throw problem.unfit({ path: 'of.figure', expected: 'a number' })
    return figureRows(of.figure, world)
  }
  if ('tag' in of) return numberTag(of.tag, world)
  if (world.sealed.has(of.trait))
    throw problem.unfit({ path: 'of.trait', trait: of.trait, expected: 'a trait that is not personal' })
  const type = world.traits.get(of.trait)
  if (type !== 'number' && type !== 'integer')
    throw problem.unfit({ path: 'of.trait', trait: of.trait, expected: 'a trait that is a number' })
  return sql`select no as customer_no, held.1 as number from (select ${rootOf(world.merges)} as no, argMax((number, cleared), (at, cityHash64(text) % 65536)) as held from traits where trait = ${str(of.trait)} and at <= ${moment(world.at)} group by no) where held.2 = 0 and isNotNull(held.1)`
}

const numberTag = (key: string, world: TagWorld): Sql => {
  const tag = world.tags.get(key)
  if (!tag) throw problem.unknownTag({ tag: key })
  if (tag.type !== 'number') throw problem.unfit({ path: 'of.tag', tag: key, expected: 'a tag that is a number' })
  return sql`select customer_no, number from (${valuesAsOf(tag.no, world)}) where isNotNull(number)`
}

const bandName = (edges: readonly number[], i: number): string => {
  if (i === 0) return `<${edges[0]}`
  return i === edges.length ? `≥${edges[i - 1]}` : `${edges[i - 1]}–${edges[i]}`
}

/** Labels of bands when nobody named them: `<1000`, `1000–5000`, `≥5000`, or `Q1` to `Qn` from the lowest. */
export const labelsOf = ({ cut, labels }: { cut: BandCut; labels?: readonly string[] | undefined }): string[] => {
  if (labels) return [...labels]
  return 'edges' in cut
    ? Array.from({ length: cut.edges.length + 1 }, (_, i) => bandName(cut.edges, i))
    : Array.from({ length: cut.quantiles }, (_, i) => `Q${i + 1}`)
}

const bandRows = (numbers: Sql, bands: { cut: BandCut; labels?: string[] | undefined }): Sql => {
  const { cut } = bands
  const labels = strings(labelsOf(bands))
  const named = sql`select customer_no, number as n from (${numbers})`
  const row = (place: Sql) =>
    sql`customer_no, [arrayElement(${labels}, ${place})] as values, cast(null as Nullable(Float64)) as number`
  if ('edges' in cut)
    return sql`select ${row(sql`toUInt32(1 + arrayCount(e -> assumeNotNull(n) >= e, ${f64s(cut.edges)}))`)} from (${named})`
  const shares = Array.from({ length: cut.quantiles - 1 }, (_, i) => (i + 1) / cut.quantiles)
  return sql`with (select quantilesExactInclusive(${levels(shares)})(assumeNotNull(number)) from (${numbers})) as edges select ${row(sql`toUInt32(1 + arrayCount(e -> assumeNotNull(n) > e, edges))`)} from (${named})`
}

const modelRows = (definition: TagDefinitionOf<'model'>, world: TagWorld): Sql => {
  const { of, take, cut, labels, freshDays } = definition
  const bands = (numbers: Sql) => {
    if (!cut) throw problem.unfit({ path: 'cut', expected: 'a cut' })
    return bandRows(numbers, { cut, labels })
  }
  if ('tag' in of) return bands(numberTag(of.tag, world))
  const since = freshDays === undefined ? undefined : new Date(world.at.getTime() - freshDays * 86_400_000)
  const given =
    'score' in of
      ? sql`select no as customer_no, held.1 as value, held.2 as label from (select ${rootOf(world.merges)} as no, argMax((value, label), at) as held from tag_scores where score = ${str(of.score)} and at <= ${moment(world.at)}${since ? sql` and at >= ${moment(since)}` : sql``} group by no)`
      : world.model
  if (!given) throw problem.modelUnknown(of)
  if (take === 'bands')
    return bands(sql`select customer_no, cast(value as Nullable(Float64)) as number from (${given})`)
  return take === 'value'
    ? sql`select customer_no, [toString(assumeNotNull(value))] as values, cast(value as Nullable(Float64)) as number from (${given}) where isNotNull(value)`
    : sql`select customer_no, [label] as values, cast(null as Nullable(Float64)) as number from (${given}) where label != ''`
}

const textRows = ({ measure, events, withinDays, top }: TagDefinitionOf<'text'>, world: TagWorld): Sql => {
  const from = new Date(world.at.getTime() - withinDays * 86_400_000)
  const named = events.length > 0 ? sql` and event in ${strings(events)}` : sql``
  const source = sql`from tag_texts final where ts >= ${moment(from)} and ts <= ${moment(world.at)}${named}`
  const no = rootOf(world.merges)
  if (measure === 'sentiment')
    return sql`select no as customer_no, [latest] as values, cast(null as Nullable(Float64)) as number from (select ${no} as no, toString(argMax(sentiment, (ts, message_hash))) as latest ${source} group by no)`
  if (measure === 'negatives')
    return sql`select no as customer_no, [toString(n)] as values, cast(n as Nullable(Float64)) as number from (select ${no} as no, toFloat64(countIf(sentiment = 'negative')) as n ${source} group by no)`
  const words = measure === 'topics' ? sql`topics` : sql`keywords`
  return sql`select no as customer_no, arrayMap(x -> x.2, arraySlice(arraySort(x -> (-x.1, x.2), groupArray((n, word))), 1, ${u32(top)})) as values, cast(null as Nullable(Float64)) as number from (select ${no} as no, arrayJoin(${words}) as word, toInt64(count()) as n ${source} group by no, word) group by no`
}

const stagedRows = ({ type, multi }: TagDefinitionOf<'sql'>, { staged, merges }: TagWorld): Sql => {
  if (!staged) throw problem.sqlFailed({ reason: 'the rows of the query are not here' })
  const rows = sql`select ${rootOf(merges)} as no, substringUTF8(value, 1, 100) as word from tag_staging where tag_no = ${u32(staged.tagNo)} and run = ${u32(staged.run)} and value != ''`
  if (type === 'string')
    return sql`select no as customer_no, ${multi ? sql`arraySlice(arraySort(groupUniqArray(word)), 1, 50)` : sql`[min(word)]`} as values, cast(null as Nullable(Float64)) as number from (${rows}) group by no`
  const read =
    type === 'number' ? sql`toFloat64OrNull(word)` : sql`toFloat64(toInt32(toDateOrNull(substring(word, 1, 10))))`
  const text = type === 'number' ? sql`toString(assumeNotNull(n))` : sql`toString(toDate(toInt32(assumeNotNull(n))))`
  return sql`select customer_no, [${text}] as values, n as number from (select no as customer_no, min(${read}) as n from (${rows}) group by no) where isNotNull(n)`
}
