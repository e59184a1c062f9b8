import { sql } from 'kysely'
import { type Ctx, emit, scanText } from '#platform'
import { dueAt } from '../clocks/clock.ts'
import type { Level } from '../contract.ts'
import { startClocks } from './clock.ts'
import { addEntry } from './entries.ts'
import { type Incident, lanes, type NewIncident } from './incident-contract.ts'
import { incidentOpened } from './incident-notices.ts'
import { handlersNamed } from './people.ts'
import { problem } from './problem.ts'
import { settingOf } from './settings.ts'
import { readIncident } from './store.ts'
import { addTask } from './tasks.ts'
import { type Terms, termsOf } from './terms.ts'

const rank: Readonly<Record<Level, number>> = { minor: 0, moderate: 1, severe: 2 }
export const isHigher = (a: Level, b: Level): boolean => rank[a] > rank[b]

/** Links an event to an incident. @returns false when it was linked already. @throws problem.eventUnknown, problem.eventTaken */
export const linkEvent = async (ctx: Ctx, incidentId: number, eventId: number): Promise<boolean> => {
  const { rows: found } = await sql<{ title: string; posts: number; incident_id: number | null }>`
    select e.title, e.posts, (select l.incident_id from opinion.incident_event l where l.event_id = e.id and l.unlinked_at is null) as incident_id
    from opinion.event e join opinion.incident i on i.id = ${incidentId} and i.drill_id = e.drill_id where e.id = ${eventId}`.execute(
    ctx.pg,
  )
  const [event] = found
  if (!event) throw problem.eventUnknown({ event: eventId })
  if (event.incident_id === incidentId) return false
  if (event.incident_id !== null) throw problem.eventTaken({ event: eventId, incident: event.incident_id })
  await sql`insert into opinion.incident_event (incident_id, event_id, linked_at, linked_by)
    values (${incidentId}, ${eventId}, ${ctx.now()}, ${ctx.actor.name})
    on conflict (incident_id, event_id) do update set unlinked_at = null, linked_at = excluded.linked_at, linked_by = excluded.linked_by`.execute(
    ctx.pg,
  )
  await addEntry(ctx, incidentId, { kind: 'linked', text: event.title, detail: { event: eventId, posts: event.posts } })
  return true
}

/** Puts the steps of the level's plan into the lanes, each once. */
export const addSteps = async (
  ctx: Ctx,
  incidentId: number,
  { plan, steps, owners }: Terms,
  from: Date,
): Promise<void> => {
  const { rows } = await sql<{ step: string }>`
    select step from opinion.incident_task where incident_id = ${incidentId} and step is not null`.execute(ctx.pg)
  const known = new Set(rows.map(({ step }) => step))
  for (const [i, { lane, title, text, withinMinutes }] of steps.entries()) {
    const step = `${plan?.name ?? ''}/${i + 1}`
    if (known.has(step)) continue
    const due = withinMinutes === null ? null : dueAt(from, withinMinutes, null)
    await addTask(ctx, incidentId, {
      lane,
      title,
      detail: text,
      ownerId: owners[lane]?.owner ?? null,
      dueAt: due?.toISOString() ?? null,
      step,
    })
  }
}

interface Opening extends NewIncident {
  how: 'grade' | 'hand'
}

/** Makes an incident with its lanes, clocks and tasks. In the transaction of `ctx`; audited. */
const openOne = async (
  ctx: Ctx,
  { how, title, summary, level, reason, eventIds, drillId }: Opening,
): Promise<number> => {
  const terms = await termsOf(ctx, level)
  const now = ctx.now()
  const { rows } = await sql<{ id: number }>`
    insert into opinion.incident (drill_id, title, summary, level, opened_how, reason, plan, sign_offs, opened_at, opened_by, changed_at)
    values (${drillId}, ${scanText(title).text}, ${scanText(summary).text}, ${level}, ${how}, ${scanText(reason).text},
      ${terms.plan && JSON.stringify(terms.plan)}::jsonb, ${terms.signOffs}::text[], ${now}, ${ctx.actor.name}, ${now})
    returning id`.execute(ctx.pg)
  const id = rows[0]?.id ?? 0
  const named = await handlersNamed(
    ctx,
    Object.values(terms.owners).flatMap(({ owner, deputy }) => [owner, deputy]),
  )
  for (const lane of lanes) {
    const { owner = null, deputy = null } = terms.owners[lane] ?? {}
    await sql`insert into opinion.incident_lane (incident_id, lane, owner_id, owner_name, deputy_id, deputy_name)
      values (${id}, ${lane}, ${owner}::text, ${owner && (named.get(owner) ?? null)}::text, ${deputy}::text,
        ${deputy && (named.get(deputy) ?? null)}::text)`.execute(ctx.pg)
  }
  await addEntry(ctx, id, { kind: 'opened', text: reason, detail: { level, how } })
  for (const eventId of eventIds) await linkEvent(ctx, id, eventId)
  await startClocks(ctx, id, terms.clocks)
  await addSteps(ctx, id, terms, now)
  await emit(ctx, incidentOpened, { incidentId: id, drillId, level, eventIds: [...eventIds] }, `incident:${id}`)
  await ctx.audit.record(ctx, {
    action: 'incident.open',
    subject: `incident:${id}`,
    detail: { level, how, events: eventIds.length, drill: drillId },
  })
  return id
}

