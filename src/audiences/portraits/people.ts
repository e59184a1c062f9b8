import { type Ctx, ch, type Json } from '#platform'
import { compile } from '../condition.ts'
import type { List } from '../lists/contract.ts'
import { saveList } from '../lists/save.ts'
import { knownSets, setOf } from '../lists/sets.ts'
import { readList } from '../lists/store.ts'
import { worldOf } from '../world.ts'
import type { NewPeople } from './contract.ts'

/**
 * Freezes the people of a bar as a list: those of the set, or of everybody, for whom the condition holds now.
 * @throws audiences.unknown, audiences.notRefreshed, audiences.listUnknown, and what compiling the condition throws
 */
export const savePeople = async (ctx: Ctx, { name, why, of, condition }: NewPeople): Promise<List> => {
  const [known, world] = await Promise.all([knownSets(ctx, of ? [of] : []), worldOf(ctx, condition)])
  const set = of ? setOf(known, of) : undefined
  const { members } = compile(condition, world)
  const { id } = await saveList(ctx, {
    name,
    kind: 'insight',
    why,
    madeOf: { of: set?.madeOf ?? 'everybody', condition: condition as Json },
    ...(set?.kind === 'audience' && { audienceId: set.id }),
    asOf: world.at,
    members: set
      ? ch.sql`select bitmapAnd(members, bitmap) as members from (${members}) as held, ${set.bitmap} as within`
      : members,
  })
  return readList(ctx, { id })
}
