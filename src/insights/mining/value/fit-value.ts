import type { ValueQuestion, ValueResult } from '../contract.ts'
import { aliveChance, type BgNbd, expectedPurchases, fitBgNbd, type Histories, repeatChances } from './bg-nbd.ts'
import { expectedMoney, fitGammaGamma, type GammaGamma } from './gamma-gamma.ts'

/** People with what is known of their purchases; days since the first, money as the mean of the repeat purchases, NaN without. */
export interface FitValue {
  nos: Uint32Array
  repeats: Float64Array
  lastDays: Float64Array
  ageDays: Float64Array
  money: Float64Array
  options: Pick<ValueQuestion, 'horizonDays' | 'discountRate' | 'margin'> & { hasAmount: boolean }
}

export interface FittedValue {
  result: Pick<
    ValueResult,
    'people' | 'repeaters' | 'bgNbd' | 'gammaGamma' | 'fit' | 'expectedPurchases' | 'expectedValue'
  >
  nos: Uint32Array
  alive: Float64Array
  expected: Float64Array
  /** NaN when there is no money to speak of. */
  value: Float64Array
}

/** Fewer repeat purchasers than this say nothing about four parameters. */
const fewestRepeaters = 30
const daysPerWeek = 7
/** Money to come is discounted month by month. */
const daysPerMonth = 30

/** Fits both models and says for each person how likely he stays, how often he will buy and what that is worth now. */
export const fitValue = (input: FitValue, onProgress: (share: number) => void): FittedValue => {
  const { nos, repeats, lastDays, ageDays, money, options } = input
  const people = nos.length
  const repeaters = repeats.reduce((sum, x) => sum + (x > 0 ? 1 : 0), 0)
  if (repeaters < fewestRepeaters)
    throw Object.assign(new Error('too few repeat purchasers'), { name: 'NoRepeats', most: repeaters })
  const histories = together(repeats, lastDays, ageDays)
  onProgress(0.05)
  const bgNbd = fitBgNbd(histories)
  onProgress(0.45)
  const gammaGamma = options.hasAmount ? fitMoney(repeats, money) : null
  onProgress(0.55)

  const [alive, expected, value] = [new Float64Array(people), new Float64Array(people), new Float64Array(people)]
  const ends = monthEnds(options.horizonDays)
  const everybodys = gammaGamma ? meanMoney(gammaGamma, money) : Number.NaN
  // Many share a history, above all those who bought once on one day.
  const known = new Map<string, { alive: number; byMonth: number[] }>()
  for (let i = 0; i < people; i++) {
    if ((i & 16_383) === 0) onProgress(0.55 + (0.4 * i) / people)
    const [x, last, age] = [repeats[i] as number, lastDays[i] as number, ageDays[i] as number]
    const key = `${x} ${last} ${age}`
    let outlook = known.get(key)
    if (!outlook) {
      const history = { repeats: x, last: last / daysPerWeek, age: age / daysPerWeek }
      outlook = {
        alive: aliveChance(bgNbd, history),
        byMonth: ends.map((days) => expectedPurchases(bgNbd, history, days / daysPerWeek)),
      }
      if (known.size < 500_000) known.set(key, outlook)
    }
    alive[i] = outlook.alive
    expected[i] = outlook.byMonth.at(-1) ?? 0
    const mean = money[i] as number
    const each = !gammaGamma ? Number.NaN : x > 0 && mean > 0 ? expectedMoney(gammaGamma, x, mean) : everybodys
    value[i] = presentValue(outlook.byMonth, ends, options.discountRate) * each * options.margin
  }
  return {
    result: {
      people,
      repeaters,
      bgNbd,
      gammaGamma,
      fit: fitOf(bgNbd, histories),
      expectedPurchases: sum(expected),
      expectedValue: gammaGamma ? sum(value) : 0,
    },
    nos,
    alive,
    expected,
    value,
  }
}

const sum = (values: Float64Array) => values.reduce((sum, x) => sum + x, 0)

