import { ch } from '#platform'
import { type AttributionAnswer, msOf, type PlaceOf, type QuestionOf } from './contract.ts'
import { removalEffects } from './markov.ts'
import {
  counted,
  inPeriod,
  type Keys,
  keysOf,
  matches,
  matchesAny,
  ofPeople,
  property,
  type Scene,
  textOf,
} from './scene.ts'

const { sql, join, str, f64, u8, u64, moment } = ch
type Sql = ch.Sql
type Question = QuestionOf<'attribution'>
type Ask = <T>(query: Sql) => Promise<T[]>

const dayMs = 86_400_000
const mostChannels = 2_000

/** A row per person: `no`, `touches` of (key, channel) and `conversions` of (key, value), each in order. */
const personRows = (question: Question, scene: Scene): { rows: Sql; keys: Keys; since: Date } => {
  const { conversion, touches, channel, value, lookback } = question
  const since = new Date(scene.from.getTime() - msOf(lookback))
  const keys = keysOf(since, scene.to)
  const isConversion = sql`(${matches(conversion, 'conversion', scene)} and ts >= ${moment(scene.from)})`
  const isTouch = sql`(${join(
    touches.map((touch, i) => sql`(${matches(touch, `touches.${i}`, scene)})`),
    ' or ',
  )})`
  const name = textOf(channel, 'channel', scene)
  const worth = value === undefined ? sql`1.` : sql`ifNull(${property(value, 'value', scene).number}, 0.)`
  const rows = sql`select ${counted(scene)} as no,
      arraySort(x -> x.1, groupArrayIf((${keys.key}, ${name}), ${isTouch} and ${name} != '')) as touches,
      arraySort(x -> x.1, groupArrayIf((${keys.key}, ${worth}), ${isConversion})) as conversions
    from events where ${matchesAny([conversion, ...touches], 'touches', scene)} and ${inPeriod(since, scene.to)}${ofPeople(scene)} group by no`
  return { rows, keys, since }
}

/** Whether touch `t` comes before conversion `c` in order and not more than the window before it. */
const leadsTo = ({ msOf: ms }: Keys, question: Question): Sql =>
  sql`t.1 < c.1 and ${ms(sql`c.1`)} - ${ms(sql`t.1`)} <= ${u64(msOf(question.lookback))}`

/** A row per conversion: `no`, `value`, `path` of channels, `ages` in milliseconds. */
const conversionRows = (question: Question, scene: Scene): Sql => {
  const { rows, keys } = personRows(question, scene)
  return sql`select no, c.2 as value, arrayFilter(t -> ${leadsTo(keys, question)}, touches) as seen, arrayMap(t -> t.2, seen) as path, arrayMap(t -> toFloat64(${keys.msOf(sql`c.1`)} - ${keys.msOf(sql`t.1`)}), seen) as ages
    from (${rows}) array join conversions as c`
}

/**
 * A row per channel, '' for conversions without a touch: credit in conversions and in value by each rule. Of n touches:
 * first, last: the one; linear 1/n; time decay 2^(−age / half-life), made to add up to 1; position: 40 % first, 40 % last,
 * the rest shared by those between, halves of two, all of one.
 */
export const creditRows = (question: Question, scene: Scene): Sql => {
  const credits = [
    sql`toFloat64(i = 1)`,
    sql`toFloat64(i = n)`,
    sql`1 / n`,
    sql`decay / all_decays`,
    sql`multiIf(n = 1, 1., n = 2, 0.5, i = 1 or i = n, 0.4, 0.2 / (n - 2))`,
  ]
  // Ages are taken from the youngest touch: of very old ones alone all powers would be nought. Credits are made before the
  // touches are told apart, so that no row carries the others of its conversion along.
  return sql`select c.1 as channel, toUInt32(countIf(c.1 != '')) as touches, [${join(
    credits.map((_, i) => sql`sum(tupleElement(c, ${u8(i + 2)})), sum(tupleElement(c, ${u8(i + 2)}) * value)`),
    ', ',
  )}] as credits from (
      select value, arrayJoin(if(empty(path), [('', ${join(
        credits.map(() => sql`1.`),
        ', ',
      )})], arrayMap((channel, decay, i) -> (channel, ${join(credits, ', ')}), path, decays, arrayEnumerate(path)))) as c
      from (select value, path, toFloat64(length(path)) as n, arrayMap(age -> exp2(-(age - arrayMin(ages)) / ${f64(question.halfLifeDays * dayMs)}), ages) as decays, arraySum(decays) as all_decays from (${conversionRows(question, scene)}))
    ) group by channel order by credits[5] desc, channel limit 100000`
}

