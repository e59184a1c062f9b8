import { sql } from 'kysely'
import { type Ctx, emit } from '#platform'
import { stopClocks } from './clock.ts'
import { addEntry } from './entries.ts'
import { incidentLate } from './incident-notices.ts'

/** What incidents write down by themselves: deadlines that pass, posts that come, bursts. */

/** Tells of deadlines that have passed, each once per threshold. @returns how many */
export const tellLate = async (ctx: Ctx): Promise<number> =>
  ctx.tx(async (ctx) => {
    const now = ctx.now()
    const { rows } = await sql<{
      id: number
      incident_id: number
      drill_id: number
      kind: string
      due_at: Date
      escalate: boolean
      people: string[]
    }>`
      select c.id, c.incident_id, i.drill_id, c.kind, c.due_at, c.escalate_at <= ${now} as escalate,
        array(select p from opinion.incident_lane l, unnest(array[l.owner_id, l.deputy_id]) as p
          where l.incident_id = i.id and p is not null) as people
      from opinion.incident_clock c join opinion.incident i on i.id = c.incident_id
      where c.stopped_at is null and c.due_at <= ${now}
        and (c.told_due_at is null or (c.told_escalate_at is null and c.escalate_at <= ${now}))
        and coalesce(c.pauses -> -1 ->> 'to', case when c.pauses = '[]' then 'x' end) is not null
      order by c.due_at limit 200 for update of c skip locked`.execute(ctx.pg)
    for (const { id, incident_id, drill_id, kind, due_at, escalate, people } of rows) {
      await sql`update opinion.incident_clock set told_due_at = coalesce(told_due_at, ${now}::timestamptz),
        told_escalate_at = case when ${escalate}::boolean then coalesce(told_escalate_at, ${now}::timestamptz) end where id = ${id}`.execute(
        ctx.pg,
      )
      await addEntry(ctx, incident_id, {
        kind: escalate ? 'escalated' : 'due',
        detail: { clock: kind, due: due_at.toISOString() },
        mentions: [...new Set(people)],
        key: `${escalate ? 'escalated' : 'due'}:${id}:${due_at.getTime()}`,
      })
      await emit(
        ctx,
        incidentLate,
        {
          incidentId: incident_id,
          drillId: drill_id,
          what: escalate ? 'escalate' : 'due',
          clock: kind,
          people: [...new Set(people)],
        },
        `incident:${incident_id}`,
      )
    }
    const { rows: tasks } = await sql<{
      id: number
      incident_id: number
      lane: 'pr' | 'legal' | 'service'
      title: string
      owner_id: string | null
    }>`
      update opinion.incident_task t set told_due_at = ${now} from opinion.incident i
      where i.id = t.incident_id and i.state <> 'closed' and t.state in ('open', 'doing') and t.due_at <= ${now} and t.told_due_at is null
      returning t.id, t.incident_id, t.lane, t.title, t.owner_id`.execute(ctx.pg)
    for (const { id, incident_id, lane, title, owner_id } of tasks)
      await addEntry(ctx, incident_id, {
        kind: 'due',
        lane,
        text: title,
        detail: { task: id },
        mentions: owner_id === null ? [] : [owner_id],
      })
    return rows.length + tasks.length
  })

/** Each of these is worth a line, once. */
const milestones = [10, 50, 100, 500, 1_000, 5_000, 10_000, 50_000, 100_000]

