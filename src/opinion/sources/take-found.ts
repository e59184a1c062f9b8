import type { Ctx } from '#platform'
import type { Item } from '../contract.ts'
import { postIdOf } from '../intake/keys.ts'
import { takeIn } from '../intake/take-in.ts'
import { type DoorNote, throughDoor } from './read/door.ts'
import type { Found } from './read/found.ts'
import type { Settings } from './store.ts'

/** What was found, through the door and into the store. */

export interface Reject {
  /** Place in what came, from 0. */
  index: number
  field: string
  reason: string
}

interface Passed {
  index: number
  item: Item
  notes: DoorNote[]
}

export interface DoorSettings {
  settings: Pick<Settings, 'platform' | 'postKind'> & { dateFormat?: string; zone?: string }
  now: Date
  base?: string | undefined
}

/** Everything through the door; nothing is stored. */
export const passDoor = (
  found: readonly Found[],
  { settings, now, base }: DoorSettings,
): { passed: Passed[]; rejects: Reject[] } => {
  const passed: Passed[] = []
  const rejects: Reject[] = []
  for (const [index, one] of found.entries()) {
    const door = throughDoor(one, {
      platform: settings.platform,
      kind: settings.postKind,
      now,
      ...(base !== undefined && { base }),
      ...(settings.dateFormat !== undefined && { dateFormat: settings.dateFormat }),
      ...(settings.zone !== undefined && { zone: settings.zone }),
    })
    if ('item' in door) passed.push({ index, ...door })
    else rejects.push({ index, ...door })
  }
  return { passed, rejects }
}

/** Posts at once; what comes between gets its turn. */
const perBatch = 500

export interface Stored {
  /** Items that were new, with their post ids and places. */
  fresh: { index: number; postId: string; item: Item }[]
  known: number
  rejects: Reject[]
}

/** Stores what passed. @param more between batches: progress, a wish to stop */
export const storePassed = async (
  ctx: Ctx,
  sourceId: number,
  passed: readonly Passed[],
  more?: (done: number) => Promise<boolean>,
): Promise<Stored> => {
  const stored: Stored = { fresh: [], known: 0, rejects: [] }
  for (let from = 0; from < passed.length; from += perBatch) {
    const batch = passed.slice(from, from + perBatch)
    const taken = await takeIn(ctx, { sourceId, items: batch.map(({ item }) => item) })
    const fresh = new Set(taken.stored)
    for (const { index, item } of batch) {
      const postId = postIdOf(item.platform, item.guid)
      // An item that stands twice in a batch is one post.
      if (fresh.delete(postId)) stored.fresh.push({ index, postId, item })
    }
    for (const { index, field, reason } of taken.refused) {
      const of = batch[index]
      stored.rejects.push({ index: of?.index ?? index, field, reason })
    }
    stored.known += taken.known.length
    if (more && !(await more(from + batch.length))) break
  }
  return stored
}
