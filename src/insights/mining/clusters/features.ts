import { type Ctx, ch } from '#platform'
import type { ClusterFeature } from '../contract.ts'
import { eventsOf, numberOf, type Scope, tagsOf, tagValues, textOf, traitsOf, traitValues } from '../facts.ts'
import { problem } from '../problem.ts'

const { sql, join, moment, strings, u16, u32 } = ch
type Sql = ch.Sql

/** One feature as it is read: numbers as they are, texts by their place among `values`. */
export interface ReadFeature {
  name: string
  type: 'number' | 'text'
  /** Texts with columns of their own, the most frequent first. */
  values: string[]
  /** Rows `no`, `x`: a number, or a text; people without a value have no row. */
  rows: Sql
}

/** Values of a text feature that get columns of their own; the rest share one. */
const mostValues = 12

/** Features and where their values come from. @throws problem.unknownTrait, problem.unknownTag */
export const featuresOf = async (ctx: Ctx, scope: Scope, wanted: readonly ClusterFeature[]): Promise<ReadFeature[]> => {
  const traits = await traitsOf(
    ctx,
    wanted.flatMap((feature) => ('trait' in feature ? [feature.trait] : [])),
  )
  const tags = await tagsOf(
    ctx,
    wanted.flatMap((feature) => ('tag' in feature ? [feature.tag] : [])),
  )
  return Promise.all(
    wanted.map(async (feature): Promise<ReadFeature> => {
      if ('event' in feature) return { name: '', type: 'number', values: [], rows: eventRows(scope, feature) }
      const read =
        'trait' in feature
          ? traitRows(scope, feature.trait, traits.get(feature.trait)?.type ?? 'string')
          : tagRows(scope, tags.get(feature.tag))
      const name =
        'trait' in feature ? traits.get(feature.trait)?.title || feature.trait : (tags.get(feature.tag)?.title ?? '')
      if (read.type === 'number') return { name, values: [], ...read }
      const values = await ctx.ch.rows<{ x: string }>(
        sql`select x from (${read.rows}) group by x order by count() desc, x limit ${u32(mostValues)}`,
      )
      return { name, values: values.map(({ x }) => x), ...read }
    }),
  )
}

/** Days before the moment asked about: a date as it is would be a large number that says nothing. */
const daysBefore = ({ asOf }: Scope, instant: Sql) => sql`dateDiff('second', ${instant}, ${moment(asOf)}) / 86400`

const traitRows = (scope: Scope, trait: string, type: string): { type: 'number' | 'text'; rows: Sql } => {
  const latest = traitValues(scope, [trait])
  if (type === 'string') return { type: 'text', rows: sql`select no, text as x from (${latest}) where notEmpty(text)` }
  const value = type === 'date' || type === 'datetime' ? daysBefore(scope, sql`moment`) : sql`number`
  return {
    type: 'number',
    rows: sql`select no, assumeNotNull(${value}) as x from (${latest}) where isNotNull(${value})`,
  }
}

const tagRows = (
  scope: Scope,
  tag: { no: number; type: string } | undefined,
): { type: 'number' | 'text'; rows: Sql } => {
  const latest = tagValues(scope, tag ? [tag.no] : [])
  if (tag?.type === 'string') return { type: 'text', rows: sql`select no, values[1] as x from (${latest})` }
  const value =
    tag?.type === 'date'
      ? sql`toUnixTimestamp(${moment(scope.asOf)}) / 86400 - assumeNotNull(number)`
      : sql`assumeNotNull(number)`
  return { type: 'number', rows: sql`select no, ${value} as x from (${latest}) where isNotNull(number)` }
}

