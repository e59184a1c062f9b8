import assert from 'node:assert/strict'
import test from 'node:test'
import { randomOf } from '../random.ts'
import {
  aliveChance,
  type BgNbd,
  expectedPurchases,
  fitBgNbd,
  type Histories,
  type History,
  logLikelihood,
  repeatChances,
  totalLogLikelihood,
} from './bg-nbd.ts'
import { expectedMoney, fitGammaGamma, moneyLogLikelihood } from './gamma-gamma.ts'
import { minimise } from './minimise.ts'
import { hypergeometric, logBeta, logGamma } from './special-functions.ts'

const near = (value: number, wanted: number, tolerance: number, what = '') =>
  assert.ok(Math.abs(value - wanted) <= tolerance, `${what} ${value}, wanted ${wanted}`)

/** Published for the CDNOW customers, in weeks (Fader, Hardie, Lee 2005). */
const cdnow: BgNbd = { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 }

test('special functions at known places', () => {
  near(logGamma(0.5), Math.log(Math.sqrt(Math.PI)), 1e-13)
  near(logGamma(10), Math.log(362_880), 1e-12)
  near(logGamma(1e-3), 6.907178885383853, 1e-11)
  near(logBeta(2, 3), Math.log(1 / 12), 1e-13)
  // 2F1(1, 1; 2; z) = −ln(1 − z)/z, 2F1(1, b; b; z) = 1/(1 − z).
  near(hypergeometric(1, 1, 2, 0.9), -Math.log(0.1) / 0.9, 1e-10)
  near(hypergeometric(1, 3.3, 3.3, 0.5), 2, 1e-12)
})

test('the lowest point of Rosenbrock’s valley', () => {
  const { at } = minimise(([x = 0, y = 0]) => (1 - x) ** 2 + 100 * (y - x * x) ** 2, [-1.2, 1])
  near(at[0] ?? 0, 1, 1e-4)
  near(at[1] ?? 0, 1, 1e-4)
})

/** Gauss and Legendre's rule by halves: ∫ f from 0 to 1, for f without poles inside. */
const integral = (f: (x: number) => number, pieces = 200): number => {
  const nodes = [0.1488743389816312, 0.4333953941292472, 0.6794095682990244, 0.8650633666889845, 0.9739065285171717]
  const weights = [0.2955242247147529, 0.2692667193099963, 0.219086362515982, 0.1494513491505806, 0.0666713443086881]
  let sum = 0
  for (let piece = 0; piece < pieces; piece++) {
    const [middle, half] = [(piece + 0.5) / pieces, 0.5 / pieces]
    nodes.forEach((node, i) => {
      sum += (weights[i] ?? 0) * half * (f(middle + half * node) + f(middle - half * node))
    })
  }
  return sum
}

/**
 * ∫∫ g(λ, p) over the gamma of rates and the beta of leaving, straight from the model's story. The powers that are
 * infinite at 0 are taken away by λ^r = u and p^a = v⁴; u = s² puts more of the points where small rates are.
 */
const over = ({ r, alpha, a, b }: BgNbd, g: (rate: number, leaving: number) => number) => {
  const top = 8
  const gammaScale = Math.exp(r * Math.log(alpha) - logGamma(r)) / r
  const betaScale = Math.exp(-logBeta(a, b)) / a
  return integral((s) => {
    const rate = (top * s * s) ** (1 / r)
    const weight = gammaScale * Math.exp(-alpha * rate) * top * 2 * s
    return (
      weight *
      integral((v) => {
        const leaving = v ** (4 / a)
        return 4 * v ** 3 * betaScale * (1 - leaving) ** (b - 1) * g(rate, leaving)
      }, 10)
    )
  }, 200)
}

