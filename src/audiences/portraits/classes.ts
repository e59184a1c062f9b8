import { dateBands, numberEdges, numberLabel, valueLabel } from '#customers'
import { type Ctx, ch } from '#platform'
import type { Definition } from '../definition-contract.ts'
import type { Words } from './contract.ts'
import type { Field } from './fields.ts'

const { sql, join, f64s, str, strings, u32, u32s } = ch

/** A class that people are sorted into; its place in the plan, from 1, is its number in the engine. */
export interface ClassPlan {
  key: string
  kind: 'value' | 'band' | 'others'
  label: Words
  condition: Definition | null
}

/** How values fall into classes: by their text, all further ones into the class after the last; or by edges between bands. */
export type Cut = { values: string[] } | { edges: number[] }

export interface FieldPlan {
  field: Field
  classes: ClassPlan[]
  cut: Cut
}

/** The number of the class of one value, of its columns `text` and `number` (numbers; seconds of dates). */
export const placeIn = (cut: Cut): ch.Sql =>
  'values' in cut
    ? sql`transform(text, ${strings(cut.values)}, ${u32s(cut.values.map((_, i) => i + 1))}, toUInt32(${u32(cut.values.length + 1)}))`
    : sql`toUInt32(1 + arrayCount(edge -> ifNull(number, 0) >= edge, ${f64s(cut.edges)}))`

/** Events count that happened so lately, in bands of their number. */
export const eventWindow = '90 days'
const eventEdges = [2, 4, 10, 30]

/** More classes than fit the five bits beside the version of a trait; see `count.ts`. */
export const mostClasses = 30
const shownValues = 12
/** Up to so many different whole numbers are values by themselves and not bands. */
const fewValues = 12
/** People looked at to choose the classes; all are counted. */
const sampleSize = 50_000

interface Known {
  distinct: number
  top: string[]
  topInside: string[]
  quantiles: number[]
  min: number
  max: number
  whole: number
  numbers: number
}

/** Rows of a field's values with `customer_no`, `text` and `number`, before the latest is chosen. */
const looseRows = ({ source, type }: Field): ch.Sql => {
  if ('event' in source) throw new Error('events have no values to look at')
  if ('trait' in source) {
    const number =
      type === 'date' || type === 'datetime' ? sql`toFloat64(toUnixTimestamp64Milli(moment)) / 1000` : sql`number`
    return sql`select customer_no, text, ${number} as number from traits where trait = ${str(source.trait)} and cleared = 0`
  }
  const number = type === 'date' ? sql`number * 86400` : sql`number`
  return sql`select customer_no, arrayJoin(values) as text, ${number} as number from tag_values where tag_no = ${u32(source.no)}`
}

/**
 * How each field is cut into classes: its most frequent values, in the base and inside the sets, or round bands.
 * @param inside a sub-query of one row, `bitmap`: people of the sets, so that values rare in the base are not lost
 * @param sizes people in the base and inside
 */
export const planFields = async (
  ctx: Ctx,
  fields: readonly Field[],
  inside: ch.Sql,
  sizes: { base: number; inside: number },
): Promise<FieldPlan[]> => {
  const valued = fields.filter(({ source }) => !('event' in source))
  const every = u32(Math.max(1, Math.floor(sizes.base / sampleSize)))
  const everyInside = u32(Math.max(1, Math.floor(sizes.inside / sampleSize)))
  const known = new Map<number, Known>()
  for (let at = 0; at < valued.length; at += 8) {
    const rows = await ctx.ch.rows<Known & { field: number }>(
      sql`with (select bitmap from ${inside}) as inside
        select field, toUInt32(uniq(text)) as distinct, topKIf(${u32(shownValues)})(text, chosen) as top, topKIf(${u32(shownValues)})(text, within) as topInside, quantilesIf(0.05, 0.25, 0.5, 0.75, 0.95)(number, chosen and isNotNull(number)) as quantiles, min(number) as min, max(number) as max, toUInt8(min(isNull(number) or number = floor(number))) as whole, toUInt32(count(number)) as numbers
        from (${join(
          valued
            .slice(at, at + 8)
            .map(
              (field, i) =>
                sql`select ${u32(at + i)} as field, text, number, cityHash64(customer_no) % ${every} = 0 as chosen, cityHash64(customer_no) % ${everyInside} = 0 and bitmapContains(inside, customer_no) as within from (${looseRows(field)}) where chosen or within`,
            ),
          ' union all ',
        )}) group by field`,
      { timeoutSeconds: 60 },
    )
    for (const { field, ...rest } of rows) known.set(field, rest)
  }
  return fields.flatMap((field) => {
    if ('event' in field.source) return [planCounts(field)]
    const found = known.get(valued.indexOf(field))
    return found && found.distinct > 0 ? [planOf(field, found)] : []
  })
}

const planOf = (field: Field, known: Known): FieldPlan => {
  if ((field.type === 'date' || field.type === 'datetime') && known.numbers > 0) return planDates(field, known)
  const numeric = field.type === 'number' || field.type === 'integer'
  if (numeric && !field.multi && known.numbers > 0 && known.distinct > fewValues) return planNumbers(field, known)
  return planValues(field, known)
}

