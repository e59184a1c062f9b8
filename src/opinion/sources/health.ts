import { sql } from 'kysely'
import type { Ctx, HealthCheck } from '#platform'
import { isResting } from '../loops.ts'
import { blindBecause } from './rhythm.ts'
import type { Light } from './sources-contract.ts'
import { isFetched, lightOf, rowsOf, type SourceRow, type StateRow } from './store.ts'
import { tellBlind } from './tell-blind.ts'
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

/** Ends the blind time of a source that is open. @returns it, with whether people were told of it */
const endSpan = async (
  ctx: Ctx,
  sourceId: number,
): Promise<{ id: number; from_at: Date; told_at: Date | null } | undefined> => {
  const { rows } = await sql<{ id: string; from_at: Date; told_at: Date | null }>`
    update opinion.source_blind set to_at = ${ctx.now()} where source_id = ${sourceId} and to_at is null
    returning id::text as id, from_at, told_at`.execute(ctx.pg)
  const [row] = rows
  return row && { ...row, id: Number(row.id) }
}

/**
 * A source sees otherwise than before. People are told once per blindness, whatever its cause turns into, and when it is over; where
 * several processes look, only the one that wrote the change tells.
 */
const change = (
  ctx: Ctx,
  row: SourceRow,
  state: StateRow,
  reason: 'failing' | 'silent' | 'off' | undefined,
): Promise<void> =>
  ctx.tx(async (ctx) => {
    const now = ctx.now()
    const ended = await endSpan(ctx, row.id)
    const began = reason && beganAt(reason, row, state, now)
    if (began) {
      const { rows: opened } = await sql`
        insert into opinion.source_blind (source_id, from_at, reason, told_at)
        values (${row.id}, ${began}, ${reason}, ${reason === 'off' ? null : (ended?.told_at ?? now)})
        on conflict do nothing returning id`.execute(ctx.pg)
      if (opened.length > 0 && reason !== 'off' && !ended?.told_at)
        await tellBlind(ctx, { row, from: began, what: reason, fault: state.fault_text })
    } else if (ended?.told_at) {
      await sql`update opinion.source_blind set told_over_at = ${now} where id = ${ended.id}`.execute(ctx.pg)
      await tellBlind(ctx, { row, from: ended.from_at, what: 'seen', fault: '' })
    }
    await ctx.pg
      .updateTable('opinion.source_state')
      .set({ blind_reason: reason ?? null, blind_since: reason && reason !== 'off' ? (began ?? null) : null })
      .where('source_id', '=', row.id)
      .execute()
  })

/** Opens and ends blind times of all sources, and has people told. Anybody may call it; once is enough. */
export const lookAtHealth = async (ctx: Ctx): Promise<void> => {
  // What a past brings is still to come.
  if (isResting(ctx)) return
  const now = ctx.now()
  for (const { row, state } of await rowsOf(ctx)) {
    const reason = reasonOf(row, state, now)
    if ((reason ?? null) === state.blind_reason) continue
    await change(ctx, row, state, reason === undefined ? undefined : blindReason(reason))
    if (reason && reason !== 'off') ctx.log.warn({ source: row.id, reason }, 'source is blind')
  }
}

/** As stored before: rows hold no other reasons. */
const blindReason = (reason: string): 'failing' | 'silent' | 'off' =>
  reason === 'failing' || reason === 'silent' ? reason : 'off'

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
