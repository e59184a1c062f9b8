import { ch } from '#platform'
import { bucketStart, bucketsOf } from './buckets.ts'
import type { PlaceOf, QuestionOf, SessionsAnswer } from './contract.ts'
import { histogramBounds } from './lengths.ts'
import type { Scene } from './scene.ts'
import { codeOf, namesOf, sessionRows } from './steps-of-people.ts'

const { sql, join, f64, i64, u32 } = ch
type Sql = ch.Sql
type Question = QuestionOf<'sessions'>
type Ask = <T>(query: Sql) => Promise<T[]>

const dayMs = 86_400_000
const mostEnds = 12

/** A row per session: `no`, `ms` (its length), `n` (events), `began` (an instant), `entry` and `exit` (codes of `names`). */
const shapes = (question: Question, scene: Scene, names: readonly string[]): Sql => {
  const { rows, keys } = sessionRows(scene, { names, only: question.events, gapMinutes: question.gapMinutes })
  const ms = (element: Sql) => keys.msOf(element)
  return sql`select no, length(steps) as n, ${ms(sql`steps[-1]`)} - ${ms(sql`steps[1]`)} as ms,
    fromUnixTimestamp64Milli(toInt64(${ms(sql`steps[1]`)}) + ${i64(scene.from.getTime() - 1)}, 'UTC') as began, ${codeOf(sql`steps[1]`)} as entry, ${codeOf(sql`steps[-1]`)} as exit
    from (${rows})`
}

/** One row per bucket, and one for all with bucket 0. */
export const sessionFigures = (question: Question, scene: Scene, names: readonly string[]): Sql => {
  const bounds = histogramBounds(dayMs)
  const histogram = join(
    bounds.map(({ fromMs, toMs }) => sql`countIf(ms > ${f64(fromMs)} and ms <= ${f64(toMs)})`),
    ', ',
  )
  return sql`select toUInt32(bucket) as bucket, toUInt32(count()) as sessions, toUInt32(uniqExact(no)) as people, toFloat64(sum(n)) as events, toUInt32(countIf(n = 1)) as single,
      avg(ms) as avgMs, quantileExactInclusive(0.5)(ms) as medianMs, quantileExactInclusive(0.9)(ms) as p90Ms, avg(n) as avgEvents, quantileExactInclusive(0.5)(n) as medianEvents,
      [${histogram}] as histogram
    from (select *, ${bucketStart(question.granularity, scene.world.zone, sql`began`)} as bucket from (${shapes(question, scene, names)}))
    group by grouping sets ((bucket), ())`
}

/** First and last events of sessions: `code`, `entries`, `exits`. */
const endRows = (question: Question, scene: Scene, names: readonly string[]): Sql =>
  sql`select tupleElement(pair, 1) as side, tupleElement(pair, 2) as code, toUInt32(count()) as sessions from (select arrayJoin([('entry', entry), ('exit', exit)]) as pair from (${shapes(question, scene, names)})) group by side, code order by sessions desc, code limit ${u32(mostEnds)} by side`

interface Row {
  bucket: number
  sessions: number
  people: number
  events: number
  single: number
  avgMs: number | null
  medianMs: number | null
  p90Ms: number | null
  avgEvents: number | null
  medianEvents: number | null
  histogram: (string | number)[]
}

export const answerSessions = async (ask: Ask, question: Question, scene: Scene): Promise<SessionsAnswer> => {
  const names = await namesOf(ask, scene, question.events)
  const [rows, ends] = await Promise.all([
    ask<Row>(sessionFigures(question, scene, names)),
    ask<{ side: string; code: string; sessions: number }>(endRows(question, scene, names)),
  ])
  const { from, to, world } = scene
  const starts = bucketsOf(from, to, question.granularity, world.zone)
  const at = new Map(rows.map((row) => [row.bucket, row]))
  const all = at.get(0)
  const bounds = histogramBounds(dayMs)
  const ranked = (side: string) =>
    ends
      .filter((row) => row.side === side)
      .map(({ code, sessions }) => ({ event: names[Number(code) - 1] ?? '', sessions }))
  const none = !all || all.sessions === 0
  return {
    kind: 'sessions',
    period: { from: from.toISOString(), to: to.toISOString() },
    sessions: all?.sessions ?? 0,
    people: all?.people ?? 0,
    events: all?.events ?? 0,
    single: all?.single ?? 0,
    lengthMs: none ? { avg: null, median: null, p90: null } : { avg: all.avgMs, median: all.medianMs, p90: all.p90Ms },
    perSession: none ? { avg: null, median: null } : { avg: all.avgEvents, median: all.medianEvents },
    buckets: starts.slice(0, -1).map((start, i) => {
      const row = at.get(start.getTime() / 1_000)
      return {
        at: start.toISOString(),
        open: (starts[i + 1] ?? start) > world.at,
        sessions: row?.sessions ?? 0,
        people: row?.people ?? 0,
        medianMs: row?.medianMs ?? null,
      }
    }),
    histogram: bounds.map((bound, i) => ({ ...bound, sessions: Number(all?.histogram[i] ?? 0) })),
    entries: ranked('entry'),
    exits: ranked('exit'),
  }
}

/** One row, `members`: who had a session, or one that began or ended with an event. */
export const sessionMembers = (
  question: Question,
  place: PlaceOf<'sessions'>,
  scene: Scene,
  names: readonly string[],
): Sql => {
  const codeOfName = (name: string) => u32(names.indexOf(name) + 1)
  const entry = place.entry === undefined ? sql`1` : sql`entry = ${codeOfName(place.entry)}`
  const exit = place.exit === undefined ? sql`1` : sql`exit = ${codeOfName(place.exit)}`
  return sql`select groupBitmapState(no) as members from (${shapes(question, scene, names)}) where ${entry} and ${exit}`
}
