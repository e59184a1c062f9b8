import { minimise } from './minimise.ts'
import { hypergeometric, logBeta, logGamma } from './special-functions.ts'

/**
 * BG/NBD: while a customer, a person buys at his own rate (gamma: shape r, rate alpha); after each purchase he leaves with
 * his own chance (beta: a, b). Source: Fader, Hardie, Lee, "Counting your customers the easy way", Marketing Science 2005.
 */
export interface BgNbd {
  r: number
  alpha: number
  a: number
  b: number
}

/** One customer: repeat purchases, when the last was and how long he is known, both since the first purchase, in one unit of time. */
export interface History {
  repeats: number
  last: number
  age: number
}

/** Histories that many people share. */
export interface Histories {
  repeats: Float64Array
  last: Float64Array
  age: Float64Array
  people: Float64Array
}

/** ln of the likelihood of one customer. */
export const logLikelihood = ({ r, alpha, a, b }: BgNbd, { repeats: x, last, age }: History): number => {
  const shared =
    logGamma(r + x) -
    logGamma(r) +
    r * Math.log(alpha) +
    logGamma(a + b) +
    logGamma(b + x) -
    logGamma(b) -
    logGamma(a + b + x)
  const stayed = -(r + x) * Math.log(alpha + age)
  if (x === 0) return shared + stayed
  const left = Math.log(a) - Math.log(b + x - 1) - (r + x) * Math.log(alpha + last)
  return shared + logSum(stayed, left)
}

const logSum = (p: number, q: number) => (p > q ? p + Math.log1p(Math.exp(q - p)) : q + Math.log1p(Math.exp(p - q)))

/** ln of the likelihood of many customers. */
export const totalLogLikelihood = (model: BgNbd, { repeats, last, age, people }: Histories): number => {
  const { r, alpha, a, b } = model
  const most = repeats.reduce((most, x) => Math.max(most, x), 0)
  // ln Γ(z + x) for x = 0, 1, … by its recurrence: a logarithm instead of a gamma function per customer.
  const shared = new Float64Array(most + 1)
  shared[0] = r * Math.log(alpha)
  for (let x = 1; x <= most; x++)
    shared[x] = (shared[x - 1] as number) + Math.log(r + x - 1) + Math.log(b + x - 1) - Math.log(a + b + x - 1)
  let total = 0
  for (let i = 0; i < people.length; i++) {
    const x = repeats[i] as number
    const stayed = -(r + x) * Math.log(alpha + (age[i] as number))
    const rest =
      x === 0
        ? stayed
        : logSum(stayed, Math.log(a) - Math.log(b + x - 1) - (r + x) * Math.log(alpha + (last[i] as number)))
    total += (people[i] as number) * ((shared[x] as number) + rest)
  }
  return total
}

/** The parameters under which these histories are most likely, and the logarithm of that likelihood. */
export const fitBgNbd = (histories: Histories): BgNbd & { logLikelihood: number } => {
  const people = histories.people.reduce((sum, n) => sum + n, 0)
  const oldest = histories.age.reduce((most, age) => Math.max(most, age), 0)
  // Time in tenths of the oldest customer's age and logarithms of the parameters: then all four are of the same size.
  const unit = oldest > 0 ? oldest / 10 : 1
  const inUnits = { ...histories, last: histories.last.map((t) => t / unit), age: histories.age.map((t) => t / unit) }
  const modelAt = ([r = 0, alpha = 0, a = 0, b = 0]: readonly number[]): BgNbd => ({
    r: Math.exp(r),
    alpha: Math.exp(alpha),
    a: Math.exp(a),
    b: Math.exp(b),
  })
  const cost = (at: readonly number[]) =>
    at.some((x) => Math.abs(x) > 15) ? Number.POSITIVE_INFINITY : -totalLogLikelihood(modelAt(at), inUnits) / people
  const found = [
    [0, 0, 0, 0],
    [-1, 0, -0.5, 1],
  ].map((start) => minimise(cost, start))
  const best = found.reduce((best, one) => (one.value < best.value ? one : best))
  const scaled = modelAt(best.at)
  const model = { ...scaled, alpha: scaled.alpha * unit }
  return { ...model, logLikelihood: totalLogLikelihood(model, histories) }
}

/** The chance that a person has not left by the end of what is known of him. */
export const aliveChance = ({ r, alpha, a, b }: BgNbd, { repeats: x, last, age }: History): number => {
  if (x === 0) return 1
  return 1 / (1 + Math.exp(Math.log(a / (b + x - 1)) + (r + x) * Math.log((alpha + age) / (alpha + last))))
}

/**
 * Purchases to expect of a person in the next `ahead` units of time.
 * The paper's formula (10). Of its 2F1 and that turned by Euler's transformation the one is taken whose series converges
 * however long the time ahead: many purchases make the first creep, a high chance to leave the second.
 */
export const expectedPurchases = (model: BgNbd, history: History, ahead: number): number => {
  const { r, alpha, b } = model
  // At a = 1 the formula is 0/0; it is smooth, so a hair beside is near enough.
  const a = Math.abs(model.a - 1) < 1e-6 ? 1 + 1e-6 : model.a
  const { repeats: x, age } = history
  const z = ahead / (alpha + age + ahead)
  const curve =
    a < r + x + 1
      ? (1 - z) ** (a - 1) * hypergeometric(a + b - 1 - r, a - 1, a + b + x - 1, z)
      : (1 - z) ** (r + x) * hypergeometric(r + x, b + x, a + b + x - 1, z)
  return ((a + b + x - 1) / (a - 1)) * (1 - curve) * aliveChance(model, history)
}

/** The chance of exactly x = 0, 1, … `most` repeat purchases within `age` of the first. Formula (8) of the paper. */
export const repeatChances = ({ r, alpha, a, b }: BgNbd, age: number, most: number): number[] => {
  const [stay, go] = [alpha / (alpha + age), age / (alpha + age)]
  const chances: number[] = []
  let counted = Math.exp(r * Math.log(stay))
  let before = 0
  for (let x = 0; x <= most; x++) {
    const staying = Math.exp(logBeta(a, b + x) - logBeta(a, b)) * counted
    const leaving = x === 0 ? 0 : Math.exp(logBeta(a + 1, b + x - 1) - logBeta(a, b)) * Math.max(0, 1 - before)
    chances.push(staying + leaving)
    before += counted
    counted *= ((r + x) / (x + 1)) * go
  }
  return chances
}
