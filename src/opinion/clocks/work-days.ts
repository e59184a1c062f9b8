import chineseDays from 'chinese-days'
import type { DayKind, WorkPeriod, WorkTime } from './clock-contract.ts'

/**
 * Which days are worked, and when: the arrangement of the State Council as `chinese-days` has it, with the days the company
 * added. Beijing time has had no summer time since 1991, so a day is always 24 hours. Pure.
 */

const dayMs = 86_400_000
const beijingMs = 8 * 3_600_000

/** Number of the day in Beijing since 1970-01-01. */
export const dayOf = (at: number): number => Math.floor((at + beijingMs) / dayMs)
/** Midnight in Beijing at which a day begins, ms. */
export const startOfDay = (day: number): number => day * dayMs - beijingMs
export const dayText = (day: number): string => new Date(day * dayMs).toISOString().slice(0, 10)
const dayNumber = (text: string): number => Date.parse(`${text}T00:00:00Z`) / dayMs
/** 1 Monday … 7 Sunday. 1970-01-01 was a Thursday. */
export const weekdayOf = (day: number): number => ((((day + 3) % 7) + 7) % 7) + 1

const published = new Map<number, DayKind>()

/** Whether the arrangement names the day; ordinary days carry the English name of their weekday. */
const isNamed = (day: number): boolean => chineseDays.getDayDetail(dayText(day)).name.includes(',')

const publishedKind = (day: number): DayKind => {
  let kind = published.get(day)
  if (kind === undefined) {
    const { work } = chineseDays.getDayDetail(dayText(day))
    const weekend = weekdayOf(day) > 5
    kind = work ? (weekend ? 'makeUpWorkday' : 'workday') : weekend && !isNamed(day) ? 'weekend' : 'holiday'
    if (published.size > 20_000) published.clear()
    published.set(day, kind)
  }
  return kind
}

/** What a day is. A day in both lists of the company is a holiday. */
export const dayKindOf = (work: WorkTime): ((day: number) => DayKind) => {
  const off = new Set(work.holidays.map(({ date }) => dayNumber(date)))
  const on = new Set(work.workdays.map(({ date }) => dayNumber(date)))
  return (day) => {
    if (off.has(day)) return 'holiday'
    if (on.has(day)) return weekdayOf(day) > 5 ? 'makeUpWorkday' : 'workday'
    return publishedKind(day)
  }
}

/** Whether the arrangement of a year is known; without it weekdays are work and weekends are not. */
export const isYearPublished = (year: number): boolean => {
  const first = dayNumber(`${year}-01-01`)
  for (let day = first; day < first + 366; day++) if (isNamed(day)) return true
  return false
}

const minutesOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3))

/** Periods of work of a day, as instants in order, ms. */
export const periodsOf = (work: WorkTime): ((day: number) => readonly (readonly [number, number])[]) => {
  const kindOf = dayKindOf(work)
  const chosen = (day: number): readonly WorkPeriod[] => {
    const kind = kindOf(day)
    if (kind === 'holiday') return work.holiday
    if (kind === 'makeUpWorkday') return work.makeUpWorkday ?? work.week[0] ?? []
    return work.week[weekdayOf(day) - 1] ?? []
  }
  return (day) => {
    const start = startOfDay(day)
    return chosen(day).map(({ from, to }) => [start + minutesOf(from) * 60_000, start + minutesOf(to) * 60_000])
  }
}
