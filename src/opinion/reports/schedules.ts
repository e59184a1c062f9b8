import { type Ctx, isStoreAway } from '#platform'
import { deliverReport } from './deliver.ts'
import { problem } from './problem.ts'
import { Schedule, type ScheduleInput } from './report-contract.ts'
import { makeReport } from './store.ts'
import './tables.ts'

const dayMs = 86_400_000
const zoneMs = 8 * 3_600_000

/** When a schedule is next due, strictly after `after`. Shanghai time. */
export const nextDue = ({ kind, at, weekday, day }: ScheduleInput, after: Date): Date => {
  const [hours = 0, minutes = 0] = at.split(':').map(Number)
  const today = Math.floor((after.getTime() + zoneMs) / dayMs)
  for (let ahead = 0; ahead <= 32; ahead += 1) {
    const midnight = (today + ahead) * dayMs
    const local = new Date(midnight)
    const fits =
      kind === 'daily' ||
      (kind === 'weekly' && (local.getUTCDay() || 7) === weekday) ||
      (kind === 'monthly' && local.getUTCDate() === day)
    const due = midnight - zoneMs + (hours * 60 + minutes) * 60_000
    if (fits && due > after.getTime()) return new Date(due)
  }
  throw new Error(`no day fits the schedule ${kind} ${at}`)
}

const shown = (row: {
  id: number
  definition: ScheduleInput
  next_at: Date
  last_report_id: number | null
  last_error: string | null
}): Schedule =>
  Schedule.parse({
    ...row.definition,
    id: row.id,
    nextAt: row.next_at.toISOString(),
    lastReportId: row.last_report_id,
    lastError: row.last_error,
  })

export const listSchedules = async (ctx: Ctx): Promise<{ items: Schedule[] }> => ({
  items: (
    await ctx.pg
      .selectFrom('opinion.report_schedule')
      .selectAll()
      .where('deleted_at', 'is', null)
      .orderBy('id')
      .execute()
  ).map(shown),
})

/** Makes a schedule, or changes the one by this id. @throws reports.scheduleUnknown */
export const writeSchedule = (
  ctx: Ctx,
  { id, ...given }: ScheduleInput & { id?: number | undefined },
): Promise<Schedule> =>
  ctx.tx(async (ctx) => {
    const row = {
      name: given.name,
      definition: JSON.stringify(given),
      next_at: nextDue(given, ctx.now()),
      changed_at: ctx.now(),
      changed_by: ctx.actor.name,
    }
    const kept =
      id === undefined
        ? await ctx.pg.insertInto('opinion.report_schedule').values(row).returningAll().executeTakeFirst()
        : await ctx.pg
            .updateTable('opinion.report_schedule')
            .set({ ...row, last_error: null })
            .where('id', '=', id)
            .where('deleted_at', 'is', null)
            .returningAll()
            .executeTakeFirst()
    if (!kept) throw problem.scheduleUnknown({ id })
    await ctx.audit.record(ctx, {
      action: 'opinion.reportScheduled',
      detail: {
        id: kept.id,
        kind: given.kind,
        at: given.at,
        on: given.on,
        recipients: given.recipients.length + given.channels.length,
      },
    })
    return shown(kept)
  })

/** @throws reports.scheduleUnknown */
export const deleteSchedule = (ctx: Ctx, { id }: { id: number }): Promise<void> =>
  ctx.tx(async (ctx) => {
    const { numUpdatedRows } = await ctx.pg
      .updateTable('opinion.report_schedule')
      .set({ deleted_at: ctx.now() })
      .where('id', '=', id)
      .where('deleted_at', 'is', null)
      .executeTakeFirst()
    if (numUpdatedRows === 0n) throw problem.scheduleUnknown({ id })
    await ctx.audit.record(ctx, { action: 'opinion.reportScheduleDeleted', detail: { id } })
  })

/**
 * Makes the reports that are due and sends them. Each is claimed by moving its next time first, so two processes make it
 * once; one that was missed for hours is made once, not once per day missed.
 * @returns how many were made
 */
export const runDueSchedules = async (ctx: Ctx): Promise<number> => {
  const due = await ctx.pg
    .selectFrom('opinion.report_schedule')
    .selectAll()
    .where('deleted_at', 'is', null)
    .where('next_at', '<=', ctx.now())
    .execute()
  let made = 0
  for (const row of due) {
    const next = nextDue(row.definition, ctx.now())
    const { numUpdatedRows } = await ctx.pg
      .updateTable('opinion.report_schedule')
      .set({ next_at: next })
      .where('id', '=', row.id)
      .where('next_at', '=', row.next_at)
      .executeTakeFirst()
    if (numUpdatedRows === 0n || !row.definition.on) continue
    const { kind, subjects, language, recipients, channels } = row.definition
    const outcome: { last_report_id?: number; last_error: string | null } = { last_error: null }
    try {
      const report = await makeReport(ctx, { kind, subjects, language, drillId: 0 })
      outcome.last_report_id = report.id
      made += 1
      if (recipients.length + channels.length > 0) await deliverReport(ctx, report.id, { recipients, channels })
    } catch (error) {
      if (isStoreAway(error)) {
        // Due again, so that it is made when the store is back.
        await ctx.pg
          .updateTable('opinion.report_schedule')
          .set({ next_at: row.next_at })
          .where('id', '=', row.id)
          .where('next_at', '=', next)
          .execute()
        throw error
      }
      outcome.last_error = error instanceof Error ? error.message.slice(0, 300) : 'failed'
      ctx.log.warn({ schedule: row.id, err: error }, 'a scheduled report failed')
    }
    await ctx.pg.updateTable('opinion.report_schedule').set(outcome).where('id', '=', row.id).execute()
  }
  return made
}
