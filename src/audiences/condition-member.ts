import { ch } from '#platform'
import { bitmapOf, counted, inWindow, type World } from './condition-world.ts'
import type { AudienceCondition, ListCondition } from './definition-contract.ts'
import { problem } from './problem.ts'

const { sql, u32, uuid } = ch
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
 * Members at the last refresh, at any refresh, or who entered or left at a refresh in the window.
 * As far back as refreshes are kept.
 */
export const membershipRows = ({ audience, member, entered, left }: AudienceCondition, world: World): Sql => {
  const id = audience.toLowerCase()
  const source = sql`from audience_membership where audience_id = ${uuid(id)}`
  const merged = sql`groupBitmapMergeState(members)`
  if (member === 'at last refresh')
    return stored(merged, sql`${source} and refresh = ${u32(world.refreshes?.get(id) ?? 0)}`, world)
  if (member === 'ever') return stored(merged, source, world)
  const refreshes = sql`select refresh, groupBitmapMergeState(members) as m, max(at) as at ${source} group by refresh`
  const kept = sql`select arraySort(r -> r.1, groupArray((refresh, m, at))) as r from (${refreshes})`
  // The first refresh brings everybody in; of one that is no longer kept the next one is the first.
  const steps = sql`select arrayJoin(arrayMap((now, before) -> (now.3, before, now.2), r, arrayPushFront(arrayPopBack(arrayMap(x -> x.2, r)), bitmapBuild([]::Array(UInt32))))) as step from (${kept})`
  const change = entered ? sql`bitmapAndnot(step.3, step.2)` : sql`bitmapAndnot(step.2, step.3)`
  const times = inWindow(sql`step.1`, entered ?? left ?? {}, world)
  const within = times.length === 0 ? sql`` : sql` where ${ch.join(times, ' and ')}`
  return stored(
    sql`groupBitmapMergeState(changed)`,
    sql`from (select ${change} as changed from (${steps})${within})`,
    world,
  )
}
