import { choose, type Random, type Weighted, weighted } from './random.ts'

/** China has one time zone and no summer time. */
const shanghaiMs = 8 * 3_600_000
export const minuteMs = 60_000
export const hourMs = 3_600_000
export const dayMs = 86_400_000

/** Days since 1970-01-01 in Shanghai. */
export const dayOf = (atMs: number): number => Math.floor((atMs + shanghaiMs) / dayMs)

/** The first millisecond of a Shanghai day. */
export const startOfDay = (day: number): number => day * dayMs - shanghaiMs

/** Year, month 1–12, date 1–31 and weekday 0 (Sunday) – 6 of a Shanghai day. */
export const civilOf = (day: number) => {
  const utc = new Date(day * dayMs)
  return { year: utc.getUTCFullYear(), month: utc.getUTCMonth() + 1, date: utc.getUTCDate(), weekday: utc.getUTCDay() }
}

/** The Shanghai day with that date; months outside 1–12 roll over into other years. */
export const dayOfDate = (year: number, month: number, date: number): number =>
  Math.round(Date.UTC(year, month - 1, date) / dayMs)

/** The same time of day on the same date some months later, on the last day of the month where the date is missing. */
export const addMonths = (atMs: number, months: number): number => {
  const day = dayOf(atMs)
  const { year, month, date } = civilOf(day)
  const lastDate = new Date(Date.UTC(year, month - 1 + months + 1, 0)).getUTCDate()
  return startOfDay(dayOfDate(year, month + months, Math.min(date, lastDate))) + (atMs - startOfDay(day))
}

/** Dates on which most wages arrive. */
export const paydays: readonly number[] = [10, 15]

/** Sunday first. Money matters are for working days; Monday is the busiest. */
const weekdayWeights = [0.8, 1.12, 1.08, 1.05, 1.04, 1.0, 0.78] as const

// Wages bring people in on the day, half as much on the day after.
const paydayWeight = 1.9
const dayAfterWeight = 1.35

/** How busy a day is beside an ordinary one. */
export const dayWeight = (day: number): number => {
  const { date, weekday } = civilOf(day)
  const pay = paydays.includes(date) ? paydayWeight : paydays.includes(date - 1) ? dayAfterWeight : 1
  return (weekdayWeights[weekday] ?? 1) * pay
}

const hours = (weights: readonly number[]): Weighted<number> => weighted(weights.map((weight, hour) => [hour, weight]))

/** Share of activity by hour, 0 to 23: asleep at night, a peak at lunch, a higher one in the evening. */
const workingDayHours = hours([
  9, 4, 2, 1.5, 1.5, 3, 10, 25, 38, 48, 52, 54, 88, 76, 46, 44, 46, 52, 64, 80, 98, 96, 66, 30,
])
const weekendHours = hours([14, 7, 3, 2, 1.5, 2, 6, 14, 28, 46, 58, 60, 74, 70, 58, 56, 56, 58, 62, 74, 86, 84, 64, 34])
/** Counters and call centre: nine to six with a dip at lunch. */
const officeHours = hours([0, 0, 0, 0, 0, 0, 0, 0, 0, 70, 100, 90, 45, 60, 95, 100, 85, 50, 0, 0, 0, 0, 0, 0])

const isWeekend = (day: number): boolean => {
  // 1970-01-01 was a Thursday.
  const weekday = (day + 4) % 7
  return weekday === 0 || weekday === 6
}

/** A moment on that day by the daily rhythm of private life. */
export const momentOfDay = (random: Random, day: number): number =>
  startOfDay(day) + (choose(random, isWeekend(day) ? weekendHours : workingDayHours) + random.float()) * hourMs

/** A moment on that day while counters are open. */
export const officeMomentOfDay = (random: Random, day: number): number =>
  startOfDay(day) + (choose(random, officeHours) + random.float()) * hourMs

/** A stretch of time with the weight of each of its days summed up, so that one search draws a day. */
export interface Period {
  startMs: number
  /** Exclusive. */
  endMs: number
  firstDay: number
  /** Weight of all days up to and including each. */
  reached: Float64Array
}

export const periodOf = (startMs: number, endMs: number): Period => {
  const firstDay = dayOf(startMs)
  const reached = new Float64Array(dayOf(endMs - 1) - firstDay + 1)
  let sum = 0
  for (let i = 0; i < reached.length; i++) {
    const day = firstDay + i
    const share = (Math.min(endMs, startOfDay(day + 1)) - Math.max(startMs, startOfDay(day))) / dayMs
    sum += dayWeight(day) * share
    reached[i] = sum
  }
  return { startMs, endMs, firstDay, reached }
}

const reachedBefore = ({ firstDay, reached }: Period, atMs: number): number => {
  const index = dayOf(atMs) - firstDay
  if (index < 0) return 0
  const before = reached[index - 1] ?? 0
  const here = reached[Math.min(index, reached.length - 1)] ?? before
  return before + ((here - before) * (atMs - startOfDay(firstDay + index))) / dayMs
}

/** The share of a period's weight that lies at or after a moment, 0 to 1. */
export const shareAfter = (period: Period, atMs: number): number => {
  const total = period.reached[period.reached.length - 1] ?? 1
  return Math.max(0, 1 - reachedBefore(period, atMs) / total)
}

/**
 * A moment in [fromMs, untilMs) that follows days of the week, paydays and the daily rhythm.
 * @param fromMs at or after the period's start; untilMs at most its end; fromMs < untilMs
 */
export const momentBetween = (
  random: Random,
  period: Period,
  fromMs: number,
  untilMs: number,
  ofDay = momentOfDay,
): number => {
  const { reached, firstDay } = period
  const low = reachedBefore(period, fromMs)
  const high = reachedBefore(period, untilMs)
  // The rhythm of a day may point before `from` or after `until` on the first and last day: draw again, a few times.
  for (let attempt = 0; attempt < 6; attempt++) {
    const goal = random.between(low, high)
    let left = 0
    let right = reached.length - 1
    while (left < right) {
      const middle = (left + right) >> 1
      if ((reached[middle] ?? 0) > goal) right = middle
      else left = middle + 1
    }
    const at = ofDay(random, firstDay + left)
    if (at >= fromMs && at < untilMs) return Math.floor(at)
  }
  return Math.floor(random.between(fromMs, untilMs))
}
