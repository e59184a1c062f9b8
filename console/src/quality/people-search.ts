import type { PeopleSearch } from './quality-shapes.ts'

const whats = ['band', 'missing', 'stale', 'invalid', 'conflict', 'rule'] as const

// A trait called 2024 stands in the address as a number.
const isWord = (value: unknown): value is string | number => typeof value === 'string' || typeof value === 'number'

/** What an address asks for; what is not understood asks for the lowest scores. */
export const peopleSearch = (search: Record<string, unknown>): PeopleSearch => {
  const what = whats.find((one) => one === search.what) ?? 'band'
  return {
    what,
    ...(isWord(search.trait) && { trait: String(search.trait) }),
    ...(search.band !== undefined && { band: Math.min(9, Math.max(0, Math.trunc(Number(search.band)) || 0)) }),
    ...(isWord(search.rule) && { rule: String(search.rule) }),
  }
}
