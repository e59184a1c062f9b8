import { wallClock } from '#audiences'
import { ch } from '#platform'
import { bucketsOf } from './buckets.ts'
import type { PlaceOf, QuestionOf, RetentionAnswer } from './contract.ts'
import { problem } from './problem.ts'
import { counted, inGroup, keysOf, matches, matchesAny, ofPeople, type Scene, textOf, valuesOf } from './scene.ts'

const { sql, join, str, u8, u16, u32, i64, moment } = ch
type Sql = ch.Sql
type Question = QuestionOf<'retention'>
type Ask = <T>(query: Sql) => Promise<T[]>

const dayMs = 86_400_000
const rollingMs = { day: dayMs, week: 7 * dayMs, month: 30 * dayMs }

interface Calendar {
  cohorts: number
  starts: readonly Date[]
  /** Makes a number with a bit for each unit of the table. bitTest knows no integers wider than 64 bits. */
  width: Sql
}

/** First instants of the units of the cohorts, of the units after them, and of the one after those. */
const calendarOf = ({ unit, units }: Question, { from, to, world }: Scene): Calendar => {
  const cohorts = bucketsOf(from, to, unit, world.zone).length - 1
  const far = new Date(to.getTime() + (units + 2) * (unit === 'month' ? 31 : rollingMs[unit] / dayMs) * dayMs)
  if (cohorts + units > 255) throw problem.tooManyBuckets({ most: 255, unit })
  const starts = bucketsOf(from, far, unit, world.zone).slice(0, cohorts + units + 1)
  return { cohorts, starts, width: cohorts + units < 64 ? sql`toUInt64` : sql`toUInt256` }
}

/**
 * The number of the unit of the calendar in which an instant lies, from 0 for the one that holds the start of the period.
 */
// Days and weeks of a zone whose clocks do not change in these years are all as long: a division, 5 × as fast as the calendar.
const unitOf = (unit: Question['unit'], ts: Sql, { world: { zone } }: Scene, starts: readonly Date[]): Sql => {
  const first = starts[0] ?? new Date(0)
  const lengths = new Set(starts.slice(1).map((start, i) => start.getTime() - (starts[i]?.getTime() ?? 0)))
  const [length] = lengths
  if (lengths.size === 1 && length !== undefined)
    return sql`intDiv(toUnixTimestamp64Milli(${ts}) - ${i64(first.getTime())}, ${i64(length)})`
  const wall = wallClock(first, zone)
  const local = sql`toTimeZone(${ts}, ${str(zone)})`
  if (unit === 'month')
    return sql`(toRelativeMonthNum(${local}) - ${u32(wall.getUTCFullYear() * 12 + wall.getUTCMonth() + 1)})`
  const days = sql`(toRelativeDayNum(${local}) - ${u32(Math.floor(wall.getTime() / dayMs))})`
  return unit === 'day' ? days : sql`intDiv(${days}, 7)`
}

/**
 * A row per person: `no`, `value`, `s` with a bit for each unit he started in, `b` with a bit for each unit he came back in:
 * of the calendar, or counted from his own start when `align` is rolling.
 */
