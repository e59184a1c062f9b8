import type { TraitType } from './mapping-contract.ts'
import { type MomentFormat, momentParser } from './moment.ts'
import type { Json, TypedValue } from './record.ts'

/** Reads a value of one type; a text says why it is none. */
export type ValueParser = (value: Json) => TypedValue | string

const ASCII = /^[\u0020-\u007e]*$/

/** Full-width forms to ASCII and no space at the ends. */
const plain = (value: Json) => {
  const text = typeof value === 'string' ? value : typeof value === 'object' ? JSON.stringify(value) : String(value)
  return (ASCII.test(text) ? text : text.normalize('NFKC')).trim()
}

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?$/
/** 1,234,567.8: commas only between groups of three. */
const GROUPED = /^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/

const numberOf = (value: Json) => {
  if (typeof value === 'number') return value
  if (typeof value === 'boolean' || typeof value === 'object') return undefined
  const text = plain(value)
  if (NUMBER.test(text)) return Number(text)
  return GROUPED.test(text) ? Number(text.replaceAll(',', '')) : undefined
}

const parseNumber: ValueParser = (value) => {
  const number = numberOf(value)
  if (number === undefined || !Number.isFinite(number)) return 'Not a number'
  return { type: 'number', text: String(number + 0), number: number + 0, moment: null }
}

const parseInteger: ValueParser = (value) => {
  const number = numberOf(value)
  if (number === undefined || !Number.isInteger(number)) return 'Not a whole number'
  if (!Number.isSafeInteger(number)) return 'A whole number beyond 2^53 cannot be kept exactly; import it as a string'
  return { type: 'integer', text: String(number + 0), number: number + 0, moment: null }
}

const TRUE = new Set(['true', 't', 'yes', 'y', '1', 'on', '是', '有', '真', '对'])
const FALSE = new Set(['false', 'f', 'no', 'n', '0', 'off', '否', '无', '假', '不是', '没有', '错'])

const parseBoolean: ValueParser = (value) => {
  const text = plain(value).toLowerCase()
  if (TRUE.has(text)) return { type: 'boolean', text: 'true', number: 1, moment: null }
  if (FALSE.has(text)) return { type: 'boolean', text: 'false', number: 0, moment: null }
  return 'Neither yes nor no'
}

const MAX_TEXT = 10_000

const parseString: ValueParser = (value) => {
  const text =
    typeof value === 'string' ? value.trim() : typeof value === 'object' ? JSON.stringify(value) : String(value)
  if (text.length > MAX_TEXT) return `Longer than ${MAX_TEXT} characters`
  return { type: 'string', text, number: null, moment: null }
}

const two = (number: number) => (number < 10 ? `0${number}` : String(number))

/**
 * @param type what the column holds
 * @param moment how dates and times are written there
 * @returns a reader that gives the value in its canonical forms or a reason; undefined when `moment` is not valid.
 *   Integers refuse 1.5 and take 1,234 and １２３; a date keeps the calendar day as written.
 */
export const valueParser = (type: TraitType, moment: MomentFormat = {}): ValueParser | undefined => {
  switch (type) {
    case 'string':
      return parseString
    case 'integer':
      return parseInteger
    case 'number':
      return parseNumber
    case 'boolean':
      return parseBoolean
    case 'date':
      return dateParser(moment)
    case 'datetime':
      return datetimeParser(moment)
    default:
      return undefined
  }
}

const dateParser = (moment: MomentFormat): ValueParser | undefined => {
  const parse = momentParser(moment)
  return (
    parse &&
    ((value) => {
      const parsed = parse(typeof value === 'number' ? value : plain(value))
      if (!parsed) return 'Not a date'
      const { year, month, day } = parsed.wall
      const text = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`
      return { type: 'date', text, number: null, moment: Date.UTC(year, month - 1, day) }
    })
  )
}

const datetimeParser = (moment: MomentFormat): ValueParser | undefined => {
  const parse = momentParser(moment)
  return (
    parse &&
    ((value) => {
      const parsed = parse(typeof value === 'number' ? value : plain(value))
      if (!parsed) return 'Not a date and time'
      return { type: 'datetime', text: new Date(parsed.ms).toISOString(), number: null, moment: parsed.ms }
    })
  )
}
