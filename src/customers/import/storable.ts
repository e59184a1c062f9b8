import type { Json } from './record.ts'

/** Whether the stores can hold every text of a value: neither takes NUL, nor half of a surrogate pair. */
export const isStorable = (value: Json): boolean => {
  if (typeof value === 'string') return !value.includes('\u0000') && value.isWellFormed()
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([key, inner]) => isStorable(key) && isStorable(inner))
}
