import { ch } from '#platform'
import { type FunnelAnswer, msOf, type PlaceOf, type QuestionOf } from './contract.ts'
import { histogramBounds } from './lengths.ts'
import {
  counted,
  inGroup,
  inPeriod,
  type Keys,
  keysOf,
  matches,
  matchesAny,
  ofPeople,
  type Scene,
  textOf,
  valuesOf,
} from './scene.ts'

const { sql, join, u8, u32, u64, f64, moment } = ch
type Sql = ch.Sql
type Question = QuestionOf<'funnel'>
type Ask = <T>(query: Sql) => Promise<T[]>

/** The place, from 0, of the nearest step before that is not optional; -1 before the first. */
const requiredBefore = ({ steps }: Question, step: number): number => {
  let before = step - 1
  while (before > 0 && steps[before]?.optional) before -= 1
  return before
}
const lastRequired = (question: Question): number => requiredBefore(question, question.steps.length)

/**
 * Whether windowFunnel answers the question: then it is three to ten times faster than walking through each one's events.
 * It looks for the highest step within the window of a first step, in any order of other events, which is `loose`. It
 * knows no exclusions or optional steps and says nothing of time; events that are two steps at once it counts for either.
 */
const isPlain = ({ steps, order, exclusions, timing }: Question): boolean =>
  order === 'loose' &&
  exclusions.length === 0 &&
  !timing &&
  steps.every(({ optional }) => !optional) &&
  new Set(steps.map(({ event }) => event)).size === steps.length

/**
 * A row per person who took the first step in the period: `no`, `value` of the breakdown, `mask` with bit k set when he took
 * step k (from 0); unless `isPlain` also `fromFirst` and `fromBefore`, arrays of milliseconds + 1 per step, 0 for not taken.
 *
 * A passage is a choice of one event per step, in order (by instant, those of one instant by message hash), the first
 * within the period, all within the window from the first, so that the rules of `order` and `exclusions` hold between each
 * two. A person took a step when some passage reaches it. Walking through his events it is enough to remember for each step
 * the passage that began last: it has the most time left.
 */
export const funnelPeople = (question: Question, scene: Scene): Sql => {
  const { steps, exclusions, hold, breakdown } = question
  const windowMs = msOf(question.window)
  const until = new Date(scene.to.getTime() + windowMs)
  const keys = keysOf(scene.from, until)
  const conditions = steps.map((step, i) => {
    const matched = sql`(${matches(step, `steps.${i}`, scene)})`
    return i === 0 ? sql`(${matched} and ts <= ${moment(scene.to)})` : matched
  })
  const first = conditions[0] ?? sql`0`
  const value =
    breakdown && 'property' in breakdown
      ? sql`argMinIf(${textOf(breakdown.property, 'breakdown', scene)}, ${keys.key}, ${first})`
      : sql`''`
  const held = hold === undefined ? undefined : textOf(hold, 'hold', scene)
  const filter = sql`${matchesAny([...steps, ...exclusions], 'steps', scene)} and ${inPeriod(scene.from, until)}${ofPeople(scene)}${
    held ? sql` and ${held} != ''` : sql``
  }`
  const by = held ? sql`no, ${held}` : sql`no`
  // Of several values held, a person's group is that of his first first step.
  const begun = held ? sql`minIf(${keys.key}, ${first})` : sql`0`
  const plain = isPlain(question)
  const passages = plain
    ? sql`select ${counted(scene)} as no, ${value} as own, ${begun} as begun, windowFunnel(${u64(keys.span(windowMs))})(${keys.key}, ${join(conditions, ', ')}) as level from events where ${filter} group by ${by} having level > 0`
    : walked(question, keys, windowMs, conditions, scene, { value, begun, filter, by, first })
  const mask = plain ? sql`toUInt16(bitShiftLeft(toUInt16(1), level) - 1)` : sql`mask`
  const columns = plain ? sql`no, own, begun, ${mask} as mask` : sql`no, own, begun, mask, fromFirst, fromBefore`
  const people = held
    ? sql`select no, argMin(own, begun) as own, groupBitOr(mask) as mask${
        plain
          ? sql``
          : sql`, arrayMap(x -> if(x = 18446744073709551615, 0, x), minForEach(arrayMap(x -> if(x = 0, 18446744073709551615, x), fromFirst))) as fromFirst, arrayMap(x -> if(x = 18446744073709551615, 0, x), minForEach(arrayMap(x -> if(x = 0, 18446744073709551615, x), fromBefore))) as fromBefore`
      } from (select ${columns} from (${passages})) group by no`
    : sql`select ${columns} from (${passages})`
  if (!breakdown || 'property' in breakdown) return sql`select *, own as value from (${people})`
  return sql`select p.*, v.value as value from (${people}) as p left join (${valuesOf(breakdown, scene)}) as v on p.no = v.no`
}

