import { sql } from 'kysely'
import type { Ctx } from '#platform'
import type { Level } from '../contract.ts'
import { dropClocks } from '../grading/deadlines.ts'
import type { EventFacts } from '../grading/facts-contract.ts'
import { lastFacts, levelRow } from '../grading/grades.ts'
import { rankOf } from '../grading/score.ts'
import type { AlertLabels } from './alert-contract.ts'
import { type AlertDetailFacts, type AlertRow, labelled, lookAgain } from './alert-rows.ts'
import { startEscalation, stopEscalation } from './escalate.ts'
import { groupKeyOf, waysOf } from './routing.ts'
import { currentRouting } from './routing-store.ts'
import './tables.ts'

/** An event's level becomes an alert, and the alert goes to the groups of the routing tree. Only Postgres: what leaves, leaves later. */

const labelsOf = (facts: EventFacts): AlertLabels => ({
  subjects: facts.subjects,
  aspects: facts.aspects.map(({ aspect }) => aspect),
  platforms: facts.platforms,
})

const detailOf = (facts: EventFacts, why: string): AlertDetailFacts => ({
  posts: facts.posts,
  authors: facts.authors,
  z: Math.round(facts.z * 10) / 10,
  hotListRank: facts.hotListRank,
  negative: Math.round(facts.negative * 100) / 100,
  why,
})

/** Puts an alert into its groups, and takes it out of those that it no longer belongs to. */
const place = async (ctx: Ctx, alert: AlertRow): Promise<void> => {
  const now = ctx.now()
  const { document } = await currentRouting(ctx)
  const one = labelled(alert)
  const severe = alert.level === 'severe'
  const groups: string[] = []
  for (const way of waysOf(document, one)) {
    const waitUntil = new Date(now.getTime() + way.waitSeconds * 1_000)
    const again = severe
      ? sql`${now}::timestamptz`
      : sql`greatest(${now}::timestamptz, g.told_at + make_interval(secs => ${way.groupIntervalSeconds}))`
    const { rows } = await sql<{ id: string }>`
      insert into opinion.alert_group as g (route, group_key, drill_id, receiver, state, next_at, tell_at, group_interval_s, repeat_minutes,
        mute, active, made_at)
      values (${way.id}, ${groupKeyOf(way.groupBy, one)}, ${alert.drill_id}, ${way.receiver}, 'waiting', ${waitUntil}, ${waitUntil},
        ${way.groupIntervalSeconds}, ${way.repeatMinutes}, ${way.mute}::text[], ${way.active}::text[], ${now})
      on conflict (route, group_key, drill_id) do update set receiver = excluded.receiver, mute = excluded.mute, active = excluded.active,
        group_interval_s = excluded.group_interval_s, repeat_minutes = excluded.repeat_minutes,
        tell_at = case when g.state = 'over' or g.told_at is null then least(g.tell_at, excluded.tell_at, case when g.state = 'over' then excluded.tell_at end)
          else ${again} end,
        next_at = least(g.next_at, ${now}::timestamptz),
        state = case when g.state = 'over' then 'waiting' else g.state end
      returning id::text as id`.execute(ctx.pg)
    const id = rows[0]?.id
    if (id === undefined) continue
    groups.push(id)
    await sql`
      insert into opinion.alert_group_member (group_id, alert_id, joined_at) values (${id}::bigint, ${alert.id}, ${now})
      on conflict (group_id, alert_id) do update set state =
        case when opinion.alert_group_member.state in ('left', 'resolved') then 'new' else opinion.alert_group_member.state end`.execute(
      ctx.pg,
    )
  }
  await sql`update opinion.alert_group_member set state = 'left', reason = 'routed elsewhere'
    where alert_id = ${alert.id} and not (group_id = any(${groups}::bigint[])) and state <> 'resolved'`.execute(ctx.pg)
}

/**
 * An event has a level: its alert fires, or changes. Raised, it has to be acknowledged again; lowered, what was acknowledged stays so.
 * Safe to run twice.
 */