const personRows = (question: Question, scene: Scene, { cohorts, starts, width }: Calendar): Sql => {
  const { start, back, unit, units, entry, align, breakdown } = question
  const rolling = align === 'rolling'
  const lastOfTable = (starts.at(-1) ?? scene.to).getTime() - 1
  const orLater = question.returned === 'orLater'
  const until = new Date(
    Math.max(
      lastOfTable,
      rolling ? scene.to.getTime() + (units + 1) * rollingMs[unit] : 0,
      orLater ? scene.world.at.getTime() : 0,
    ),
  )
  const isStart = sql`(${matches(start, 'start', scene)} and ts <= ${moment(scene.to)}${entry === 'first' ? sql`` : sql` and ts >= ${moment(scene.from)}`})`
  const isBack = sql`(${matches(back, 'back', scene)} and ts >= ${moment(scene.from)})`
  const bitAt = (place: Sql) => sql`bitShiftLeft(${width}(1), toUInt8(${place}))`
  const unitAt = (ts: Sql) => unitOf(unit, ts, scene, starts)
  // Later than the table reaches is its last unit: only `orLater` reads that far.
  const clamped = (place: Sql) => sql`least(${place}, ${u16(cohorts + units)})`
  const same = JSON.stringify(start) === JSON.stringify(back)
  // Only who starts for the first time ever is a newcomer, so his whole past is read.
  const since = entry === 'first' ? sql`` : sql` and ts >= ${moment(scene.from)}`
  const filter = sql`${matchesAny(same ? [start] : [start, back], 'start', scene)}${since} and ts <= ${moment(until)}${ofPeople(scene)}`
  const keys = keysOf(new Date(0), until)
  const own =
    breakdown && 'property' in breakdown
      ? sql`argMinIf(${textOf(breakdown.property, 'breakdown', scene)}, (ts, message_hash), ${isStart})`
      : sql`''`
  let people: Sql
  if (rolling) {
    const length = i64(rollingMs[unit])
    const passed = sql`intDiv(${keys.msOf(sql`x`)} - ${keys.msOf(sql`started`)}, ${length})`
    // Later than the table reaches is its last unit.
    const counts = orLater ? sql`x > started` : sql`x > started and ${passed} <= ${u16(units)}`
    people = sql`select no, own, ${bitAt(unitAt(sql`began`))} as s,
        arrayFold((a, x) -> bitOr(a, ${bitAt(sql`least(${passed}, ${u16(units)})`)}), arrayFilter(x -> ${counts}, backs), ${width}(0)) as b
      from (select ${counted(scene)} as no, ${own} as own, minIf(ts, ${isStart}) as began, minIf(${keys.key}, ${isStart}) as started, groupArrayIf(${keys.key}, ${isBack}) as backs, countIf(${isStart}) as n
        from events where ${filter} group by no having n > 0 and began >= ${moment(scene.from)})`
  } else {
    // Both events are one and cohorts are whole units: one mark per event says all.
    const whole = starts[0]?.getTime() === scene.from.getTime() && starts[cohorts]?.getTime() === scene.to.getTime() + 1
    const ofCohorts = sql`bitShiftLeft(${width}(1), toUInt8(${u8(cohorts)})) - 1`
    const backs = sql`groupBitOrIf(${bitAt(sql`if(ts >= ${moment(scene.from)}, ${clamped(unitAt(sql`ts`))}, 0)`)}, ${isBack})`
    people =
      entry === 'first'
        ? sql`select no, own, ${bitAt(unitAt(sql`began`))} as s, b from (select ${counted(scene)} as no, ${own} as own, minIf(ts, ${isStart}) as began, ${backs} as b, countIf(${isStart}) as n from events where ${filter} group by no having n > 0 and began >= ${moment(scene.from)})`
        : same && whole
          ? sql`select no, own, bitAnd(b, ${ofCohorts}) as s, b from (select ${counted(scene)} as no, ${own} as own, groupBitOr(${bitAt(clamped(unitAt(sql`ts`)))}) as b from events where ${filter} group by no) where s > 0`
          : sql`select ${counted(scene)} as no, ${own} as own, groupBitOrIf(${bitAt(unitAt(sql`ts`))}, ${isStart}) as s, ${backs} as b from events where ${filter} group by no having s > 0`
  }
  if (!breakdown || 'property' in breakdown) return sql`select no, own as value, s, b from (${people})`
  return sql`select p.no as no, v.value as value, p.s as s, p.b as b from (${people}) as p left join (${valuesOf(breakdown, scene)}) as v on p.no = v.no`
}

const hasBit = (bits: Sql, place: Sql, width: Sql): Sql =>
  sql`bitAnd(${bits}, bitShiftLeft(${width}(1), toUInt8(${place}))) != 0`

/** Cohorts of a row, as an array of places. */
const cohortsOf = ({ cohorts, width }: Calendar): Sql =>
  sql`arrayFilter(i -> ${hasBit(sql`s`, sql`i`, width)}, range(toUInt16(${u16(cohorts)})))`

/** Whether somebody of cohort `c` with marks `b` came back in unit `unit`. */
const cameBack = ({ align, returned }: Question, unit: number, { width }: Calendar): Sql => {
  const place = align === 'rolling' ? sql`toUInt16(${u16(unit)})` : sql`toUInt16(c + ${u16(unit)})`
  return returned === 'on' ? hasBit(sql`b`, place, width) : sql`bitShiftRight(b, toUInt8(${place})) != 0`
}

