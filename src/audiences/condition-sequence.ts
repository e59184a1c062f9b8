import { ch } from '#platform'
import { propertySubject } from './comparison.ts'
import { eventMatches } from './condition-event.ts'
import { bitmapOf, counted, inWindow, positiveMs, positiveMsOf, tableOf, type World } from './condition-world.ts'
import type { EventMatch, SequenceCondition } from './definition-contract.ts'
import { gapLength } from './values-contract.ts'

const { sql, join, str, strings, u8, u32, u64 } = ch
type Sql = ch.Sql

const noLimit = 2n ** 62n
const limitOf = (span: string | undefined) => u64(span === undefined ? noLimit : gapLength(span))

/**
 * Customers with events that follow one another as the steps say, in the order (ts, message_hash).
 *
 * One pass: the events that any step names, per customer (and key) as an array in order, each with a bit per step it could
 * be. For every step and event `s` is the latest start of a chain that ends there, or 0. The nearest possible event before
 * is always the best one to go on from: it is nearer for the gap, its chain starts no earlier, and less lies between.
 */
export const sequenceRows = (node: SequenceCondition, path: string, world: World): Sql => {
  const matches: Sql[] = []
  const bitOf = (match: EventMatch, at: string): number =>
    matches.push(sql`(${join(eventMatches(match, at, world), ' and ')})`) - 1
  const steps = node.sequence.map((step, i) => {
    const at = `${path === '' ? '' : `${path}.`}sequence.${i}`
    return {
      ...step,
      bit: bitOf(step, at),
      between: (step.without ?? []).map((match, j) => bitOf(match, `${at}.without.${j}`)),
    }
  })
  const names = [
    ...new Set(node.sequence.flatMap(({ event, without }) => [event, ...(without ?? []).map((one) => one.event)])),
  ]
  const needed = steps.filter(({ did }) => did !== false).reduce((mask, { bit }) => mask + 2 ** bit, 0)
  const key = node.by === undefined ? undefined : propertySubject(path, node.by, world)
  const filters = [
    names.length === 1 ? sql`event = ${str(names[0] ?? '')}` : sql`event in ${strings(names)}`,
    ...inWindow(sql`ts`, node, world),
    ...(key ? [key.exists] : []),
  ]
  const mask = join(
    matches.map((match, bit) => sql`bitShiftLeft(toUInt32(${match}), ${u8(bit)})`),
    ' + ',
  )
  const rows = sql`select ${counted(world)} as no${key ? sql`, ${key.text} as k` : sql``}, ${positiveMs(sql`ts`)} as t, message_hash as h, ${mask} as m from ${tableOf('events', world)} where ${join(filters, ' and ')}`
  const ordered = sql`select no, arraySort(groupArray((t, h, m))) as e from (${rows}) where m != 0 group by no${key ? sql`, k` : sql``} having bitAnd(groupBitOr(m), ${u32(needed)}) = ${u32(needed)}`
  const [start, ...following] = steps
  let chains = sql`select no, t, m, arrayMap((t, m) -> if(bitTest(m, ${u8(start?.bit ?? 0)}), t, toUInt64(0)), t, m) as s from (select no, tupleElement(e, 1) as t, tupleElement(e, 3) as m from (${ordered}))`
  for (const { did, bit, between, within } of following) {
    if (did === false) {
      // The next one after each event, or 0.
      const next = sql`arrayPushBack(arrayPopFront(arrayReverseFill(x -> x != 0, arrayMap((t, m) -> if(bitTest(m, ${u8(bit)}), t, toUInt64(0)), t, m))), toUInt64(0))`
      chains = sql`select no, t, m, arrayMap((t, s, n) -> if(s != 0 and t + ${limitOf(within)} <= ${positiveMsOf(world.at)} and (n = 0 or n > t + ${limitOf(within)}), s, toUInt64(0)), t, s, ${next}) as s from (${chains})`
      continue
    }
    const forbidden = u32(between.reduce((mask, bit) => mask + 2 ** bit, 0))
    // Before each event: when the nearest end of a chain was and when that began; 1 when something forbidden came after it.
    const before = sql`arrayPopBack(arrayPushFront(arrayFill(x -> x.1 != 0, arrayMap((t, m, s) -> if(s != 0, (t, s), (toUInt64(bitAnd(m, ${forbidden}) != 0), toUInt64(0))), t, m, s)), (toUInt64(0), toUInt64(0))))`
    chains = sql`select no, t, m, arrayMap((t, m, l) -> if(bitTest(m, ${u8(bit)}) and l.1 > 1 and t - l.1 <= ${limitOf(within)} and t - l.2 <= ${limitOf(node.overall)}, l.2, toUInt64(0)), t, m, ${before}) as s from (${chains})`
  }
  return sql`${bitmapOf(sql`no`)} from (${chains}) where arrayExists(s -> s != 0, s)`
}
