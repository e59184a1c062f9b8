import { sql } from 'kysely'
import type { z } from 'zod'
import { notSecond } from '#compliance'
import { type Ctx, scanText } from '#platform'
import { acknowledgeAlert } from '../alerts/acknowledge.ts'
import type { Level } from '../contract.ts'
import { pauseClock, resumeClock, startClocks, stopClock, stopClocks } from './clock.ts'
import { addEntry } from './entries.ts'
import {
  type Incident,
  type IncidentChange,
  type Lane,
  type LaneChange,
  type LevelChange,
  type NewComment,
  type NewTask,
  nextStates,
  type Party,
  type StateChange,
  type TaskChange,
} from './incident-contract.ts'
import { incidentRow, openIncident } from './incident-row.ts'
import { isHigher, linkEvent, setLevel } from './open.ts'
import { handlersNamed, mustActIn, partiesOf } from './people.ts'
import { problem } from './problem.ts'
import { readIncident } from './store.ts'
import { changeTask, createTask } from './tasks.ts'
import { termsOf } from './terms.ts'

interface Id {
  id: number
}

/** One change of an incident: in a transaction, audited last, answered with the incident as it is now. */
const changed = (
  ctx: Ctx,
  id: number,
  action: string,
  run: (ctx: Ctx) => Promise<Record<string, string | number | boolean | null> | undefined>,
): Promise<Incident> =>
  ctx.tx(async (ctx) => {
    const detail = await run(ctx)
    await sql`update opinion.incident set changed_at = ${ctx.now()} where id = ${id}`.execute(ctx.pg)
    const incident = await readIncident(ctx, { id })
    await ctx.audit.record(ctx, { action, subject: `incident:${id}`, ...(detail && { detail }) })
    return incident
  })

export const changeIncident = (ctx: Ctx, { id, title, summary }: Id & z.output<typeof IncidentChange>) =>
  changed(ctx, id, 'incident.change', async (ctx) => {
    await openIncident(ctx, id)
    await sql`update opinion.incident set title = coalesce(${title === undefined ? null : scanText(title).text}::text, title),
      summary = coalesce(${summary === undefined ? null : scanText(summary).text}::text, summary) where id = ${id}`.execute(
      ctx.pg,
    )
    return { title: title !== undefined, summary: summary !== undefined }
  })

/** First words or deeds end the clock that waits for them. */
const act = async (ctx: Ctx, id: number): Promise<void> => {
  const { rows } = await sql<{ id: number }>`
    update opinion.incident set acted_at = ${ctx.now()} where id = ${id} and acted_at is null returning id`.execute(
    ctx.pg,
  )
  if (rows.length > 0) await stopClocks(ctx, id, ['act'], 'done')
}

/** Who takes the case on has seen its alerts: nothing is repeated or escalated to him. */
const acknowledgeAlerts = async (ctx: Ctx, id: number): Promise<void> => {
  const { rows } = await sql<{ id: number }>`
    select a.id from opinion.alert a join opinion.incident_event l on l.event_id = a.event_id
    where l.incident_id = ${id} and l.unlinked_at is null and a.state = 'firing'`.execute(ctx.pg)
  for (const alert of rows) await acknowledgeAlert(ctx, alert)
}

/**
 * Moves an incident on. Acknowledging and acting end their clocks, closing ends all; back from closed they start anew.
 * @throws problem.wrongState, problem.reasonNeeded, problem.outcomeNeeded, problem.shortClose, problem.notReady
 */