/** Likelihood of a history if the person has not left, and if he left at his last purchase. */
const parts = ({ repeats: x, last, age }: History) => ({
  stayed: (rate: number, leaving: number) => (1 - leaving) ** x * rate ** x * Math.exp(-rate * age),
  left: (rate: number, leaving: number) =>
    x === 0 ? 0 : leaving * (1 - leaving) ** (x - 1) * rate ** x * Math.exp(-rate * last),
})

// Parameters at which plain quadrature is exact enough: no sharp peaks at the borders.
const mild: BgNbd = { r: 1.4, alpha: 4, a: 1.3, b: 2.6 }
const histories: History[] = [
  { repeats: 0, last: 0, age: 20 },
  { repeats: 1, last: 3, age: 30 },
  { repeats: 4, last: 26, age: 28 },
  { repeats: 9, last: 12, age: 38 },
]

test('likelihood, chance to be alive and expected purchases agree with integrals over the model’s story', () => {
  for (const history of histories) {
    const { stayed, left } = parts(history)
    const likelihood = over(mild, (rate, leaving) => stayed(rate, leaving) + left(rate, leaving))
    near(logLikelihood(mild, history), Math.log(likelihood), 1e-4, 'likelihood')
    const alive = over(mild, stayed) / likelihood
    near(aliveChance(mild, history), alive, 1e-4, 'alive')
    for (const ahead of [4, 39, 104]) {
      // A person of rate λ who leaves with chance p after each purchase makes (1 − e^(−λpt))/p in the time t.
      const coming =
        over(mild, (rate, leaving) => (stayed(rate, leaving) * -Math.expm1(-rate * leaving * ahead)) / leaving) /
        likelihood
      near(expectedPurchases(mild, history, ahead) / coming, 1, 1e-4, `ahead ${ahead}`)
    }
  }
})

test('published figures: 1.226 purchases in 39 weeks of the customer with x 2, t 30.43, T 38.86', () => {
  near(expectedPurchases(cdnow, { repeats: 2, last: 30.43, age: 38.86 }, 39), 1.226, 5e-4)
})

test('a single customer’s likelihood by hand', () => {
  // x = 0: (α/(α + T))^r.
  near(logLikelihood(cdnow, { repeats: 0, last: 0, age: 38.86 }), 0.243 * Math.log(4.414 / (4.414 + 38.86)), 1e-12)
  // x = 1: r·α^r·[b/(a + b)·(α + T)^−(r+1) + a/(a + b)·(α + t)^−(r+1)].
  const { r, alpha, a, b } = cdnow
  const byHand = r * alpha ** r * ((b / (a + b)) * (alpha + 30) ** -(r + 1) + (a / (a + b)) * (alpha + 5) ** -(r + 1))
  near(logLikelihood(cdnow, { repeats: 1, last: 5, age: 30 }), Math.log(byHand), 1e-12)
})

test('chances of 0, 1, 2 … purchases add up to 1, and their mean is what the model expects of a new customer', () => {
  const chances = repeatChances(cdnow, 39, 400)
  near(
    chances.reduce((sum, chance) => sum + chance, 0),
    1,
    1e-3,
  )
  const mean = repeatChances(mild, 20, 500).reduce((sum, chance, x) => sum + x * chance, 0)
  near(mean, expectedPurchases(mild, { repeats: 0, last: 0, age: 0 }, 20), 1e-3)
})

test('near a = 1, where the formula is 0/0, expected purchases go on smoothly', () => {
  const at = (a: number) => expectedPurchases({ ...cdnow, a }, { repeats: 3, last: 20, age: 30 }, 26)
  near(at(1), (at(0.999) + at(1.001)) / 2, 1e-5)
})

