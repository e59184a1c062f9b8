import jStat from 'jstat'
import type { Confirmation } from './events-contract.ts'

/**
 * Whether more is said than at this hour of other days. Counts of a window are tested against the same hour of the last
 * seven days: with a Gamma prior the next count is negative binomial, so that a subject hardly ever heard of, or a new
 * one, has a wide tail by itself (Gelman et al., Bayesian Data Analysis, 2.6).
 */

/** Two lengths see a sudden story and one that builds up. */
export const windowMinutes = [5, 30] as const
/** Of each test. 288 + 48 windows a day, partly the same: far below one in 20 brand days. */
const alarmP = 1e-6
/** Fewer posts are no burst, however quiet it was. */
const fewestPosts = 5

/** What is expected of a subject never heard of: one post an hour, known as badly as half an hour of watching tells. */
const priorPosts = 0.5
const priorHours = 0.5
/** People write in waves: taken for granted is that the rate of an hour varies by a tenth around its mean. */
const mostShape = 100
const fewestShape = 1

export interface Baseline {
  /** Expected posts per hour. */
  perHour: number
  /** Shape of the Gamma around it: the larger, the surer. */
  shape: number
  /** Days it rests on, 0 to 7. */
  days: number
}

/**
 * How much the rate of an hour varies from day to day beyond chance, as the shape of a Gamma: by moments over all hours of
 * the days watched, n being negative binomial with variance m + m² / shape.
 * @param hours for each hour of the day its counts, one per day watched
 */
export const shapeOf = (hours: readonly (readonly number[])[]): number => {
  let beyond = 0
  let squares = 0
  for (const counts of hours) {
    if (counts.length < 3) continue
    const capped = counts.map((count) => Math.min(count, mostByChance(counts)))
    const mean = capped.reduce((sum, count) => sum + count, 0) / capped.length
    const variance = capped.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (capped.length - 1)
    beyond += variance - mean
    squares += mean ** 2
  }
  if (squares === 0) return 25
  return Math.min(mostShape, Math.max(fewestShape, squares / Math.max(beyond, squares / mostShape)))
}

/** The most that a usual day has: a count above it is a crisis, and is not taken for the usual. */
const mostByChance = (counts: readonly number[]): number => {
  const sorted = counts.toSorted((a, b) => a - b)
  const middle = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0
  return middle + Math.max(3 * Math.sqrt(middle + 1), 1.5 * middle)
}

/**
 * Expected rate from the counts of the same hour on earlier days. A day far above the others (a crisis) counts as the
 * highest that chance explains, so that one crisis does not hide the next.
 * @param counts posts in that hour, one number per day watched, at most 7; a day not watched is left out
 * @param shape what `shapeOf` says of the subject
 */
export const baselineOf = (counts: readonly number[], shape = 25): Baseline => {
  const most = counts.length >= 3 ? mostByChance(counts) : Number.POSITIVE_INFINITY
  const posts = counts.reduce((total, count) => total + Math.min(count, most), 0) + priorPosts
  // What is not known of the mean and what the rate varies by itself add up.
  return { perHour: posts / (counts.length + priorHours), shape: 1 / (1 / posts + 1 / shape), days: counts.length }
}

/**
 * Probability of `count` or more when `mean` are expected, 0 to 1; negative binomial with variance mean + mean² / shape.
 * Below the mean it is 1: nobody asks.
 */
export const tailOf = (count: number, mean: number, shape: number): number => {
  if (count <= mean || count <= 0) return 1
  const q = mean / (mean + shape)
  let term = Math.exp(
    jStat.gammaln(count + shape) -
      jStat.gammaln(shape) -
      jStat.gammaln(count + 1) +
      shape * Math.log1p(-q) +
      count * Math.log(q),
  )
  let sum = 0
  for (let k = count; term > sum * 1e-12 && k < count + 100_000; k++) {
    sum += term
    term *= ((k + shape) / (k + 1)) * q
  }
  return Math.min(1, sum)
}

/** What was said in a window. */
export interface WindowOfPosts {
  minutes: number
  posts: number
  authors: number
  /** Texts that are not copies of each other. */
  clusters: number
  /** Posts likely bought or sent by machines. */
  spam: number
}

/** Growth of reposts and comments under all posts about the subject. */
export interface EngagementGrowth {
  /** In the last 30 minutes. */
  grown: number
  /** Expected in 30 minutes, from the same hour of the last seven days. */
  expected: number
  /** How steady it is from day to day, as `shapeOf` says; at most 10 is believed. */
  shape: number
}

export interface BurstVerdict {
  /** More than chance explains: the first stage. */
  suspected: boolean
  /** By people, not by one account or a machine: the second. Only this raises an alarm. */
  confirmed: boolean
  /** Smallest tail probability of the windows. */
  p: number
  /** Standard deviations above the expected, of the window that tells most. */
  z: number
  /** Which window tells most; 0 when the growth of engagement alone does. */
  minutes: number
  confirmedBy: Confirmation[]
}

/** Growth by fewer is no wave. */
const fewestGrown = 50

/** How far growth of engagement is beyond chance. Counts under posts vary wildly: where little is known, a geometric tail. */
const growthP = ({ grown, expected, shape }: EngagementGrowth): number =>
  grown < fewestGrown ? 1 : tailOf(Math.round(grown), expected + 2, Math.min(10, Math.max(1, shape)))

/**
 * Tests the windows that end now. First more posts, or more engagement, than chance explains; then confirmation: at least
 * four authors and two in five posts by another one, two stories or reposts by four, engagement that grows as well. One
 * account that repeats itself, or a machine, does not confirm.
 */
export const testBurst = (
  windows: readonly WindowOfPosts[],
  baseline: Baseline,
  engagement?: EngagementGrowth,
): BurstVerdict => {
  let best = { p: 1, z: 0, minutes: 0 }
  let crowd: WindowOfPosts | undefined
  for (const window of windows) {
    if (window.posts < fewestPosts) continue
    const mean = (baseline.perHour * window.minutes) / 60
    const p = tailOf(window.posts, mean, baseline.shape)
    const z = (window.posts - mean) / Math.sqrt(mean + mean ** 2 / baseline.shape)
    if (p < best.p) {
      best = { p, z, minutes: window.minutes }
      crowd = window
    }
  }
  const byGrowth = engagement ? growthP(engagement) : 1
  const suspected = Math.min(best.p, byGrowth) < alarmP
  const confirmedBy: Confirmation[] = []
  const own = crowd !== undefined && best.p < alarmP && crowd.spam < 0.7 * crowd.posts ? crowd : undefined
  if (own && own.authors >= Math.max(4, 0.4 * own.posts)) confirmedBy.push('authors')
  if (own && own.clusters >= 2) confirmedBy.push('stories')
  // Engagement comes from people we do not collect: strong enough it stands for itself.
  if (byGrowth < alarmP) confirmedBy.push('engagement')
  const confirmed = suspected && (confirmedBy.includes('authors') || confirmedBy.includes('engagement'))
  if (byGrowth < best.p && best.minutes === 0) {
    const { grown = 0, expected = 0 } = engagement ?? {}
    return {
      suspected,
      confirmed,
      p: byGrowth,
      z: (grown - expected) / Math.sqrt(expected + 2 + (expected + 2) ** 2),
      minutes: 0,
      confirmedBy,
    }
  }
  return { suspected, confirmed, ...best, confirmedBy }
}

/** A burst is over when for so long its windows were nothing special. */
export const quietMinutes = 60
/** What is nothing special. */
export const quietP = 0.01
