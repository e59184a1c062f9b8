import { sql } from 'kysely'
import type { Ctx } from '#platform'
import type { AdExport, AdMode, AdTarget } from './ad-contract.ts'
import { exportRow, readAdExport } from './exports.ts'
import { problem } from './problem.ts'
import { approvalOf, hasMembers, readTarget, type TargetRow, targetNow, targetRow } from './targets.ts'

/** Asks for a run; it is done in the background. @throws problem.running */
const queue = async (ctx: Ctx, row: TargetRow, mode: AdMode | 'erased'): Promise<number> => {
  const { target, hash } = await targetNow(ctx, row)
  const made = await ctx.pg
    .insertInto('campaigns.ad_export')
    .values({
      target_id: row.id,
      mode,
      target: JSON.stringify(target),
      content_hash: hash,
      review_id: null,
      members: null,
      added: null,
      removed: null,
      error: null,
      created_at: ctx.now(),
      created_by: `${ctx.actor.kind}:${ctx.actor.id}`,
      created_name: ctx.actor.name,
      started_at: null,
      finished_at: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  if (!made) throw problem.running({ id: row.id })
  await ctx.jobs.send('campaigns.exportAdAudience', { id: made.id }, { key: `ad-${made.id}` })
  return made.id
}

/**
 * Runs a target: approved as it is now, or only to take everybody back.
 * @throws problem.unknown, problem.retired, problem.notApproved, problem.running
 */
export const runTarget = (ctx: Ctx, { id, mode }: { id: number; mode: AdMode }): Promise<AdExport> =>
  ctx.tx(async (ctx) => {
    const row = await targetRow(ctx, id, true)
    if (row.retired_at && mode !== 'clear') throw problem.retired({ id })
    if (mode !== 'clear' && !(await approvalOf(ctx, row))) throw problem.notApproved({ id })
    const exportId = await queue(ctx, row, mode)
    const shown = await readAdExport(ctx, { id: exportId })
    await ctx.audit.record(ctx, {
      action: 'adAudience.run',
      subject: `adTarget:${id}`,
      detail: { exportId, mode, recipient: row.recipient },
    })
    return shown
  })

/** Ends a target: who is still there is taken back by a last run. @throws problem.unknown, problem.retired, problem.running */
export const retireTarget = (ctx: Ctx, { id }: { id: number }): Promise<AdTarget> =>
  ctx.tx(async (ctx) => {
    const row = await targetRow(ctx, id, true)
    if (row.retired_at) throw problem.retired({ id })
    const { rows } = await sql`
      select 1 from campaigns.ad_export where target_id = ${id} and state in ('queued', 'running')`.execute(ctx.pg)
    if (rows.length > 0) throw problem.running({ id })
    await ctx.pg
      .updateTable('campaigns.ad_target')
      .set({ retired_at: ctx.now(), daily: false, changed_at: ctx.now(), changed_by: ctx.actor.name })
      .where('id', '=', id)
      .execute()
    if (await hasMembers(ctx, id)) await queue(ctx, row, 'clear')
    const shown = await readTarget(ctx, { id })
    await ctx.audit.record(ctx, { action: 'adAudience.retire', subject: `adTarget:${id}` })
    return shown
  })

/** Stops a run: nothing of it counts as given. @throws problem.exportUnknown, problem.over */
export const cancelExport = (ctx: Ctx, { id }: { id: number }): Promise<AdExport> =>
  ctx.tx(async (ctx) => {
    const row = await exportRow(ctx, id)
    const { numUpdatedRows } = await ctx.pg
      .updateTable('campaigns.ad_export')
      .set({ state: 'cancelled', finished_at: ctx.now() })
      .where('id', '=', id)
      .where('state', 'in', ['queued', 'running'])
      .executeTakeFirst()
    if (numUpdatedRows === 0n) throw problem.over({ id })
    await sql`delete from campaigns.ad_member where target_id = ${row.target_id} and not given`.execute(ctx.pg)
    const shown = await readAdExport(ctx, { id })
    await ctx.audit.record(ctx, { action: 'adAudience.cancel', subject: `adTarget:${row.target_id}`, detail: { id } })
    return shown
  })

/** The daily run of all targets that have one. Those not approved as they are now only take back who has to go. */
export const runDaily = async (ctx: Ctx): Promise<void> => {
  const rows = await ctx.pg
    .selectFrom('campaigns.ad_target')
    .selectAll()
    .where('daily', '=', true)
    .where('retired_at', 'is', null)
    .execute()
  for (const row of rows)
    await ctx.tx(async (ctx) => {
      const { rows: going } = await sql`
        select 1 from campaigns.ad_export where target_id = ${row.id} and state in ('queued', 'running')`.execute(
        ctx.pg,
      )
      if (going.length > 0) return
      if (!(await approvalOf(ctx, row)) && !(await hasMembers(ctx, row.id))) return
      await queue(ctx, row, 'difference')
    })
}

/** Between two runs that take back who was erased: who is erased meanwhile goes with the next. */
const takeBackEveryMs = 3_600_000

/**
 * Has platforms told to remove those who were erased, of every target that has any: nobody is added by it, so it needs no approval.
 * The file waits at the target like any other.
 */
export const takeBackErased = async (ctx: Ctx): Promise<void> => {
  const { rows } = await sql<{ target_id: number }>`
    select distinct m.target_id from campaigns.ad_member m where m.customer_no = 0 and m.given
      and not exists (select from campaigns.ad_export e where e.target_id = m.target_id
        and (e.state in ('queued', 'running') or (e.mode = 'erased' and e.created_at > ${new Date(ctx.now().getTime() - takeBackEveryMs)})))`.execute(
    ctx.pg,
  )
  for (const { target_id } of rows)
    await ctx.tx(async (ctx) => {
      const exportId = await queue(ctx, await targetRow(ctx, target_id, true), 'erased')
      await ctx.audit.record(ctx, {
        action: 'adAudience.run',
        subject: `adTarget:${target_id}`,
        detail: { exportId, mode: 'erased' },
      })
    })
}