export const fireAlert = (ctx: Ctx, { eventId }: { eventId: number }): Promise<void> =>
  ctx.tx(async (ctx) => {
    await sql`select pg_advisory_xact_lock(7261040, ${eventId})`.execute(ctx.pg)
    const [level, facts] = await Promise.all([levelRow(ctx, eventId), lastFacts(ctx, eventId)])
    if (!level || !facts) return
    const grade = await ctx.pg
      .selectFrom('opinion.grade')
      .select('reason')
      .where('id', '=', level.grade_id)
      .executeTakeFirstOrThrow()
    const before = await ctx.pg
      .selectFrom('opinion.alert')
      .selectAll()
      .where('event_id', '=', eventId)
      .executeTakeFirst()
    const now = ctx.now()
    const described = {
      labels: JSON.stringify(labelsOf(facts)),
      title: facts.title.slice(0, 200),
      detail: JSON.stringify(detailOf(facts, grade.reason)),
      level: level.level,
    }
    if (!before) {
      const alert = await ctx.pg
        .insertInto('opinion.alert')
        .values({ event_id: eventId, drill_id: level.drill_id, ...described, fired_at: now, changed_at: now })
        .returningAll()
        .executeTakeFirstOrThrow()
      await place(ctx, alert)
      await startEscalation(ctx, alert)
      await lookAgain(ctx)
      return
    }
    if (before.level === level.level && before.state !== 'resolved') return
    const raised: Level = level.level
    const anew = before.state === 'resolved' || rankOf(raised) > rankOf(before.level)
    const alert = await ctx.pg
      .updateTable('opinion.alert')
      .set({
        ...described,
        edition: before.edition + 1,
        changed_at: now,
        ...(anew && {
          state: 'firing',
          fired_at: now,
          acknowledged_at: null,
          acknowledged_by: null,
          acknowledged_by_name: null,
          acknowledged_via: null,
          resolved_at: null,
        }),
      })
      .where('id', '=', before.id)
      .returningAll()
      .executeTakeFirstOrThrow()
    await place(ctx, alert)
    if (anew) await startEscalation(ctx, alert)
    await lookAgain(ctx)
  })

/** An event was looked at and has the level it had: its alert follows what it is about, and ends when the event does. */
export const followEvent = (ctx: Ctx, facts: EventFacts): Promise<void> =>
  ctx.tx(async (ctx) => {
    const alert = await ctx.pg
      .selectFrom('opinion.alert')
      .selectAll()
      .where('event_id', '=', facts.eventId)
      .where('state', '<>', 'resolved')
      .forUpdate()
      .executeTakeFirst()
    if (!alert) return
    if (facts.state === 'closed') return resolveAlert(ctx, alert)
    const labels = labelsOf(facts)
    const known = { subjects: alert.labels.subjects, aspects: alert.labels.aspects, platforms: alert.labels.platforms }
    const moved = JSON.stringify(known) !== JSON.stringify(labels)
    const { why } = alert.detail as AlertDetailFacts
    const after = await ctx.pg
      .updateTable('opinion.alert')
      .set({
        labels: JSON.stringify(labels),
        title: facts.title.slice(0, 200),
        detail: JSON.stringify(detailOf(facts, why)),
      })
      .where('id', '=', alert.id)
      .returningAll()
      .executeTakeFirstOrThrow()
    if (moved) await place(ctx, after)
  })

/** An event was merged into another one: its clocks and its alert end. */
export const endEvent = (ctx: Ctx, eventId: number): Promise<void> =>
  ctx.tx(async (ctx) => {
    await dropClocks(ctx, eventId)
    const alert = await ctx.pg
      .selectFrom('opinion.alert')
      .selectAll()
      .where('event_id', '=', eventId)
      .where('state', '<>', 'resolved')
      .forUpdate()
      .executeTakeFirst()
    if (alert) await resolveAlert(ctx, alert)
  })

/** The event is over: nothing is repeated or escalated, and who was told is told so. */
const resolveAlert = async (ctx: Ctx, alert: AlertRow): Promise<void> => {
  const now = ctx.now()
  await ctx.pg
    .updateTable('opinion.alert')
    .set({ state: 'resolved', resolved_at: now, changed_at: now, edition: alert.edition + 1 })
    .where('id', '=', alert.id)
    .execute()
  await stopEscalation(ctx, alert.id, 'resolved')
  await sql`update opinion.alert_group set next_at = ${now} where id in
    (select group_id from opinion.alert_group_member where alert_id = ${alert.id})`.execute(ctx.pg)
  await lookAgain(ctx)
}