/** Opens an incident by hand. @throws problem.eventUnknown, problem.eventTaken */
export const openIncidentByHand = (ctx: Ctx, given: NewIncident): Promise<Incident> =>
  ctx.tx(async (ctx) => readIncident(ctx, { id: await openOne(ctx, { ...given, how: 'hand' }) }))

/** Raises or lowers a level, with its clocks and the steps of its plan. The caller checks and audits. */
export const setLevel = async (ctx: Ctx, id: number, before: Level, level: Level, reason: string): Promise<void> => {
  const terms = await termsOf(ctx, level)
  const now = ctx.now()
  await sql`update opinion.incident set level = ${level}, sign_offs = ${terms.signOffs}::text[], changed_at = ${now},
    plan = ${terms.plan && JSON.stringify(terms.plan)}::jsonb where id = ${id}`.execute(ctx.pg)
  const { rows } = await sql<{ acknowledged: boolean; acted: boolean; told: boolean }>`
    select acknowledged_at is not null as acknowledged, acted_at is not null as acted,
      exists (select 1 from opinion.statement_publication p join opinion.statement s on s.id = p.statement_id where s.incident_id = i.id) as told
    from opinion.incident i where id = ${id}`.execute(ctx.pg)
  const [done] = rows
  // What was done already is not waited for again.
  const { acknowledge, act, statement, ...rest } = terms.clocks
  await startClocks(
    ctx,
    id,
    {
      ...rest,
      ...(acknowledge && !done?.acknowledged && { acknowledge }),
      ...(act && !done?.acted && { act }),
      ...(statement && !done?.told && { statement }),
    },
    { goOn: isHigher(before, level) },
  )
  await addSteps(ctx, id, terms, now)
  await addEntry(ctx, id, { kind: 'level', text: reason, detail: { from: before, to: level } })
}

/**
 * What a grade does: opens an incident when the level is one that does; raises the level of the one that handles the event;
 * opens a closed one again when the event rises above what it was closed with. Twice does the same as once.
 */
export const followGrade = async (
  ctx: Ctx,
  { eventId, drillId, level, before }: { eventId: number; drillId: number; level: Level; before: Level | null },
): Promise<void> => {
  const { rows } = await sql<{ id: number; level: Level; state: string }>`
    select i.id, i.level, i.state from opinion.incident_event l join opinion.incident i on i.id = l.incident_id
    where l.event_id = ${eventId} and l.unlinked_at is null for update of i`.execute(ctx.pg)
  const [known] = rows
  if (!known) {
    const { levels } = await settingOf(ctx, 'opening')
    if (!levels.includes(level)) return
    const { rows: events } = await sql<{ title: string; gist: string }>`
      select title, gist from opinion.event where id = ${eventId} and merged_into is null and drill_id = ${drillId}`.execute(
      ctx.pg,
    )
    const [event] = events
    if (!event) return
    await openOne(ctx, {
      how: 'grade',
      title: event.title,
      summary: event.gist,
      level,
      reason: '',
      eventIds: [eventId],
      drillId,
    })
    return
  }
  await addEntry(ctx, known.id, {
    kind: 'level',
    detail: { event: eventId, from: before, to: level, of: 'event' },
    key: `graded:${eventId}:${before ?? ''}>${level}:${Math.floor(ctx.now().getTime() / 60_000)}`,
  })
  if (!isHigher(level, known.level)) return
  if (known.state === 'closed') {
    await sql`update opinion.incident set state = 'acting', closed_at = null, closed_by = null, outcome = null, closing_at = null,
      reopened = reopened + 1 where id = ${known.id}`.execute(ctx.pg)
    // Whoever signed, signed for a case that was over.
    await sql`delete from opinion.incident_signature where incident_id = ${known.id}`.execute(ctx.pg)
    await addEntry(ctx, known.id, { kind: 'state', detail: { from: 'closed', to: 'acting', why: 'grade' } })
  }
  await setLevel(ctx, known.id, known.level, level, '')
  await ctx.audit.record(ctx, {
    action: 'incident.level',
    subject: `incident:${known.id}`,
    detail: { from: known.level, to: level, event: eventId },
  })
}