/** An event that is handled has changed: bursts and round numbers of posts go on the timeline, a merged one takes its incident along. */
export const followEvent = async (ctx: Ctx, { eventId }: { eventId: number }): Promise<void> => {
  const { rows } = await sql<{
    incident_id: number
    title: string
    posts: number
    platforms: number
    bursting: boolean
    last_at: Date
    merged_into: number | null
    closed: boolean
  }>`
    select l.incident_id, e.title, e.posts, e.platforms, e.bursting, e.last_at, e.merged_into, i.state = 'closed' as closed
    from opinion.incident_event l join opinion.event e on e.id = l.event_id join opinion.incident i on i.id = l.incident_id
    where l.event_id = ${eventId} and l.unlinked_at is null`.execute(ctx.pg)
  const [event] = rows
  if (!event) return
  const { incident_id, title, posts, platforms, bursting, last_at, merged_into } = event
  if (merged_into !== null) {
    const { rows: taken } = await sql<{ incident_id: number }>`
      select incident_id from opinion.incident_event where event_id = ${merged_into} and unlinked_at is null`.execute(
      ctx.pg,
    )
    await sql`update opinion.incident_event set unlinked_at = ${ctx.now()} where event_id = ${eventId} and unlinked_at is null`.execute(
      ctx.pg,
    )
    if (taken.length === 0)
      await sql`insert into opinion.incident_event (incident_id, event_id, linked_at, linked_by)
        values (${incident_id}, ${merged_into}, ${ctx.now()}, ${ctx.actor.name})
        on conflict (incident_id, event_id) do update set unlinked_at = null`.execute(ctx.pg)
    await addEntry(ctx, incident_id, {
      kind: 'linked',
      text: title,
      detail: { event: merged_into, merged: eventId },
      key: `merged:${eventId}>${merged_into}`,
    })
    return
  }
  if (bursting) {
    const hour = Math.floor(last_at.getTime() / 3_600_000)
    await addEntry(ctx, incident_id, {
      kind: 'burst',
      text: title,
      detail: { event: eventId, posts },
      at: last_at,
      key: `burst:${eventId}:${hour}`,
    })
  }
  const reached = milestones.findLast((one) => posts >= one)
  if (reached !== undefined)
    await addEntry(ctx, incident_id, {
      kind: 'posts',
      text: title,
      detail: { event: eventId, posts: reached, platforms },
      at: last_at,
      key: `posts:${eventId}:${reached}`,
    })
}

/**
 * What alerts of the handled events have done since: fired and acknowledged goes on the timeline, once; who acknowledges an
 * alert has acknowledged its incident.
 */
export const followAlerts = async (ctx: Ctx): Promise<void> =>
  ctx.tx(async (ctx) => {
    const { rows } = await sql<{
      id: number
      incident_id: number
      edition: number
      title: string
      changed_at: Date
      acknowledged_at: Date | null
      by_name: string | null
      open: boolean
    }>`
      select a.id, l.incident_id, a.edition, a.title, a.changed_at, a.acknowledged_at, a.acknowledged_by_name as by_name,
        i.state = 'open' as open
      from opinion.incident_event l join opinion.incident i on i.id = l.incident_id join opinion.alert a on a.event_id = l.event_id
      where l.unlinked_at is null and i.state <> 'closed' and not exists (
        select 1 from opinion.incident_entry e where e.incident_id = i.id
          and e.key = 'alert:' || a.id || case when a.acknowledged_at is null then ':' || a.edition else ':taken' end)
      order by a.id limit 200 for update of i`.execute(ctx.pg)
    for (const { id, incident_id, edition, title, changed_at, acknowledged_at, by_name, open } of rows) {
      await addEntry(ctx, incident_id, {
        kind: 'alert',
        text: title,
        detail: { alert: id, what: 'fired' },
        at: changed_at,
        key: `alert:${id}:${edition}`,
      })
      if (acknowledged_at === null) continue
      await addEntry(ctx, incident_id, {
        kind: 'alert',
        text: by_name ?? '',
        detail: { alert: id, what: 'taken' },
        at: acknowledged_at,
        key: `alert:${id}:taken`,
      })
      if (!open) continue
      await sql`update opinion.incident set state = 'acknowledged', acknowledged_at = ${acknowledged_at},
        acknowledged_by = ${by_name ?? ''}, changed_at = ${ctx.now()} where id = ${incident_id}`.execute(ctx.pg)
      await stopClocks(ctx, incident_id, ['acknowledge'], 'done', acknowledged_at)
      await addEntry(ctx, incident_id, {
        kind: 'state',
        text: by_name ?? '',
        detail: { from: 'open', to: 'acknowledged' },
        at: acknowledged_at,
      })
      await ctx.audit.record(ctx, {
        action: 'incident.state',
        subject: `incident:${incident_id}`,
        detail: { from: 'open', to: 'acknowledged', alert: id },
      })
    }
  })
