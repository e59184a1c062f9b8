import { sql } from 'kysely'
import { type Ctx, emit } from '#platform'
import { eventChanged } from '../notices.ts'
import { later } from './later.ts'
import { noteGrowth, watchBursts } from './watch-bursts.ts'
import './tables.ts'

const hourMs = 3_600_000
/** An event of which nothing is heard for so long is closed; one that was only watched, sooner. */
const silentHours = { open: 72, watching: 24 }

/**
 * What changes by time alone: figures of recent events sink, bursts end, silent events close. @returns how many closed
 */
export const settleEvents = async (ctx: Ctx): Promise<number> => {
  const now = ctx.now()
  const drills = await ctx.pg
    .selectFrom('opinion.event')
    .select('drill_id')
    .distinct()
    .where('last_at', '>=', new Date(now.getTime() - 96 * hourMs))
    .execute()
  for (const { drill_id } of drills) {
    await noteGrowth(ctx, drill_id)
    const subjects = await ctx.pg
      .selectFrom('opinion.subject_hour')
      .select('subject_id')
      .distinct()
      .where('drill_id', '=', drill_id)
      .where('hour', '>=', new Date(now.getTime() - 2 * hourMs))
      .execute()
    await watchBursts(
      ctx,
      drill_id,
      subjects.map(({ subject_id }) => subject_id),
    )
  }
  // Their last hour and their heat sink: counted again.
  await sql`update opinion.event set changed_at = ${later(ctx)} from opinion.event_figures f
    where f.event_id = opinion.event.id and merged_into is null and state = 'open' and f.at < ${new Date(now.getTime() - 10 * 60_000)}
      and (last_at > ${new Date(now.getTime() - 26 * hourMs)} or f.per_hour > 0)`.execute(ctx.pg)
  return closeSilent(ctx)
}

const closeSilent = (ctx: Ctx): Promise<number> =>
  ctx.tx(async (ctx) => {
    const now = ctx.now()
    const before = (state: keyof typeof silentHours) => new Date(now.getTime() - silentHours[state] * hourMs)
    const { rows } = await sql<{ id: number; drill_id: number; was: string }>`
      with silent as (
        select id, state from opinion.event
        where merged_into is null and not bursting
          and ((state = 'open' and last_at < ${before('open')}) or (state = 'watching' and last_at < ${before('watching')}))
        limit 1000 for update
      )
      update opinion.event set state = 'closed', changed_at = ${later(ctx)} from silent where silent.id = opinion.event.id
      returning opinion.event.id, opinion.event.drill_id, silent.state as was`.execute(ctx.pg)
    const shown = rows.filter(({ was }) => was === 'open')
    if (shown.length > 0)
      await ctx.pg
        .insertInto('opinion.event_change')
        .values(
          shown.map(({ id, drill_id }) => ({
            drill_id,
            event_id: id,
            other_id: null,
            kind: 'closed' as const,
            detail: '{}',
            reason: '',
            by_name: null,
            by_id: null,
            at: now,
          })),
        )
        .execute()
    // Of what was too old to be told of, nobody waits for the end.
    const { rows: told } =
      shown.length === 0
        ? { rows: [] }
        : await sql<{ event_id: number }>`select event_id from opinion.event_level
            where event_id = any(${shown.map(({ id }) => id)}::int[])`.execute(ctx.pg)
    const graded = new Set(told.map(({ event_id }) => event_id))
    for (const { id, drill_id } of shown.filter(({ id }) => graded.has(id)))
      await emit(ctx, eventChanged, { eventId: id, drillId: drill_id }, String(id))
    return rows.length
  })
