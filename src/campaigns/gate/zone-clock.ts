/** What a clock on the wall shows in an IANA zone, and back. Pure, and fast enough for every send. */

const minute = 60_000
/** Zones change on quarters of an hour at the finest, so an offset holds for the quarter it was asked for. */
const quarter = 15 * minute
const day = 86_400_000

const formats = new Map<string, Intl.DateTimeFormat>()
const offsets = new Map<string, Map<number, number>>()
/** Quarters remembered per zone: two months. */
const mostOffsets = 6_000

const formatOf = (zone: string): Intl.DateTimeFormat => {
  let format = formats.get(zone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    formats.set(zone, format)
  }
  return format
}

/** Whether a text names a zone that this program knows. */
export const isZone = (name: string): boolean => {
  try {
    formatOf(name)
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

/** Local time minus UTC at an instant, ms. */
export const offsetAt = (zone: string, ms: number): number => {
  const start = Math.floor(ms / quarter) * quarter
  let known = offsets.get(zone)
  if (!known) {
    known = new Map()
    offsets.set(zone, known)
  }
  let offset = known.get(start)
  if (offset === undefined) {
    const part: Record<string, number> = {}
    for (const { type, value } of formatOf(zone).formatToParts(start)) part[type] = Number(value)
    const wall = Date.UTC(
      part.year ?? 0,
      (part.month ?? 1) - 1,
      part.day ?? 1,
      part.hour ?? 0,
      part.minute ?? 0,
      part.second ?? 0,
    )
    offset = wall - start
    if (known.size >= mostOffsets) known.clear()
    known.set(start, offset)
  }
  return offset
}

/** Number of the local calendar day since 1970-01-01. */
export const localDay = (zone: string, ms: number): number => Math.floor((ms + offsetAt(zone, ms)) / day)

/** `2026-02-29` of a day number. */
export const dayText = (dayNumber: number): string => new Date(dayNumber * day).toISOString().slice(0, 10)
export const dayNumberOf = (text: string): number => Date.parse(`${text}T00:00:00Z`) / day
/** 1 Monday … 7 Sunday. 1970-01-01 was a Thursday. */
export const weekdayOf = (dayNumber: number): number => ((((dayNumber + 3) % 7) + 7) % 7) + 1

/**
 * The instant at which the clock of a zone shows a time of a day, ms. A time that is skipped in spring is the instant of the
 * change; of one that comes twice in autumn, the first or the last as asked.
 * @param minutes since local midnight; 1440 is the next midnight
 */
export const instantOfLocal = (zone: string, dayNumber: number, minutes: number, which: 'first' | 'last'): number => {
  const wall = dayNumber * day + minutes * minute
  const before = wall - offsetAt(zone, wall - day)
  const after = wall - offsetAt(zone, wall + day)
  if (before === after) return before
  const fits = (ms: number) => ms + offsetAt(zone, ms) === wall
  const found = [before, after].filter(fits).sort((a, b) => a - b)
  const [first] = found
  if (first !== undefined) return which === 'first' ? first : (found.at(-1) ?? first)
  // Skipped: the clock jumps over it somewhere between the two readings.
  let low = Math.floor((Math.min(before, after) - quarter) / quarter)
  let high = Math.ceil((Math.max(before, after) + quarter) / quarter)
  const shows = (quarters: number) => quarters * quarter + offsetAt(zone, quarters * quarter)
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (shows(middle) > wall) high = middle
    else low = middle
  }
  return high * quarter
}
