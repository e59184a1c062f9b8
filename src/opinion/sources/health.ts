import { sql } from 'kysely'
import type { Ctx, HealthCheck } from '#platform'
import { blindBecause } from './rhythm.ts'
import type { Light } from './sources-contract.ts'
import { isFetched, lightOf, rowsOf, type SourceRow, type StateRow } from './store.ts'
import { isOpen, rhythmMs } from './timetable.ts'
import './tables.ts'

/** Whether sources see. Blind times are kept: a report must say what it could not know. */

const reasonOf = (row: SourceRow, state: StateRow, now: Date) => {
  if (!row.on) return 'off' as const
  const at = now.getTime()
  // Outside of its hours it is not meant to see, and files come when people bring them.
  if (row.kind === 'files' || (isFetched(row.kind) && !isOpen(row.timetable, at)))
    return state.blind_reason ?? undefined
  return blindBecause({
    now: at,
    quiet: state.quiet,
    failures: state.failures,
    lastNewAt: state.last_new_at?.getTime(),
    lastSuccessAt: state.last_success_at?.getTime(),
    everyMs: isFetched(row.kind) ? rhythmMs(row.timetable, at) : 0,
    createdAt: Math.max(row.created_at.getTime(), row.changed_at.getTime()),
  })
}

/** From when it has been blind: of a silent source since what came last, of a failing one since it last answered. */
const beganAt = (reason: string, row: SourceRow, state: StateRow, now: Date): Date => {
  if (reason === 'failing') return state.last_success_at ?? row.created_at
  return reason === 'silent' ? (state.last_new_at ?? row.created_at) : now
}

/** Opens and ends blind times of all sources. Anybody may call it; once is enough. */
export const lookAtHealth = async (ctx: Ctx): Promise<void> => {
  const now = ctx.now()
  for (const { row, state } of await rowsOf(ctx)) {
    const reason = reasonOf(row, state, now)
    if ((reason ?? null) === state.blind_reason) continue
    await ctx.tx(async (ctx) => {
      await sql`update opinion.source_blind set to_at = ${now} where source_id = ${row.id} and to_at is null`.execute(
        ctx.pg,
      )
      if (reason)
        await sql`insert into opinion.source_blind (source_id, from_at, reason) values (${row.id}, ${beganAt(reason, row, state, now)}, ${reason})
          on conflict do nothing`.execute(ctx.pg)
      await ctx.pg
        .updateTable('opinion.source_state')
        .set({
          blind_reason: reason ?? null,
          blind_since: reason && reason !== 'off' ? beganAt(reason, row, state, now) : null,
        })
        .where('source_id', '=', row.id)
        .execute()
    })
    if (reason && reason !== 'off') ctx.log.warn({ source: row.id, reason }, 'source is blind')
  }
}

/** How each source is: for health, reports and the wall. */
export const healthOfSources = async (
  ctx: Ctx,
): Promise<{ id: number; name: string; light: Light; lastNewAt: Date | null; blindSince: Date | null }[]> => {
  const now = ctx.now()
  return (await rowsOf(ctx)).map(({ row, state }) => ({
    id: row.id,
    name: row.name,
    light: lightOf(row, state, now),
    lastNewAt: state.last_new_at,
    blindSince: state.blind_since,
  }))
}

/** A line of health: whether every source that is switched on sees. */
export const sourcesHealth = async (ctx: Ctx): Promise<HealthCheck[]> => {
  const all = (await healthOfSources(ctx)).filter(({ light }) => light !== 'off')
  const blind = all.filter(({ light }) => light === 'blind')
  const names = blind
    .slice(0, 5)
    .map(({ name }) => name)
    .join(', ')
  return [
    {
      name: 'opinion sources',
      ok: blind.length === 0,
      blocking: false,
      detail:
        blind.length === 0
          ? `${all.length} sources, all see`
          : `${blind.length} of ${all.length} sources are blind: ${names}`,
      code: blind.length === 0 ? 'opinionSources.fine' : 'opinionSources.blind',
      values: { sources: all.length, blind: blind.length, names },
      ...(blind.length > 0 && {
        remedy: 'Open the source: its runs say what failed. Reports name the times in which nothing could be seen',
      }),
    },
  ]
}