/** Histories that people share, once each, in weeks. */
const together = (repeats: Float64Array, lastDays: Float64Array, ageDays: Float64Array): Histories => {
  const place = new Map<string, number>()
  const found: { x: number; last: number; age: number; people: number }[] = []
  for (let i = 0; i < repeats.length; i++) {
    const [x, last, age] = [repeats[i] as number, lastDays[i] as number, ageDays[i] as number]
    const key = `${x} ${last} ${age}`
    const at = place.get(key)
    const before = at === undefined ? undefined : found[at]
    if (before) before.people += 1
    else {
      place.set(key, found.length)
      found.push({ x, last: last / daysPerWeek, age: age / daysPerWeek, people: 1 })
    }
  }
  return {
    repeats: Float64Array.from(found, ({ x }) => x),
    last: Float64Array.from(found, ({ last }) => last),
    age: Float64Array.from(found, ({ age }) => age),
    people: Float64Array.from(found, ({ people }) => people),
  }
}

const fitMoney = (repeats: Float64Array, money: Float64Array): ValueResult['gammaGamma'] => {
  const usable = Array.from(repeats.keys()).filter((i) => (repeats[i] as number) > 0 && (money[i] as number) > 0)
  if (usable.length < fewestRepeaters) return null
  const purchases = Float64Array.from(usable, (i) => repeats[i] as number)
  const means = Float64Array.from(usable, (i) => money[i] as number)
  return { ...fitGammaGamma(purchases, means), correlation: correlationOf(purchases, means) }
}

const correlationOf = (a: Float64Array, b: Float64Array): number => {
  const [meanA, meanB] = [sum(a) / a.length, sum(b) / b.length]
  let [ab, aa, bb] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    const [da, db] = [(a[i] as number) - meanA, (b[i] as number) - meanB]
    ab += da * db
    aa += da * da
    bb += db * db
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0
}

/** What a purchase of somebody unknown brings: the model's mean, or where that is infinite (q ≤ 1) the plain one. */
const meanMoney = (model: GammaGamma, money: Float64Array): number => {
  if (model.q > 1) return expectedMoney(model, 0, 0)
  const known = money.filter((mean) => mean > 0)
  return sum(known) / known.length
}

/** Ends of the months ahead, in days; the last is the horizon. */
const monthEnds = (horizonDays: number): number[] => {
  const ends: number[] = []
  for (let day = daysPerMonth; day < horizonDays; day += daysPerMonth) ends.push(day)
  return [...ends, horizonDays]
}

/** Purchases to come, those of each month worth as much less as the yearly rate says until its end. */
const presentValue = (byMonth: readonly number[], ends: readonly number[], yearly: number): number =>
  byMonth.reduce(
    (total, until, i) => total + (until - (byMonth[i - 1] ?? 0)) / (1 + yearly) ** ((ends[i] as number) / 365),
    0,
  )

const shownRepeats = 7

/** People by number of repeat purchases, as they were and as the model expects; the last stands for that many and more. */
const fitOf = (model: BgNbd, { repeats, age, people }: Histories): ValueResult['fit'] => {
  const actual = new Float64Array(shownRepeats + 1)
  const expected = new Float64Array(shownRepeats + 1)
  const byAge = new Map<number, number>()
  for (let i = 0; i < people.length; i++) {
    const x = Math.min(shownRepeats, repeats[i] as number)
    actual[x] = (actual[x] as number) + (people[i] as number)
    byAge.set(age[i] as number, (byAge.get(age[i] as number) ?? 0) + (people[i] as number))
  }
  for (const [age, count] of byAge) {
    const chances = repeatChances(model, age, shownRepeats - 1)
    chances.push(Math.max(0, 1 - chances.reduce((sum, chance) => sum + chance, 0)))
    chances.forEach((chance, x) => {
      expected[x] = (expected[x] as number) + chance * count
    })
  }
  return Array.from(actual, (count, x) => ({ repeats: x, actual: count, expected: expected[x] as number }))
}
