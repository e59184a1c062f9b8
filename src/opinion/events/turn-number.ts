import type { Ctx } from '#platform'
import './tables.ts'

/** The number that counts up with each change of what belongs to which event of a drill (0 is real). */
export const turnOf = async (ctx: Ctx, drillId: number): Promise<string> =>
  (await ctx.pg.selectFrom('opinion.event_turn').select('number').where('drill_id', '=', drillId).executeTakeFirst())
    ?.number ?? '0'

/** Takes the turn after one that was read. In the transaction of what was decided on it. @returns undefined when another came first */
export const takeTurn = async (ctx: Ctx, drillId: number, before: string): Promise<string | undefined> => {
  const number = String(BigInt(before) + 1n)
  const taken =
    before === '0'
      ? await ctx.pg
          .insertInto('opinion.event_turn')
          .values({ drill_id: drillId, number })
          .onConflict((conflict) =>
            conflict.column('drill_id').doUpdateSet({ number }).where('opinion.event_turn.number', '=', '0'),
          )
          .returning('number')
          .executeTakeFirst()
      : await ctx.pg
          .updateTable('opinion.event_turn')
          .set({ number })
          .where('drill_id', '=', drillId)
          .where('number', '=', before)
          .returning('number')
          .executeTakeFirst()
  return taken && number
}

/** Says that a person changed what belongs to which event. Within his transaction. */
export const turnOver = async (ctx: Ctx, drillId: number): Promise<void> => {
  await ctx.pg
    .insertInto('opinion.event_turn')
    .values({ drill_id: drillId, number: 1 })
    .onConflict((conflict) =>
      conflict.column('drill_id').doUpdateSet((eb) => ({ number: eb('opinion.event_turn.number', '+', '1') })),
    )
    .execute()
}
