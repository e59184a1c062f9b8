import type { Timetable } from './sources-contract.ts'

/** When a source is read next. Pure. Days and hours are those of Shanghai, which keeps UTC+8 all year. */

const minute = 60_000
const shanghaiMs = 8 * 60 * minute

interface Cron {
  minutes: Set<number>
  hours: Set<number>
  days: Set<number>
  months: Set<number>
  weekdays: Set<number>
  anyDay: boolean
  anyWeekday: boolean
}

const field = (text: string, low: number, high: number): Set<number> | undefined => {
  const found = new Set<number>()
  for (const part of text.split(',')) {
    const [, range = '', from, to, step] = /^(\*|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(part) ?? []
    if (range === '') return undefined
    const first = from === undefined ? low : Number(from)
    const last = to !== undefined ? Number(to) : from !== undefined && step === undefined ? first : high
    const by = step === undefined ? 1 : Number(step)
    if (by < 1 || first < low || last > high || first > last) return undefined
    for (let value = first; value <= last; value += by) found.add(value)
  }
  return found
}

/** Five fields: minute, hour, day, month, weekday (0 and 7 are Sunday). @returns undefined when they cannot be read */
export const parseCron = (text: string): Cron | undefined => {
  const parts = text.trim().split(/\s+/)
  if (parts.length !== 5) return undefined
  const [m = '', h = '', d = '', mo = '', w = ''] = parts
  const minutes = field(m, 0, 59)
  const hours = field(h, 0, 23)
  const days = field(d, 1, 31)
  const months = field(mo, 1, 12)
  const weekdays = field(w, 0, 7)
  if (!minutes || !hours || !days || !months || !weekdays) return undefined
  if (weekdays.has(7)) weekdays.add(0)
  return { minutes, hours, days, months, weekdays, anyDay: d === '*', anyWeekday: w === '*' }
}

const cronFits = (cron: Cron, local: Date): boolean => {
  if (!cron.minutes.has(local.getUTCMinutes()) || !cron.hours.has(local.getUTCHours())) return false
  if (!cron.months.has(local.getUTCMonth() + 1)) return false
  const day = cron.days.has(local.getUTCDate())
  const weekday = cron.weekdays.has(local.getUTCDay())
  // As cron has it: given both, either is enough.
  return cron.anyDay || cron.anyWeekday ? day && weekday : day || weekday
}

/** The first minute after `after` that fits; undefined when none does within a year (31 February). */
const nextOfCron = (cron: Cron, after: number): number | undefined => {
  let at = Math.floor(after / minute) * minute + minute
  const end = at + 366 * 24 * 60 * minute
  while (at < end) {
    const local = new Date(at + shanghaiMs)
    if (cronFits(cron, local)) return at
    // Hours without a chance are stepped over.
    at = cron.hours.has(local.getUTCHours()) ? at + minute : at + (60 - local.getUTCMinutes()) * minute
  }
  return undefined
}

const clockMinutes = (clock: string) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3))

/** The instant itself where the hours are open, else their next beginning. */
const withinHours = (active: Timetable['active'], at: number): number => {
  if (!active || active.from === active.to) return at
  const local = at + shanghaiMs
  const dayStart = Math.floor(local / (1_440 * minute)) * 1_440 * minute
  const now = (local - dayStart) / minute
  const from = clockMinutes(active.from)
  const to = clockMinutes(active.to)
  const open = from < to ? now >= from && now < to : now >= from || now < to
  if (open) return at
  return dayStart + (now < from ? from : from + 1_440) * minute - shanghaiMs
}

/** Whether a timetable can be read. */
export const timetableFits = ({ cron }: Timetable): boolean => {
  if (cron === '') return true
  const parsed = parseCron(cron)
  return parsed !== undefined && nextOfCron(parsed, 0) !== undefined
}

/** Time between two readings, ms; of cron: between its next two. */
export const rhythmMs = (timetable: Timetable, at: number): number => {
  const cron = timetable.cron === '' ? undefined : parseCron(timetable.cron)
  if (!cron) return timetable.everyMinutes * minute
  const first = nextOfCron(cron, at)
  const second = first === undefined ? undefined : nextOfCron(cron, first)
  return first === undefined || second === undefined ? 86_400_000 : second - first
}

const longestBackOffMs = 6 * 60 * minute

/**
 * The next reading. Failures in a row double the wait up to six hours; `Retry-After` is obeyed; `random` (0 to 1) spreads
 * sources that were made at the same moment.
 */
export const nextReading = (
  timetable: Timetable,
  {
    now,
    failures,
    retryAfterMs = 0,
    random,
  }: { now: number; failures: number; retryAfterMs?: number | undefined; random: number },
): number => {
  const cron = timetable.cron === '' ? undefined : parseCron(timetable.cron)
  const every = timetable.everyMinutes * minute
  const backOff =
    failures === 0
      ? 0
      : Math.max(every, Math.min(longestBackOffMs, Math.min(every, 5 * minute) * 2 ** Math.min(failures, 12)))
  if (cron) {
    const asked = nextOfCron(cron, now) ?? now + 86_400_000
    // A failed reading of the morning is tried again before tomorrow's.
    const again = failures === 0 ? asked : Math.min(asked, now + Math.max(minute, backOff))
    return withinHours(timetable.active, Math.max(again, now + retryAfterMs))
  }
  const jitter = Math.min(every * 0.1, minute) * (random - 0.5)
  return withinHours(timetable.active, now + Math.max(every + jitter, backOff, retryAfterMs))
}

/** Whether a source is meant to be read at an instant. */
export const isOpen = ({ active }: Timetable, at: number): boolean => withinHours(active, at) === at