const eventRows = (
  scope: Scope,
  { event, measure, property, days }: Extract<ClusterFeature, { event: string }>,
): Sql => {
  const source = eventsOf(scope, { events: [event], where: [], days })
  // Who never did it did it no times, on no days, with a sum of nothing: that is a value, not a missing one.
  const counts = (value: Sql) =>
    sql`select no, max(x) as x from (select ${scope.no} as no, toFloat64(${value}) as x ${source} group by no union all select customer_no as no, 0 as x from (${scope.people})) group by no`
  const number = property === null ? sql`0` : numberOf(property, scope)
  switch (measure) {
    case 'count':
      return counts(sql`count()`)
    case 'days':
      return counts(sql`uniqExact(toDate(ts))`)
    case 'distinct':
      return counts(sql`uniqExact(${property === null ? sql`''` : textOf(property, scope)})`)
    case 'daysSince':
      return sql`select ${scope.no} as no, ${daysBefore(scope, sql`max(ts)`)} as x ${source} group by no`
    case 'sum':
      return sql`select no, sum(x) as x from (select ${scope.no} as no, ifNull(${number}, 0) as x ${source} union all select customer_no as no, 0. as x from (${scope.people})) group by no`
    case 'avg':
    case 'min':
    case 'max': {
      const aggregated = { avg: sql`avg(v)`, min: sql`min(v)`, max: sql`max(v)` }[measure]
      return sql`select no, assumeNotNull(${aggregated}) as x from (select ${scope.no} as no, ${number} as v ${source}) group by no having isNotNull(${aggregated})`
    }
  }
}

/** People with their raw features, row by row. A missing value is NaN, a text outside `values` −1. */
export interface Matrix {
  nos: Uint32Array
  values: Float32Array
  width: number
}

/** People with their raw features: rows `no`, `x0`, `x1`, …, 4-byte floats, NaN where there is no value. */
export const featureTable = (scope: Scope, features: readonly ReadFeature[]): Sql => {
  const slots = features.map(({ type, values, rows }, slot) =>
    type === 'number'
      ? sql`select toUInt32(no) as no, ${u16(slot)} as slot, toFloat32(x) as v from (${rows})`
      : sql`select toUInt32(no) as no, ${u16(slot)} as slot, toFloat32(toInt32(indexOf(${strings(values)}, x)) - 1) as v from (${rows})`,
  )
  const everybody = sql`select customer_no as no, ${u16(65_535)} as slot, toFloat32(0) as v from (${scope.people})`
  const cells = features.map(
    (_, slot) =>
      sql`toFloat32(if(countIf(slot = ${u16(slot)}) = 0, nan, anyIf(v, slot = ${u16(slot)}))) as ${ch.identifier(`x${slot}`)}`,
  )
  return sql`select no, ${join(cells, ', ')} from (${join([everybody, ...slots], ' union all ')}) group by no`
}

/** People per block on the way here. */
const blockPeople = 32_768

/**
 * One row per person with all features, as 4-byte floats in blocks of base64: a million people with 20 features are 107 MB
 * of text, a third of what JSON would be, and not parsed number by number.
 * @throws problem.nobody
 */
export const fetchMatrix = async (
  ctx: Ctx,
  scope: Scope,
  features: readonly ReadFeature[],
  signal: AbortSignal,
): Promise<Matrix> => {
  const width = features.length
  const cells = features.map((_, slot) => sql`reinterpretAsFixedString(${ch.identifier(`x${slot}`)})`)
  const record = sql`concat(reinterpretAsFixedString(no), ${join(cells, ', ')})`
  const blocks = ctx.ch.stream<{ block: string }>(
    sql`select base64Encode(groupConcat(record)) as block from (select ${record} as record, rowNumberInAllBlocks() as n from (${featureTable(scope, features)})) group by intDiv(n, ${u32(blockPeople)})`,
    { signal, timeoutSeconds: 900, settings: { max_block_size: 65_536 } },
  )
  const parts: Buffer[] = []
  let bytes = 0
  for await (const rows of blocks)
    for (const { block } of rows) {
      const part = Buffer.from(block, 'base64')
      parts.push(part)
      bytes += part.length
    }
  const count = bytes / (4 * (width + 1))
  if (count === 0) throw problem.nobody()
  const nos = new Uint32Array(count)
  const values = new Float32Array(count * width)
  let row = 0
  for (const part of parts) {
    const copy = new Uint8Array(part).buffer
    const [floats, wholes] = [new Float32Array(copy), new Uint32Array(copy)]
    for (let at = 0; at < floats.length; at += width + 1, row++) {
      nos[row] = wholes[at] as number
      values.set(floats.subarray(at + 1, at + 1 + width), row * width)
    }
  }
  return { nos, values, width }
}
