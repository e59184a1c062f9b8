import type { CampaignDefinition, Trigger } from '../contract.ts'
import { daysLater, homeZone, instantAt, localDate, weekday } from '../journeys/local-time.ts'

/** When triggers with a calendar are due. Pure. */

/** One time at which everybody of an audience, list or day enters. */
export interface Occurrence {
  /** Names it among those of its campaign; the same one runs once. */
  key: string
  dueAt: Date
}

type Recurring = Extract<Trigger, { kind: 'recurring' }>['timetable']

/** Occurrences that are looked back for; a program that was away for longer tells of these only. */
const mostDays = 400

/** Whether a timetable names a day. @param date `2026-11-22` */
const runsOn = (date: string, { days, dates }: Recurring): boolean => {
  if (days) return days.includes(weekday(date))
  if (!dates) return true
  const lastOfMonth = daysLater(date, 1).endsWith('-01')
  return dates.includes(Number(date.slice(8))) || (lastOfMonth && dates.includes(-1))
}

/** Times of a timetable after `after` up to `until`, in order. */
export const timesOf = (timetable: Recurring, after: Date, until: Date): Occurrence[] => {
  const found: Occurrence[] = []
  const last = localDate(until, homeZone)
  const earliest = daysLater(last, -mostDays)
  const first = localDate(after, homeZone)
  const begins = [first, earliest].toSorted().at(-1) ?? last
  for (let date = begins; date <= last; date = daysLater(date, 1)) {
    const dueAt = instantAt(date, timetable.at, homeZone)
    if (dueAt > after && dueAt <= until && runsOn(date, timetable))
      found.push({ key: `${date}T${timetable.at}`, dueAt })
  }
  return found
}

/** The next time of a timetable after an instant; undefined when there is none within 400 days. */
export const nextTime = (timetable: Recurring, after: Date): Date | undefined => {
  for (let date = localDate(after, homeZone), i = 0; i <= mostDays; date = daysLater(date, 1), i++) {
    const dueAt = instantAt(date, timetable.at, homeZone)
    if (dueAt > after && runsOn(date, timetable)) return dueAt
  }
  return undefined
}

/** The timetable of what comes by the calendar; undefined of the others. A date trait is looked at every day. */
export const timetableOf = (trigger: Trigger): Recurring | undefined =>
  trigger.kind === 'recurring' ? trigger.timetable : trigger.kind === 'date' ? { at: trigger.at } : undefined

/**
 * When people next come in by the calendar; undefined where they come by what happens, and once it is over.
 * @param of a running campaign's definition as it was published
 */
export const nextRun = (
  { trigger, startsAt, endsAt }: Pick<CampaignDefinition, 'trigger' | 'startsAt' | 'endsAt'>,
  now: Date,
): Date | undefined => {
  const opens = startsAt === undefined ? 0 : new Date(startsAt).getTime()
  const timetable = timetableOf(trigger)
  const at = trigger.kind === 'once' && trigger.at !== undefined ? new Date(trigger.at).getTime() : 0
  // What opens at one of the times of its timetable runs at that very moment.
  const next = timetable
    ? nextTime(timetable, new Date(Math.max(now.getTime(), opens - 1)))
    : trigger.kind === 'once' || trigger.kind === 'list'
      ? new Date(Math.max(at, opens))
      : undefined
  if (!next || next <= now) return undefined
  return endsAt !== undefined && next > new Date(endsAt) ? undefined : next
}

type DateTrigger = Extract<Trigger, { kind: 'date' }>

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
/** People alive were born since; a trait with an earlier year is not a birthday. */
const firstYear = 1900

/**
 * The values of the trait that make somebody enter on a day, as dates.
 *
 * Yearly, whoever has his day on 29 February has it on the 28th in years without one: in the month in which a term ends
 * there is no corresponding day, so it is the month's last (Civil Code, article 202).
 * @param date the day of entry, `2026-11-22`
 */
export const daysMeant = (
  { yearly, offsetDays }: Pick<DateTrigger, 'yearly' | 'offsetDays'>,
  date: string,
): string[] => {
  const base = daysLater(date, -offsetDays)
  if (!yearly) return [base]
  const year = Number(base.slice(0, 4))
  const day = base.slice(5)
  const found: string[] = []
  for (let each = firstYear; each <= year; each++) {
    if (day !== '02-29' || isLeap(each)) found.push(`${each}-${day}`)
    if (day === '02-28' && !isLeap(year) && isLeap(each)) found.push(`${each}-02-29`)
  }
  return found
}

/** What keeps a person from entering twice for one day of his: the year of a yearly one, else the day itself. */
export const dayKey = ({ trait, yearly, offsetDays }: DateTrigger, date: string): string => {
  const base = daysLater(date, -offsetDays)
  return `date:${trait}:${yearly ? base.slice(0, 4) : base}`
}

/** The day that an occurrence of a timetable is of: it stays so when it is made up for later. */
export const dayOf = (occurrence: string): string => occurrence.slice(0, 10)
