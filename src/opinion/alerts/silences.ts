import { type Selectable, sql } from 'kysely'
import { notSecond } from '#compliance'
import type { Ctx, Json, Tables } from '#platform'
import { settingOf } from '../incidents/settings.ts'
import { Match, type NewSilence, type Silence, type Silences } from './alert-contract.ts'
import { labelled, lookAgain } from './alert-rows.ts'
import { problem } from './problem.ts'
import { type Labelled, matches } from './routing.ts'
import './tables.ts'

/**
 * Somebody keeps alerts quiet for a while: who, why, until when, no longer than the setting allows. When it ends and they still
 * fire, they are told again. Severe alerts go on sounding until another person agrees, with a reason of his own.
 */

const minuteMs = 60_000

type Row = Selectable<Tables['opinion.silence']>

export interface Quiet {
  id: number
  match: Match
  reason: string
  by: string
  until: Date
  /** Who agreed that severe ones are quiet too. */
  severeBy: string | null
  /** Until when severe alerts are quiet too; null when nobody agreed to that. */
  severeUntil: Date | null
}

const quietOf = (row: Row, match: Match): Quiet => ({
  id: row.id,
  match,
  reason: row.reason,
  by: row.made_by_name,
  until: row.until_at,
  severeBy: row.severe_by_name,
  severeUntil: row.severe_until,
})

/** Until when an alert is kept quiet; undefined when it is not. */
export const quietUntil = (quiet: Quiet, one: Labelled, now: Date): Date | undefined => {
  const until = one.level === 'severe' ? quiet.severeUntil : quiet.until
  return until && until > now && matches(quiet.match, one) ? until : undefined
}

/** Silences in force now, the one that lasts longest first. */
export const activeSilences = async (ctx: Ctx): Promise<Quiet[]> => {
  const now = ctx.now()
  const rows = await ctx.pg
    .selectFrom('opinion.silence')
    .selectAll()
    .where('ended_at', 'is', null)
    .where('from_at', '<=', now)
    .where('until_at', '>', now)
    .orderBy('until_at', 'desc')
    .execute()
  return rows.map((row) => quietOf(row, Match.parse(row.match)))
}

const shown = (ctx: Ctx, row: Row, open: readonly Labelled[]): Silence => {
  const now = ctx.now()
  const match = Match.parse(row.match)
  const over = row.ended_at !== null || row.until_at <= now
  const state = over ? 'over' : row.from_at > now ? 'coming' : 'active'
  const quiet = quietOf(row, match)
  return {
    id: row.id,
    match,
    reason: row.reason,
    from: row.from_at.toISOString(),
    until: row.until_at.toISOString(),
    by: row.made_by_name,
    endedAt: row.ended_at?.toISOString() ?? null,
    endedBy: row.ended_by,
    state,
    mutes: state === 'active' ? open.filter((one) => quietUntil(quiet, one, now)).length : 0,
    mayBeSevere: match.levels === undefined || match.levels.includes('severe'),
    sounding: state === 'active' ? open.filter((one) => matches(match, one) && !quietUntil(quiet, one, now)).length : 0,
    severe:
      row.severe_until && row.severe_at
        ? {
            reason: row.severe_reason ?? '',
            by: row.severe_by_name ?? '',
            at: row.severe_at.toISOString(),
            until: row.severe_until.toISOString(),
          }
        : null,
    mine: row.made_by === ctx.actor.id,
  }
}

const openAlerts = async (ctx: Ctx): Promise<Labelled[]> =>
  (await ctx.pg.selectFrom('opinion.alert').selectAll().where('state', '<>', 'resolved').limit(2_000).execute()).map(
    labelled,
  )

/** Silences, those that hold first, then the newest. */
export const listSilences = async (ctx: Ctx): Promise<Silences> => {
  const [rows, open, terms] = await Promise.all([
    ctx.pg.selectFrom('opinion.silence').selectAll().orderBy('id', 'desc').limit(200).execute(),
    openAlerts(ctx),
    settingOf(ctx, 'silence'),
  ])
  const order = { active: 0, coming: 1, over: 2 }
  return {
    terms,
    silences: rows.map((row) => shown(ctx, row, open)).toSorted((a, b) => order[a.state] - order[b.state]),
  }
}

