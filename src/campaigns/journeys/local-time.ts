import chineseDays from 'chinese-days'
import type { Journey, Span } from './journey-contract.ts'

/**
 * Times as a recipient's clock shows them. Zones are IANA names; offsets come from the platform's zone data, so days on which
 * clocks are changed come out right. Pure.
 */

/** Where a recipient's zone is not known. */
export const homeZone = 'Asia/Shanghai'

const dayMs = 86_400_000
const formatters = new Map<string, Intl.DateTimeFormat>()

const formatterOf = (zone: string): Intl.DateTimeFormat => {
  const held = formatters.get(zone)
  if (held) return held
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  formatters.set(zone, made)
  return made
}

/** Whether a text names a zone; what people write into traits often does not. */
export const isZone = (zone: string): boolean => {
  if (formatters.has(zone)) return true
  // A plain offset is no place: it knows nothing of summer time.
  if (!/^[A-Za-z]+(?:[/_+-][A-Za-z0-9_+-]+)*$/.test(zone)) return false
  try {
    formatterOf(zone)
    return true
  } catch {
    return false
  }
}

// China has had one offset since 1991-09-15, so nearly everybody's clock is an addition: 0.05 µs against 2 µs.
const chinaFixedFromMs = Date.UTC(1991, 8, 15)
const chinaOffsetMs = 8 * 3_600_000

/** How far a zone's clock is ahead of UTC at an instant, ms. */
const offsetMs = (atMs: number, zone: string): number => {
  if (zone === homeZone && atMs >= chinaFixedFromMs) return chinaOffsetMs
  const parts: Record<string, number> = {}
  for (const { type, value } of formatterOf(zone).formatToParts(atMs)) parts[type] = Number(value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(atMs / 1_000) * 1_000
}

/** What the clock of a zone shows, in ms as if it were UTC. */
const wallOf = (atMs: number, zone: string): number => atMs + offsetMs(atMs, zone)

/**
 * The instant at which a zone's clock shows `wallMs`. Shown twice (clocks put back): the first. Never shown (put forward): as
 * much later as the clocks were moved, so 02:30 becomes 03:30.
 */
const instantMs = (wallMs: number, zone: string): number => {
  if (zone === homeZone && wallMs - chinaOffsetMs >= chinaFixedFromMs) return wallMs - chinaOffsetMs
  const before = offsetMs(wallMs - dayMs, zone)
  const after = offsetMs(wallMs + dayMs, zone)
  const exact = [wallMs - before, wallMs - after].filter((at) => wallOf(at, zone) === wallMs)
  // In the gap the offset from before the change gives the later clock time.
  return exact.length > 0 ? Math.min(...exact) : wallMs - before
}

const startOfDay = (wallMs: number): number => Math.floor(wallMs / dayMs) * dayMs

/** `2026-11-22` as the zone's calendar has it. */
export const localDate = (at: Date, zone: string): string =>
  new Date(startOfDay(wallOf(at.getTime(), zone))).toISOString().slice(0, 10)

/** `09:30` of the zone's clock. */
export const localTime = (at: Date, zone: string): string =>
  new Date(wallOf(at.getTime(), zone)).toISOString().slice(11, 16)

/** Minutes since midnight that `09:30` means. */
const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))

/** The instant at which a zone's clock shows this time on this day. @param date `2026-11-22` */
export const instantAt = (date: string, time: string, zone: string): Date =>
  new Date(instantMs(Date.parse(`${date}T00:00:00Z`) + minutesOf(time) * 60_000, zone))

const spanMs = { minutes: 60_000, hours: 3_600_000 } as const

/** A span later. Days are calendar days: the same time of day, whatever the clocks did; minutes and hours are exact. */
export const later = (at: Date, { amount, unit }: Span, zone: string): Date => {
  if (unit !== 'days') return new Date(at.getTime() + amount * spanMs[unit])
  return new Date(instantMs(wallOf(at.getTime(), zone) + amount * dayMs, zone))
}

/** Days later (or before, where negative) by the calendar. @param date `2026-11-22` */
export const daysLater = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10)

/** 1 Monday … 7 Sunday. @param date `2026-11-22` */
export const weekday = (date: string): number => ((new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7) + 1

/** Whether people work on this day in China: weekdays without holidays, and the weekends that make up for them. */
export const isWorkday = (date: string): boolean => chineseDays.isWorkday(date)

/** Hours within which something may happen, on some days. */
export type LocalWindow = Pick<
  Extract<Journey['steps'][string], { kind: 'waitWindow' }>,
  'from' | 'to' | 'days' | 'onlyOn'
>

/** Whether a window may begin on a day. */
const beginsOn = (date: string, { days, onlyOn }: LocalWindow): boolean =>
  (!days || days.includes(weekday(date))) && (onlyOn === 'any' || isWorkday(date) === (onlyOn === 'workdays'))

/** Longer than any run of days without a workday, a holiday or a certain weekday; a weekday that must be a holiday comes within it. */
const mostDays = 400

/**
 * The first instant not before `at` within the window: `at` itself when it is open. `from` belongs to it, `to` does not. A
 * window over midnight (`from` > `to`) belongs to the day on which it begins: on Fridays from 22:00 to 06:00 is open on
 * Saturday at 05:00, and not on Friday at 05:00.
 * @returns undefined where it does not open within 400 days
 */
export const windowOpens = (at: Date, window: LocalWindow, zone: string): Date | undefined => {
  const overnight = minutesOf(window.from) > minutesOf(window.to)
  const today = localDate(at, zone)
  // Yesterday's may still be open when it goes over midnight.
  for (let day = overnight ? -1 : 0; day <= mostDays; day++) {
    const date = daysLater(today, day)
    if (!beginsOn(date, window)) continue
    const from = instantAt(date, window.from, zone)
    const to = instantAt(overnight ? daysLater(date, 1) : date, window.to, zone)
    if (at < to && from < to) return at > from ? at : from
  }
  return undefined
}
