import { type RawBuilder, sql } from 'kysely'
import type { Ctx } from '#platform'
import { deadlinesOf } from '../grading/deadlines.ts'
import type { Alert, AlertDetail, AlertPage, AlertQuery, Notice } from './alert-contract.ts'
import { type AlertRow, labelled } from './alert-rows.ts'
import { problem } from './problem.ts'
import type { RouteNode } from './routing-contract.ts'
import { currentRouting } from './routing-store.ts'
import { activeSilences, quietUntil } from './silences.ts'
import './tables.ts'

/** The board of alerts and the receipts of one. */

const likeText = (text: string): string => `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`
const isMuted = sql`exists (select 1 from opinion.alert_group_member m join opinion.alert_group g on g.id = m.group_id
  where m.alert_id = a.id and (m.state in ('silenced', 'inhibited') or (m.state = 'new' and g.state = 'muted')))`
const isLate = (
  now: Date,
) => sql`exists (select 1 from opinion.deadline d where d.event_id = a.event_id and d.kind = 'acknowledge'
  and d.state = 'running' and d.due_at < ${now})`

const shown = async (ctx: Ctx, rows: readonly AlertRow[]): Promise<Alert[]> => {
  if (rows.length === 0) return []
  const ids = rows.map(({ id }) => id)
  const [deadlines, escalations, silences, { rows: sent }, { rows: members }] = await Promise.all([
    deadlinesOf(
      ctx,
      rows.map(({ event_id }) => event_id),
    ),
    ctx.pg.selectFrom('opinion.escalation').selectAll().where('alert_id', 'in', ids).execute(),
    activeSilences(ctx),
    sql<{ id: number; sent: number; failed: number }>`
      select x.id, count(*) filter (where n.state in ('sent', 'digested'))::int as sent, count(*) filter (where n.state = 'failed')::int as failed
      from unnest(${ids}::int[]) as x (id) join opinion.notice n on n.alert_ids @> array[x.id] and n.why <> 'digest' group by x.id`.execute(
      ctx.pg,
    ),
    sql<{ alert_id: number; state: string; group_state: string }>`
      select m.alert_id, m.state, g.state as group_state from opinion.alert_group_member m join opinion.alert_group g on g.id = m.group_id
      where m.alert_id = any(${ids}::int[]) and m.state <> 'left'`.execute(ctx.pg),
  ])
  const now = ctx.now()
  return rows.map((row): Alert => {
    const clock = deadlines
      .get(row.event_id)
      ?.findLast(({ kind, state }) => kind === 'acknowledge' && (state === 'running' || state === 'met'))
    const escalation = escalations.find(({ alert_id }) => alert_id === row.id)
    const counts = sent.find(({ id }) => id === row.id)
    const mine = members.filter(({ alert_id }) => alert_id === row.id)
    const quiet = silences.find((one) => quietUntil(one, labelled(row), now))
    const until = quiet && quietUntil(quiet, labelled(row), now)
    const muted =
      row.state === 'resolved'
        ? null
        : quiet || mine.some(({ state }) => state === 'silenced')
          ? 'silenced'
          : mine.some(({ state }) => state === 'inhibited')
            ? 'inhibited'
            : mine.some(({ state, group_state }) => state === 'new' && group_state === 'muted')
              ? 'muted'
              : null
    return {
      id: row.id,
      eventId: row.event_id,
      drillId: row.drill_id,
      level: row.level,
      title: row.title,
      labels: row.labels,
      state: row.state,
      firedAt: row.fired_at.toISOString(),
      changedAt: row.changed_at.toISOString(),
      acknowledgedAt: row.acknowledged_at?.toISOString() ?? null,
      acknowledgedBy: row.acknowledged_by_name,
      acknowledgedVia: row.acknowledged_via,
      resolvedAt: row.resolved_at?.toISOString() ?? null,
      dueAt: clock?.dueAt ?? null,
      late: clock?.dueAt != null && Date.parse(clock.dueAt) < (row.acknowledged_at ?? now).getTime(),
      muted,
      silence:
        quiet && until && row.state !== 'resolved'
          ? {
              by: quiet.by,
              reason: quiet.reason,
              until: until.toISOString(),
              agreedBy: row.level === 'severe' ? quiet.severeBy : null,
            }
          : null,
      escalation: escalation
        ? { step: escalation.step, nextAt: escalation.next_at?.toISOString() ?? null, state: escalation.state }
        : null,
      sent: counts?.sent ?? 0,
      failed: counts?.failed ?? 0,
    }
  })
}