/** @throws problem.silencePast, problem.silenceTooLong */
export const createSilence = (ctx: Ctx, { match, reason, from, until }: NewSilence): Promise<Silence> =>
  ctx.tx(async (ctx) => {
    const now = ctx.now()
    const fromAt = from === undefined ? now : new Date(from)
    const untilAt = new Date(until)
    if (untilAt <= now || untilAt <= fromAt) throw problem.silencePast()
    const { longestMinutes } = await settingOf(ctx, 'silence')
    const began = Math.max(fromAt.getTime(), now.getTime())
    if (untilAt.getTime() - began > longestMinutes * minuteMs) throw problem.silenceTooLong({ longestMinutes })
    const row = await ctx.pg
      .insertInto('opinion.silence')
      .values({
        match: JSON.stringify(match),
        reason,
        from_at: fromAt,
        until_at: untilAt,
        made_by: ctx.actor.id,
        made_by_name: ctx.actor.name,
        made_at: now,
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    await lookAgain(ctx, ['waiting', 'told', 'muted', 'inhibited'])
    await ctx.audit.record(ctx, {
      action: 'silence.create',
      subject: `silence:${row.id}`,
      detail: { match: match as Json, reason, until },
    })
    return shown(ctx, row, await openAlerts(ctx))
  })

/**
 * Another person agrees that severe alerts are quiet too, from now on and no longer than the setting allows.
 * @throws problem.silenceUnknown, problem.silenceOwn
 */
export const silenceSevere = (ctx: Ctx, { id, reason }: { id: number; reason: string }): Promise<Silence> =>
  ctx.tx(async (ctx) => {
    const now = ctx.now()
    const before = await ctx.pg
      .selectFrom('opinion.silence')
      .selectAll()
      .where('id', '=', id)
      .where('ended_at', 'is', null)
      .where('until_at', '>', now)
      .forUpdate()
      .executeTakeFirst()
    if (!before) throw problem.silenceUnknown({ id })
    if (await notSecond(ctx, [before.made_by])) throw problem.silenceOwn()
    const { severeLongestMinutes } = await settingOf(ctx, 'silence')
    const began = Math.max(before.from_at.getTime(), now.getTime())
    const until = new Date(Math.min(before.until_at.getTime(), began + severeLongestMinutes * minuteMs))
    const row = await ctx.pg
      .updateTable('opinion.silence')
      .set({
        severe_reason: reason,
        severe_by: ctx.actor.id,
        severe_by_name: ctx.actor.name,
        severe_at: now,
        severe_until: until,
      })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow()
    await lookAgain(ctx, ['waiting', 'told', 'muted', 'inhibited'])
    await ctx.audit.record(ctx, {
      action: 'silence.severe',
      subject: `silence:${id}`,
      detail: { reason, until: until.toISOString() },
    })
    return shown(ctx, row, await openAlerts(ctx))
  })

/** Ends a silence before its time; what still fires is told. @throws problem.silenceUnknown */
export const endSilence = (ctx: Ctx, { id }: { id: number }): Promise<Silence> =>
  ctx.tx(async (ctx) => {
    const now = ctx.now()
    const row = await ctx.pg
      .updateTable('opinion.silence')
      .set({ ended_at: now, ended_by: ctx.actor.name, over: true })
      .where('id', '=', id)
      .where('ended_at', 'is', null)
      .where('until_at', '>', now)
      .returningAll()
      .executeTakeFirst()
    if (!row) throw problem.silenceUnknown({ id })
    await wakeSilenced(ctx)
    await ctx.audit.record(ctx, { action: 'silence.end', subject: `silence:${id}` })
    return shown(ctx, row, await openAlerts(ctx))
  })

/** What was silenced is looked at now: groups, and those who are to be told one by one. */
const wakeSilenced = async (ctx: Ctx): Promise<void> => {
  const now = ctx.now()
  await sql`update opinion.alert_group set next_at = ${now} where state <> 'over' and id in
    (select group_id from opinion.alert_group_member where state = 'silenced')`.execute(ctx.pg)
  await sql`update opinion.escalation set next_at = ${now} where state = 'running' and reason = 'silenced'`.execute(
    ctx.pg,
  )
  await sql`update opinion.deadline set held_until = null where state = 'running' and held_until is not null`.execute(
    ctx.pg,
  )
}

/** Silences that begin or have run out: the groups they touch are looked at. @returns how many ran out */
export const turnSilences = (ctx: Ctx): Promise<number> =>
  ctx.tx(async (ctx) => {
    const { rows } =
      await sql`update opinion.silence set over = true where not over and until_at <= ${ctx.now()} returning id`.execute(
        ctx.pg,
      )
    if (rows.length > 0) await wakeSilenced(ctx)
    return rows.length
  })
