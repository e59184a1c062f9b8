import { type Ctx, ch } from '#platform'
import type { Distribution, TagType } from './contract.ts'

const { sql, u32, f64s } = ch

/** Values shown by name; further ones are counted together. */
const shown = 50
/** Numbers with at most this many different values are shown value by value. */
const fewNumbers = 24

const options = { timeoutSeconds: 120 }

/**
 * How many hold a value, and which.
 * @param rows `customer_no, values, number`, one per customer with a value
 */
export const distributionOf = async (
  ctx: Ctx,
  rows: ch.Sql,
  type: TagType,
): Promise<{ covered: number; distribution: Distribution }> => {
  const counted = await ctx.ch.one<{ covered: number; kinds: number; q: number[]; mean: number | null }>(
    sql`select toUInt32(count()) as covered, toUInt32(uniqExact(number)) as kinds, quantilesExactInclusive(0., 0.01, 0.25, 0.5, 0.75, 0.99, 1.)(assumeNotNull(number)) as q, avg(number) as mean from (${rows})`,
    options,
  )
  const { covered = 0, kinds = 0, q = [], mean = null } = counted ?? {}
  const few = type !== 'number' || kinds <= fewNumbers
  const values = few
    ? await ctx.ch.rows<{ value: string; count: number }>(
        sql`select value, toUInt32(count()) as count from (select arrayJoin(values) as value from (${rows})) group by value order by count desc, value limit ${u32(shown)}`,
        options,
      )
    : []
  const named = values.reduce((sum, { count }) => sum + count, 0)
  const [min = 0, low = 0, p25 = 0, median = 0, p75 = 0, high = 0, max = 0] = q
  const number =
    type === 'string' || covered === 0 || mean === null
      ? null
      : { min, p25, median, p75, max, mean, bars: few && type === 'number' ? [] : await barsOf(ctx, rows, low, high) }
  return { covered, distribution: { values, others: few ? Math.max(0, covered - named) : 0, number } }
}

/** Bars between round edges; what is below the first or above the last is in the open ones at the ends. */
const barsOf = async (ctx: Ctx, rows: ch.Sql, low: number, high: number) => {
  const edges = roundEdges(low, high)
  const found = await ctx.ch.rows<{ place: number; count: number }>(
    sql`select toUInt32(arrayCount(e -> assumeNotNull(number) >= e, ${f64s(edges)})) as place, toUInt32(count()) as count from (${rows}) group by place`,
    options,
  )
  const counts = new Map(found.map(({ place, count }) => [place, count]))
  return Array.from({ length: edges.length + 1 }, (_, i) => ({
    from: edges[i - 1] ?? null,
    to: edges[i] ?? null,
    count: counts.get(i) ?? 0,
  }))
}

/** About a dozen edges that people can read: multiples of 1, 2 or 5 times a power of ten. */
export const roundEdges = (low: number, high: number): number[] => {
  if (!(high > low)) return [low]
  const rough = (high - low) / 12
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power
  const first = Math.floor(low / step)
  const last = Math.ceil(high / step)
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)))
}
