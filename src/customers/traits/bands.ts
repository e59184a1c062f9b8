/** Readable bands of numbers and dates. Pure. */

/** The same in both languages of the console. */
export interface Words {
  zh: string
  en: string
}

/** What is known of the values before they are cut into bands. */
export interface Spread {
  /** 5 %, 25 %, 50 %, 75 % and 95 % quantiles. */
  quantiles: readonly [number, number, number, number, number]
  min: number
  max: number
  /** No value has decimals. */
  whole: boolean
}

const mostEdges = 9
const aimedBands = 7

/** The nearest of 1, 2, 2.5, 5 × a power of ten that is not smaller. */
export const roundStep = (step: number): number => {
  const power = 10 ** Math.floor(Math.log10(step))
  const factor = [1, 2, 2.5, 5, 10].find((one) => one * power >= step * (1 - 1e-9)) ?? 10
  return factor * power
}

/** Decimals of computed edges are cut where a person would. */
const clean = (value: number): number => Number(value.toPrecision(12))

/**
 * Edges between bands, ascending: band i holds edge[i − 1] ≤ value < edge[i]; the first and the last are open. Even steps of
 * a round number over the middle 90 %, or 1-2-5 steps where values spread over orders of magnitude, as amounts do.
 */
export const numberEdges = ({ quantiles: [q05, q25, q50, , q95], min, max, whole }: Spread): number[] => {
  if (max <= min) return []
  const low = q05
  const high = q95 > q05 ? q95 : max
  const wide = q05 >= 0 && high > 0 && (q05 > 0 ? high / q05 >= 20 : high >= 8 * Math.max(q50, high / 1_000))
  const edges = wide ? ladder(q05 > 0 ? q05 : Math.max(q25, high / 1_000), high, whole) : even(low, high, whole)
  const between = edges.filter((edge) => edge > min && edge <= max)
  return between.length > 0 ? between : whole ? [Math.ceil((min + max) / 2)] : [clean((min + max) / 2)]
}

const even = (low: number, high: number, whole: boolean): number[] => {
  const step = Math.max(roundStep((high - low) / (aimedBands - 1)), whole ? 1 : 0)
  const edges: number[] = []
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high * (1 + 1e-12) && edges.length < 2 * mostEdges; i++)
    edges.push(clean(whole && step === 2.5 ? Math.round(i * step) : i * step))
  return edges
}

const ladder = (low: number, high: number, whole: boolean): number[] => {
  for (const rungs of [[1, 2, 5], [1, 5], [1]]) {
    const edges: number[] = []
    for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++)
      for (const rung of rungs) {
        const edge = clean(rung * 10 ** power)
        if (edge >= low * 0.999 && edge <= high && (!whole || Number.isInteger(edge))) edges.push(edge)
      }
    if (edges.length <= mostEdges) return edges
  }
  return even(low, high, whole)
}

/** How numbers of a unit are read: amounts in fen are told in yuan. */
const scaleOf = (unit: string | null) =>
  unit === 'fen' || unit === '分'
    ? { by: 100, zh: '元', en: ' CNY' }
    : { by: 1, zh: unit ?? '', en: unit === null ? '' : ` ${unit}` }

const readable = (value: number, language: 'zh' | 'en'): string => {
  const text = (number: number) => String(clean(Number(number.toPrecision(4))))
  const size = Math.abs(value)
  if (language === 'zh') {
    if (size >= 1e8) return `${text(value / 1e8)}亿`
    return size >= 1e4 ? `${text(value / 1e4)}万` : text(value)
  }
  if (size >= 1e9) return `${text(value / 1e9)}B`
  if (size >= 1e6) return `${text(value / 1e6)}M`
  return size >= 1e4 ? `${text(value / 1e3)}k` : text(value)
}

/** What a band is called. @param from undefined: open below; @param to undefined: open above */
export const numberLabel = (
  from: number | undefined,
  to: number | undefined,
  { unit, whole }: { unit: string | null; whole: boolean },
): Words => {
  const { by, zh, en } = scaleOf(unit)
  const inSteps = whole && by === 1
  const say = (value: number, language: 'zh' | 'en') => readable(value / by, language)
  if (from === undefined)
    return to === undefined
      ? { zh: '全部', en: 'all' }
      : { zh: `${say(to, 'zh')}${zh}以下`, en: `under ${say(to, 'en')}${en}` }
  if (to === undefined) return { zh: `${say(from, 'zh')}${zh}及以上`, en: `${say(from, 'en')}${en} and over` }
  const last = inSteps && to - from < 10_000 && to <= 10_000 ? to - 1 : to
  if (inSteps && last === from) return { zh: `${say(from, 'zh')}${zh}`, en: `${say(from, 'en')}${en}` }
  return {
    zh: `${say(from, 'zh')}–${say(last, 'zh')}${zh}`,
    en: `${say(from, 'en')}–${say(last, 'en')}${en}`,
  }
}

