import { RE2JS } from 're2js'
import type { Check } from './contract.ts'
import { formatProblem } from './formats.ts'
import { problem } from './problem.ts'

export type Plain = string | number | boolean

/** What a rule may look at besides the value itself. */
export interface Around {
  /** Another trait or property; undefined when there is none. */
  other: (name: string) => Plain | undefined
  /** How old the value is, days; undefined when that is not known here. */
  ageDays: number | undefined
}

/** Says what is wrong with a value, or undefined when nothing is. Pure. */
export type Verify = (value: Plain | undefined, around: Around) => string | undefined

/** Longest text a pattern is tried on: matching takes time in proportion to it. */
export const longestMatched = 1_000

const numberIn = (value: Plain): number | undefined => {
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?$/i.test(value.trim()) ? Number(value) : undefined
}

const dayIn = (value: Plain): number | undefined => {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}(?:$|[T ])/.test(value)) return undefined
  const ms = Date.parse(value.replace(' ', 'T'))
  return Number.isNaN(ms) ? undefined : ms
}

/** The two as numbers, else as dates, else as texts: −1, 0 or 1; undefined when they are of different kinds. */
const order = (a: Plain, b: Plain): number | undefined => {
  for (const read of [numberIn, dayIn]) {
    const [x, y] = [read(a), read(b)]
    if (x !== undefined && y !== undefined) return Math.sign(x - y)
    if (x !== undefined || y !== undefined) return undefined
  }
  const [x, y] = [String(a), String(b)]
  return x < y ? -1 : x > y ? 1 : 0
}

const HOLDS: Readonly<Record<Extract<Check, { kind: 'compare' }>['operator'], [(order: number) => boolean, string]>> = {
  eq: [(o) => o === 0, 'equal to'],
  ne: [(o) => o !== 0, 'different from'],
  lt: [(o) => o < 0, 'below'],
  lte: [(o) => o <= 0, 'at most'],
  gt: [(o) => o > 0, 'above'],
  gte: [(o) => o >= 0, 'at least'],
}

/**
 * Makes the function that checks one value. Made once per rule, called per row and per message.
 * `unique` needs everybody's values and passes here.
 * @throws quality.patternWrong
 */
export const verifier = (check: Check): Verify => {
  switch (check.kind) {
    case 'required':
      return (value) => (value === undefined || value === '' ? 'Nothing is given' : undefined)
    case 'unique':
      return () => undefined
    case 'fresh': {
      const { days } = check
      return (_value, { ageDays }) => (ageDays !== undefined && ageDays > days ? `Older than ${days} days` : undefined)
    }
    case 'compare': {
      const { operator, other } = check
      const [holds, words] = HOLDS[operator]
      return given((value, around) => {
        const than = around.other(other)
        if (than === undefined || than === '') return undefined
        const ordered = order(value, than)
        // Of different kinds they are different, and neither is above the other.
        return (ordered === undefined ? operator === 'ne' : holds(ordered)) ? undefined : `Has to be ${words} ${other}`
      })
    }
    case 'range':
      return given(rangeProblem(check))
    case 'length': {
      const { min = 0, max = Number.POSITIVE_INFINITY } = check
      return given((value) => {
        const { length } = [...String(value)]
        return length < min ? `Shorter than ${min}` : length > max ? `Longer than ${max}` : undefined
      })
    }
    case 'pattern': {
      const pattern = compiled(check.pattern)
      return given((value) => {
        const text = String(value)
        if (text.length > longestMatched) return `Longer than ${longestMatched} characters`
        return pattern.matcher(text).find() ? undefined : 'Does not have the wanted form'
      })
    }
    case 'oneOf': {
      const values = new Set(check.values.map(String))
      return given((value) => (values.has(String(value)) ? undefined : 'Not one of the allowed values'))
    }
    case 'format': {
      const problemOf = formatProblem[check.format]
      return given((value) => problemOf(String(value)))
    }
  }
}

/** Whoever has no value passes: that it is there is a rule of its own. */
const given =
  (verify: (value: Plain, around: Around) => string | undefined): Verify =>
  (value, around) =>
    value === undefined || value === '' ? undefined : verify(value, around)

const rangeProblem = ({ min, max }: Extract<Check, { kind: 'range' }>) => {
  const dates = typeof (min ?? max) === 'string'
  const read = dates ? dayIn : numberIn
  const low = min === undefined ? undefined : read(min)
  // A day as upper bound holds until it ends.
  const high = max === undefined ? undefined : dates ? (dayIn(max) ?? 0) + 86_399_999 : read(max)
  return (value: Plain): string | undefined => {
    const found = read(value)
    if (found === undefined) return dates ? 'Not a date' : 'Not a number'
    if (low !== undefined && found < low) return `Below ${min}`
    return high !== undefined && found > high ? `Above ${max}` : undefined
  }
}

/** RE2 in JavaScript: linear in the text whatever the pattern; the syntax of ClickHouse's `match`, where a dot is also a line break. */
const compiled = (pattern: string): RE2JS => {
  try {
    return RE2JS.compile(pattern, RE2JS.DOTALL)
  } catch (error) {
    throw problem.patternWrong({ reason: error instanceof Error ? error.message.slice(0, 200) : 'unreadable' })
  }
}
