import { reachMask } from '#customers'
import { ch } from '#platform'
import { bitmapOf, counted, positiveMs, tableOf, untilMoment, type World } from './condition-world.ts'
import { type ConsentCondition, type ReachCondition, reachChannels } from './definition-contract.ts'

const { sql, str, strings, moment, u16 } = ch
type Sql = ch.Sql

/**
 * Customers by the newest word about a purpose and channel, a word for every channel counting for each. Who never said
 * anything is `none`; asked for that, the rows are those who are something else (`negated`).
 */
export const consentRows = (
  { consent: { purpose, channel }, is, in: oneOf, asOf }: ConsentCondition,
  world: World,
): { rows: Sql; negated: boolean } => {
  const wanted = is === undefined ? (oneOf ?? []) : [is]
  const negated = wanted.includes('none')
  const said = wanted.filter((state) => state !== 'none')
  const channels = channel === undefined ? [''] : ['', channel]
  // The version and the word in one number. Words of one instant: by the number Postgres gave them.
  const latest = sql`toUInt64(max(bitShiftLeft(toUInt128(${positiveMs(sql`at`)}), 64) + toUInt128(id) * 4 + toUInt8(status))) % 4`
  const matches = sql`arrayElement(['', 'granted', 'refused', 'withdrawn'], ${latest} + 1) in ${strings(said)}`
  return {
    rows: sql`${bitmapOf(sql`no`)} from (select ${counted(world)} as no from ${tableOf('customer_consents', world)} where purpose = ${str(purpose)} and channel in ${strings(channels)} and at <= ${moment(untilMoment(asOf, world))} group by no having ${negated ? sql`not (${matches})` : matches})`,
    negated,
  }
}

/** Customers who have an identifier by which the channel reaches people. */
export const reachRows = ({ reachable }: ReachCondition, world: World): Sql =>
  sql`${bitmapOf(counted(world))} from ${tableOf('customer_reach', world)} where bitAnd(kinds, ${u16(reachMask(reachChannels[reachable]))}) != 0`