/** A number by itself, as one of few values. */
export const valueLabel = (value: number, unit: string | null): Words => {
  const { by, zh, en } = scaleOf(unit)
  return { zh: `${readable(value / by, 'zh')}${zh}`, en: `${readable(value / by, 'en')}${en}` }
}

type Period = 'day' | 'week' | 'month' | 'quarter' | 'year' | 'years'

const dayMs = 86_400_000
const mostPeriods = 12

interface Calendar {
  period: Period
  /** Years of one period of `years`. */
  step: number
}

const calendarFor = (low: number, high: number): Calendar => {
  const days = (high - low) / dayMs
  if (days <= mostPeriods) return { period: 'day', step: 1 }
  if (days <= 7 * mostPeriods) return { period: 'week', step: 1 }
  if (days <= 30.4 * mostPeriods) return { period: 'month', step: 1 }
  if (days <= 91.3 * mostPeriods) return { period: 'quarter', step: 1 }
  if (days <= 365.25 * mostPeriods) return { period: 'year', step: 1 }
  return { period: 'years', step: days <= 365.25 * 5 * mostPeriods ? 5 : 10 }
}

/** The first day of the period a day is in, as UTC midnight. */
const startOf = (at: number, { period, step }: Calendar): number => {
  const date = new Date(at)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  switch (period) {
    case 'day':
      return Math.floor(at / dayMs) * dayMs
    case 'week':
      return Math.floor(at / dayMs) * dayMs - ((date.getUTCDay() + 6) % 7) * dayMs
    case 'month':
      return Date.UTC(year, month, 1)
    case 'quarter':
      return Date.UTC(year, month - (month % 3), 1)
    case 'year':
    case 'years':
      return Date.UTC(year - (((year % step) + step) % step), 0, 1)
  }
}

const nextOf = (at: number, calendar: Calendar): number => {
  const date = new Date(at)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  switch (calendar.period) {
    case 'day':
      return at + dayMs
    case 'week':
      return at + 7 * dayMs
    case 'month':
      return Date.UTC(year, month + 1, 1)
    case 'quarter':
      return Date.UTC(year, month + 3, 1)
    case 'year':
    case 'years':
      return Date.UTC(year + calendar.step, 0, 1)
  }
}

const iso = (at: number) => new Date(at).toISOString().slice(0, 10)

const periodWords = (at: number, { period, step }: Calendar): Words => {
  const date = new Date(at)
  const year = date.getUTCFullYear()
  switch (period) {
    case 'day':
      return { zh: iso(at), en: iso(at) }
    case 'week':
      return { zh: `${iso(at)} 起一周`, en: `week of ${iso(at)}` }
    case 'month':
      return { zh: iso(at).slice(0, 7), en: iso(at).slice(0, 7) }
    case 'quarter': {
      const quarter = Math.floor(date.getUTCMonth() / 3) + 1
      return { zh: `${year}年第${'一二三四'[quarter - 1] ?? ''}季度`, en: `${year} Q${quarter}` }
    }
    case 'year':
      return { zh: `${year}年`, en: String(year) }
    case 'years':
      return { zh: `${year}–${year + step - 1}年`, en: `${year}–${year + step - 1}` }
  }
}

export interface DateBand {
  /** Calendar days, YYYY-MM-DD; undefined: open. */
  from: string | undefined
  /** The first day that is not in it any more. */
  to: string | undefined
  label: Words
}

/**
 * Periods of the calendar for dates: days, weeks, months, quarters, years or five and ten of them, at most about a dozen.
 * @param low, high 5 % and 95 % quantiles, ms since 1970 of the wall clock
 */
export const dateBands = (low: number, high: number): DateBand[] => {
  const calendar = calendarFor(low, high)
  const starts: number[] = []
  for (let at = startOf(low, calendar); at <= high && starts.length <= mostPeriods + 2; at = nextOf(at, calendar))
    starts.push(at)
  const [first = low] = starts
  const last = nextOf(starts.at(-1) ?? low, calendar)
  return [
    { from: undefined, to: iso(first), label: { zh: `${iso(first)} 以前`, en: `before ${iso(first)}` } },
    ...starts.map((at) => ({ from: iso(at), to: iso(nextOf(at, calendar)), label: periodWords(at, calendar) })),
    { from: iso(last), to: undefined, label: { zh: `${iso(last)} 及以后`, en: `from ${iso(last)}` } },
  ]
}
