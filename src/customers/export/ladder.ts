import { regionCodes, regionName } from '../quality/regions.ts'
import { dateBands, numberEdges, numberLabel } from '../traits/bands.ts'
import type { TraitType } from '../traits/trait-type.ts'
import type { Coded, Ladder } from './gate.ts'

/** How values of a trait are made coarser, step by step. Pure. */

/** Values as they are stored; undefined where there is none. */
export type Column = readonly (string | number | boolean | undefined)[]

/** What stands for no value. */
const none = ''

export const coded = (texts: readonly string[]): Coded => {
  const numbers = new Map<string, number>()
  const codes = new Uint32Array(texts.length)
  texts.forEach((text, row) => {
    let code = numbers.get(text)
    if (code === undefined) {
      code = numbers.size
      numbers.set(text, code)
    }
    codes[row] = code
  })
  return { codes, texts: [...numbers.keys()] }
}

const textOf = (value: string | number | boolean | undefined): string => (value === undefined ? none : String(value))

/** By the place of a value among edges. */
const banded = (values: Column, edges: readonly number[], labelOf: (band: number) => string): string[] => {
  const labels = Array.from({ length: edges.length + 1 }, (_, band) => labelOf(band))
  return values.map((value) => {
    if (value === undefined) return none
    const number = Number(value)
    const band = edges.findIndex((edge) => number < edge)
    return labels[band === -1 ? edges.length : band] ?? none
  })
}

const quantile = (sorted: readonly number[], share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0

/** Every second edge, from the one in the middle outwards. */
const halved = (edges: readonly number[]): number[] =>
  edges.filter((_, i) => (i - Math.floor(edges.length / 2)) % 2 === 0)

const numberSteps = (values: Column, unit: string | null) => {
  const numbers = values.flatMap((value) => (value === undefined ? [] : [Number(value)])).sort((a, b) => a - b)
  const whole = numbers.every(Number.isInteger)
  const [min = 0, max = 0] = [numbers[0], numbers.at(-1)]
  const shares = [0.05, 0.25, 0.5, 0.75, 0.95] as const
  const [a, b, c, d, e] = shares.map((share) => quantile(numbers, share))
  const edges =
    numbers.length === 0 ? [] : numberEdges({ quantiles: [a ?? 0, b ?? 0, c ?? 0, d ?? 0, e ?? 0], min, max, whole })
  const steps: { called: string; texts: string[] }[] = []
  for (let at = edges; ; at = halved(at)) {
    const own = at
    steps.push({
      called: `${own.length + 1} 段`,
      texts: banded(values, own, (band) => numberLabel(own[band - 1], own[band], { unit, whole }).zh),
    })
    if (own.length <= 1) return steps
  }
}

const dateSteps = (values: Column) => {
  const day = (value: string | number | boolean) => Date.parse(String(value).slice(0, 10))
  const days = values.flatMap((value) => (value === undefined ? [] : [day(value)])).sort((a, b) => a - b)
  const bands = dateBands(quantile(days, 0.05), quantile(days, 0.95))
  const labelled = (edges: readonly number[], labels: readonly string[]) =>
    banded(
      values.map((value) => (value === undefined ? undefined : day(value))),
      edges,
      (band) => labels[band] ?? none,
    )
  const edges = bands.flatMap(({ to }) => (to === undefined ? [] : [Date.parse(to)]))
  const years = (step: number) =>
    values.map((value) => {
      if (value === undefined) return none
      const year = new Date(day(value)).getUTCFullYear()
      const from = Math.floor(year / step) * step
      return step === 1 ? `${from}年` : `${from}–${from + step - 1}年`
    })
  return [
    {
      called: '时段',
      texts: labelled(
        edges,
        bands.map(({ label }) => label.zh),
      ),
    },
    { called: '五年', texts: years(5) },
    { called: '十年', texts: years(10) },
  ]
}

/** Cities by name, with and without 市 and the like, and the province each is in. */
const provinces: ReadonlyMap<string, string> = new Map(
  regionCodes.flatMap((code): [string, string][] => {
    const [city, province] = [regionName(code, 'city'), regionName(code, 'province')]
    if (city === undefined || province === undefined) return []
    return [city, city.replace(/(?:市|地区|盟|自治州)$/, '')].map((name) => [name, province])
  }),
)

/** The province of a city or of a region code; undefined for what is neither. */
export const provinceOf = (place: string): string | undefined =>
  provinces.get(place) ?? (/^\d{4,6}$/.test(place) ? regionName(place, 'province') : undefined)

const isCity = (name: string) => /city|城市|region|地区|常住地|户籍/i.test(name)

const rare = '其他'

/** Values that few have become one. */
const gathered = (texts: readonly string[], k: number): string[] => {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return texts.map((text) => ((counts.get(text) ?? 0) < k ? rare : text))
}

const textSteps = (name: string, values: Column, k: number) => {
  const texts = values.map(textOf)
  const steps = [{ called: '原值', texts }]
  if (isCity(name)) {
    const wide = texts.map((text) => (text === none ? none : (provinceOf(text) ?? rare)))
    return [...steps, { called: '省', texts: wide }, { called: '合并少见省份', texts: gathered(wide, 5 * k) }]
  }
  return [
    ...steps,
    { called: '合并少见值', texts: gathered(texts, k) },
    { called: '合并更多少见值', texts: gathered(texts, 10 * k) },
  ]
}

/** A quasi-identifier with its steps: numbers and dates begin in bands, places and words as they are. */
export const ladderOf = (
  { name, type, unit }: { name: string; type: TraitType; unit: string | null },
  values: Column,
  k: number,
): Ladder => {
  const steps =
    type === 'integer' || type === 'number'
      ? numberSteps(values, unit ?? (/(?:Fen|_fen)$/.test(name) ? 'fen' : null))
      : type === 'date' || type === 'datetime'
        ? dateSteps(values)
        : type === 'boolean'
          ? [{ called: '原值', texts: values.map(textOf) }]
          : textSteps(name, values, k)
  return { name, steps: steps.map(({ called, texts }) => ({ called, ...coded(texts) })) }
}

/** Whether many people hold a value that few others hold: such a column tells people apart, whatever it is called. */
export const tellsApart = (values: Column, k: number, share: number): boolean => {
  const { codes, texts } = coded(values.map(textOf))
  const counts = texts.map(() => 0)
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1
  const alone = counts.reduce((sum, count, i) => sum + (count < k && texts[i] !== none ? count : 0), 0)
  const holders = values.reduce<number>((sum, value) => sum + (value === undefined ? 0 : 1), 0)
  return alone > holders * share
}
