import { ch } from '#platform'
import { bucketStart, bucketsOf } from './buckets.ts'
import type { Breakdown, Measure, PlaceOf, QuestionOf, TrendAnswer } from './contract.ts'
import { counted, inGroup, inPeriod, matches, ofPeople, property, type Scene, textOf, valuesOf } from './scene.ts'

const { sql, strings, f64, u32 } = ch
type Sql = ch.Sql
type Question = QuestionOf<'trend'>
type Series = Question['series'][number]
type Ask = <T>(query: Sql) => Promise<T[]>

const levels: Partial<Record<Measure, number>> = { p25: 0.25, median: 0.5, p75: 0.75, p90: 0.9, p95: 0.95, p99: 0.99 }

/** What is measured, over rows with `no`, `number` and `text` of the property. Percentiles interpolate, as spreadsheets do. */
const measured = (measure: Measure): Sql => {
  const level = levels[measure]
  if (level !== undefined) return sql`quantileExactInclusiveOrNull(${f64(level)})(number)`
  const plain: Partial<Record<Measure, Sql>> = {
    count: sql`count()`,
    people: sql`uniqExact(no)`,
    perPerson: sql`count() / uniqExact(no)`,
    sum: sql`sum(number)`,
    avg: sql`avg(number)`,
    min: sql`min(number)`,
    max: sql`max(number)`,
    distinct: sql`uniqExactIf(text, text != '')`,
    sumPerPerson: sql`sum(number) / uniqExactIf(no, isNotNull(number))`,
  }
  return plain[measure] ?? sql`count()`
}

/** Rows of one series: `no`, `ts`, and as far as they are needed `number`, `text`, `value` (of the breakdown). */
const rowsOf = (series: Series, path: string, breakdown: Breakdown | undefined, scene: Scene): Sql => {
  const measured = series.property === undefined ? undefined : property(series.property, path, scene)
  const rows = sql`select ${counted(scene)} as no, ts, ${measured?.number ?? sql`toNullable(0.)`} as number, ${
    measured ? sql`ifNull(${measured.text}, '')` : sql`''`
  } as text, ${
    breakdown && 'property' in breakdown ? textOf(breakdown.property, 'breakdown', scene) : sql`''`
  } as own from events where ${matches(series, path, scene)} and ${inPeriod(scene.from, scene.to)}${ofPeople(scene)}`
  if (!breakdown || 'property' in breakdown) return sql`select no, ts, number, text, own as value from (${rows})`
  return sql`select no, ts, number, text, v.value as value from (${rows}) as e left join (${valuesOf(breakdown, scene)}) as v on e.no = v.no`
}

/** The most frequent values of the breakdown among the events of the first series, and whether there are more. */
export const topValues = (question: Question, scene: Scene): Sql => {
  const [first] = question.series
  const { breakdown } = question
  if (!first || !breakdown) return sql`select '' as value where 0`
  return sql`select value, count() as rows from (${rowsOf(first, 'series.0', breakdown, scene)}) group by value order by rows desc, value limit ${u32(breakdown.most)}`
}

/** A row per group and bucket, and with bucket 0 per group: `value`, `others`, `bucket`, `measured`. */
export const seriesRows = (question: Question, place: number, top: readonly string[], scene: Scene): Sql => {
  const series = question.series[place]
  if (!series) return sql`select 1 where 0`
  const { breakdown, granularity } = question
  const group = breakdown
    ? sql`not has(${strings(top)}, value) as others, if(others, '', value) as shown`
    : sql`0 as others, '' as shown`
  return sql`select toUInt8(others) as others, shown as value, toUInt32(bucket) as bucket, toNullable(toFloat64(${measured(series.measure)})) as measured
    from (select no, number, text, ${group}, ${bucketStart(granularity, scene.world.zone)} as bucket from (${rowsOf(series, `series.${place}`, breakdown, scene)}))
    group by grouping sets ((others, shown, bucket), (others, shown))`
}