/** Names of columns, of ten steps. */
const columns = {
  a: [sql`a0`, sql`a1`, sql`a2`, sql`a3`, sql`a4`, sql`a5`, sql`a6`, sql`a7`, sql`a8`, sql`a9`],
  s: [sql`s0`, sql`s1`, sql`s2`, sql`s3`, sql`s4`, sql`s5`, sql`s6`, sql`s7`, sql`s8`, sql`s9`],
  l: [sql`l0`, sql`l1`, sql`l2`, sql`l3`, sql`l4`, sql`l5`, sql`l6`, sql`l7`, sql`l8`, sql`l9`],
}

/** What happens to the passage kept at a step when an event arrives, bit by bit: steps first, then exclusions. */
const walked = (
  question: Question,
  { key, msOf }: Keys,
  windowMs: number,
  conditions: readonly Sql[],
  scene: Scene,
  { value, begun, filter, by, first }: { value: Sql; begun: Sql; filter: Sql; by: Sql; first: Sql },
): Sql => {
  const { steps, exclusions, order } = question
  const bit = (place: number) => 2 ** place
  const bits = [
    ...conditions,
    ...exclusions.map((exclusion, i) => sql`(${matches(exclusion, `exclusions.${i}`, scene)})`),
  ]
  const maskOf = sql`toUInt16(${join(
    bits.map((condition, i) => sql`if(${condition}, ${u32(bit(i))}, 0) +`),
    ' ',
  )} 0)`
  const required = steps.flatMap(({ optional }, i) => (optional ? [] : [i]))
  const maskOfSteps = (places: readonly number[]) => places.reduce((mask, place) => mask + bit(place), 0)
  /** Events that end the waiting of a passage at a step. */
  const breaking = (place: number): number => {
    let mask = 0
    for (const [i, { after }] of exclusions.entries()) if (after - 1 === place) mask += bit(steps.length + i)
    const next = required[required.indexOf(place) + 1] ?? place
    if (order === 'strict') mask += maskOfSteps(required.filter((one) => one <= next))
    if (order === 'strictOrder') mask += maskOfSteps(required)
    return mask
  }
  // Walked by whole arrays, not event by event: what is kept at a step is the last value written there, which arrayFill
  // carries on. arrayFold took 4.6 s over 0.8 M events of 60,000 people, because it takes as many turns as the busiest of
  // them has events; this takes
  // 0.5 s over 1.4 M of 100,000. The arrays of step k: `a`, at its events the key of the first event of the passage
  // that reaches it, 1 where one that waits there is broken off, else 0; `s`, what is kept before each event; `l`, the key of
  // the event that reached it.
  const at = (letter: keyof typeof columns, place: number) => columns[letter][place] ?? sql`0`
  const kept = (written: Sql) => sql`arrayPopBack(arrayPushFront(arrayFill(y -> y > 0, ${written}), toUInt64(0)))`
  const has = (mask: number) => sql`bitAnd(m, ${u32(mask)}) != 0`
  const walks = steps.map((_, place) => {
    const before = requiredBefore(question, place)
    const ends = breaking(place)
    const stays =
      ends === 0 || steps[place]?.optional ? sql`toUInt64(0)` : sql`if(${has(ends)}, toUInt64(1), toUInt64(0))`
    const written =
      before < 0
        ? sql`arrayMap((t, m) -> if(${has(bit(place))}, t, ${stays}), ts_, ms_)`
        : sql`arrayMap((t, m, s) -> if(${has(bit(place))} and s > 1 and ${msOf(sql`t`)} - ${msOf(sql`s`)} <= ${u64(windowMs)}, s, ${stays}), ts_, ms_, ${at('s', before)})`
    return sql`${written} as ${at('a', place)}, ${kept(sql`${at('a', place)}`)} as ${at('s', place)}, ${kept(sql`arrayMap((t, a) -> if(a > 1, t, toUInt64(0)), ts_, ${at('a', place)})`)} as ${at('l', place)}`
  })
  // The first time a step is taken: milliseconds + 1 from the first event of the passage, and from the event before.
  const firstTime = (place: number, from: Sql) => {
    const found = sql`arrayFirstIndex(a -> a > 1, ${at('a', place)})`
    return sql`if(${found} = 0, toUInt64(0), toUInt64(${msOf(sql`ts_[${found}]`)} - ${msOf(sql`${from}[${found}]`)} + 1))`
  }
  const fromFirst = steps.map((_, place) => firstTime(place, sql`${at('a', place)}`))
  const fromBefore = steps.map((_, place) => {
    const before = requiredBefore(question, place)
    return before < 0 ? (fromFirst[place] ?? sql`0`) : firstTime(place, sql`${at('l', before)}`)
  })
  return sql`select no, own, begun, [${join(fromFirst, ', ')}] as fromFirst, [${join(fromBefore, ', ')}] as fromBefore,
      toUInt16(arraySum(arrayMap((d, i) -> if(d > 0, bitShiftLeft(toUInt16(1), i), 0), fromFirst, range(${u32(steps.length)})))) as mask
    from (select no, own, begun, arrayMap(x -> tupleElement(x, 1), events) as ts_, arrayMap(x -> tupleElement(x, 2), events) as ms_, ${join(walks, ', ')}
      from (select ${counted(scene)} as no, ${value} as own, ${begun} as begun, arraySort(x -> tupleElement(x, 1), groupArray((${key}, ${maskOf}))) as events
        from events where ${filter} group by ${by} having countIf(${first}) > 0))`
}

