import { traitTypes } from '../contract.ts'
import type { TraitValue } from '../personal-document.ts'

export { traitTypes }
export type TraitType = (typeof traitTypes)[number]

/** The type a value of JSON suggests when nobody has declared one. Numbers are `number`: the next may have a fraction. */
export const typeOf = (value: unknown): TraitType => {
  if (typeof value === 'number') return 'number'
  if (typeof value === 'boolean') return 'boolean'
  if (typeof value === 'string' && isInstant(value)) return value.length === 10 ? 'date' : 'datetime'
  return 'string'
}

const instant = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2}))?$/

/** A day of the calendar, 0001 to 9999: Date.parse alone takes 30 February for 2 March, which the analytic store refuses. */
const isInstant = (text: string): boolean => {
  if (!instant.test(text)) return false
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split('-').map(Number)
  const ms = Date.parse(text)
  if (year < 1 || Number.isNaN(ms) || ms < firstMs || ms > lastMs) return false
  return day <= new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate()
}
const firstMs = Date.parse('0001-01-01T00:00:00Z')
const lastMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/**
 * A JSON value as its dictionary type, or undefined when it is not one without loss ("35" is an integer, "35.5" is not).
 * Dates are `YYYY-MM-DD`, datetimes ISO instants in UTC.
 */
export const coerce = (value: unknown, type: TraitType): TraitValue | undefined => {
  switch (type) {
    case 'string':
      if (typeof value === 'string') return value
      if (typeof value === 'number' || typeof value === 'boolean') return String(value)
      return value !== null && typeof value === 'object' ? JSON.stringify(value) : undefined
    case 'integer': {
      const number = toNumber(value)
      return number !== undefined && Number.isSafeInteger(number) ? number : undefined
    }
    case 'number':
      return toNumber(value)
    case 'boolean':
      if (typeof value === 'boolean') return value
      if (value === 'true' || value === 1 || value === '1') return true
      return value === 'false' || value === 0 || value === '0' ? false : undefined
    case 'date':
      return typeof value === 'string' && isInstant(value) ? value.slice(0, 10) : undefined
    case 'datetime':
      return typeof value === 'string' && isInstant(value) ? new Date(value).toISOString() : undefined
  }
}

const toNumber = (value: unknown): number | undefined => {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value !== 'string' || !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value)) return undefined
  const number = Number(value)
  return Number.isFinite(number) ? number : undefined
}