/** A row per group and cohort: `value`, `c`, `people`, `back` per unit. */
const retentionRows = (question: Question, scene: Scene, calendar: Calendar): Sql => {
  const cells = join(
    Array.from({ length: question.units + 1 }, (_, unit) => sql`sumIf(n, ${cameBack(question, unit, calendar)})`),
    ', ',
  )
  return sql`select value, c, sum(n) as people, [${cells}] as back from (
      select value, b, n, arrayJoin(${cohortsOf(calendar)}) as c
      from (select value, s, b, count() as n from (${personRows(question, scene, calendar)}) group by value, s, b)
    ) group by value, c order by value, c limit 100000`
}

interface Row {
  value: string
  c: number
  people: string | number
  back: (string | number)[]
}

export const answerRetention = async (ask: Ask, question: Question, scene: Scene): Promise<RetentionAnswer> => {
  const { breakdown, units, align, unit } = question
  const { at } = scene.world
  const calendar = calendarOf(question, scene)
  const { cohorts, starts } = calendar
  const rows = await ask<Row>(retentionRows(question, scene, calendar))
  const sizes = new Map<string, number>()
  for (const { value, people } of rows) sizes.set(value, (sizes.get(value) ?? 0) + Number(people))
  const ranked = [...sizes].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([value]) => value)
  const shown = ranked.slice(0, breakdown?.most ?? 1)
  const rest = new Set(ranked.slice(shown.length))
  /** When a unit of a cohort begins for its first member and ends for its last. */
  const span = (cohort: number, place: number): [number, number] => {
    const startOf = (i: number) => starts[i]?.getTime() ?? Number.POSITIVE_INFINITY
    if (align === 'calendar') return [startOf(cohort + place), startOf(cohort + place + 1)]
    const length = rollingMs[unit]
    return [startOf(cohort) + place * length, startOf(cohort + 1) + (place + 1) * length]
  }
  const table = (belongs: (value: string) => boolean, group: string | null, others: boolean) => {
    const mine = rows.filter(({ value }) => belongs(value))
    const list = Array.from({ length: cohorts }, (_, cohort) => {
      const here = mine.filter(({ c }) => c === cohort)
      return {
        at: starts[cohort]?.toISOString() ?? '',
        people: here.reduce((sum, { people }) => sum + Number(people), 0),
        units: Array.from({ length: units + 1 }, (_, place) => {
          const [begins, ends] = span(cohort, place)
          if (begins > at.getTime()) return null
          return {
            people: here.reduce((sum, { back }) => sum + Number(back[place] ?? 0), 0),
            open: ends > at.getTime(),
          }
        }),
      }
    })
    const shares = Array.from({ length: units + 1 }, (_, place) => {
      const over = list.filter((cohort) => cohort.units[place]?.open === false)
      const people = over.reduce((sum, cohort) => sum + cohort.people, 0)
      return people === 0 ? null : over.reduce((sum, { units }) => sum + (units[place]?.people ?? 0), 0) / people
    })
    return { group, others, cohorts: list, shares }
  }
  const groups = breakdown
    ? shown.map((value) => table((one) => one === value, value, false))
    : [table(() => true, null, false)]
  if (rest.size > 0) groups.push(table((value) => rest.has(value), '', true))
  return { kind: 'retention', period: { from: scene.from.toISOString(), to: scene.to.toISOString() }, groups }
}

/** One row, `members`: a cohort, or who of it came back or stayed away in a unit. */
export const retentionMembers = (question: Question, place: PlaceOf<'retention'>, scene: Scene): Sql | undefined => {
  const calendar = calendarOf(question, scene)
  const { cohorts, starts } = calendar
  const cohort =
    place.cohort === undefined
      ? undefined
      : starts.findIndex((start) => start.getTime() === Date.parse(place.cohort ?? ''))
  if (cohort === -1 || (cohort ?? 0) >= cohorts || (place.unit ?? 0) > question.units) return undefined
  const back = place.unit === undefined ? sql`1` : cameBack(question, place.unit, calendar)
  const asked = place.unit !== undefined && place.outcome === 'lost' ? sql`not ${back}` : back
  return sql`select groupBitmapState(no) as members from (
      select no, b, value, arrayJoin(${cohortsOf(calendar)}) as c from (${personRows(question, scene, calendar)})
    ) where ${cohort === undefined ? sql`1` : sql`c = ${u8(cohort)}`} and ${asked} and ${inGroup(sql`value`, question.breakdown && place.group)}`
}
