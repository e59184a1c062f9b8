import { type Definition, membersAsOf, saveList } from '#audiences'
import { type Ctx, ch, type Json } from '#platform'
import { membersOf } from './among.ts'
import { dayOf, daysMeant } from './occurrences.ts'
import type { Published } from './rules.ts'

const { sql } = ch

/** A run as its members need to know it. */
export interface RunOf {
  id: string
  occurrence: string
}

/** Why a run has nobody to let in: it is told as missed for that reason. */
export type Nobody = 'audienceGone' | 'listGone' | 'firstFill' | 'definitionChanged'

type Meant = { members: ch.Sql; madeOf: Readonly<Record<string, Json>>; audienceId?: string } | { nobody: Nobody }

/** Who is in both. */
const both = (a: ch.Sql, b: ch.Sql): ch.Sql =>
  sql`select bitmapAnd(a.members, b.members) as members from (${a}) as a, (${b}) as b`

/** Whom the trigger means at this run, before the campaign's own condition. */
const meantBy = async (ctx: Ctx, of: Published, { occurrence }: RunOf): Promise<Meant> => {
  const { trigger } = of.definition
  switch (trigger.kind) {
    case 'once':
    case 'recurring': {
      const approved = of.audiences[trigger.audienceId]
      if (!approved) return { nobody: 'audienceGone' }
      const madeOf = { audience: trigger.audienceId, version: approved.version, definition: approved.definition }
      const members = await membersOf(ctx, approved.definition as Definition, of.audiences)
      return { members, madeOf, ...((await isThere(ctx, trigger.audienceId)) && { audienceId: trigger.audienceId }) }
    }
    case 'list': {
      const list = await ctx.pg
        .selectFrom('audiences.list')
        .select('id')
        .where('id', '=', trigger.listId)
        .executeTakeFirst()
      if (!list) return { nobody: 'listGone' }
      return { members: await membersOf(ctx, { list: trigger.listId }), madeOf: { list: trigger.listId } }
    }
    case 'date': {
      const days = daysMeant(trigger, dayOf(occurrence))
      const definition: Definition = days.length > 0 ? { trait: trigger.trait, in: days } : { any: [] }
      const { trait, yearly, offsetDays } = trigger
      return { members: await membersOf(ctx, definition), madeOf: { trait, yearly, offsetDays, day: occurrence } }
    }
    case 'audience':
      return rebuiltMembers(ctx, of, trigger, Number(occurrence.split(' ')[1]))
    default:
      return { nobody: 'audienceGone' }
  }
}

const isThere = async (ctx: Ctx, id: string): Promise<boolean> =>
  (await ctx.pg.selectFrom('audiences.audience').select('id').where('id', '=', id).executeTakeFirst()) !== undefined

/**
 * Who came or went when an audience was taken anew with too many changes to be told one by one: the members of that refresh
 * against those before it. The first fill of an audience, or of another definition, is where counting begins, and moves nobody.
 */
const rebuiltMembers = async (
  ctx: Ctx,
  of: Published,
  { audienceId, on }: { audienceId: string; on: 'entered' | 'left' },
  refresh: number,
): Promise<Meant> => {
  const rows = await ctx.pg
    .selectFrom('audiences.refresh')
    .select(['refresh', 'version', 'pruned'])
    .where('audience_id', '=', audienceId)
    .where('refresh', '<=', refresh)
    .orderBy('refresh', 'desc')
    .limit(2)
    .execute()
  const [now, before] = rows
  if (!now || now.refresh !== refresh || !before || before.pruned) return { nobody: 'firstFill' }
  if (now.version !== before.version) return { nobody: 'definitionChanged' }
  const shown = { id: audienceId, refresh_shown: before.refresh, feed_refresh: refresh - 1 }
  const after = await membersAsOf(ctx, { id: audienceId, refresh_shown: refresh, feed_refresh: refresh })
  const [minuend, subtrahend] =
    on === 'entered' ? [after, await membersAsOf(ctx, shown)] : [await membersAsOf(ctx, shown), after]
  const moved = sql`select bitmapAndnot(a.bitmap, b.bitmap) as members from ${minuend} as a, ${subtrahend} as b`
  const approved = of.audiences[audienceId]
  // What was approved is what runs: whoever came by another definition than that does not enter.
  const isOther = approved !== undefined && approved.version !== now.version && on === 'entered'
  const members = isOther ? both(moved, await membersOf(ctx, approved.definition as Definition, of.audiences)) : moved
  return { members, madeOf: { audience: audienceId, refresh, on }, audienceId }
}

/**
 * Keeps who is in a run: what is worked through, and the answer to "who was in it when we sent". Not inside a transaction.
 * @throws what the definitions meet when they cannot be answered any more
 */
export const keepMembers = async (
  ctx: Ctx,
  of: Published,
  run: RunOf,
  campaignName: string,
): Promise<{ listId: string; total: number } | { nobody: Nobody }> => {
  const meant = await meantBy(ctx, of, run)
  if ('nobody' in meant) return meant
  const { only } = of.definition
  const members = only ? both(meant.members, await membersOf(ctx, only, of.audiences)) : meant.members
  const { campaignId, version } = of
  const { id, size } = await saveList(ctx, {
    // A plan that runs once needs no time in the name of its list.
    name: (run.occurrence === 'once'
      ? campaignName
      : `${campaignName.slice(0, 70)} · ${run.occurrence.replace('T', ' ')}`
    ).slice(0, 100),
    kind: 'snapshot',
    why: `campaign ${campaignId}, version ${version}, run ${run.id}`,
    madeOf: {
      campaign: campaignId,
      campaignVersion: version,
      run: Number(run.id),
      ...meant.madeOf,
      ...(only && { only: only as Json }),
    },
    ...(meant.audienceId && { audienceId: meant.audienceId }),
    members,
  })
  return { listId: id, total: size }
}
