import { type Ctx, ch } from '#platform'
import { tagWritten } from '../live/tag-written.ts'
import { giveBack, takeTag } from './lease.ts'
import { problem } from './problem.ts'
import { familyOf } from './read.ts'
import { tagRow } from './store.ts'
import './tables.ts'

const { sql, u32, u32s, moment } = ch

/**
 * Removes a tag from a customer for good, at his wish: its values are overwritten at every date they were held, no later run
 * gives him one, and every audience made from the tag loses him at its next refresh.
 * @throws problem.unknown, problem.customerUnknown, problem.running
 */
export const removeForGood = async (
  ctx: Ctx,
  { id, key, reason }: { id: number; key: string; reason: string },
): Promise<void> => {
  const { root, nos } = await familyOf(ctx, id)
  await tagRow(ctx, key)
  const leased = await takeTag(ctx, key)
  const { row, run, lease } = leased
  try {
    const at = ctx.now()
    // First the promise, then the deed: a run that begins after a crash in between leaves him out and empties his value.
    await ctx.tx(async (ctx) => {
      await ctx.pg
        .insertInto('audiences.tag_removal')
        .values({ tag_no: row.no, customer_no: root, at, by: ctx.actor.name, reason })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      await ctx.pg
        .insertInto('audiences.tag_run')
        .values({
          tag_no: row.no,
          run,
          version: row.version,
          why: 'removal',
          state: 'done',
          at,
          started_at: at,
          took_ms: 0,
          by: ctx.actor.name,
        })
        .execute()
      // The reason is the customer's own words at times: it stays out of the trail.
      const detail = { customer: ctx.vault.pseudonym(root) }
      await ctx.audit.record(ctx, { action: 'tag.remove', subject: `tag:${key}`, detail })
    })
    await ctx.ch.command(
      sql`insert into tag_values (tag_no, customer_no, at, run, values, number) select ${u32(row.no)}, no, held, ${u32(run)}, emptyArrayString(), null from (select distinct customer_no as no, at as held from tag_values where tag_no = ${u32(row.no)} and customer_no in ${u32s(nos)} and notEmpty(values) union distinct select arrayJoin(${u32s(nos)}) as no, ${moment(at)} as held)`,
    )
    await tagWritten(ctx, row, run)
    await ctx.pg
      .updateTable('audiences.tag')
      .set({ lease: null, lease_until: null, progress: null })
      .where('no', '=', row.no)
      .where('lease', '=', lease)
      .execute()
  } catch (error) {
    await giveBack(ctx, leased, error)
    throw error
  }
}

/** Lets a tag be given to a customer again, at his wish. @throws problem.unknown, problem.customerUnknown */
export const allowAgain = (ctx: Ctx, { id, key }: { id: number; key: string }): Promise<void> =>
  ctx.tx(async (ctx) => {
    const { root, nos } = await familyOf(ctx, id)
    const { no } = await tagRow(ctx, key)
    const gone = await ctx.pg
      .deleteFrom('audiences.tag_removal')
      .where('tag_no', '=', no)
      .where('customer_no', 'in', nos)
      .returning('customer_no')
      .execute()
    if (gone.length === 0) throw problem.customerUnknown({ id: String(id) })
    await ctx.audit.record(ctx, {
      action: 'tag.allowAgain',
      subject: `tag:${key}`,
      detail: { customer: ctx.vault.pseudonym(root) },
    })
  })
