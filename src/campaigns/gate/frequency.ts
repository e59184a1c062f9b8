import type { Refusal } from '../channels-contract.ts'
import type { FrequencyRule, LimitWindow } from '../limits/limits-contract.ts'
import { fits, type Scoped } from './hours.ts'
import { localDay } from './zone-clock.ts'

/** How often one person is reached: pure. */

/** A send that was planned or made, as rules count it. */
export interface Contact extends Scoped {
  sendId: string
  /** The number it was planned under: a person may have several. */
  customerNo: number
  campaignId: number
  step: string
  /** The smaller gives way. */
  priority: number
  /** When it went or will go out, ms. */
  at: number
  /** Not on its way yet: a campaign of higher priority may displace it. */
  planned: boolean
}

const unitMs = { minutes: 60_000, hours: 3_600_000, days: 86_400_000 } as const

/** The length of a window in its own unit, and where an instant lies in that unit. */
const measure = (window: LimitWindow, zone: string): { length: number; place: (ms: number) => number } =>
  'calendarDays' in window
    ? { length: window.calendarDays, place: (ms) => localDay(zone, ms) }
    : { length: window.amount * unitMs[window.unit], place: (ms) => ms }

/**
 * Whether one more send at `at` would make more than `max` in some window: also in windows with sends that are planned for
 * later. A rolling window of 24 hours holds what lies less than 24 hours apart; calendar days are the recipient's.
 */
const exceeds = ({ max, window }: FrequencyRule, contacts: readonly Contact[], at: number, zone: string): boolean => {
  if (contacts.length < max) return false
  const { length, place } = measure(window, zone)
  const own = place(at)
  const places = contacts.map((contact) => place(contact.at)).filter((other) => Math.abs(other - own) < length)
  if (places.length < max) return false
  places.push(own)
  places.sort((a, b) => a - b)
  return places.some((first, i) => {
    const last = places[i + max]
    return last !== undefined && last - first < length
  })
}

/** The code by the narrowest thing a rule names: a channel, else a product, purpose or kind; else all sends. */
const codeOf = ({ channels, products, purposes, category }: FrequencyRule): Refusal => {
  if (channels.length > 0) return 'FREQUENCY_CHANNEL'
  if (products.length > 0 || purposes.length > 0 || category === 'service') return 'FREQUENCY_CATEGORY'
  return 'FREQUENCY_GLOBAL'
}

/** The first rule, in the order of the codes (global, channel, category), that has no room for the send. */
export const fullRule = (
  rules: readonly FrequencyRule[],
  { send, contacts, at, zone }: { send: Scoped; contacts: readonly Contact[]; at: Date; zone: string },
): { code: Refusal; rule: FrequencyRule } | undefined => {
  let found: { code: Refusal; rule: FrequencyRule } | undefined
  for (const rule of rules) {
    if (!fits(rule, send)) continue
    const code = codeOf(rule)
    if (found && rank(found.code) <= rank(code)) continue
    const counted = contacts.filter((contact) => fits(rule, contact))
    if (exceeds(rule, counted, at.getTime(), zone)) found = { code, rule }
  }
  return found
}

const ranks: readonly Refusal[] = ['FREQUENCY_GLOBAL', 'FREQUENCY_CHANNEL', 'FREQUENCY_CATEGORY']
const rank = (code: Refusal): number => ranks.indexOf(code)

/** Milliseconds before and after a send that rules can look at. */
export const furthestWindowMs = (rules: readonly FrequencyRule[]): number =>
  Math.max(
    0,
    ...rules.map(({ window }) =>
      'calendarDays' in window ? (window.calendarDays + 1) * 86_400_000 : window.amount * unitMs[window.unit],
    ),
  )