/** A row per group: `value`, `reached` per step; with timing the quartiles per step and a histogram. */
export const funnelRows = (question: Question, scene: Scene): Sql => {
  const { steps, timing } = question
  const reached = join(
    steps.map((_, i) => sql`countIf(bitTest(mask, ${u8(i)}))`),
    ', ',
  )
  const quartiles = (column: Sql) =>
    sql`[${join(
      steps.map(
        (_, i) =>
          sql`quantilesExactInclusiveIf(0.25, 0.5, 0.75)(toFloat64(${column}[${u8(i + 1)}]) - 1, ${column}[${u8(i + 1)}] > 0)`,
      ),
      ', ',
    )}]`
  const last = sql`fromFirst[${u8(lastRequired(question) + 1)}]`
  const bounds = histogramBounds(msOf(question.window))
  const histogram = join(
    bounds.map(
      ({ fromMs, toMs }) => sql`countIf(${last} - 1 > ${f64(fromMs)} and ${last} - 1 <= ${f64(toMs)} and ${last} > 0)`,
    ),
    ', ',
  )
  const more = timing
    ? sql`, ${quartiles(sql`fromFirst`)} as fromFirst_, ${quartiles(sql`fromBefore`)} as fromBefore_, [${histogram}] as histogram`
    : sql``
  // Groups beyond this many are rare ones; they are counted, but only their sum is shown.
  return sql`select value, [${reached}] as reached${more} from (${funnelPeople(question, scene)}) group by value order by reached[1] desc, value limit 20000`
}

interface Row {
  value: string
  reached: (string | number)[]
  fromFirst_?: (number | null)[][]
  fromBefore_?: (number | null)[][]
  histogram?: (string | number)[]
}

export const answerFunnel = async (ask: Ask, question: Question, scene: Scene): Promise<FunnelAnswer> => {
  const { breakdown, steps, timing } = question
  const rows = await ask<Row>(funnelRows(question, scene))
  const most = breakdown?.most ?? 1
  const bounds = histogramBounds(msOf(question.window))
  const shown = (row: Row | undefined, reached: readonly number[], group: string | null, others: boolean) => {
    const quartilesOf = (all: (number | null)[][] | undefined, place: number) => {
      if (!timing || others) return null
      const [p25 = null, median = null, p75 = null] = all?.[place] ?? []
      return { p25, median, p75 }
    }
    return {
      group,
      others,
      steps: steps.map((_, place) => {
        const before = requiredBefore(question, place)
        const people = reached[place] ?? 0
        const from = before < 0 ? people : (reached[before] ?? 0)
        return {
          people,
          ofFirst: reached[0] ? people / reached[0] : null,
          ofBefore: from > 0 ? people / from : null,
          dropped: from - people,
          fromFirst: quartilesOf(row?.fromFirst_, place),
          fromBefore: quartilesOf(row?.fromBefore_, place),
        }
      }),
      histogram:
        timing && !others ? bounds.map((bound, i) => ({ ...bound, people: Number(row?.histogram?.[i] ?? 0) })) : null,
    }
  }
  const numbers = ({ reached }: Row) => reached.map(Number)
  const sum = (list: readonly Row[]) =>
    steps.map((_, place) => list.reduce((total, row) => total + (numbers(row)[place] ?? 0), 0))
  const rest = rows.slice(most)
  const groups = rows.slice(0, most).map((row) => shown(row, numbers(row), breakdown ? row.value : null, false))
  if (!breakdown && groups.length === 0) groups.push(shown(undefined, sum([]), null, false))
  if (rest.length > 0) groups.push(shown(undefined, sum(rest), '', true))
  return { kind: 'funnel', period: { from: scene.from.toISOString(), to: scene.to.toISOString() }, groups }
}

/** One row, `members`: who took a step, or took the one before and not it. */
export const funnelMembers = (question: Question, place: PlaceOf<'funnel'>, scene: Scene): Sql | undefined => {
  const step = place.step - 1
  const before = requiredBefore(question, step)
  if (step >= question.steps.length || (place.outcome === 'dropped' && before < 0)) return undefined
  const taken =
    place.outcome === 'reached'
      ? sql`bitTest(mask, ${u8(step)})`
      : sql`bitTest(mask, ${u8(before)}) and not bitTest(mask, ${u8(step)})`
  return sql`select groupBitmapState(no) as members from (${funnelPeople({ ...question, timing: false }, scene)}) where ${taken} and ${inGroup(sql`value`, question.breakdown && place.group)}`
}
