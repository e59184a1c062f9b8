import type { Definition } from '#audiences'
import { type Ctx, ch } from '#platform'
import type { Frozen } from '../plans/frozen.ts'
import { membersOf } from '../triggers/among.ts'

/** Events this long ago show who a trigger by event would have let in. */
const lately = '30 days'

const everybody = (seed: string): Definition => ({ split: { seed, from: 0, to: 1 } })

/** Whom the trigger of a definition means now; of events, dates and programs, who could have been meant lately. */
const meantBy = ({ definition, audiences }: Pick<Frozen, 'definition' | 'audiences'>, seed: string): Definition => {
  const { trigger } = definition
  switch (trigger.kind) {
    case 'once':
    case 'recurring':
    case 'audience':
      return (audiences[trigger.audienceId]?.definition as Definition | undefined) ?? { audience: trigger.audienceId }
    case 'list':
      return { list: trigger.listId }
    case 'date':
      return { trait: trigger.trait, exists: true }
    case 'event': {
      const { event, where, count } = trigger
      return { event, ...(where && { where }), within: lately, ...(count > 1 && { count: { gte: count } }) }
    }
    default:
      return everybody(seed)
  }
}

/** Who may enter: how many, and up to `most` of them, drawn by the seed and in order of their numbers. */
export const whoMayEnter = async (
  ctx: Ctx,
  frozen: Pick<Frozen, 'definition' | 'audiences'>,
  { seed, most }: { seed: string; most: number },
): Promise<{ total: number; nos: number[] }> => {
  const { only } = frozen.definition
  const meant = meantBy(frozen, seed)
  const all: Definition = only ? { all: [meant, only] } : meant
  const counted = await ctx.ch.one<{ total: number; nos: number[] }>(
    ch.sql`select toUInt32(bitmapCardinality(members)) as total, if(total <= ${ch.u32(most)}, arraySort(bitmapToArray(members)), []) as nos from (${await membersOf(ctx, all, frozen.audiences)})`,
  )
  const { total = 0, nos = [] } = counted ?? {}
  if (total <= most) return { total, nos }
  const sampled = await ctx.ch.one<{ nos: number[] }>(
    ch.sql`select arraySort(bitmapToArray(members)) as nos from (${await membersOf(ctx, { sample: { of: all, size: most, seed } }, frozen.audiences)})`,
  )
  return { total, nos: sampled?.nos ?? [] }
}
