import { sql } from 'kysely'
import type { Ctx } from '#platform'
import type { Level } from '../contract.ts'
import { attachmentsOf } from './attachments.ts'
import { clocksOf, shownClock } from './clock.ts'
import {
  type Incident,
  type IncidentPage,
  type IncidentQuery,
  type IncidentRow,
  type IncidentState,
  type Lane,
  type LinkedEvent,
  lanes,
  type Outcome,
  type Party,
  parties,
} from './incident-contract.ts'
import { incidentRow, type Kept } from './incident-row.ts'
import { lanesOf, partiesOf } from './people.ts'
import { tasksOf } from './tasks.ts'

const iso = (at: Date | null) => at?.toISOString() ?? null

/** Whether a running clock of `i`, or a task, is past its deadline. */
const isLate = (now: Date) => sql`i.state <> 'closed' and (
  exists (select 1 from opinion.incident_clock c where c.incident_id = i.id and c.stopped_at is null and c.due_at < ${now}
    and coalesce(c.pauses -> -1 ->> 'to', case when c.pauses = '[]' then 'x' end) is not null)
  or exists (select 1 from opinion.incident_task t where t.incident_id = i.id and t.state in ('open', 'doing') and t.due_at < ${now}))`

const isMine = (me: string) => sql`(
  exists (select 1 from opinion.incident_lane l where l.incident_id = i.id and ${me} in (l.owner_id, l.deputy_id))
  or exists (select 1 from opinion.incident_task t where t.incident_id = i.id and t.owner_id = ${me} and t.state in ('open', 'doing')))`

interface ListedRow extends Kept {
  late: boolean
  posts: number
  lanes: { lane: Lane; owner: string | null; open: number; late: number }[]
}