test('parameters far out, where the beta is a point, still give numbers', () => {
  const far: BgNbd = { r: 0.67, alpha: 4.8, a: 959_464, b: 3_269_017 }
  for (const history of histories)
    for (const ahead of [1, 52, 5_000]) {
      const coming = expectedPurchases(far, history, ahead)
      assert.ok(coming >= 0 && coming < 100, `${coming}`)
    }
  // Leaving after each purchase with chance p: (1 − (1 + p·t/(α + T))^−(r + x))/p purchases of somebody who has not left.
  const p = far.a / (far.a + far.b)
  const byHand = (1 - (1 + (p * 39) / (far.alpha + 20)) ** -far.r) / p
  near(expectedPurchases(far, { repeats: 0, last: 0, age: 20 }, 39), byHand, 1e-4)
})

/** People as the model makes them up. */
const madeUp = ({ r, alpha, a, b }: BgNbd, people: number, seed: number): Histories => {
  const random = randomOf(seed)
  const beta = () => {
    const [p, q] = [random.gamma(a), random.gamma(b)]
    return p / (p + q)
  }
  const [repeats, last, age] = [new Float64Array(people), new Float64Array(people), new Float64Array(people)]
  for (let i = 0; i < people; i++) {
    const [rate, leaving] = [random.gamma(r) / alpha, beta()]
    age[i] = 27 + random.next() * 25
    for (let t = 0; ; ) {
      t += -Math.log(1 - random.next()) / rate
      if (t > (age[i] ?? 0)) break
      repeats[i] = (repeats[i] ?? 0) + 1
      last[i] = t
      if (random.next() < leaving) break
    }
  }
  return { repeats, last, age, people: new Float64Array(people).fill(1) }
}

test('BG/NBD finds the parameters that people were made with', () => {
  const made = { r: 0.6, alpha: 6, a: 0.8, b: 2.5 }
  const histories = madeUp(made, 20_000, 17)
  const found = fitBgNbd(histories)
  near(found.r, made.r, 0.04)
  near(found.alpha, made.alpha, 0.5)
  near(found.a / (found.a + found.b), made.a / (made.a + made.b), 0.02)
  assert.ok(found.logLikelihood >= totalLogLikelihood(made, histories), 'no less likely than the truth')
  const one = { repeats: histories.repeats[5] ?? 0, last: histories.last[5] ?? 0, age: histories.age[5] ?? 0 }
  const alone = {
    repeats: Float64Array.of(one.repeats),
    last: Float64Array.of(one.last),
    age: Float64Array.of(one.age),
    people: Float64Array.of(2),
  }
  near(totalLogLikelihood(found, alone), 2 * logLikelihood(found, one), 1e-9)
})

test('Gamma–Gamma finds the parameters that money was made with, whatever the currency', () => {
  const made = { p: 6, q: 4, gamma: 15 }
  const random = randomOf(23)
  const people = 40_000
  const purchases = Float64Array.from({ length: people }, () => 1 + random.below(6))
  const means = purchases.map((x) => {
    const rate = random.gamma(made.q) / made.gamma
    return random.gamma(made.p * x) / (rate * x)
  })
  const found = fitGammaGamma(purchases, means)
  near(found.p, made.p, 0.3)
  near(found.q, made.q, 0.15)
  near(found.gamma, made.gamma, 1.5)
  const likelihoodOf = (model: typeof made) =>
    means.reduce((sum, mean, i) => sum + moneyLogLikelihood(model, purchases[i] ?? 1, mean), 0)
  assert.ok(found.logLikelihood >= likelihoodOf(made), 'no less likely than the truth')
  near(found.logLikelihood, likelihoodOf(found), 0.01)
  const fen = fitGammaGamma(
    purchases,
    means.map((mean) => mean * 100),
  )
  near(fen.gamma / found.gamma, 100, 0.05)
  near(fen.p, found.p, 1e-3)
  // Between a person's own mean and everybody's, nearer to his own the more he bought.
  const everybody = (found.p * found.gamma) / (found.q - 1)
  near(expectedMoney(found, 0, 0), everybody, 1e-9)
  const [few, many] = [expectedMoney(found, 1, 100), expectedMoney(found, 50, 100)]
  assert.ok(everybody < few && few < many && many < 100)
})