/**
 * A row per step from channel to channel: `from` ('' the start), `to` ('' the end), `converted`, `count`. What a person met
 * within the period that led to no conversion is one walk that ends in nothing. The chain is of first order, so its steps
 * say all; whole sequences would be as many as there are people.
 */
const stepRows = (question: Question, scene: Scene): Sql => {
  const { rows, keys, since } = personRows(question, scene)
  const inside = u64(scene.from.getTime() - since.getTime())
  // The next conversion after each touch by carrying it back; one that happens at the very event of a touch stands before it.
  const merged = sql`arraySort(x -> (x.1, x.2), arrayConcat(touches, arrayMap(c -> (c.1, ''), conversions))) as line, arrayReverseFill(k -> k > 0, arrayMap(x -> if(x.2 = '', x.1, toUInt64(0)), line)) as nexts`
  const unearned = sql`x.2 != '' and ${keys.msOf(sql`x.1`)} > ${inside} and (k = 0 or ${keys.msOf(sql`k`)} - ${keys.msOf(sql`x.1`)} > ${u64(msOf(question.lookback))})`
  const lost = sql`select arrayMap(x -> x.2, arrayFilter((x, k) -> ${unearned}, line, nexts)) as path, 0 as won from (select ${merged} from (${rows}))`
  return sql`select step.1 as from, step.2 as to, toUInt8(step.2 = '' and won) as converted, toUInt32(count()) as count from (
      select won, arrayJoin(arrayMap((a, b) -> (a, b), arrayPushFront(path, ''), arrayPushBack(path, ''))) as step from (
        select path, 1 as won from (${conversionRows(question, scene)}) union all ${lost}
      ) where notEmpty(path)
    ) where step.1 != step.2 group by from, to, converted`
}

interface Row {
  channel: string
  touches: number
  credits: number[]
}

export const answerAttribution = async (ask: Ask, question: Question, scene: Scene): Promise<AttributionAnswer> => {
  const [rows, steps] = await Promise.all([
    ask<Row>(creditRows(question, scene)),
    ask<{ from: string; to: string; converted: number; count: number }>(stepRows(question, scene)),
  ])
  // Whatever the rule, credits add up to what there is; those of the first touch are whole numbers.
  const sumOf = (place: number, list: readonly Row[]) =>
    list.reduce((sum, { credits }) => sum + (credits[place] ?? 0), 0)
  const own = rows.filter(({ channel }) => channel === '')
  const [conversions, value, direct, directValue] = [sumOf(0, rows), sumOf(1, rows), sumOf(0, own), sumOf(1, own)]
  const effects = removalEffects(steps.map((step) => ({ ...step, converted: step.converted === 1 })))
  const channels = rows.slice(0, mostChannels).map(({ channel, touches, credits }) => {
    const effect = effects.get(channel)
    const credit = (place: 0 | 1) => {
      const total = place === 0 ? conversions - direct : value - directValue
      const own = place === 0 ? direct : directValue
      const markov = channel === '' ? own : (effect?.share ?? 0) * total
      const of = (model: number) => credits[model * 2 + place] ?? 0
      return { first: of(0), last: of(1), linear: of(2), timeDecay: of(3), position: of(4), markov }
    }
    return { channel, touches, removal: effect?.removal ?? null, conversions: credit(0), value: credit(1) }
  })
  return {
    kind: 'attribution',
    period: { from: scene.from.toISOString(), to: scene.to.toISOString() },
    conversions,
    value,
    direct,
    channels,
  }
}

/** One row, `members`: who converted with a touch of the channel in the window; '' for those without any. */
export const attributionMembers = (question: Question, { channel }: PlaceOf<'attribution'>, scene: Scene): Sql =>
  sql`select groupBitmapState(no) as members from (${conversionRows(question, scene)}) where ${channel === '' ? sql`empty(path)` : sql`has(path, ${str(channel)})`}`