interface Comparison {
  is?: string | number | boolean
  gte?: string | number
  lt?: string | number
  notIn?: (string | number)[]
  exists?: boolean
}

/** A condition on the field. */
export const conditionOn = ({ source }: Pick<Field, 'source'>, comparison: Comparison): Definition => {
  if ('trait' in source) return { trait: source.trait, ...comparison }
  if ('tag' in source) return { tag: source.tag, ...comparison }
  const { gte = 1, lt } = comparison
  const count = { gte: Number(gte), ...(lt !== undefined && { lt: Number(lt) }) }
  return comparison.exists === false
    ? { event: source.event, did: false, within: eventWindow }
    : { event: source.event, count, within: eventWindow }
}

/** As the field's type has it. */
const typedValue = (type: Field['type'], text: string): string | number | boolean =>
  type === 'boolean' ? text === 'true' : type === 'number' || type === 'integer' ? Number(text) : text

const planValues = (field: Field, { top, topInside, distinct }: Known): FieldPlan => {
  const numeric = field.type === 'number' || field.type === 'integer'
  const seen = [...new Set([...top, ...topInside])].slice(0, mostClasses - 1)
  const values = numeric ? seen.sort((a, b) => Number(a) - Number(b)) : seen
  const labelOf = (text: string): Words => {
    if (field.type === 'boolean') return text === 'true' ? { zh: '是', en: 'yes' } : { zh: '否', en: 'no' }
    if (numeric) return valueLabel(Number(text), field.unit)
    return text === '' ? { zh: '（空文本）', en: '(empty text)' } : { zh: text, en: text }
  }
  const classes: ClassPlan[] = values.map((text) => ({
    key: `is:${text}`,
    kind: 'value',
    label: labelOf(text),
    condition: conditionOn(field, { is: typedValue(field.type, text) }),
  }))
  if (distinct > values.length || field.type === 'string' || numeric)
    classes.push({
      key: 'others',
      kind: 'others',
      label: { zh: '其他', en: 'others' },
      // Of several values one may be another and one of these: no condition says that.
      condition:
        field.multi || field.type === 'boolean' || values.length === 0
          ? null
          : conditionOn(field, { notIn: values.map((text) => (numeric ? Number(text) : text)) }),
    })
  return {
    field,
    classes,
    cut: { values },
  }
}

const planNumbers = (field: Field, { quantiles, min, max, whole }: Known): FieldPlan => {
  const [q05 = min, q25 = q05, q50 = q25, q75 = q50, q95 = q75] = quantiles
  const isWhole = whole === 1
  const edges = numberEdges({ quantiles: [q05, q25, q50, q75, q95], min, max, whole: isWhole }).slice(
    0,
    mostClasses - 1,
  )
  return {
    field,
    classes: [...edges, undefined].map((to, i): ClassPlan => {
      const from = edges[i - 1]
      return {
        key: `band:${from ?? ''}:${to ?? ''}`,
        kind: 'band',
        label: numberLabel(from, to, { unit: field.unit, whole: isWhole }),
        condition: conditionOn(field, {
          ...(from !== undefined && { gte: from }),
          ...(to !== undefined && { lt: to }),
          ...(from === undefined && to === undefined && { exists: true }),
        }),
      }
    }),
    cut: { edges },
  }
}

/** Shanghai is eight hours ahead and keeps no summer time. */
const shanghaiSeconds = 8 * 3_600

const planDates = (field: Field, { quantiles, min, max }: Known): FieldPlan => {
  // Dates are their wall clock written as UTC; instants are brought to the wall clock of the company.
  const shift = field.type === 'datetime' ? shanghaiSeconds : 0
  const wall = (seconds: number) => (seconds + shift) * 1_000
  const bands = dateBands(wall(quantiles[0] ?? min), wall(quantiles[4] ?? max)).slice(0, mostClasses)
  const edges = bands.flatMap(({ to }) => (to === undefined ? [] : [Date.parse(`${to}T00:00:00Z`) / 1_000 - shift]))
  return {
    field,
    classes: bands.map(
      ({ from, to, label }): ClassPlan => ({
        key: `band:${from ?? ''}:${to ?? ''}`,
        kind: 'band',
        label,
        condition: conditionOn(field, {
          ...(from !== undefined && { gte: from }),
          ...(to !== undefined && { lt: to }),
        }),
      }),
    ),
    cut: { edges },
  }
}

/** Nobody is in a band of none: that is the class without a value. */
const planCounts = (field: Field): FieldPlan => ({
  field,
  classes: [...eventEdges, undefined].map((to, i): ClassPlan => {
    const from = eventEdges[i - 1] ?? 1
    const range = to === undefined ? `${from}` : to - from > 1 ? `${from}–${to - 1}` : `${from}`
    return {
      key: `band:${from}:${to ?? ''}`,
      kind: 'band',
      label:
        to === undefined
          ? { zh: `${range} 次及以上`, en: `${range} times or more` }
          : { zh: `${range} 次`, en: `${range} times` },
      condition: conditionOn(field, { gte: from, ...(to !== undefined && { lt: to }) }),
    }
  }),
  cut: { edges: eventEdges },
})