export const changeState = (ctx: Ctx, { id, to, reason, outcome, conclusion }: Id & StateChange) =>
  changed(ctx, id, 'incident.state', async (ctx) => {
    const row = await incidentRow(ctx, id, { lock: true })
    if (!nextStates[row.state].includes(to)) throw problem.wrongState({ from: row.state, to })
    const back = row.state === 'closed' || (row.state === 'closing' && to === 'acting')
    if (back && reason.length < 2) throw problem.reasonNeeded()
    const now = ctx.now()
    if (to === 'closed') {
      if (!outcome || reason.length < 2) throw problem.outcomeNeeded()
      // What turned out to be nothing needs no signatures; everything else does.
      const short = outcome === 'false-alarm' || outcome === 'duplicate'
      // Of a severe case that is not for one lane alone to say.
      if (
        short &&
        row.level === 'severe' &&
        (!ctx.actor.permissions.has('opinion.approve') || (await notSecond(ctx, [])))
      )
        throw problem.shortClose()
      const { obstacles } = await readIncident(ctx, { id })
      if (!short && (row.state !== 'closing' || obstacles.length > 0))
        throw problem.notReady({ missing: obstacles.map(({ code, party, count }) => `${code} ${party} ${count}`) })
      // A case that was none met no deadline.
      if (!short) await stopClocks(ctx, id, ['close'], 'done')
      await stopClocks(ctx, id, 'all', short ? 'void' : 'closed')
      await acknowledgeAlerts(ctx, id)
      await sql`update opinion.incident set state = 'closed', closed_at = ${now}, closed_by = ${ctx.actor.name}, outcome = ${outcome},
        conclusion = ${scanText(conclusion ?? row.conclusion).text} where id = ${id}`.execute(ctx.pg)
    } else if (row.state === 'closed') {
      await sql`update opinion.incident set state = 'acting', closed_at = null, closed_by = null, outcome = null, closing_at = null,
        reopened = reopened + 1 where id = ${id}`.execute(ctx.pg)
      // Whoever signed, signed for a case that was over.
      await sql`delete from opinion.incident_signature where incident_id = ${id}`.execute(ctx.pg)
      const { close } = (await termsOf(ctx, row.level)).clocks
      if (close) await startClocks(ctx, id, { close })
    } else {
      await sql`update opinion.incident set state = ${to}, closing_at = ${to === 'closing' ? now : null}::timestamptz,
        acknowledged_at = coalesce(acknowledged_at, ${now}::timestamptz), acknowledged_by = coalesce(acknowledged_by, ${ctx.actor.name})
        where id = ${id}`.execute(ctx.pg)
      await stopClocks(ctx, id, ['acknowledge'], 'done')
      await acknowledgeAlerts(ctx, id)
      if (to === 'acting' || to === 'closing') await act(ctx, id)
    }
    await addEntry(ctx, id, {
      kind: 'state',
      text: reason,
      detail: { from: row.state, to, ...(outcome && { outcome }) },
    })
    return { from: row.state, to, ...(outcome && { outcome }) }
  })

const refuseBelowEvents = async (ctx: Ctx, id: number, level: Level): Promise<void> => {
  const { rows } = await sql<{ event_id: number; level: Level }>`
    select l.event_id, g.level from opinion.incident_event l join opinion.event_level g on g.event_id = l.event_id
    where l.incident_id = ${id} and l.unlinked_at is null`.execute(ctx.pg)
  const above = rows.filter((event) => isHigher(event.level, level))
  if (above.length > 0) throw problem.eventsHigher({ events: above.map(({ event_id }) => event_id) })
}

/** Who gave the case the level it has: it was opened with it, or set to it later. */
const levelGivers = async (ctx: Ctx, id: number): Promise<string[]> => {
  const { rows } = await sql<{ by_id: string }>`
    select by_id from opinion.incident_entry where incident_id = ${id}
      and (kind = 'opened' or (kind = 'level' and detail ->> 'of' is null)) order by id desc limit 1`.execute(ctx.pg)
  return rows.map(({ by_id }) => by_id)
}

/** @throws problem.lowering, problem.eventsHigher, problem.ownLevel, problem.sameLevel */
export const changeLevel = (ctx: Ctx, { id, level, reason }: Id & z.output<typeof LevelChange>) =>
  changed(ctx, id, 'incident.level', async (ctx) => {
    const row = await openIncident(ctx, id)
    if (row.level === level) throw problem.sameLevel()
    if (isHigher(row.level, level) && !ctx.actor.permissions.has('opinion.approve')) throw problem.lowering()
    // Two people lower an event; one must not undo that by lowering the case alone.
    if (isHigher(row.level, level)) {
      await refuseBelowEvents(ctx, id, level)
      if (await notSecond(ctx, await levelGivers(ctx, id))) throw problem.ownLevel()
    }
    await setLevel(ctx, id, row.level, level, reason)
    return { from: row.level, to: level }
  })

