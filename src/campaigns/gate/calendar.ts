import chineseDays from 'chinese-days'
import type { CalendarYear, DayKind, Limits } from '../limits/limits-contract.ts'
import { dayNumberOf, dayText, weekdayOf } from './zone-clock.ts'

/** Which days are worked: the arrangement of the State Council as `chinese-days` has it, and days the company added. Pure. */

/** Kind of a day by its number since 1970-01-01. */
export type DayCalendar = (dayNumber: number) => DayKind

const published = new Map<number, DayKind>()

const publishedKind = (dayNumber: number): DayKind => {
  let kind = published.get(dayNumber)
  if (kind === undefined) {
    const { work } = chineseDays.getDayDetail(dayText(dayNumber))
    const weekend = weekdayOf(dayNumber) > 5
    kind = work ? (weekend ? 'makeUpWorkday' : 'workday') : weekend && !isNamed(dayNumber) ? 'weekend' : 'holiday'
    if (published.size > 20_000) published.clear()
    published.set(dayNumber, kind)
  }
  return kind
}

/** Whether the arrangement names the day; ordinary days carry the English name of their weekday. */
const isNamed = (dayNumber: number): boolean => chineseDays.getDayDetail(dayText(dayNumber)).name.includes(',')

/** The calendar with the days of the setting. A day that is in both lists is a holiday. */
export const calendarOf = ({ holidays, workdays }: Limits['calendar']): DayCalendar => {
  if (holidays.length === 0 && workdays.length === 0) return publishedKind
  const off = new Set(holidays.map(({ date }) => dayNumberOf(date)))
  const on = new Set(workdays.map(({ date }) => dayNumberOf(date)))
  return (dayNumber) => {
    if (off.has(dayNumber)) return 'holiday'
    if (!on.has(dayNumber)) return publishedKind(dayNumber)
    return weekdayOf(dayNumber) > 5 ? 'makeUpWorkday' : 'workday'
  }
}

/** Holidays and make-up workdays of a year, for the calendar on the page. */
export const yearOf = (setting: Limits['calendar'], year: number): CalendarYear => {
  const kindOf = calendarOf(setting)
  const own = new Map([...setting.workdays, ...setting.holidays].map(({ date, name }) => [date, name]))
  const days: CalendarYear['days'] = []
  let known = false
  for (let at = dayNumberOf(`${year}-01-01`); at < dayNumberOf(`${year + 1}-01-01`); at++) {
    const date = dayText(at)
    known ||= isNamed(at)
    const kind = kindOf(at)
    const mine = own.get(date)
    if (kind !== 'holiday' && kind !== 'makeUpWorkday' && mine === undefined) continue
    const [nameEn = '', name = ''] = chineseDays.getDayDetail(date).name.split(',')
    days.push({
      date,
      kind,
      name: mine ?? (name || nameEn),
      nameEn: mine ?? nameEn,
      own: mine !== undefined,
    })
  }
  return { year, published: known, days }
}
