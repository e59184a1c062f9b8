import { ch } from '#platform'
import { type IntervalAnswer, msOf, type PlaceOf, type QuestionOf } from './contract.ts'
import { histogramBounds } from './lengths.ts'
import {
  counted,
  inGroup,
  inPeriod,
  keysOf,
  matches,
  matchesAny,
  ofPeople,
  type Scene,
  textOf,
  valuesOf,
} from './scene.ts'

const { sql, join, f64, u64 } = ch
type Sql = ch.Sql
type Question = QuestionOf<'interval'>
type Ask = <T>(query: Sql) => Promise<T[]>

/**
 * A row per pair: `no`, `value`, `ms`. A pair is an event of `from` and the next one of either selection after it in order,
 * when that is one of `to`, within the window: of several `from` before a `to` the last counts, of several `to` the first.
 * With the same selection on both sides these are the gaps between one and the next.
 */
const pairRows = (question: Question, scene: Scene): Sql => {
  const { from, to, breakdown } = question
  const keys = keysOf(scene.from, scene.to, 2)
  const isFrom = sql`(${matches(from, 'from', scene)})`
  const isTo = sql`(${matches(to, 'to', scene)})`
  const own =
    breakdown && 'property' in breakdown
      ? sql`argMin(${textOf(breakdown.property, 'breakdown', scene)}, (${keys.key}))`
      : sql`''`
  const marked = sql`bitShiftLeft(${keys.key}, 2) + if(${isFrom}, 1, 0) + if(${isTo}, 2, 0)`
  const ms = (element: Sql) => keys.msOf(sql`bitShiftRight(${element}, 2)`)
  const pairs = sql`select no, own, arrayJoin(arrayMap(i -> toUInt64(${ms(sql`line[i + 1]`)} - ${ms(sql`line[i]`)}), arrayFilter(i -> bitTest(line[i], 0) and bitTest(line[i + 1], 1), range(1, length(line))))) as ms
    from (select ${counted(scene)} as no, ${own} as own, arraySort(groupArray(${marked})) as line
      from events where ${matchesAny([from, to], 'from', scene)} and ${inPeriod(scene.from, scene.to)}${ofPeople(scene)} group by no)`
  const within = sql`select no, own, ms from (${pairs}) where ms <= ${u64(msOf(question.window))}`
  if (!breakdown || 'property' in breakdown) return sql`select no, own as value, ms from (${within})`
  return sql`select p.no as no, v.value as value, p.ms as ms from (${within}) as p left join (${valuesOf(breakdown, scene)}) as v on p.no = v.no`
}

/** A row per group, the one with most pairs first. */
export const intervalRows = (question: Question, scene: Scene): Sql => {
  const histogram = join(
    histogramBounds(msOf(question.window)).map(
      ({ fromMs, toMs }) => sql`countIf(ms > ${f64(fromMs)} and ms <= ${f64(toMs)})`,
    ),
    ', ',
  )
  return sql`select value, toUInt32(count()) as pairs, toUInt32(uniqExact(no)) as people, quantilesExactInclusive(0, 0.25, 0.5, 0.75, 0.9, 1)(ms) as quantiles, avg(ms) as mean, [${histogram}] as histogram
    from (${pairRows(question, scene)}) group by value order by pairs desc, value limit ${ch.u32(question.breakdown?.most ?? 1)}`
}

interface Row {
  value: string
  pairs: number
  people: number
  quantiles: number[]
  mean: number
  histogram: (string | number)[]
}

export const answerInterval = async (ask: Ask, question: Question, scene: Scene): Promise<IntervalAnswer> => {
  const rows = await ask<Row>(intervalRows(question, scene))
  const bounds = histogramBounds(msOf(question.window))
  const none = { value: '', pairs: 0, people: 0, quantiles: [], mean: Number.NaN, histogram: [] }
  const groups = rows.length === 0 && !question.breakdown ? [none] : rows
  return {
    kind: 'interval',
    period: { from: scene.from.toISOString(), to: scene.to.toISOString() },
    groups: groups.map(({ value, pairs, people, quantiles, mean, histogram }) => {
      const [min = null, p25 = null, median = null, p75 = null, p90 = null, max = null] = quantiles
      return {
        group: question.breakdown ? value : null,
        others: false,
        pairs,
        people,
        ms: { min, p25, median, p75, p90, max, avg: Number.isNaN(mean) ? null : mean },
        histogram: bounds.map((bound, i) => ({ ...bound, pairs: Number(histogram[i] ?? 0) })),
      }
    }),
  }
}

/** One row, `members`: who has a pair of such a length. */
export const intervalMembers = (question: Question, place: PlaceOf<'interval'>, scene: Scene): Sql => {
  const longer = place.fromMs === undefined ? sql`1` : sql`ms > ${f64(place.fromMs)}`
  const atMost = place.toMs === undefined ? sql`1` : sql`ms <= ${f64(place.toMs)}`
  return sql`select groupBitmapState(no) as members from (${pairRows(question, scene)}) where ${longer} and ${atMost} and ${inGroup(sql`value`, question.breakdown && place.group)}`
}
