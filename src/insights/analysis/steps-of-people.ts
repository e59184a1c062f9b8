import { ch } from '#platform'
import type { EventSelection } from './contract.ts'
import { counted, inPeriod, type Keys, keysOf, matches, ofPeople, type Scene } from './scene.ts'

const { sql, strings, u8, u32s, u64 } = ch
type Sql = ch.Sql
type Ask = <T>(query: Sql) => Promise<T[]>

/** Events told apart in one answer; rarer ones are all "others". */
const mostNames = 250
/** Of `code` below: another event, and the anchor. */
export const otherCode = 0
export const anchorCode = 255

/** Names of events of the period, the most frequent first. */
export const namesOf = async (ask: Ask, scene: Scene, only: readonly string[] | undefined): Promise<string[]> => {
  const filter = only ? sql` and event in ${strings(only)}` : sql``
  const rows = await ask<{ event: string }>(
    sql`select event from events where ${inPeriod(scene.from, scene.to)}${filter} group by event order by count() desc, event limit ${ch.u32(mostNames)}`,
  )
  return rows.map(({ event }) => event)
}

/**
 * A row per session: `no`, `steps`, its events in order, each one number: the key with the event's code in the last eight
 * bits (1 for the first of `names`). A session ends when nothing follows for the gap; one that is under way at an end of the
 * period is cut there.
 */
export const sessionRows = (
  scene: Scene,
  {
    names,
    only,
    gapMinutes,
    anchor,
  }: {
    names: readonly string[]
    only?: readonly string[] | undefined
    gapMinutes: number
    anchor?: EventSelection | undefined
  },
): { rows: Sql; keys: Keys } => {
  const keys = keysOf(scene.from, scene.to, 8)
  const plain = sql`transform(toString(event), ${strings(names)}, ${u32s(names.map((_, i) => i + 1))}, toUInt32(0))`
  const code = anchor ? sql`if(${matches(anchor, 'anchor', scene)}, toUInt32(${u8(anchorCode)}), ${plain})` : plain
  const wanted = only ? sql` and event in ${strings([...only, ...(anchor ? [anchor.event] : [])])}` : sql``
  const ms = (element: Sql) => keys.msOf(sql`bitShiftRight(${element}, 8)`)
  const rows = sql`select no, arrayJoin(arraySplit((x, i) -> i > 1 and ${ms(sql`x`)} - ${ms(sql`line[i - 1]`)} > ${u64(gapMinutes * 60_000)}, line, arrayEnumerate(line))) as steps
    from (select ${counted(scene)} as no, arraySort(groupArray(bitShiftLeft(${keys.key}, 8) + ${code})) as line
      from events where ${inPeriod(scene.from, scene.to)}${wanted}${ofPeople(scene)} group by no)`
  return { rows, keys: { ...keys, msOf: ms } }
}

export const codeOf = (element: Sql): Sql => sql`bitAnd(${element}, 255)`
