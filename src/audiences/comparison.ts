import { ch } from '#platform'
import type { Comparison, NumberComparison } from './definition-contract.ts'
import { momentPeriod, moved, relativePeriod, wallClock } from './moments.ts'
import { problem } from './problem.ts'

const { sql, join, str, f64, u8, moment, strings, f64s } = ch
type Sql = ch.Sql
type Scalar = string | number | boolean

export const traitTypes = ['string', 'integer', 'number', 'boolean', 'date', 'datetime'] as const
export type TraitType = (typeof traitTypes)[number]

/** The instant a comparison is made at, and the zone whose calendar it follows. */
export interface Clock {
  at: Date
  zone: string
}

/** Something comparable, as the SQL that reads it in each form. `number` and `moment` may be null; so may `text` of a property. */
export interface Subject {
  /** Where it stands in the definition, for messages. */
  path: string
  /** Undefined: not in the dictionary, so each operand says how it compares. */
  type: TraitType | undefined
  exists: Sql
  text: Sql
  number: Sql
  flag: (value: boolean) => Sql
  moment: Sql
  /** Of several values at once: whether the predicate holds for one of them. */
  each?: (predicate: Sql) => Sql
}

const earliest = new Date('1900-01-01T00:00:00Z').getTime()
const latest = new Date('2299-12-31T00:00:00Z').getTime()

const unfit = (subject: Subject, operator: string, expected: string) =>
  problem.unfit({ path: subject.path === '' ? operator : `${subject.path}.${operator}`, type: subject.type, expected })

const never = sql`0`
const surely = (predicate: Sql) => sql`ifNull(${predicate}, 0)`
const either = (predicates: readonly Sql[]) => (predicates.length === 0 ? never : sql`(${join(predicates, ' or ')})`)

type Order = '>' | '>=' | '<' | '<='
const orders: Record<Order, (left: Sql, right: ch.Param) => Sql> = {
  '>': (left, right) => sql`${left} > ${right}`,
  '>=': (left, right) => sql`${left} >= ${right}`,
  '<': (left, right) => sql`${left} < ${right}`,
  '<=': (left, right) => sql`${left} <= ${right}`,
}

const isMoment = (text: string) =>
  /^\d{4}-\d{2}-\d{2}(T.+(Z|[+-]\d{2}:\d{2}))?$/.test(text) && !Number.isNaN(Date.parse(text))

/** A bound in the form the subject's moments are kept: dates as the wall clock written as UTC, everything else as the instant. */
const bound = (subject: Subject, instant: Date, { zone }: Clock) => {
  const ms = Math.min(Math.max(instant.getTime(), earliest), latest)
  return moment(subject.type === 'date' ? wallClock(new Date(ms), zone) : new Date(ms))
}

const inPeriod = (subject: Subject, { from, to }: { from: Date; to: Date }, clock: Clock) =>
  surely(sql`${subject.moment} between ${bound(subject, from, clock)} and ${bound(subject, to, clock)}`)

/** One value as the subject's type reads it. */
const equalTo = (subject: Subject, operator: string, value: Scalar, clock: Clock): Sql => {
  const { type } = subject
  if (type === 'string' || (type === undefined && typeof value === 'string'))
    return surely(sql`${subject.text} = ${str(String(value))}`)
  if (type === 'integer' || type === 'number' || (type === undefined && typeof value === 'number')) {
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
    if (typeof number !== 'number' || !Number.isFinite(number)) throw unfit(subject, operator, 'a number')
    return surely(sql`${subject.number} = ${f64(number)}`)
  }
  if (type === 'boolean' || type === undefined) {
    const flag = value === 'true' ? true : value === 'false' ? false : value
    if (typeof flag !== 'boolean') throw unfit(subject, operator, 'true or false')
    return subject.flag(flag)
  }
  if (typeof value !== 'string' || !isMoment(value)) throw unfit(subject, operator, 'a date or an instant')
  return inPeriod(subject, momentPeriod(value, clock.zone), clock)
}

