import { ch } from '#platform'

const { sql, moment, str, f64 } = ch
type Sql = ch.Sql

/**
 * The eight classes by recency, frequency and monetary value, each high or low ("high" recency = recent).
 * Names: marketing convention of VeCDP.
 */
export const rfmClasses = {
  HHH: '重要价值客户',
  LHH: '重要唤回客户',
  HLH: '重要深耕客户',
  LLH: '重要挽留客户',
  HHL: '潜力客户',
  HLL: '新客户',
  LHL: '一般维持客户',
  LLL: '流失客户',
} as const
export type RfmClass = keyof typeof rfmClasses

/** Where high begins: above the mean or median of everybody who acted, or at fixed figures. */
export type RfmCut = 'mean' | 'median' | { recency: number; frequency: number; monetary: number }

/**
 * Recency, frequency and monetary value per customer.
 * @param acts rows `customer_no, ts, act, amount`: `act` is what counts once (an order, text), `amount` a number, null counts 0
 * @param at base date; recency is the calendar days in `zone` from the day of the last act to the day of `at` (0 = same day)
 * @returns rows `customer_no, recency, frequency, monetary`: days, acts, sum of amounts
 */
export const rfmFigures = (acts: Sql, { at, zone }: { at: Date; zone: string }): Sql =>
  sql`select customer_no, toFloat64(dateDiff('day', max(ts), ${moment(at)}, ${str(zone)})) as recency, toFloat64(uniqExact(act)) as frequency, sum(ifNull(amount, 0)) as monetary from (${acts}) group by customer_no`

/**
 * Scores 1 to 5 by quintile, 5 the best: recent, frequent, of high value. The edges are the quantiles .2, .4, .6, .8 with
 * linear interpolation (type 7 of Hyndman and Fan, `pandas.qcut`); a value equal to an edge belongs below it, and equal
 * values always get equal scores.
 * @param figures rows of `rfmFigures`
 * @returns rows `customer_no, recency, frequency, monetary, r, f, m`
 */
export const rfmScores = (figures: Sql): Sql =>
  sql`with (select (quantilesExactInclusive(0.2, 0.4, 0.6, 0.8)(recency), quantilesExactInclusive(0.2, 0.4, 0.6, 0.8)(frequency), quantilesExactInclusive(0.2, 0.4, 0.6, 0.8)(monetary)) from (${figures})) as edges select customer_no, recency, frequency, monetary, toUInt8(5 - arrayCount(e -> recency > e, edges.1)) as r, toUInt8(1 + arrayCount(e -> frequency > e, edges.2)) as f, toUInt8(1 + arrayCount(e -> monetary > e, edges.3)) as m from (${figures})`

/**
 * The eight classes. Against mean and median: recent is fewer days than the cut, frequent and valuable more than the cut, so
 * that people who all acted once are not all frequent. Against fixed figures the figure itself is high: 30 days, 3 orders.
 * @param figures rows of `rfmFigures`
 * @returns rows `customer_no, recency, frequency, monetary, class`, class a key of `rfmClasses`
 */
export const rfmClassesOf = (figures: Sql, cut: RfmCut): Sql => {
  const high = (word: Sql) => sql`if(${word}, 'H', 'L')`
  if (typeof cut === 'object')
    return sql`select customer_no, recency, frequency, monetary, concat(${high(sql`recency <= ${f64(cut.recency)}`)}, ${high(sql`frequency >= ${f64(cut.frequency)}`)}, ${high(sql`monetary >= ${f64(cut.monetary)}`)}) as class from (${figures})`
  const middle =
    cut === 'mean' ? (name: Sql) => sql`avg(${name})` : (name: Sql) => sql`quantileExactInclusive(0.5)(${name})`
  return sql`with (select (${middle(sql`recency`)}, ${middle(sql`frequency`)}, ${middle(sql`monetary`)}) from (${figures})) as cuts select customer_no, recency, frequency, monetary, concat(${high(sql`recency < cuts.1`)}, ${high(sql`frequency > cuts.2`)}, ${high(sql`monetary > cuts.3`)}) as class from (${figures})`
}
