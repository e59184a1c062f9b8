import jStat from 'jstat'

/** Of `people`, how many did it. */
export interface Share {
  people: number
  did: number
}

/** A figure with the interval it lies in at the level asked for. */
export interface Estimate {
  value: number
  low: number
  high: number
}

export interface Comparison {
  /** Difference of the shares, treated less control, between −1 and 1. */
  difference: Estimate
  /** The difference as a share of the control; null where the control did nothing. */
  lift: Estimate | null
  /** Of the difference under "no difference" (shares pooled). */
  z: number
  /** Two-sided. */
  p: number
  /** `newcombe` where a group did it, or did not, fewer than ten times: there the other interval is too narrow. */
  method: 'wald' | 'newcombe'
}

/** How many standard errors lie between the middle and the edges of an interval of `level`. */
export const criticalZ = (level: number): number => jStat.normal.inv(1 - (1 - level) / 2, 0, 1)

const wilson = ({ people, did }: Share, z: number): [number, number] => {
  const p = did / people
  const middle = (p + (z * z) / (2 * people)) / (1 + (z * z) / people)
  const half = (z * Math.sqrt((p * (1 - p)) / people + (z * z) / (4 * people * people))) / (1 + (z * z) / people)
  return [Math.max(0, middle - half), Math.min(1, middle + half)]
}

/** A share with its Wilson interval. @returns undefined of nobody */
export const shareOf = (share: Share, level = 0.95): Estimate | undefined => {
  if (share.people === 0) return undefined
  const [low, high] = wilson(share, criticalZ(level))
  return { value: share.did / share.people, low, high }
}

const fewest = 10

/**
 * Two shares compared: what the treated did more than the control.
 * Interval: Wald with unpooled variance; Newcombe's hybrid of two Wilson intervals where counts are small. The lift's
 * interval is that of the difference by the delta method (reference/marketing §5.9: σ²_C·μ²_T/(μ⁴_C·n_C) + σ²_T/(μ²_C·n_T)).
 * @param level of the intervals, in (0, 1)
 * @returns undefined where a group is empty
 */
export const compareShares = (treated: Share, control: Share, level = 0.95): Comparison | undefined => {
  if (treated.people === 0 || control.people === 0) return undefined
  const z = criticalZ(level)
  const [t, c] = [treated.did / treated.people, control.did / control.people]
  const [varT, varC] = [(t * (1 - t)) / treated.people, (c * (1 - c)) / control.people]
  const pooled = (treated.did + control.did) / (treated.people + control.people)
  const pooledError = Math.sqrt(pooled * (1 - pooled) * (1 / treated.people + 1 / control.people))
  const score = pooledError === 0 ? 0 : (t - c) / pooledError
  const isSmall = [treated, control].some(({ people, did }) => did < fewest || people - did < fewest)
  const value = t - c
  let [low, high] = [value - z * Math.sqrt(varT + varC), value + z * Math.sqrt(varT + varC)]
  if (isSmall) {
    const [[lowT, highT], [lowC, highC]] = [wilson(treated, z), wilson(control, z)]
    low = value - Math.hypot(t - lowT, highC - c)
    high = value + Math.hypot(highT - t, c - lowC)
  }
  return {
    difference: { value, low, high },
    lift: liftOf({ mean: t, errorSquared: varT }, { mean: c, errorSquared: varC }, z),
    z: score,
    p: 2 * (1 - jStat.normal.cdf(Math.abs(score), 0, 1)),
    method: isSmall ? 'newcombe' : 'wald',
  }
}

/** A mean with the square of its standard error. */
interface Mean {
  mean: number
  errorSquared: number
}

const liftOf = (treated: Mean, control: Mean, critical: number): Estimate | null => {
  if (control.mean === 0) return null
  const value = (treated.mean - control.mean) / control.mean
  const half = critical * liftError(treated, control)
  return { value, low: value - half, high: value + half }
}

/** Standard error of a relative lift by the delta method. */
export const liftError = (treated: Mean, control: Mean): number =>
  Math.sqrt((control.errorSquared * treated.mean ** 2) / control.mean ** 4 + treated.errorSquared / control.mean ** 2)

/** A measured quantity in a group: sample mean and variance (divisor n − 1). */
export interface Sample {
  people: number
  mean: number
  variance: number
}

/**
 * Two means compared by Welch's t with Satterthwaite's degrees of freedom.
 * @returns undefined where a group has fewer than two people or nothing varies
 */
export const compareMeans = (
  treated: Sample,
  control: Sample,
  level = 0.95,
): { difference: Estimate; lift: Estimate | null; t: number; df: number; p: number } | undefined => {
  if (treated.people < 2 || control.people < 2) return undefined
  const [varT, varC] = [treated.variance / treated.people, control.variance / control.people]
  const error = Math.sqrt(varT + varC)
  if (error === 0) return undefined
  const df = (varT + varC) ** 2 / (varT ** 2 / (treated.people - 1) + varC ** 2 / (control.people - 1))
  const critical = jStat.studentt.inv(1 - (1 - level) / 2, df)
  const value = treated.mean - control.mean
  const t = value / error
  return {
    difference: { value, low: value - critical * error, high: value + critical * error },
    lift: liftOf({ mean: treated.mean, errorSquared: varT }, { mean: control.mean, errorSquared: varC }, critical),
    t,
    df,
    p: 2 * (1 - jStat.studentt.cdf(Math.abs(t), df)),
  }
}

/** Below this the groups are not as large as they were meant to be, and nothing they show can be believed. */
export const ratioAlarm = 0.001
const fewestForRatio = 8

/**
 * Whether people fell into the groups as planned (sample-ratio mismatch): χ² over groups with weight > 0, degrees of
 * freedom one fewer than those groups. Alarm at p < 0.001 with at least 8 people per group. Source: GrowthBook's rule as
 * in reference/marketing §5.9.
 * @param groups people seen and the weight planned, in any unit
 * @returns undefined with fewer than two groups, or too few people to say
 */
export const sampleRatio = (
  groups: readonly { people: number; weight: number }[],
): { chi2: number; df: number; p: number; alarm: boolean } | undefined => {
  const kept = groups.filter(({ weight }) => weight > 0)
  const [people, weight] = [kept.reduce((sum, g) => sum + g.people, 0), kept.reduce((sum, g) => sum + g.weight, 0)]
  if (kept.length < 2 || people < fewestForRatio * kept.length) return undefined
  const chi2 = kept.reduce((sum, group) => {
    const expected = (group.weight / weight) * people
    return sum + (group.people - expected) ** 2 / expected
  }, 0)
  const df = kept.length - 1
  const p = 1 - jStat.chisquare.cdf(chi2, df)
  return { chi2, df, p, alarm: p < ratioAlarm }
}

/**
 * People per arm so that a difference of shares is found.
 * n ≈ 2p(1−p)(z_{1−α/2} + z_{power})² / δ²
 * @param share the control's, in (0, 1); @param difference to be found, absolute
 */
export const peopleNeeded = (share: number, difference: number, power = 0.8, alpha = 0.05): number => {
  const z = jStat.normal.inv(1 - alpha / 2, 0, 1) + jStat.normal.inv(power, 0, 1)
  return Math.ceil((2 * share * (1 - share) * z ** 2) / difference ** 2)
}