const oneOf = (subject: Subject, operator: string, values: readonly Scalar[], clock: Clock): Sql => {
  // Long lists of one kind become one array: a hash set instead of a chain of comparisons.
  if (subject.type === 'string' || (subject.type === undefined && values.every((value) => typeof value === 'string')))
    return surely(sql`${subject.text} in ${strings(values.map(String))}`)
  const numeric = subject.type === 'integer' || subject.type === 'number' || subject.type === undefined
  if (numeric && values.every((value) => typeof value === 'number'))
    return surely(sql`${subject.number} in ${f64s(values)}`)
  return either(values.map((value) => equalTo(subject, operator, value, clock)))
}

const ordered = (subject: Subject, operator: string, order: Order, value: string | number, clock: Clock): Sql => {
  const { type } = subject
  if (typeof value === 'number') {
    if (type !== undefined && type !== 'integer' && type !== 'number')
      throw unfit(
        subject,
        operator,
        type === 'date' || type === 'datetime' ? 'a date or an instant' : 'an operator for this type',
      )
    return surely(orders[order](subject.number, f64(value)))
  }
  if (type !== undefined && type !== 'date' && type !== 'datetime')
    throw unfit(subject, operator, type === 'integer' || type === 'number' ? 'a number' : 'an operator for this type')
  // A date is the whole day: later than it is after its end, not later is up to its end.
  const { from, to } = momentPeriod(value, clock.zone)
  return surely(orders[order](subject.moment, bound(subject, order === '>' || order === '<=' ? to : from, clock)))
}

const temporal = (subject: Subject, operator: string): void => {
  if (subject.type !== undefined && subject.type !== 'date' && subject.type !== 'datetime')
    throw unfit(subject, operator, 'an operator for this type')
}

/**
 * A predicate that is 1 or 0, never null, and holds only where the value exists (`exists: false` alone excepted).
 * @throws problem.unfit when an operand cannot be of the subject's type
 */
export const compare = (subject: Subject, comparison: Comparison, clock: Clock): Sql => {
  const predicates: Sql[] = []
  const add = (...more: Sql[]) => void predicates.push(...more)
  const present = (predicate: Sql) => sql`(${subject.exists} and not ${predicate})`
  const some = (predicate: Sql) => subject.each?.(predicate) ?? predicate
  const { is, isNot, between, exists, contains, notContains, startsWith, endsWith } = comparison
  if (exists !== undefined) add(exists ? subject.exists : sql`not ${subject.exists}`)
  if (is !== undefined) add(some(equalTo(subject, 'is', is, clock)))
  if (isNot !== undefined) add(present(some(equalTo(subject, 'isNot', isNot, clock))))
  if (comparison.in) add(some(oneOf(subject, 'in', comparison.in, clock)))
  if (comparison.notIn) add(present(some(oneOf(subject, 'notIn', comparison.notIn, clock))))
  const limits: [string, Order, string | number | undefined][] = [
    ['gt', '>', comparison.gt],
    ['gte', '>=', comparison.gte],
    ['lt', '<', comparison.lt],
    ['lte', '<=', comparison.lte],
    ['after', '>', comparison.after],
    ['before', '<', comparison.before],
  ]
  for (const [operator, order, value] of limits)
    if (value !== undefined) add(some(ordered(subject, operator, order, value, clock)))
  if (between) {
    const [low, high] = between
    const ends = [ordered(subject, 'between', '>=', low, clock), ordered(subject, 'between', '<=', high, clock)]
    add(some(sql`(${join(ends, ' and ')})`))
  }
  const holds = (predicate: Sql) => some(surely(predicate))
  if (contains !== undefined) add(holds(sql`position(${subject.text}, ${str(contains)}) > 0`))
  if (notContains !== undefined) add(present(holds(sql`position(${subject.text}, ${str(notContains)}) > 0`)))
  if (startsWith !== undefined) add(holds(sql`startsWith(${subject.text}, ${str(startsWith)})`))
  if (endsWith !== undefined) add(holds(sql`endsWith(${subject.text}, ${str(endsWith)})`))
  const { withinLast, withinNext, olderThan } = comparison
  if (withinLast !== undefined) {
    temporal(subject, 'withinLast')
    add(some(inPeriod(subject, relativePeriod(withinLast, clock.at, clock.zone), clock)))
  }
  if (withinNext !== undefined) {
    temporal(subject, 'withinNext')
    add(some(inPeriod(subject, { from: clock.at, to: moved(clock.at, withinNext, 1, clock.zone) }, clock)))
  }
  if (olderThan !== undefined) {
    temporal(subject, 'olderThan')
    const before = moved(clock.at, olderThan, -1, clock.zone)
    add(some(surely(sql`${subject.moment} < ${bound(subject, before, clock)}`)))
  }
  return sql`(${join(predicates, ' and ')})`
}

