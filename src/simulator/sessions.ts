import type { Account, Touchpoint } from './accounts.ts'
import { minuteMs } from './calendar.ts'
import { choose, clamp, type Random, weighted } from './random.ts'

export type Property = string | number | boolean

/** Something that happened to one account. */
export interface Happening {
  atMs: number
  /** Title Case, noun then past verb. */
  event: string
  /** snake_case; amounts in fen as `amount_fen`. */
  properties: Record<string, Property>
  /** Where it was seen; undefined for what the company's own systems report. */
  by: Touchpoint | undefined
  /** Whether the account was known: signed in, or reported by a system that knows it. */
  known: boolean
}

export type Product = 'mingyue_cash' | 'mingyue_installment' | 'mingyue_flex'

const products = weighted<Product>([
  ['mingyue_cash', 50],
  ['mingyue_installment', 30],
  ['mingyue_flex', 20],
])

export const terms = weighted<number>([
  [3, 18],
  [6, 27],
  [12, 42],
  [24, 13],
])

/** No session lasts longer; a session that starts this long before the end lies inside the period. */
export const longestSessionMs = 20 * minuteMs
/** Views in one session, at most. */
export const longestSession = 10

const views = weighted([
  ['Loan Viewed', 30],
  ['Quota Queried', 20],
  ['Repayment Plan Viewed', 15],
  ['Bill Viewed', 14],
  ['Rate Calculated', 9],
  ['Coupon Viewed', 7],
  ['Article Viewed', 5],
])

const articles = ['repayment_guide', 'credit_score', 'fraud_prevention', 'rate_explained'] as const
const entries = ['icon', 'push', 'search', 'menu', 'share'] as const

export const productOf = (random: Random): Product => choose(random, products)

/** An amount someone would ask for: a part of the limit in whole hundreds of yuan, fen. */
export const amountOf = (random: Random, account: Account): number =>
  clamp(
    Math.round(((account.creditLimitFen || 500_000) * random.between(0.15, 1)) / 10_000) * 10_000,
    50_000,
    20_000_000,
  )

/** Which of its installations an account takes up this time; apps most of all. */
export const touchpointOf = (random: Random, { touchpoints }: Account): Touchpoint =>
  touchpoints.length > 1 && random.chance(0.35) ? random.pick(touchpoints) : touchpoints[0]

const viewOf = (random: Random, account: Account, channel: string): Pick<Happening, 'event' | 'properties'> => {
  const event = choose(random, views)
  switch (event) {
    case 'Loan Viewed':
      return {
        event,
        properties: {
          channel,
          product: productOf(random),
          amount_fen: amountOf(random, account),
          term_months: choose(random, terms),
        },
      }
    case 'Quota Queried':
      return { event, properties: { channel, quota_fen: account.creditLimitFen } }
    case 'Repayment Plan Viewed':
    case 'Rate Calculated':
      return {
        event,
        properties: { channel, amount_fen: amountOf(random, account), term_months: choose(random, terms) },
      }
    case 'Article Viewed':
      return { event, properties: { channel, topic: random.pick(articles) } }
    default:
      return { event, properties: { channel } }
  }
}

/**
 * One visit: a start, then views some seconds apart.
 * @param length 1 to `longestSession` happenings
 * @param known false while nobody has signed in
 */
export const sessionOf = (
  random: Random,
  account: Account,
  { atMs, length, known, by }: { atMs: number; length: number; known: boolean; by: Touchpoint },
): Happening[] => {
  const { channel } = by
  const session: Happening[] = [
    {
      atMs,
      event: 'Session Started',
      properties: { channel, system: by.system, entry: random.pick(entries) },
      by,
      known,
    },
  ]
  let reachedMs = atMs
  while (session.length < length) {
    reachedMs += Math.floor(3_000 + Math.min(random.exponential(28_000), 100_000))
    const { event, properties } = viewOf(random, account, channel)
    session.push({ atMs: reachedMs, event, properties, by, known })
  }
  return session
}