/** One row, `members`: who did the events of one series, in one bucket, in one group. */
export const trendPeople = (question: Question, place: PlaceOf<'trend'>, scene: Scene): Sql | undefined => {
  const series = question.series[place.series]
  if (!series) return undefined
  let shown = scene
  if (place.at !== undefined) {
    const [start, next] = bucketsOf(new Date(place.at), new Date(place.at), question.granularity, scene.world.zone)
    if (!start || !next) return undefined
    const from = Math.max(start.getTime(), scene.from.getTime())
    const to = Math.min(next.getTime() - 1, scene.to.getTime())
    shown = { ...scene, from: new Date(from), to: new Date(to) }
  }
  const rows = rowsOf(series, `series.${place.series}`, question.breakdown, shown)
  return sql`select groupBitmapState(no) as members from (${rows}) where ${inGroup(sql`value`, question.breakdown && place.group)}`
}

interface Row {
  others: number
  value: string
  bucket: number
  measured: number | null
}

// Nothing counted is none; of nothing there is no average.
const absent = (measure: Measure): number | null =>
  ['count', 'people', 'sum', 'distinct'].includes(measure) ? 0 : null

/** @param compared the scene of what the lines are compared with */
export const answerTrend = async (
  ask: Ask,
  question: Question,
  scene: Scene,
  compared: Scene | undefined,
): Promise<TrendAnswer> => {
  const { granularity, series, breakdown, formula } = question
  const startsIn = ({ from, to, world }: Scene) => bucketsOf(from, to, granularity, world.zone)
  const starts = startsIn(scene)
  const top = breakdown ? (await ask<{ value: string }>(topValues(question, scene))).map(({ value }) => value) : []
  const linesIn = async (within: Scene, isCompared: boolean) => {
    const own = startsIn(within)
    const answers = await Promise.all(series.map((_, i) => ask<Row>(seriesRows(question, i, top, within))))
    const groups = breakdown
      ? [...top.map((value) => ({ value, others: false })), { value: '', others: true }]
      : [{ value: '', others: false }]
    const lines = groups.flatMap(({ value, others }) =>
      answers.map((rows, i): TrendAnswer['lines'][number] => {
        const mine = rows.filter((row) => row.value === value && (row.others === 1) === others)
        const at = new Map(mine.map(({ bucket, measured }) => [bucket, measured]))
        const none = absent(series[i]?.measure ?? 'count')
        return {
          series: i,
          group: breakdown ? value : null,
          others,
          compared: isCompared,
          values: starts.slice(0, -1).map((_, place) => {
            const start = own[place]
            if (!start || place >= own.length - 1) return null
            return at.get(start.getTime() / 1_000) ?? none
          }),
          total: at.get(0) ?? none,
        }
      }),
    )
    const some = (line: TrendAnswer['lines'][number]) => !line.others || line.values.some(Boolean)
    if (!formula) return lines.filter(some)
    const formulas = groups.flatMap(({ value, others }): TrendAnswer['lines'] => {
      const of = (place: number) =>
        lines.find(
          (line) => line.series === place && line.others === others && line.group === (breakdown ? value : null),
        )
      const [left, right] = [of(formula.left), of(formula.right)]
      if (!left || !right) return []
      const values = left.values.map((one, i) => combined(one, formula.operator, right.values[i] ?? null))
      return [{ ...left, series: null, values, total: combined(left.total, formula.operator, right.total) }]
    })
    return [...lines, ...formulas].filter(some)
  }
  const lines = await linesIn(scene, false)
  return {
    kind: 'trend',
    period: { from: scene.from.toISOString(), to: scene.to.toISOString() },
    buckets: starts.slice(0, -1).map((start, i) => ({
      at: start.toISOString(),
      open: (starts[i + 1] ?? start) > scene.world.at,
    })),
    lines: compared ? [...lines, ...(await linesIn(compared, true))] : lines,
  }
}

const combined = (left: number | null, operator: '+' | '-' | '*' | '/', right: number | null): number | null => {
  if (left === null || right === null) return null
  if (operator === '/') return right === 0 ? null : left / right
  return operator === '+' ? left + right : operator === '-' ? left - right : left * right
}
