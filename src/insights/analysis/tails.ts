/** ln Γ(x) for x > 0, to some 15 digits. Source: Lanczos approximation, g = 7, n = 9 (P. Godfrey). */
const lnGamma = (x: number): number => {
  const coefficients = [
    676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
    -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
  ]
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - lnGamma(1 - x)
  const t = x + 6.5
  const sum = coefficients.reduce((total, c, i) => total + c / (x + i), 0.9999999999998099)
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum)
}

const tiny = 1e-300
const steps = 10_000

/** Lentz's method for b0 + a1/(b1 + a2/(b2 + …)). */
const continued = (b0: number, term: (n: number) => [a: number, b: number]): number => {
  let f = b0 || tiny
  let c = f
  let d = 0
  for (let n = 1; n < steps; n++) {
    const [a, b] = term(n)
    d = b + a * d || tiny
    c = b + a / c || tiny
    d = 1 / d
    const delta = c * d
    f *= delta
    if (Math.abs(delta - 1) < 1e-14) break
  }
  return f
}

/** Regularised incomplete beta function I_x(a, b). Source: NIST DLMF 8.17.22 */
const incompleteBeta = (x: number, a: number, b: number): number => {
  if (x <= 0) return 0
  if (x >= 1) return 1
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a)
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - Math.log(a) + lnGamma(a + b) - lnGamma(a) - lnGamma(b))
  const fraction = continued(1, (n) => {
    const m = Math.floor(n / 2)
    const even = n % 2 === 0
    const d = even
      ? (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
      : -((a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    return [d, 1]
  })
  return front / fraction
}

/** P(X ≤ k) of n trials that succeed with probability p. */
export const binomialAtMost = (k: number, n: number, p: number): number =>
  k < 0 ? 0 : k >= n ? 1 : incompleteBeta(1 - p, n - k, k + 1)

/** P(X ≤ k) of a Poisson count with this mean: the upper incomplete gamma function Q(k + 1, mean). */
export const poissonAtMost = (k: number, mean: number): number => {
  if (k < 0) return 0
  if (mean <= 0) return 1
  const a = k + 1
  const front = Math.exp(a * Math.log(mean) - mean - lnGamma(a))
  if (mean < a + 1) {
    // P by its series (DLMF 8.11.4).
    let term = 1 / a
    let sum = term
    for (let n = 1; n < steps && term > sum * 1e-16; n++) {
      term *= mean / (a + n)
      sum += term
    }
    return 1 - front * sum
  }
  const fraction = continued(mean + 1 - a, (n) => [-n * (n - a), mean + 2 * n + 1 - a])
  return front / fraction
}