/** A predicate over a number that SQL computes; null counts as no. */
export const compareNumber = (value: Sql, comparison: NumberComparison): Sql => {
  const { is, isNot, gt, gte, lt, lte, between } = comparison
  const predicates: Sql[] = []
  if (is !== undefined) predicates.push(sql`${value} = ${f64(is)}`)
  if (isNot !== undefined) predicates.push(sql`${value} != ${f64(isNot)}`)
  const limits: [Order, number | undefined][] = [
    ['>', gt],
    ['>=', gte],
    ['<', lt],
    ['<=', lte],
    ['>=', between?.[0]],
    ['<=', between?.[1]],
  ]
  for (const [order, limit] of limits) if (limit !== undefined) predicates.push(orders[order](value, f64(limit)))
  return surely(sql`(${join(predicates, ' and ')})`)
}

/** Whether a plain number satisfies the comparison: the same rule as the SQL, needed for people without a row. */
export const satisfies = (value: number, { is, isNot, gt, gte, lt, lte, between }: NumberComparison): boolean =>
  (is === undefined || value === is) &&
  (isNot === undefined || value !== isNot) &&
  (gt === undefined || value > gt) &&
  (gte === undefined || value >= gte) &&
  (lt === undefined || value < lt) &&
  (lte === undefined || value <= lte) &&
  (between === undefined || (value >= between[0] && value <= between[1]))

/** The latest version of a trait: a row of `traits`. */
export const traitSubject = (path: string, type: TraitType | undefined): Subject => ({
  path,
  type,
  exists: sql`cleared = 0`,
  text: sql`text`,
  number: sql`number`,
  flag: (value) => surely(sql`(type = 'boolean' and number = ${u8(value ? 1 : 0)})`),
  moment: sql`moment`,
})

/**
 * A property of a row of `events`. JSON null counts as missing. Numbers written as text count as numbers, dates are read
 * from text in ISO form, a date or a time without offset in the clock's zone.
 */
export const propertySubject = (path: string, property: string | readonly string[], { zone }: Clock): Subject => {
  const keys = join((typeof property === 'string' ? [property] : property).map(str), ', ')
  const text = sql`JSONExtract(properties, ${keys}, 'Nullable(String)')`
  return {
    path,
    type: undefined,
    exists: sql`isNotNull(${text})`,
    text,
    number: sql`JSONExtract(properties, ${keys}, 'Nullable(Float64)')`,
    flag: (value) => surely(sql`${text} = ${str(String(value))}`),
    moment: sql`if(match(ifNull(${text}, ''), '^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.]+)?(Z|[+-][0-9]{2}:?[0-9]{2})?$'), parseDateTime64BestEffortOrNull(ifNull(${text}, ''), 3, ${str(zone)}), null)`,
  }
}

/** The time of an occurrence, as SQL that computes it. */
export const timeSubject = (path: string, time: Sql): Subject => ({
  path,
  type: 'datetime',
  exists: sql`1`,
  text: sql`''`,
  number: sql`null`,
  flag: () => never,
  moment: time,
})