/** Alerts, the newest change first; drills apart from what is real. */
export const listAlerts = async (ctx: Ctx, query: AlertQuery): Promise<AlertPage> => {
  const { state, level, subject, q, drills, after, limit } = query
  const now = ctx.now()
  const conditions: RawBuilder<unknown>[] = [drills ? sql`a.drill_id > 0` : sql`a.drill_id = 0`]
  if (state === 'open') conditions.push(sql`a.state <> 'resolved'`)
  else if (state === 'muted') conditions.push(sql`a.state <> 'resolved' and ${isMuted}`)
  else conditions.push(sql`a.state = ${state}`)
  if (level) conditions.push(sql`a.level = ${level}`)
  if (subject !== undefined) conditions.push(sql`a.labels -> 'subjects' @> ${JSON.stringify([{ id: subject }])}::jsonb`)
  if (q) conditions.push(sql`a.title ilike ${likeText(q)}`)
  if (after !== undefined)
    conditions.push(sql`(a.changed_at, a.id) < (select b.changed_at, b.id from opinion.alert b where b.id = ${after})`)
  const drill = drills ? sql`a.drill_id > 0` : sql`a.drill_id = 0`
  const [{ rows }, { rows: counts }, { rows: speed }] = await Promise.all([
    sql<AlertRow>`select a.* from opinion.alert a where ${sql.join(conditions, sql` and `)}
      order by a.changed_at desc, a.id desc limit ${limit + 1}`.execute(ctx.pg),
    sql<AlertPage['counts']>`
      select count(*) filter (where a.state = 'firing')::int as firing, count(*) filter (where a.state = 'acknowledged')::int as acknowledged,
        count(*) filter (where ${isMuted})::int as muted, count(*) filter (where a.state = 'firing' and ${isLate(now)})::int as late
      from opinion.alert a where ${drill} and a.state <> 'resolved'`.execute(ctx.pg),
    sql<{ sent: number; p50: number | null; p95: number | null }>`
      select count(*)::int as sent, percentile_cont(0.5) within group (order by ms) as p50, percentile_cont(0.95) within group (order by ms) as p95
      from (select extract(epoch from n.sent_at - n.made_at) * 1000 as ms from opinion.notice n
        where n.state = 'sent' and n.why = 'first' and n.made_at > ${new Date(now.getTime() - 7 * 86_400_000)}
          and ${drills ? sql`n.drill_id > 0` : sql`n.drill_id = 0`}) x`.execute(ctx.pg),
  ])
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return {
    items: await shown(ctx, page),
    next: rows.length > limit && last ? last.id : null,
    counts: counts[0] ?? { firing: 0, acknowledged: 0, muted: 0, late: 0 },
    speed: {
      sent: speed[0]?.sent ?? 0,
      p50: speed[0]?.p50 == null ? null : Math.round(speed[0].p50),
      p95: speed[0]?.p95 == null ? null : Math.round(speed[0].p95),
    },
  }
}

/** The links stand in the stored text as marks; nobody else gets them. */
const withoutLinks = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.replaceAll(/ ?\[[^\]]*\]\(\{\{ack:\d+\}\}\)(（[^）]*）)?/g, ' 〔确认链接〕').trim())
    .join('\n')

