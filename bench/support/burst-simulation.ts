import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import {
  baselineOf,
  type EngagementGrowth,
  shapeOf,
  testBurst,
  type WindowOfPosts,
} from '../../src/opinion/events/burst.ts'

/**
 * Real repost timings of CED in a simulated background: diurnal, Poisson or in waves. Each minute the two windows are
 * tested as the product tests them. All random numbers come from one seed.
 */

/** Share of posts by the hour of the day, mean 1: as people write. */
const dayShape = [
  0.35, 0.22, 0.15, 0.1, 0.1, 0.15, 0.3, 0.6, 1, 1.4, 1.6, 1.5, 1.3, 1.3, 1.4, 1.4, 1.4, 1.4, 1.4, 1.5, 1.7, 1.8, 1.5,
  0.8,
]
const shapeMean = dayShape.reduce((sum, share) => sum + share, 0) / 24
const dayMinutes = 1_440
const quietMinutes = 60

export interface CedTimings {
  /** Minutes after the first post, with the account. */
  reposts: { at: number; author: string }[]
}

/** Events with at least so many reposts. @param wanted which of them, by their place */
export const readCedTimings = (
  file: string,
  fewest: number,
  wanted: (place: number) => boolean = () => true,
): CedTimings[] =>
  gunzipSync(readFileSync(file))
    .toString('utf8')
    .split('\n')
    .filter((line) => Number(/"repostsTotal":(\d+)/.exec(line)?.[1]) >= fewest)
    .filter((_, place) => wanted(place))
    .map((line) => JSON.parse(line) as { post: { at: number }; reposts: { at: number; uid: string }[] })
    .map(({ post, reposts }) => ({ reposts: reposts.map(({ at, uid }) => ({ at: (at - post.at) / 60, author: uid })) }))

interface SimulatedPost {
  at: number
  author: string
  cluster: string
}

export interface Scene {
  /** Mentions an hour, mean of the day. */
  perHour: number
  /** How much hours vary beyond chance, as the standard deviation of the logarithm of their rate. */
  waves: number
  seed: number
}

const openRandom = (seed: number) => {
  let state = seed | 0
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const normal = () => Math.sqrt(-2 * Math.log(uniform() || 1e-9)) * Math.cos(2 * Math.PI * uniform())
  const poisson = (mean: number) => {
    let count = 0
    let term = Math.exp(-mean)
    let sum = term
    const drawn = uniform()
    while (drawn > sum && count < 10_000) {
      count++
      term *= mean / count
      sum += term
    }
    return count
  }
  return { uniform, normal, poisson }
}

/** Posts of usual days, each by another account about something else. */
const usual = (days: number, { perHour, waves }: Scene, random: ReturnType<typeof openRandom>): SimulatedPost[] => {
  const posts: SimulatedPost[] = []
  for (let hour = 0; hour < days * 24; hour++) {
    const wave = waves > 0 ? Math.exp(waves * random.normal() - waves ** 2 / 2) : 1
    const count = random.poisson(((perHour * (dayShape[hour % 24] ?? 1)) / shapeMean) * wave)
    const times = Array.from({ length: count }, () => hour * 60 + random.uniform() * 60).sort((a, b) => a - b)
    for (const at of times) posts.push({ at, author: `b${posts.length}`, cluster: `b${posts.length}` })
  }
  return posts
}

