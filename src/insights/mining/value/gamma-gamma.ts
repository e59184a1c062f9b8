import { minimise } from './minimise.ts'
import { logGamma } from './special-functions.ts'

/**
 * Gamma–Gamma: what a purchase brings varies around a person's own mean (gamma: shape p), and those means vary among people
 * (inverse: shape q, scale gamma). Supposes that how often and how much one buys are unrelated.
 * Source: Fader, Hardie, "The gamma-gamma model of monetary value", 2013.
 */
export interface GammaGamma {
  p: number
  q: number
  gamma: number
}

/** ln of the likelihood of one person's mean of `purchases` purchases, both above 0. */
export const moneyLogLikelihood = ({ p, q, gamma }: GammaGamma, purchases: number, mean: number): number => {
  const [px, total] = [p * purchases, purchases * mean]
  return (
    logGamma(px + q) -
    logGamma(px) -
    logGamma(q) +
    q * Math.log(gamma) +
    (px - 1) * Math.log(mean) +
    px * Math.log(purchases) -
    (px + q) * Math.log(gamma + total)
  )
}

/** The parameters under which these means are most likely. Purchases and means above 0. */
export const fitGammaGamma = (purchases: Float64Array, means: Float64Array): GammaGamma & { logLikelihood: number } => {
  const people = purchases.length
  const middle = means.reduce((sum, mean) => sum + mean, 0) / people
  // Means in units of their average, so that the size of the currency does not matter to the search.
  const scaled = means.map((mean) => mean / middle)
  const logs = scaled.map(Math.log)
  const most = purchases.reduce((most, x) => Math.max(most, x), 0)
  const met = new Uint8Array(most + 1)
  for (const x of purchases) met[x] = 1
  const modelAt = ([p = 0, q = 0, gamma = 0]: readonly number[]): GammaGamma => ({
    p: Math.exp(p),
    q: Math.exp(q),
    gamma: Math.exp(gamma),
  })
  const shared = new Float64Array(most + 1)
  const total = ({ p, q, gamma }: GammaGamma) => {
    const constant = q * Math.log(gamma) - logGamma(q)
    for (let x = 1; x <= most; x++)
      if (met[x]) shared[x] = logGamma(p * x + q) - logGamma(p * x) + p * x * Math.log(x) + constant
    let sum = 0
    for (let i = 0; i < people; i++) {
      const x = purchases[i] as number
      sum +=
        (shared[x] as number) +
        (p * x - 1) * (logs[i] as number) -
        (p * x + q) * Math.log(gamma + x * (scaled[i] as number))
    }
    return sum
  }
  const cost = (at: readonly number[]) =>
    at.some((x) => Math.abs(x) > 15) ? Number.POSITIVE_INFINITY : -total(modelAt(at)) / people
  const best = [
    [1, 1, 1],
    [0, 1.5, 0],
  ]
    .map((start) => minimise(cost, start))
    .reduce((best, one) => (one.value < best.value ? one : best))
  const found = modelAt(best.at)
  // A density per unit of money: in another unit its logarithm is shifted.
  return {
    p: found.p,
    q: found.q,
    gamma: found.gamma * middle,
    logLikelihood: total(found) - people * Math.log(middle),
  }
}

/** What a purchase of a person will bring, on average. For somebody without a repeat purchase that of everybody. */
export const expectedMoney = ({ p, q, gamma }: GammaGamma, purchases: number, mean: number): number =>
  (p * (gamma + purchases * mean)) / (p * purchases + q - 1)
