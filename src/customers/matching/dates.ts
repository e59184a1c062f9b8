/**
 * - `same`
 * - `swapped`: day and month in each other's place
 * - `typo`: one digit is another, or two neighbours changed places
 * - `monthDay`: the same day of another year
 * - `year`: the same year only
 */
export type DateLikeness = 'same' | 'swapped' | 'typo' | 'monthDay' | 'year' | 'other'

/** A calendar date as eight digits YYYYMMDD; undefined when it is none. Instants keep the day they are written with. */
export const readDate = (raw: string): string | undefined => {
  const found =
    /^\s*(\d{4})[-/.年]?(\d{2})[-/.月]?(\d{2})(?!\d)/.exec(raw) ??
    /^\s*(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})(?!\d)/.exec(raw)
  if (!found) return undefined
  return `${found[1]}${(found[2] ?? '').padStart(2, '0')}${(found[3] ?? '').padStart(2, '0')}`
}

/** How alike two dates of eight digits are. */
export const dateLikeness = (a: string, b: string): DateLikeness => {
  if (a === b) return 'same'
  let differing = 0
  let first = -1
  let last = -1
  for (let i = 0; i < 8; i++) {
    if (a.charCodeAt(i) === b.charCodeAt(i)) continue
    if (first < 0) first = i
    last = i
    differing++
  }
  const year = first >= 4
  if (year && isSwap(a, b)) return 'swapped'
  if (differing === 1) return 'typo'
  if (
    differing === 2 &&
    last === first + 1 &&
    a.charCodeAt(first) === b.charCodeAt(last) &&
    a.charCodeAt(last) === b.charCodeAt(first)
  )
    return 'typo'
  if (last < 4) return 'monthDay'
  return year ? 'year' : 'other'
}

const isSwap = (a: string, b: string): boolean =>
  a.charCodeAt(4) === b.charCodeAt(6) &&
  a.charCodeAt(5) === b.charCodeAt(7) &&
  a.charCodeAt(6) === b.charCodeAt(4) &&
  a.charCodeAt(7) === b.charCodeAt(5)
