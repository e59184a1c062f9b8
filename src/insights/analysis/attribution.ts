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

const { sql, join, str, f64, u32, u64, moment } = ch
type Sql = ch.Sql
type Question = QuestionOf<'attribution'>
type Ask = <T>(query: Sql) => Promise<T[]>

const dayMs = 86_400_000
/** Sequences of channels read for the Markov chain. */
const mostSequences = 20_000
const mostChannels = 500

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
  const credits = (['first', 'last', 'linear', 'timeDecay', 'position'] as const).map((model) => {
    const rules = {
      first: sql`toFloat64(i <= 1)`,
      last: sql`toFloat64(i = n)`,
      linear: sql`1 / greatest(n, 1)`,
      timeDecay: sql`if(n = 0, 1., decays[i] / arraySum(decays))`,
      position: sql`multiIf(n <= 1, 1., n = 2, 0.5, i = 1 or i = n, 0.4, 0.2 / (n - 2))`,
    }
    return sql`sum(${rules[model]}), sum(${rules[model]} * value)`
  })
  // Ages are taken from the youngest touch: of very old ones alone all powers would be nought.
  return sql`select channel, toUInt32(countIf(i > 0)) as touches, [${join(credits, ', ')}] as credits from (
      select value, length(path) as n, arrayMap(age -> exp2(-(age - arrayMin(ages)) / ${f64(question.halfLifeDays * dayMs)}), ages) as decays,
        arrayJoin(if(n = 0, [0], arrayEnumerate(path))) as i, if(i = 0, '', path[i]) as channel
      from (${conversionRows(question, scene)})
    ) group by channel order by credits[5] desc, channel limit ${u32(mostChannels)}`
}

/**
 * A row per sequence of channels: `path`, `conversions`, `losses`. What a person met within the period that led to no
 * conversion is one sequence that was lost. The same channel again and again counts once.
 */
export const sequenceRows = (question: Question, scene: Scene): Sql => {
  const { rows, keys, since } = personRows(question, scene)
  const inside = u64(scene.from.getTime() - since.getTime())
  const lost = sql`select arrayCompact(arrayMap(t -> t.2, arrayFilter(t -> ${keys.msOf(sql`t.1`)} > ${inside} and not arrayExists(c -> ${leadsTo(keys, question)}, conversions), touches))) as path, 0 as won from (${rows})`
  return sql`select path, toUInt32(sum(won)) as conversions, toUInt32(sum(1 - won)) as losses from (
      select arrayCompact(path) as path, 1 as won from (${conversionRows(question, scene)}) union all ${lost}
    ) where notEmpty(path) group by path order by count() desc, path limit ${u32(mostSequences)}`
}

interface Row {
  channel: string
  touches: number
  credits: number[]
}

export const answerAttribution = async (ask: Ask, question: Question, scene: Scene): Promise<AttributionAnswer> => {
  const [rows, sequences, [all]] = await Promise.all([
    ask<Row>(creditRows(question, scene)),
    ask<{ path: string[]; conversions: number; losses: number }>(sequenceRows(question, scene)),
    ask<{ conversions: number; worth: number; direct: number; directValue: number }>(
      sql`select toUInt32(count()) as conversions, sum(value) as worth, toUInt32(countIf(empty(path))) as direct, sumIf(value, empty(path)) as directValue from (${conversionRows(question, scene)})`,
    ),
  ])
  const { conversions = 0, worth: value = 0, direct = 0, directValue = 0 } = all ?? {}
  const effects = removalEffects(sequences.map(({ path, ...counts }) => ({ channels: path, ...counts })))
  const channels = rows.map(({ channel, touches, credits }) => {
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
    cut: sequences.length === mostSequences,
  }
}

/** One row, `members`: who converted with a touch of the channel in the window; '' for those without any. */
export const attributionMembers = (question: Question, { channel }: PlaceOf<'attribution'>, scene: Scene): Sql =>
  sql`select groupBitmapState(no) as members from (${conversionRows(question, scene)}) where ${channel === '' ? sql`empty(path)` : sql`has(path, ${str(channel)})`}`
