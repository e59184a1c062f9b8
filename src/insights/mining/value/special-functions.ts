const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
]

/** ln Γ(x) for x > 0; to about 14 digits. Lanczos' approximation, g = 7. */
export const logGamma = (x: number): number => {
  // Γ(x) = Γ(x + 1) / x keeps small arguments where the approximation holds.
  if (x < 0.5) return logGamma(x + 1) - Math.log(x)
  const z = x - 1
  let sum = lanczos[0] as number
  for (let i = 1; i < lanczos.length; i++) sum += (lanczos[i] as number) / (z + i)
  const t = z + 7.5
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum)
}

/** ln B(a, b) for a, b > 0. */
export const logBeta = (a: number, b: number): number => logGamma(a) + logGamma(b) - logGamma(a + b)

/** Gauss' hypergeometric function by its series; |z| < 1, c not a whole number below 1. */
export const hypergeometric = (a: number, b: number, c: number, z: number): number => {
  let term = 1
  let sum = 1
  for (let n = 0; n < 20_000; n++) {
    term *= (((a + n) * (b + n)) / ((c + n) * (n + 1))) * z
    sum += term
    if (Math.abs(term) <= 1e-15 * Math.abs(sum)) break
  }
  return sum
}
