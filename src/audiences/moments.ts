import type { CalendarWindow, SpanUnit } from './definition-contract.ts'

/** A stretch of time, both ends included; a missing end is open. */
export interface Period {
  from?: Date | undefined
  to?: Date | undefined
}

const fixedMs: Partial<Record<SpanUnit, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
}
const dayMs = 86_400_000

/** `date` as the wall clock of `zone` shows it, written as if it were UTC: the form in which traits of type date are kept. */
export const wallClock = (date: Date, zone: string): Date => {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
      .formatToParts(date)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
  const ms = ((date.getTime() % 1000) + 1000) % 1000
  return new Date(Date.UTC(year, month - 1, day, hour, minute, second, ms))
}

/** The instant at which `zone` shows this wall clock; where clocks were put back, the first such instant. */
export const instantOf = (wall: Date, zone: string): Date => {
  const offset = (at: number) => wallClock(new Date(at), zone).getTime() - at
  const guesses = [wall.getTime() - offset(wall.getTime() - dayMs), wall.getTime() - offset(wall.getTime() + dayMs)]
  const exact = guesses.filter((guess) => guess + offset(guess) === wall.getTime())
  return new Date(Math.min(...(exact.length > 0 ? exact : guesses)))
}

const midnight = (wall: Date) => new Date(Math.floor(wall.getTime() / dayMs) * dayMs)
const lastMs = (next: Date) => new Date(next.getTime() - 1)

const monthsLater = (wall: Date, months: number): Date => {
  const first = new Date(Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth() + months, 1))
  const days = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate()
  // 31 March less a month is the last day of February.
  const day = Math.min(wall.getUTCDate(), days)
  return new Date(first.getTime() + (day - 1) * dayMs + (wall.getTime() - midnight(wall).getTime()))
}

/** `at` moved by a span such as `-1 × "3 months"`. Minutes to weeks are exact lengths, months and years follow the calendar of `zone`. */
export const moved = (at: Date, span: string, direction: 1 | -1, zone: string): Date => {
  const [count = '0', word = ''] = span.split(' ')
  const unit = word.replace(/s$/, '') as SpanUnit
  const length = fixedMs[unit]
  if (length !== undefined) return new Date(at.getTime() + direction * Number(count) * length)
  const months = Number(count) * (unit === 'year' ? 12 : 1) * direction
  return instantOf(monthsLater(wallClock(at, zone), months), zone)
}

const isCalendarWindow = (window: string): window is CalendarWindow => !/^\d/.test(window)

/**
 * The period of a relative window, anchored on `at`: "30 days" is from exactly 30 × 24 h before `at` to `at`,
 * "this month" from its first moment in `zone` to `at`, "last month" the whole of it. Weeks begin on Monday.
 */
export const relativePeriod = (window: string, at: Date, zone: string): { from: Date; to: Date } => {
  if (!isCalendarWindow(window)) return { from: moved(at, window, -1, zone), to: at }
  const wall = wallClock(at, zone)
  const today = midnight(wall)
  const daysLater = (days: number) => new Date(today.getTime() + days * dayMs)
  const sinceMonday = (today.getUTCDay() + 6) % 7
  const month = new Date(Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth(), 1))
  const january = new Date(Date.UTC(wall.getUTCFullYear(), 0, 1))
  const starts: Record<CalendarWindow, [Date, Date?]> = {
    today: [today],
    yesterday: [daysLater(-1), today],
    'this week': [daysLater(-sinceMonday)],
    'last week': [daysLater(-sinceMonday - 7), daysLater(-sinceMonday)],
    'this month': [month],
    'last month': [monthsLater(month, -1), month],
    'this year': [january],
    'last year': [monthsLater(january, -12), january],
  }
  const [from, next] = starts[window]
  return { from: instantOf(from, zone), to: next ? lastMs(instantOf(next, zone)) : at }
}

/** The period that a date (a whole day in `zone`) or an instant stands for. */
export const momentPeriod = (moment: string, zone: string): { from: Date; to: Date } => {
  if (moment.length > 10) {
    // Stored moments carry milliseconds; finer digits are cut.
    const instant = new Date(moment)
    return { from: instant, to: instant }
  }
  const day = new Date(`${moment}T00:00:00.000Z`)
  return { from: instantOf(day, zone), to: lastMs(instantOf(new Date(day.getTime() + dayMs), zone)) }
}
