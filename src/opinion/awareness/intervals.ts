import jstat from 'jstat'
import { wilson } from '../reports/outline.ts'
import type { Measured } from './awareness-contract.ts'
import { netSentiment } from './net-sentiment-contract.ts'

const z = 1.959964

/** A share with the interval of Wilson (1927). */
export const shareOf = (part: number, whole: number): Measured => {
  if (whole === 0) return { value: null, low: null, high: null, of: 0 }
  const [low, high] = wilson(part, whole)
  return { value: part / whole, low, high, of: whole }
}

/**
 * Net sentiment with the large-sample interval of a difference of two shares of one
 * multinomial sample: variance (p + q − (p − q)²) / n. Mentions are taken as independent, which reposts are not.
 */
export const netOf = (positive: number, negative: number, all: number): Measured => {
  const value = netSentiment(positive, negative, all)
  if (value === null) return { value: null, low: null, high: null, of: 0 }
  const half = z * Math.sqrt(((positive + negative) / all - value ** 2) / all)
  return { value, low: Math.max(-1, value - half), high: Math.min(1, value + half), of: all }
}

/** Events per `per` of `exposure` with the exact interval of a Poisson count (Garwood, 1936). */
export const rateOf = (events: number, exposure: number, per: number): Measured => {
  if (exposure === 0) return { value: null, low: null, high: null, of: 0 }
  const low = events === 0 ? 0 : jstat.chisquare.inv(0.025, 2 * events) / 2
  const high = jstat.chisquare.inv(0.975, 2 * events + 2) / 2
  return { value: (events / exposure) * per, low: (low / exposure) * per, high: (high / exposure) * per, of: exposure }
}
