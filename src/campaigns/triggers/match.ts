import { instantOf, momentPeriod, moved, relativePeriod } from '#audiences'
import type { EventMatch } from '../contract.ts'

/**
 * Whether an event matches, in memory: the meaning of `src/audiences/comparison.ts` without a question to ClickHouse.
 * `match.test.ts` holds the two together.
 */

type Where = NonNullable<EventMatch['where']>[number]
type Scalar = string | number | boolean

/** The calendar that dates without offset follow. */
const zone = 'Asia/Shanghai'

/** One property in each form that comparisons read, as ClickHouse's JSONExtract gives them. */
interface Value {
  text: string
  number: number | null
  moment: number | null
}

/** A whole number beyond 64 bits makes ClickHouse refuse the document; no event of ours holds one on purpose. */
const numberText = (value: number): string => String(value).replace('e+', 'e')

// White space, hexadecimal, inf and nan are text, as ClickHouse reads them.
const numeric = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/
const numberOf = (text: string): number | null => {
  if (!numeric.test(text)) return null
  const number = Number(text)
  return Number.isFinite(number) ? number : null
}

const dated =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:\.(\d*))?)?)?)?(?:(Z)|([+-])(\d{2}):?(\d{2}))?$/

/** @returns the instant in milliseconds, or null where the text names no day that there is */
const momentOf = (text: string): number | null => {
  const parts = dated.exec(text)
  if (!parts) return null
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', utc, sign, hours, minutes] = parts
  const midnight = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)))
  if (midnight.getUTCMonth() !== Number(month) - 1 || midnight.getUTCDate() !== Number(day)) return null
  const time = (Number(hour) * 60 + Number(minute)) * 60_000 + Number(second) * 1_000
  const wall = midnight.getTime() + time + Number(fraction.slice(0, 3).padEnd(3, '0'))
  if (utc) return wall
  if (sign) return wall - (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
  return instantOf(new Date(wall), zone).getTime()
}

/** What the path leads to; undefined where there is nothing, JSON null included. */
const found = (properties: unknown, path: string | readonly string[]): unknown => {
  let value = properties
  for (const key of typeof path === 'string' ? [path] : path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, key))
      return undefined
    value = (value as Record<string, unknown>)[key]
  }
  return value ?? undefined
}

const formsOf = (raw: unknown): Value => {
  if (typeof raw === 'string') return { text: raw, number: numberOf(raw), moment: momentOf(raw) }
  if (typeof raw === 'number') return { text: numberText(raw), number: raw, moment: null }
  if (typeof raw === 'boolean') return { text: String(raw), number: raw ? 1 : 0, moment: null }
  return { text: JSON.stringify(raw), number: null, moment: null }
}

const equal = ({ text, number }: Value, operand: Scalar): boolean => {
  if (typeof operand === 'number') return number === operand
  return text === String(operand)
}

const within = (moment: number | null, { from, to }: { from: Date; to: Date }): boolean =>
  moment !== null && moment >= from.getTime() && moment <= to.getTime()

type Order = (value: number, bound: number) => boolean
const orders = {
  gt: (value, bound) => value > bound,
  gte: (value, bound) => value >= bound,
  lt: (value, bound) => value < bound,
  lte: (value, bound) => value <= bound,
} as const satisfies Record<string, Order>

/** A date is the whole day: later than it is after its end, not later is up to its end. */
const ordered = ({ number, moment }: Value, order: keyof typeof orders, operand: string | number): boolean => {
  if (typeof operand === 'number') return number !== null && orders[order](number, operand)
  if (moment === null) return false
  const { from, to } = momentPeriod(operand, zone)
  return orders[order](moment, (order === 'gt' || order === 'lte' ? to : from).getTime())
}

const holds = (properties: unknown, { property, ...comparison }: Where, at: Date): boolean => {
  const raw = found(properties, property)
  if (comparison.exists === false) return raw === undefined
  if (raw === undefined) return false
  const value = formsOf(raw)
  const { is, isNot, between, contains, notContains, startsWith, endsWith } = comparison
  const { gt, gte, lt, lte, after, before, withinLast, withinNext, olderThan } = comparison
  const ago = (span: string) => relativePeriod(span, at, zone)
  const ahead = (span: string) => ({ from: at, to: moved(at, span, 1, zone) })
  return (
    (is === undefined || equal(value, is)) &&
    (isNot === undefined || !equal(value, isNot)) &&
    (!comparison.in || comparison.in.some((one) => equal(value, one))) &&
    !comparison.notIn?.some((one) => equal(value, one)) &&
    (gt === undefined || ordered(value, 'gt', gt)) &&
    (gte === undefined || ordered(value, 'gte', gte)) &&
    (lt === undefined || ordered(value, 'lt', lt)) &&
    (lte === undefined || ordered(value, 'lte', lte)) &&
    (after === undefined || ordered(value, 'gt', after)) &&
    (before === undefined || ordered(value, 'lt', before)) &&
    (!between || (ordered(value, 'gte', between[0]) && ordered(value, 'lte', between[1]))) &&
    (contains === undefined || value.text.includes(contains)) &&
    (notContains === undefined || !value.text.includes(notContains)) &&
    (startsWith === undefined || value.text.startsWith(startsWith)) &&
    (endsWith === undefined || value.text.endsWith(endsWith)) &&
    (withinLast === undefined || within(value.moment, ago(withinLast))) &&
    (withinNext === undefined || within(value.moment, ahead(withinNext))) &&
    (olderThan === undefined || (value.moment !== null && value.moment < ago(olderThan).from.getTime()))
  )
}

/**
 * Whether the properties of an event satisfy all comparisons. The name of the event is the caller's to compare.
 * @param properties as they were stored: parsed JSON
 * @param at the instant that relative spans are reckoned from: the event's own, so that the answer stays what it was
 */
export const matches = (where: EventMatch['where'], properties: unknown, at: Date): boolean =>
  !where || where.every((one) => holds(properties, one, at))
