/**
 * How much more is to come: attention to a story falls as a power of its age (Crane, Sornette 2008) from the level of what
 * was said lately. Decay, median and the interval that holds four times in five were taken from half of the CED events and
 * tried on the other half (`forecast.test.ts`).
 */

const hourMs = 3_600_000
/** Hours after which the fall sets in, and its exponent. */
const onsetHours = 0.5
const exponent = 1.5

const integral = (from: number, until: number): number =>
  ((until + onsetHours) ** (1 - exponent) - (from + onsetHours) ** (1 - exponent)) / (1 - exponent)

/** Posts said lately that the columns below are for. */
const recents = [0.5, 2, 5, 13, 32, 100]
/** Per horizon in hours: tenth, fiftieth and ninetieth hundredth of ln((came + 1) / (expected + 1)). */
const spread: readonly { hours: number; low: readonly number[]; middle: readonly number[]; high: readonly number[] }[] =
  [
    {
      hours: 1,
      low: [-0.19, -0.66, -0.96, -1.03, -0.84, -0.86],
      middle: [-0.05, 0.04, -0.05, -0.04, -0.04, -0.2],
      high: [1.02, 0.99, 0.98, 0.99, 0.81, 0.47],
    },
    {
      hours: 3,
      low: [-0.26, -0.82, -1.13, -1.11, -1.0, -1.12],
      middle: [0.56, 0.35, 0.07, -0.05, -0.1, -0.39],
      high: [2.17, 1.89, 1.45, 1.27, 0.99, 0.4],
    },
    {
      hours: 6,
      low: [-0.4, -0.64, -0.9, -1.0, -1.06, -1.19],
      middle: [1.63, 1.09, 0.34, 0.03, -0.15, -0.51],
      high: [3.55, 2.79, 1.87, 1.41, 0.92, 0.3],
    },
  ]

const between = (at: number, places: readonly number[], values: readonly number[]): number => {
  const next = places.findIndex((place) => place >= at)
  if (next === 0) return values[0] ?? 0
  if (next < 0) return values.at(-1) ?? 0
  const [before = 0, after = 1] = [places[next - 1], places[next]]
  const share = (Math.log1p(at) - Math.log1p(before)) / (Math.log1p(after) - Math.log1p(before))
  return (values[next - 1] ?? 0) * (1 - share) + (values[next] ?? 0) * share
}

const spreadAt = (recent: number, hours: number, which: 'low' | 'middle' | 'high'): number =>
  between(
    hours,
    spread.map((row) => row.hours),
    spread.map((row) => between(recent, recents, row[which])),
  )

export interface Expected {
  expected: number
  /** Bounds of the interval that holds four times in five. */
  low: number
  high: number
}

/** Fewer posts than this say nothing about what comes. */
const fewestForForecast = 8

/**
 * Expected posts between now and so many hours from now, at most 24.
 * @param times when its posts were published, milliseconds, ascending
 * @returns undefined when too little is known
 */
export const forecast = (times: readonly number[], now: number, hours: number): Expected | undefined => {
  const [first] = times
  if (first === undefined) return undefined
  const age = Math.max(0.1, (now - first) / hourMs)
  // Lately: a quarter of its age, half an hour at least.
  const back = Math.min(age, Math.max(0.5, age / 4))
  let known = 0
  let recent = 0
  for (const at of times) {
    if (at > now) break
    known++
    if (at > now - back * hourMs) recent++
  }
  if (known < fewestForForecast) return undefined
  const plain = ((recent + 0.3) * integral(age, age + hours)) / integral(age - back, age)
  const bound = (which: 'low' | 'middle' | 'high') =>
    Math.max(0, (plain + 1) * Math.exp(spreadAt(recent, hours, which)) - 1)
  return { expected: bound('middle'), low: Math.floor(bound('low')), high: Math.ceil(bound('high')) }
}
