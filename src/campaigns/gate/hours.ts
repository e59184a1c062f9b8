import type { Category, Channel, Product } from '../channels-contract.ts'
import type { HoursRule, OpenSpan } from '../limits/limits-contract.ts'
import type { DayCalendar } from './calendar.ts'
import { instantOfLocal, localDay, weekdayOf } from './zone-clock.ts'

/** When a send may go out: pure. */

/** What rules of hours and frequency look at. */
export interface Scoped {
  category: Category
  channel: Channel
  product: Product
  purpose: string
}

interface Scope {
  category?: Category | undefined
  channels: readonly Channel[]
  products: readonly Product[]
  purposes: readonly string[]
}

/** Whether a rule speaks of a send. One without channels speaks of all but the app's own, which the customer opens himself. */
export const fits = (scope: Scope, send: Scoped): boolean =>
  (scope.category === undefined || scope.category === send.category) &&
  (scope.channels.length === 0 ? send.channel !== 'inApp' : scope.channels.includes(send.channel)) &&
  (scope.products.length === 0 || scope.products.includes(send.product)) &&
  (scope.purposes.length === 0 || scope.purposes.includes(send.purpose))

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))

const spansOn = (rule: HoursRule, calendar: DayCalendar, dayNumber: number): readonly OpenSpan[] => {
  const kind = calendar(dayNumber)
  if (kind === 'holiday' && rule.holiday) return rule.holiday
  if (kind === 'makeUpWorkday' && rule.makeUpWorkday) return rule.makeUpWorkday
  return rule.week[weekdayOf(dayNumber) - 1] ?? []
}

/** Days looked ahead; a rule that stays closed longer never opens. */
const furthestDays = 60

/**
 * The first instant from `ms` on at which one rule is open, ms; undefined when it does not open within 60 days. Where a
 * clock is put back, a span opens at the last time it shows `from` and closes at the first time it shows `to`: inside it the
 * clock never shows a closed time.
 */
const opens = (rule: HoursRule, zone: string, calendar: DayCalendar, ms: number): number | undefined => {
  const today = localDay(zone, ms)
  // A span over midnight that began yesterday may still be open.
  for (let day = today - 1; day <= today + furthestDays; day++) {
    let soonest: number | undefined
    for (const { from, to } of spansOn(rule, calendar, day)) {
      const begin = minutesOf(from)
      const end = minutesOf(to)
      const closes = instantOfLocal(zone, end > begin ? day : day + 1, end, 'first')
      if (closes <= ms) continue
      const opening = Math.max(ms, instantOfLocal(zone, day, begin, 'last'))
      if (opening < closes && (soonest === undefined || opening < soonest)) soonest = opening
    }
    if (soonest === undefined) continue
    // Open since yesterday, while today opens at another time: the earlier one counts, and that is this one.
    return soonest
  }
  return undefined
}

/**
 * The first instant from `at` on at which every rule that fits the send is open, in the recipient's zone.
 * @returns the instant, `at` itself when all are open; undefined when they are never open together within 60 days.
 *   `rule`: the one that held it back last
 */
export const firstOpen = (
  rules: readonly HoursRule[],
  { send, zone, calendar, at }: { send: Scoped; zone: string; calendar: DayCalendar; at: Date },
): { at: Date | undefined; rule: string | undefined } => {
  const bound = rules.filter((rule) => fits(rule, send))
  let ms = at.getTime()
  let held: string | undefined
  for (let round = 0; round < 200; round++) {
    const start = ms
    for (const rule of bound) {
      const open = opens(rule, zone, calendar, ms)
      if (open === undefined) return { at: undefined, rule: rule.id }
      if (open > ms) held = rule.id
      ms = open
    }
    if (ms === start) return { at: ms === at.getTime() ? at : new Date(ms), rule: held }
  }
  return { at: undefined, rule: held }
}