export const link = (ctx: Ctx, { id, eventId }: Id & { eventId: number }) =>
  changed(ctx, id, 'incident.link', async (ctx) => {
    await openIncident(ctx, id)
    await linkEvent(ctx, id, eventId)
    return { event: eventId }
  })

/** @throws problem.eventUnknown */
export const unlink = (ctx: Ctx, { id, eventId, reason }: Id & { eventId: number; reason: string }) =>
  changed(ctx, id, 'incident.unlink', async (ctx) => {
    await openIncident(ctx, id)
    const { rows } = await sql<{ title: string }>`
      update opinion.incident_event l set unlinked_at = ${ctx.now()} from opinion.event e
      where l.incident_id = ${id} and l.event_id = ${eventId} and l.unlinked_at is null and e.id = l.event_id returning e.title`.execute(
      ctx.pg,
    )
    const [event] = rows
    if (!event) throw problem.eventUnknown({ event: eventId })
    await addEntry(ctx, id, { kind: 'unlinked', text: reason, detail: { event: eventId, title: event.title } })
    return { event: eventId }
  })

/** Gives a lane to other hands, with what they have to know. @throws problem.notYourLane, problem.personUnknown */
export const changeLane = (
  ctx: Ctx,
  { id, lane, ownerId, deputyId, note }: Id & { lane: Lane } & z.output<typeof LaneChange>,
) =>
  changed(ctx, id, 'incident.lane', async (ctx) => {
    await openIncident(ctx, id)
    await mustActIn(ctx, id, lane)
    const names = await handlersNamed(ctx, [ownerId, deputyId])
    const nameOf = (userId: string | null) => (userId === null ? null : (names.get(userId) ?? null))
    const { rows } = await sql<{ before: string | null; before_id: string | null }>`
      select owner_name as before, owner_id as before_id from opinion.incident_lane where incident_id = ${id} and lane = ${lane}`.execute(
      ctx.pg,
    )
    const before = rows[0]
    await sql`update opinion.incident_lane set owner_id = ${ownerId}::text, owner_name = ${nameOf(ownerId)}::text,
      deputy_id = ${deputyId}::text, deputy_name = ${nameOf(deputyId)}::text
      where incident_id = ${id} and lane = ${lane}`.execute(ctx.pg)
    // Open tasks go with the lane, when they were its former owner's or nobody's.
    if (ownerId !== null && before?.before_id !== ownerId)
      await sql`update opinion.incident_task set owner_id = ${ownerId}, owner_name = ${nameOf(ownerId)}::text
        where incident_id = ${id} and lane = ${lane} and state in ('open', 'doing')
          and (owner_id is null or owner_id = ${before?.before_id ?? ''})`.execute(ctx.pg)
    await addEntry(ctx, id, {
      kind: 'lane',
      lane,
      text: note,
      detail: { from: before?.before ?? null, to: nameOf(ownerId), deputy: nameOf(deputyId) },
      mentions: [ownerId, deputyId].filter((one) => one !== null),
    })
    return { lane, owner: ownerId, deputy: deputyId }
  })

/**
 * Signs that a party's part is done. Whoever has several roles signs one part only: signatures are of different people.
 * @throws problem.notYourLane, problem.signerIsMachine, problem.signed, problem.signedOther
 */
