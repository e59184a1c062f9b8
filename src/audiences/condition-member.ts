import { ch } from '#platform'
import { bitmapOf, counted, inWindow, type Refreshes, type World } from './condition-world.ts'
import type { AudienceCondition, ListCondition } from './definition-contract.ts'
import { problem } from './problem.ts'

const { sql, join, u8, u32, u32s, uuid } = ch
type Sql = ch.Sql

/** The members of a stored bitmap as they count now: who was merged since counts as the one he became. */
const stored = (bitmap: Sql, source: Sql, world: World): Sql =>
  world.merges
    ? sql`${bitmapOf(counted(world))} from (select arrayJoin(bitmapToArray(${bitmap})) as customer_no ${source})`
    : sql`${bitmap} as bitmap ${source}`

/** @throws problem.unknownList */
export const listRows = ({ list }: ListCondition, path: string, world: World): Sql => {
  const id = list.toLowerCase()
  if (!world.lists?.has(id)) throw problem.unknownList({ path, list: id })
  return stored(sql`groupBitmapMergeState(members)`, sql`from audience_lists where list_id = ${uuid(id)}`, world)
}

/** Whether the condition asks for stored refreshes instead of those who match the audience's definition now. */
export const isStoredMembership = ({ member, entered, left }: AudienceCondition): boolean =>
  member !== undefined || entered !== undefined || left !== undefined

/**
 * Members as they are shown, as they ever were, or who entered or left in the window: at a refresh, or between two where
 * the audience follows events. As far back as refreshes are kept.
 */
export const membershipRows = ({ audience, member, entered, left }: AudienceCondition, world: World): Sql => {
  const id = audience.toLowerCase()
  const known = world.refreshes?.get(id)
  if (!known) return sql`${bitmapOf(sql`no`)} from (select toUInt32(0) as no where 0)`
  if (member === 'at last refresh') return stored(sql`bitmap`, sql`from (${shownMembers(id, known)})`, world)
  if (member === 'ever') return stored(sql`groupBitmapMergeState(bitmap)`, sql`from (${everMembers(id, known)})`, world)
  const changes = movedMembers(id, known, entered ? 1 : 0, (at) => inWindow(at, entered ?? left ?? {}, world))
  return stored(sql`groupBitmapMergeState(bitmap)`, sql`from (${changes})`, world)
}

/** Rows that may be read: numbers of refreshes that were given out and never shown are void. */
const readable = (id: string, { shown, voids }: Refreshes): Sql => {
  const known = sql`audience_id = ${uuid(id)} and refresh <= ${u32(shown)}`
  if (voids.length === 0) return known
  const [from, to] = [u32s(voids.map(([from]) => from)), u32s(voids.map(([, to]) => to))]
  return sql`${known} and not arrayExists((a, b) -> refresh between a and b, ${from}, ${to})`
}

const storedNumbers = (id: string, known: Refreshes) =>
  sql`(select groupUniqArray(refresh) from audience_membership where ${readable(id, known)})`

/** What moved after each stored refresh until the next: rows of `seg` (its number), `came`, `gone`. */
const movesBetween = (id: string, known: Refreshes): Sql =>
  sql`select seg, groupBitmapStateIf(customer_no, last = 1) as came, groupBitmapStateIf(customer_no, last = 0) as gone from (select arrayMax(arrayFilter(r -> r < refresh, ${storedNumbers(id, known)})) as seg, customer_no, argMax(entered, refresh) as last from audience_changes where ${readable(id, known)} and customer_no != 0 and not has(${storedNumbers(id, known)}, refresh) group by seg, customer_no) group by seg`

/** Rows of `seg`, `at`, `began` (the members at that refresh) and `ended` (before the next one). */
const segments = (id: string, known: Refreshes): Sql =>
  sql`select seg, max(taken) as at, groupBitmapMergeState(m) as began, bitmapAndnot(bitmapOr(groupBitmapMergeState(m), groupBitmapMergeState(c)), groupBitmapMergeState(g)) as ended from (select refresh as seg, at as taken, members as m, ${nobody} as c, ${nobody} as g from audience_membership where ${readable(id, known)} union all select seg, toDateTime64(0, 3, 'UTC') as taken, ${nobody} as m, came as c, gone as g from (${movesBetween(id, known)})) group by seg`

const nobody = sql`bitmapBuild(emptyArrayUInt32())`

const shownMembers = (id: string, known: Refreshes): Sql =>
  sql`select ended as bitmap from (${segments(id, known)}) order by seg desc limit 1`

const everMembers = (id: string, known: Refreshes): Sql =>
  sql`select began as bitmap from (${segments(id, known)}) union all select came as bitmap from (select groupBitmapState(customer_no) as came from audience_changes where ${readable(id, known)} and customer_no != 0 and entered = 1)`

const movedMembers = (id: string, known: Refreshes, change: 0 | 1, during: (at: Sql) => Sql[]): Sql => {
  const filter = (at: Sql) => {
    const times = during(at)
    return times.length === 0 ? sql`` : sql` and ${join(times, ' and ')}`
  }
  const between = sql`select groupBitmapState(customer_no) as bitmap from audience_changes where ${readable(id, known)} and customer_no != 0 and entered = ${u8(change)} and not has(${storedNumbers(id, known)}, refresh)${filter(sql`at`)}`
  const inOrder = sql`select arraySort(s -> s.1, groupArray((seg, at, began, ended))) as s from (${segments(id, known)})`
  const steps = sql`select arrayJoin(arrayMap((now, before) -> (now.1, now.2, now.3, before), s, arrayPushFront(arrayPopBack(arrayMap(x -> x.4, s)), ${nobody}))) as step, (s[1]).1 as earliest from (${inOrder})`
  const difference = change === 1 ? sql`bitmapAndnot(step.3, step.4)` : sql`bitmapAndnot(step.4, step.3)`
  // Of the earliest that is still kept nobody knows who was there before, unless it was the very first.
  const atRefreshes = sql`select ${difference} as bitmap from (${steps}) where (step.1 != earliest or step.1 = ${u32(known.first)})${filter(sql`step.2`)}`
  return sql`${between} union all ${atRefreshes}`
}
