import jStat from 'jstat'

/** Whether something changed at an instant: counts and shares of two spans, with intervals. Pure. */

export interface Estimate {
  value: number
  low: number
  high: number
}

const z95 = 1.959963984540054

/**
 * Ratio of two Poisson rates, after ÷ before, with the exact interval (95 %) that comes from the binomial distribution of the
 * one count given both (Clopper–Pearson).
 * @param exposure lengths of the spans in the same unit, > 0
 * @returns null when nothing was counted before, or nothing at all: then no ratio exists
 * Source: R. Przyborowski, H. Wilenski, Biometrika 31 (1940)
 */
export const poissonRatio = (
  before: { count: number; exposure: number },
  after: { count: number; exposure: number },
): Estimate | null => {
  const [x, y] = [after.count, before.count]
  if (y === 0) return null
  const scale = before.exposure / after.exposure
  const n = x + y
  const odds = (p: number) => (p / (1 - p)) * scale
  const low = x === 0 ? 0 : jStat.beta.inv(0.025, x, n - x + 1)
  const high = jStat.beta.inv(0.975, x + 1, n - x)
  return { value: (x / y) * scale, low: odds(low), high: odds(high) }
}

/**
 * Dispersion of counts per hour within spans: variance ÷ mean, of both together, at least 1. Posts follow each other, so
 * hours differ more than chance lets them.
 */
export const dispersion = (spans: readonly (readonly number[])[]): number => {
  let chi = 0
  let free = 0
  for (const counts of spans) {
    const mean = counts.reduce((sum, one) => sum + one, 0) / Math.max(1, counts.length)
    if (mean === 0 || counts.length < 2) continue
    for (const count of counts) chi += (count - mean) ** 2 / mean
    free += counts.length - 1
  }
  return free === 0 ? 1 : Math.max(1, chi / free)
}

/**
 * Ratio of rates where counts vary more than Poisson's (negative binomial with variance proportional to the mean): the
 * standard error of its logarithm is √(φ (1/x + 1/y)).
 * @param phi dispersion ≥ 1
 * @returns null when one of the counts is none
 * Source: McCullagh & Nelder, Generalized Linear Models (1989), 9.2
 */
export const overdispersedRatio = (
  before: { count: number; exposure: number },
  after: { count: number; exposure: number },
  phi: number,
): Estimate | null => {
  if (before.count === 0 || after.count === 0) return null
  const value = (after.count / before.count) * (before.exposure / after.exposure)
  const error = Math.sqrt(phi * (1 / before.count + 1 / after.count))
  return { value, low: value * Math.exp(-z95 * error), high: value * Math.exp(z95 * error) }
}

const wilson = (count: number, size: number): [number, number] => {
  const p = count / size
  const z2 = (z95 * z95) / size
  const half = z95 * Math.sqrt((p * (1 - p)) / size + z2 / (4 * size))
  return [(p + z2 / 2 - half) / (1 + z2), (p + z2 / 2 + half) / (1 + z2)]
}

/**
 * Difference of two shares, after − before, with Newcombe's hybrid score interval, 95 %.
 * @returns null when one side is empty
 * Source: R. G. Newcombe, Statistics in Medicine 17 (1998) 873–890, method 10; 56/70 − 48/80 gives .2 (.0524–.3339)
 */
export const shareShift = (
  before: { count: number; size: number },
  after: { count: number; size: number },
): Estimate | null => {
  if (before.size === 0 || after.size === 0) return null
  const [pa, pb] = [after.count / after.size, before.count / before.size]
  const [la, ua] = wilson(after.count, after.size)
  const [lb, ub] = wilson(before.count, before.size)
  const value = pa - pb
  return {
    value,
    low: Math.max(-1, value - Math.sqrt((pa - la) ** 2 + (ub - pb) ** 2)),
    high: Math.min(1, value + Math.sqrt((ua - pa) ** 2 + (pb - lb) ** 2)),
  }
}