/** Incidents: late ones first, then by level, then the newest. */
export const listIncidents = async (ctx: Ctx, query: IncidentQuery): Promise<IncidentPage> => {
  const { search, state, level, lane, mine, late, eventId, drillId, limit, after } = query
  const now = ctx.now()
  const filter = sql`i.drill_id = ${drillId}
    ${state === 'active' ? sql`and i.state <> 'closed'` : sql`and i.state = ${state}`}
    ${level ? sql`and i.level = ${level}` : sql``}
    ${search ? sql`and (i.title ilike ${`%${search.replaceAll(/[\\%_]/g, '\\$&')}%`} or i.id::text = ${search.replace(/^#/, '')})` : sql``}
    ${lane ? sql`and exists (select 1 from opinion.incident_task t where t.incident_id = i.id and t.lane = ${lane} and t.state in ('open', 'doing'))` : sql``}
    ${mine ? sql`and ${isMine(ctx.actor.id)}` : sql``}
    ${late ? sql`and ${isLate(now)}` : sql``}
    ${eventId ? sql`and exists (select 1 from opinion.incident_event e where e.incident_id = i.id and e.event_id = ${eventId} and e.unlinked_at is null)` : sql``}`
  const { rows } = await sql<ListedRow>`
    select i.*, (${isLate(now)}) as late,
      (select coalesce(sum(e.posts), 0)::int from opinion.incident_event l join opinion.event e on e.id = l.event_id
        where l.incident_id = i.id and l.unlinked_at is null) as posts,
      (select json_agg(json_build_object('lane', l.lane, 'owner', l.owner_name,
          'open', (select count(*) from opinion.incident_task t where t.incident_id = i.id and t.lane = l.lane and t.state in ('open', 'doing')),
          'late', (select count(*) from opinion.incident_task t where t.incident_id = i.id and t.lane = l.lane
            and t.state in ('open', 'doing') and t.due_at < ${now}))
        order by array_position(array['pr', 'legal', 'service'], l.lane))
        from opinion.incident_lane l where l.incident_id = i.id) as lanes
    from opinion.incident i where ${filter}
    order by (${isLate(now)}) desc, array_position(array['severe', 'moderate', 'minor'], i.level), i.opened_at desc, i.id desc
    limit ${limit + 1} offset ${after ?? 0}`.execute(ctx.pg)
  const page = rows.slice(0, limit)
  const clocks = await clocksOf(
    ctx,
    page.map(({ id }) => id),
  )
  const { rows: counted } = await sql<IncidentPage['counts']>`
    select count(*) filter (where i.state = 'open')::int as open, count(*) filter (where i.state = 'acknowledged')::int as acknowledged,
      count(*) filter (where i.state = 'acting')::int as acting, count(*) filter (where i.state = 'closing')::int as closing,
      count(*) filter (where ${isLate(now)})::int as late, count(*) filter (where ${isMine(ctx.actor.id)})::int as mine
    from opinion.incident i where i.drill_id = ${drillId} and i.state <> 'closed'`.execute(ctx.pg)
  return {
    items: page.map((row): IncidentRow => {
      const next = clocks
        .filter(({ incident_id, stopped_at }) => incident_id === row.id && stopped_at === null)
        .map((clock) => shownClock(clock, now))
        .sort(
          (a, b) => (a.standing === 'held' ? 1 : 0) - (b.standing === 'held' ? 1 : 0) || a.dueAt.localeCompare(b.dueAt),
        )[0]
      return {
        id: row.id,
        drillId: row.drill_id,
        title: row.title,
        level: row.level,
        state: row.state,
        openedAt: row.opened_at.toISOString(),
        openedBy: row.opened_by,
        openedHow: row.opened_how,
        closedAt: iso(row.closed_at),
        lanes: row.lanes ?? [],
        posts: row.posts,
        clock: next ?? null,
        late: row.late,
      }
    }),
    next: rows.length > limit ? (after ?? 0) + limit : null,
    counts: counted[0] ?? { open: 0, acknowledged: 0, acting: 0, closing: 0, late: 0, mine: 0 },
  }
}

/** Events that an incident handles, newest first. */
export const eventsOf = async (ctx: Pick<Ctx, 'pg'>, incidentId: number): Promise<LinkedEvent[]> => {
  const { rows } = await sql<{
    id: number
    title: string
    gist: string
    state: string
    posts: number
    authors: number
    platforms: number
    bursting: boolean
    first_at: Date
    last_at: Date
    linked_at: Date
  }>`
    select e.id, e.title, e.gist, e.state, e.posts, e.authors, e.platforms, e.bursting, e.first_at, e.last_at, l.linked_at
    from opinion.incident_event l join opinion.event e on e.id = l.event_id
    where l.incident_id = ${incidentId} and l.unlinked_at is null order by e.last_at desc, e.id`.execute(ctx.pg)
  return rows.map(({ first_at, last_at, linked_at, ...row }) => ({
    ...row,
    firstAt: first_at.toISOString(),
    lastAt: last_at.toISOString(),
    linkedAt: linked_at.toISOString(),
  }))
}

interface LaneRow {
  lane: Lane
  owner_id: string | null
  owner_name: string | null
  deputy_id: string | null
  deputy_name: string | null
}

/** Everything of one incident but its timeline. @throws problem.unknown */
export const readIncident = async (ctx: Ctx, { id }: { id: number }): Promise<Incident> => {
  const row = await incidentRow(ctx, id)
  const now = ctx.now()
  const { rows: laneRows } = await sql<LaneRow>`
    select lane, owner_id, owner_name, deputy_id, deputy_name
    from opinion.incident_lane where incident_id = ${id}`.execute(ctx.pg)
  const tasks = await tasksOf(ctx, { incidentId: id })
  const clocks = await clocksOf(ctx, [id])
  const mine = lanesOf(ctx.actor)
  const { rows: signed } = await sql<{
    party: Party
    at: Date
    by_id: string | null
    by_name: string
    note: string
  }>`
    select party, at, by_id, by_name, note from opinion.incident_signature where incident_id = ${id}`.execute(ctx.pg)
  const signatures = parties
    .map((party) => {
      const one = signed.find((row) => row.party === party)
      return {
        party,
        must: row.sign_offs.includes(party),
        signed: one ? { at: one.at.toISOString(), by: one.by_name, note: one.note } : null,
        mine: partiesOf(ctx.actor).includes(party),
        // One person signs for one part.
        other: signed.some((row) => row.party !== party && row.by_id === ctx.actor.id),
      }
    })
    .filter(({ party, must, signed }) => must || signed !== null || lanes.some((lane) => lane === party))
  const openTasks = tasks.filter(({ state }) => state === 'open' || state === 'doing')
  const obstacles: Incident['obstacles'] = [
    ...signatures
      .filter(({ must, signed }) => must && signed === null)
      .map(({ party }) => ({ code: 'signature' as const, party, count: 1 })),
    ...lanes.flatMap((lane) => {
      const count = openTasks.filter((task) => task.lane === lane).length
      return count > 0 ? [{ code: 'task' as const, party: lane, count }] : []
    }),
  ]
  return {
    id: row.id,
    drillId: row.drill_id,
    title: row.title,
    summary: row.summary,
    level: row.level,
    state: row.state,
    openedHow: row.opened_how,
    reason: row.reason,
    openedAt: row.opened_at.toISOString(),
    openedBy: row.opened_by,
    acknowledgedAt: iso(row.acknowledged_at),
    acknowledgedBy: row.acknowledged_by,
    actedAt: iso(row.acted_at),
    closingAt: iso(row.closing_at),
    closedAt: iso(row.closed_at),
    closedBy: row.closed_by,
    outcome: row.outcome,
    conclusion: row.conclusion,
    reopened: row.reopened,
    plan: row.plan && { name: row.plan.name, version: row.plan.version },
    productKeys: row.product_keys,
    lanes: lanes.map((lane) => {
      const kept = laneRows.find((one) => one.lane === lane)
      return {
        lane,
        owner: kept?.owner_id ? { id: kept.owner_id, name: kept.owner_name ?? '' } : null,
        deputy: kept?.deputy_id ? { id: kept.deputy_id, name: kept.deputy_name ?? '' } : null,
        mine: mine.includes(lane) || (kept !== undefined && [kept.owner_id, kept.deputy_id].includes(ctx.actor.id)),
        open: openTasks.filter((task) => task.lane === lane).length,
        done: tasks.filter((task) => task.lane === lane && task.state === 'done').length,
      }
    }),
    signatures,
    clocks: clocks.map((clock) => shownClock(clock, now)),
    tasks,
    events: await eventsOf(ctx, id),
    attachments: await attachmentsOf(ctx, 'incident', id),
    obstacles,
    may: {
      handle: ctx.actor.permissions.has('opinion.handle'),
      lower: ctx.actor.permissions.has('opinion.approve'),
    },
  }
}

/** Incidents opened in a span, oldest first, with what reviews measure: for reports and reviews. */
export const incidentsOf = async (
  ctx: Pick<Ctx, 'pg' | 'now'>,
  { from, to, drillId = 0 }: { from: Date; to: Date; drillId?: number },
) => {
  const { rows } = await sql<{
    id: number
    title: string
    level: Level
    state: IncidentState
    first_at: Date | null
    opened_at: Date
    acknowledged_at: Date | null
    acted_at: Date | null
    closed_at: Date | null
    outcome: Outcome | null
    missed: string[]
    events: number[]
  }>`
    select i.id, i.title, i.level, i.state, i.opened_at, i.acknowledged_at, i.acted_at, i.closed_at, i.outcome,
      (select min(e.first_at) from opinion.incident_event l join opinion.event e on e.id = l.event_id where l.incident_id = i.id) as first_at,
      array(select distinct c.kind from opinion.incident_clock c where c.incident_id = i.id and c.stopped_why is distinct from 'void'
        and coalesce(c.stopped_at, case when coalesce(c.pauses -> -1 ->> 'to', case when c.pauses = '[]' then 'x' end) is not null
          then ${ctx.now()}::timestamptz end) > c.due_at order by c.kind) as missed,
      array(select l.event_id from opinion.incident_event l where l.incident_id = i.id and l.unlinked_at is null order by 1) as events
    from opinion.incident i where i.drill_id = ${drillId} and i.opened_at >= ${from} and i.opened_at < ${to}
    order by i.opened_at, i.id`.execute(ctx.pg)
  return rows.map((row) => ({
    id: row.id,
    title: row.title,
    level: row.level,
    state: row.state,
    /** First post of its events; null when it was opened without one. */
    firstPostAt: row.first_at,
    openedAt: row.opened_at,
    acknowledgedAt: row.acknowledged_at,
    actedAt: row.acted_at,
    closedAt: row.closed_at,
    outcome: row.outcome,
    /** Kinds of clocks that ran over, those that still run and those that another level replaced among them. */
    missed: row.missed,
    eventIds: row.events,
  }))
}