/** Minutes at which an alarm is raised, from `from` until `until`. */
const alarmsIn = (
  posts: readonly SimulatedPost[],
  { from, until, grown }: { from: number; until: number; grown?: (minute: number) => EngagementGrowth | undefined },
): number[] => {
  const hourly = new Float64Array(Math.ceil(until / 60) + 48)
  for (const { at } of posts) hourly[Math.floor(at / 60)] = (hourly[Math.floor(at / 60)] ?? 0) + 1
  const alarms: number[] = []
  let begins = { 5: 0, 30: 0 }
  let end = 0
  let last = Number.NEGATIVE_INFINITY
  let shape = { day: -1, value: 25 }
  for (let minute = Math.ceil(from); minute < until; minute++) {
    while ((posts[end]?.at ?? Number.POSITIVE_INFINITY) < minute) end++
    const begin = (start: number, length: number) => {
      let at = start
      while (at < end && (posts[at]?.at ?? 0) < minute - length) at++
      return at
    }
    begins = { 5: begin(begins[5], 5), 30: begin(begins[30], 30) }
    const engagement = grown?.(minute)
    if (end - begins[30] < 5 && (engagement?.grown ?? 0) < 50) continue
    const hour = Math.floor((minute - 0.001) / 60)
    const day = Math.floor(hour / 24)
    if (day !== shape.day) {
      const days = Math.min(7, day)
      const hours = Array.from({ length: 24 }, (_, of) =>
        Array.from({ length: days }, (_, back) => hourly[(day - 1 - back) * 24 + of] ?? 0),
      )
      shape = { day, value: shapeOf(hours) }
    }
    const counts = [1, 2, 3, 4, 5, 6, 7].flatMap((back) => (hour >= 24 * back ? [hourly[hour - 24 * back] ?? 0] : []))
    const window = (minutes: 5 | 30): WindowOfPosts => {
      const said = posts.slice(begins[minutes], end)
      return {
        minutes,
        posts: said.length,
        authors: new Set(said.map(({ author }) => author)).size,
        clusters: new Set(said.map(({ cluster }) => cluster)).size,
        spam: 0,
      }
    }
    if (!testBurst([window(5), window(30)], baselineOf(counts, shape.value), engagement).confirmed) continue
    if (minute - last > quietMinutes) alarms.push(minute)
    last = minute
  }
  return alarms
}

/** False alarms in so many days of nothing special, the first week left out. */
export const falseAlarms = (scene: Scene, days: number): number =>
  alarmsIn(usual(days + 7, scene, openRandom(scene.seed)), { from: 7 * dayMinutes, until: (days + 7) * dayMinutes })
    .length

export interface Detected {
  /** Minutes from the first post to the alarm, ascending. */
  delays: number[]
  misses: number
}

/**
 * Puts each event into a background of its own at a time of its own.
 * @param kept share of its reposts that was collected
 * @param engagement whether the count of reposts under its first post is polled, every ten minutes, as sources do
 */
export const detect = (
  events: readonly CedTimings[],
  scene: Scene,
  { kept, engagement }: { kept: number; engagement: boolean },
): Detected => {
  const random = openRandom(scene.seed + 1)
  const delays: number[] = []
  for (const { reposts } of events) {
    const start = (7 + random.uniform()) * dayMinutes
    const collected = reposts
      .filter(() => random.uniform() < kept)
      .map(({ at, author }) => ({ at: start + at, author, cluster: 'story' }))
    const posts = [...usual(10, scene, random), { at: start, author: 'first', cluster: 'story' }, ...collected].sort(
      (a, b) => a.at - b.at,
    )
    const times = reposts.map(({ at }) => start + at).sort((a, b) => a - b)
    const by = (minute: number) => times.filter((at) => at <= minute).length
    // Others' posts gather three reposts and comments each, in about as long as the window.
    const expected = scene.perHour * 1.5
    // As steady as chance lets it be, and no more is believed.
    const grown = (minute: number) =>
      minute % 10 === 0
        ? { grown: by(minute) - by(minute - 30) + random.poisson(expected), expected, shape: 10 }
        : undefined
    const [alarm] = alarmsIn(posts, { from: start, until: start + 2 * dayMinutes, ...(engagement && { grown }) })
    if (alarm !== undefined) delays.push(alarm - start)
  }
  delays.sort((a, b) => a - b)
  return { delays, misses: events.length - delays.length }
}

/** Delay that so many hundredths of all events had at most; infinite for those missed. */
export const delayAt = ({ delays, misses }: Detected, hundredth: number): number =>
  delays[Math.floor((hundredth / 100) * (delays.length + misses))] ?? Number.POSITIVE_INFINITY