/** Messages about alerts with every attempt, the newest first. */
const noticesOf = async (ctx: Ctx, alertId: number): Promise<Notice[]> => {
  const rows = await ctx.pg
    .selectFrom('opinion.notice as notice')
    .innerJoin('opinion.alert_channel as channel', 'channel.id', 'notice.channel_id')
    .selectAll('notice')
    .select(['channel.name as channel_name', 'channel.kind'])
    .where(sql<boolean>`notice.alert_ids @> array[${alertId}]::int[]`)
    .orderBy('notice.id', 'desc')
    .limit(200)
    .execute()
  if (rows.length === 0) return []
  const attempts = await ctx.pg
    .selectFrom('opinion.notice_attempt')
    .selectAll()
    .where(
      'notice_id',
      'in',
      rows.map(({ id }) => id),
    )
    .orderBy('attempt')
    .execute()
  return rows.map((row) => ({
    id: Number(row.id),
    channelId: row.channel_id,
    channel: row.channel_name,
    kind: row.kind,
    why: row.why,
    person: row.person_name,
    title: row.title,
    body: withoutLinks(row.body),
    state: row.state,
    madeAt: row.made_at.toISOString(),
    sentAt: row.sent_at?.toISOString() ?? null,
    attempts: attempts
      .filter(({ notice_id }) => notice_id === row.id)
      .map(({ attempt, at, took_ms, outcome, code, answer }) => ({
        attempt,
        at: at.toISOString(),
        tookMs: took_ms,
        outcome,
        code,
        answer,
      })),
  }))
}

const nameOf = (node: RouteNode, id: string): string | undefined =>
  node.id === id ? node.name : node.routes.map((child) => nameOf(child, id)).find((name) => name !== undefined)

const detail = async (ctx: Ctx, row: AlertRow): Promise<AlertDetail> => {
  const [[alert], notices, { rows: places }, routing] = await Promise.all([
    shown(ctx, [row]),
    noticesOf(ctx, row.id),
    sql<{
      route: string
      receiver: string
      group_state: AlertDetail['places'][number]['groupState']
      state: AlertDetail['places'][number]['state']
      reason: string
      group_reason: string
      next_at: Date | null
      told_at: Date | null
      told_times: number
    }>`
      select g.route, g.receiver, g.state as group_state, m.state, m.reason, g.reason as group_reason, g.next_at, g.told_at, g.told_times
      from opinion.alert_group_member m join opinion.alert_group g on g.id = m.group_id where m.alert_id = ${row.id} order by g.id`.execute(
      ctx.pg,
    ),
    currentRouting(ctx),
  ])
  if (!alert) throw problem.unknown({ id: row.id })
  const { root, receivers } = routing.document
  return {
    ...alert,
    notices,
    places: places.map((one) => ({
      route: one.route,
      routeName: nameOf(root, one.route) ?? one.route,
      receiver: receivers.find(({ name }) => name === one.receiver)?.title ?? one.receiver,
      groupState: one.group_state,
      state: one.state,
      reason: one.reason || one.group_reason,
      nextAt: one.next_at?.toISOString() ?? null,
      toldAt: one.told_at?.toISOString() ?? null,
      toldTimes: one.told_times,
    })),
  }
}

/** One alert with where it waits and every receipt. @throws problem.unknown */
export const readAlert = async (ctx: Ctx, { id }: { id: number }): Promise<AlertDetail> => {
  const row = await ctx.pg.selectFrom('opinion.alert').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw problem.unknown({ id })
  return detail(ctx, row)
}

/** The alert of an event. @throws problem.unknown when it has none yet */
export const readEventAlert = async (ctx: Ctx, { eventId }: { eventId: number }): Promise<AlertDetail> => {
  const row = await ctx.pg.selectFrom('opinion.alert').selectAll().where('event_id', '=', eventId).executeTakeFirst()
  if (!row) throw problem.unknown({ event: eventId })
  return detail(ctx, row)
}
