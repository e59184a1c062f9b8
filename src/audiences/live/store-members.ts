import { type Ctx, ch } from '#platform'
import { type Followed, giveNumbers } from './followed.ts'
import { membersNow, publish } from './moves.ts'
import '../tables.ts'

const { u32, uuid, moment } = ch

/**
 * Writes the bitmap down, so that readers need not add up more than a few minutes of moves.
 * @returns false when the audience is gone, or its moves do not add up and it must be computed in full
 */
export const storeMembers = async (
  ctx: Ctx,
  one: Followed,
  heldOrThrow: (ctx: Ctx) => Promise<void>,
): Promise<boolean> => {
  const shown = await ctx.pg
    .selectFrom('audiences.audience')
    .select(['id', 'refresh_shown', 'feed_refresh'])
    .where('id', '=', one.id)
    .executeTakeFirst()
  if (!shown) return false
  await giveNumbers(ctx, [one])
  const refresh = one.numbers.next++
  const startedAt = performance.now()
  await ctx.ch.command(
    ch.sql`insert into audience_membership (audience_id, version, refresh, members, at) select ${uuid(one.id)}, ${u32(one.version)}, ${u32(refresh)}, bitmap, ${moment(one.asOf)} from ${await membersNow(ctx, shown)}`,
  )
  const stored = await ctx.ch.one<{ size: number }>(
    ch.sql`select toUInt32(groupBitmapMerge(members)) as size from audience_membership where audience_id = ${uuid(one.id)} and refresh = ${u32(refresh)}`,
  )
  if (stored?.size !== one.members.size()) {
    ctx.log.error({ audience: one.id, stored: stored?.size, held: one.members.size() }, 'moves do not add up')
    return false
  }
  const { entered, left } = one
  await ctx.tx(async (ctx) => {
    await heldOrThrow(ctx)
    const there = await publish(
      ctx,
      [{ id: one.id, refresh, size: stored.size, entered: [], left: [], rebuilt: false }],
      one.asOf,
    )
    if (!there.has(one.id)) return
    await ctx.pg.updateTable('audiences.audience').set({ refresh_shown: refresh }).where('id', '=', one.id).execute()
    await ctx.pg
      .insertInto('audiences.refresh')
      .values({
        audience_id: one.id,
        refresh,
        version: one.version,
        as_of: one.asOf,
        size: stored.size,
        entered,
        left,
        took_ms: Math.round(performance.now() - startedAt),
        by: 'live',
      })
      .execute()
  })
  one.entered -= entered
  one.left -= left
  one.storedAt = Date.now()
  return true
}