export const sign = (ctx: Ctx, { id, party, note }: Id & { party: Party; note: string }) =>
  changed(ctx, id, 'incident.sign', async (ctx) => {
    await openIncident(ctx, id)
    if (!partiesOf(ctx.actor).includes(party)) throw problem.notYourLane({ lane: party })
    const { rows: signers } = await sql<{ party: Party; by_id: string | null; by_name: string }>`
      select party, by_id, by_name from opinion.incident_signature where incident_id = ${id} and party <> ${party}`.execute(
      ctx.pg,
    )
    // Signatures of before ids were kept have a name only.
    const own = signers.find(({ by_id, by_name }) => (by_id ? by_id === ctx.actor.id : by_name === ctx.actor.name))
    if (own) throw problem.signedOther({ party: own.party })
    if (await notSecond(ctx, [])) throw problem.signerIsMachine()
    const { rows } = await sql<{ party: string }>`
      insert into opinion.incident_signature (incident_id, party, at, by_id, by_name, note)
      values (${id}, ${party}, ${ctx.now()}, ${ctx.actor.id}, ${ctx.actor.name}, ${scanText(note).text})
      on conflict do nothing returning party`.execute(ctx.pg)
    if (rows.length === 0) throw problem.signed({ party })
    await addEntry(ctx, id, { kind: 'signed', text: note, detail: { party } })
    return { party }
  })

/** @throws problem.notYourLane, problem.notSigned */
export const takeBackSignature = (ctx: Ctx, { id, party, reason }: Id & { party: Party; reason: string }) =>
  changed(ctx, id, 'incident.unsign', async (ctx) => {
    await openIncident(ctx, id)
    if (!partiesOf(ctx.actor).includes(party)) throw problem.notYourLane({ lane: party })
    const { rows } = await sql<{ party: string }>`
      delete from opinion.incident_signature where incident_id = ${id} and party = ${party} returning party`.execute(
      ctx.pg,
    )
    if (rows.length === 0) throw problem.notSigned({ party })
    await addEntry(ctx, id, { kind: 'unsigned', text: reason, detail: { party } })
    return { party }
  })

export const newTask = (ctx: Ctx, { id, ...task }: Id & z.output<typeof NewTask>) =>
  changed(ctx, id, 'incident.task', async (ctx) => {
    await createTask(ctx, id, task)
    return { lane: task.lane, what: 'added' }
  })

/** The first task that is done is the first deed. */
export const updateTask = (ctx: Ctx, { id, taskId, ...change }: Id & { taskId: number } & TaskChange) =>
  changed(ctx, id, 'incident.task', async (ctx) => {
    const state = await changeTask(ctx, id, taskId, change)
    if (state === 'done') await act(ctx, id)
    return { task: taskId, what: state ?? 'changed' }
  })

/** @throws problem.notYourLane for a word in a lane of others */
export const comment = (ctx: Ctx, { id, text, kind, lane, mentions, at }: Id & z.output<typeof NewComment>) =>
  changed(ctx, id, kind === 'decision' ? 'incident.decision' : 'incident.comment', async (ctx) => {
    await incidentRow(ctx, id)
    if (kind === 'decision' && lane !== null) await mustActIn(ctx, id, lane)
    const named = await handlersNamed(ctx, mentions)
    const when = at === undefined ? ctx.now() : new Date(Math.min(Date.parse(at), ctx.now().getTime()))
    await addEntry(ctx, id, {
      kind,
      lane,
      text,
      mentions,
      at: when,
      ...(named.size > 0 && { detail: { to: [...named.values()].join('、') } }),
    })
    return { lane, mentions: mentions.length }
  })

export const holdClock = (ctx: Ctx, { id, clockId, reason }: Id & { clockId: number; reason: string }) =>
  changed(ctx, id, 'incident.clock', async (ctx) => {
    await openIncident(ctx, id)
    await pauseClock(ctx, id, clockId, reason)
    return { clock: clockId, what: 'paused' }
  })
export const releaseClock = (ctx: Ctx, { id, clockId }: Id & { clockId: number }) =>
  changed(ctx, id, 'incident.clock', async (ctx) => {
    await openIncident(ctx, id)
    await resumeClock(ctx, id, clockId)
    return { clock: clockId, what: 'resumed' }
  })
export const endClock = (ctx: Ctx, { id, clockId, reason }: Id & { clockId: number; reason: string }) =>
  changed(ctx, id, 'incident.clock', async (ctx) => {
    await openIncident(ctx, id)
    await stopClock(ctx, id, clockId, reason)
    return { clock: clockId, what: 'done' }
  })
