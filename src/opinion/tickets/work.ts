import { sql } from 'kysely'
import type { z } from 'zod'
import { judgeContent } from '#compliance'
import { type Ctx, scanText } from '#platform'
import { readHandlers } from '../incidents/people.ts'
import { deadlinesAfter, deadlinesFor, type Held } from './clocks.ts'
import { letMarketingGoOn, stopMarketing } from './customer-links.ts'
import { problem } from './problem.ts'
import { addTicketEntry, type Kept, openTicket, readTicket, ticketRow } from './store.ts'
import type { NewTicket, Ticket, TicketAnswer, TicketChange, TicketMove, TicketState } from './ticket-contract.ts'

interface Id {
  id: number
}

/** One change of a ticket: in a transaction, audited last, answered with the ticket as it is now. */
const changed = (
  ctx: Ctx,
  id: number,
  action: string,
  run: (ctx: Ctx, row: Kept) => Promise<Record<string, string | number | boolean | null>>,
): Promise<Ticket> =>
  ctx.tx(async (ctx) => {
    const detail = await run(ctx, await ticketRow(ctx, id, { lock: true }))
    await sql`update opinion.ticket set changed_at = ${ctx.now()} where id = ${id}`.execute(ctx.pg)
    const ticket = await readTicket(ctx, { id })
    await ctx.audit.record(ctx, { action, subject: `ticket:${id}`, detail })
    return ticket
  })

const ownerNamed = async (ctx: Ctx, id: string | null): Promise<string | null> => {
  if (id === null) return null
  const person = (await readHandlers(ctx)).items.find((one) => one.id === id)
  if (!person) throw problem.personUnknown({ id })
  return person.name
}

const mustBeReason = async (ctx: Ctx, key: string | null): Promise<void> => {
  if (key === null) return
  const { rows } = await sql`select 1 from opinion.ticket_reason where key = ${key} and retired_at is null`.execute(
    ctx.pg,
  )
  if (rows.length === 0) throw problem.reasonUnknown({ reason: key })
}

const mustBeIncident = async (ctx: Ctx, id: number | null, drillId: number): Promise<void> => {
  if (id === null) return
  const { rows } = await sql`select 1 from opinion.incident where id = ${id} and drill_id = ${drillId}`.execute(ctx.pg)
  if (rows.length === 0) throw problem.incidentUnknown({ incident: id })
}

/** A ticket by hand: what came by telephone, letter, or on paper from the regulator. @throws problem.taken for a known number */
export const createTicket = (ctx: Ctx, { receivedAt, ...given }: NewTicket): Promise<Ticket> =>
  ctx.tx(async (ctx) => {
    await mustBeReason(ctx, given.reason)
    await mustBeIncident(ctx, given.incidentId, 0)
    const at = receivedAt === undefined ? ctx.now() : new Date(Math.min(Date.parse(receivedAt), ctx.now().getTime()))
    const ownerName = await ownerNamed(ctx, given.ownerId)
    const id = await openTicket(ctx, { ...given, origin: 'hand', drillId: 0, receivedAt: at, ownerName })
    if (id === undefined) throw problem.taken({ number: given.number })
    const ticket = await readTicket(ctx, { id })
    await ctx.audit.record(ctx, {
      action: 'ticket.open',
      subject: `ticket:${id}`,
      detail: { kind: given.kind, origin: 'hand' },
    })
    return ticket
  })

/** A change of kind, or of being the regulator's, reckons the deadlines anew from the day it came. */
export const changeTicket = (ctx: Ctx, { id, ...change }: Id & TicketChange) =>
  changed(ctx, id, 'ticket.change', async (ctx, row) => {
    const { title, kind = row.kind, reason, regulated = row.regulated, ownerId, incidentId } = change
    if (reason !== undefined) await mustBeReason(ctx, reason)
    if (incidentId !== undefined) await mustBeIncident(ctx, incidentId, row.drill_id)
    const ownerName = ownerId === undefined ? row.owner_name : await ownerNamed(ctx, ownerId)
    await sql`update opinion.ticket set kind = ${kind}, regulated = ${regulated},
      title = coalesce(${title === undefined ? null : scanText(title).text}::text, title),
      reason = ${reason === undefined ? row.reason : reason}::text, owner_id = ${ownerId === undefined ? row.owner_id : ownerId}::text,
      owner_name = ${ownerName}::text, incident_id = ${incidentId === undefined ? row.incident_id : incidentId}::int where id = ${id}`.execute(
      ctx.pg,
    )
    if (kind !== row.kind || regulated !== row.regulated) {
      const closed = row.pauses.filter(({ to }) => to !== null)
      const { terms, due } = await deadlinesFor(ctx, { kind, regulated, receivedAt: row.received_at, pauses: closed })
      await sql`update opinion.ticket set terms = ${JSON.stringify(terms)}::jsonb, acknowledge_due_at = ${due.acknowledge},
        answer_due_at = ${due.answer}, solve_due_at = ${due.solve} where id = ${id}`.execute(ctx.pg)
      if (kind !== 'complaint' && row.kind === 'complaint') await letMarketingGoOn(ctx, row)
      if (kind === 'complaint' && row.customer_no !== null && row.state !== 'closed')
        await stopMarketing(ctx, { ...row, kind, customer_no: row.customer_no })
    }
    if (ownerId !== undefined && ownerId !== row.owner_id)
      await addTicketEntry(ctx, id, { kind: 'assigned', detail: { from: row.owner_name, to: ownerName } })
    else await addTicketEntry(ctx, id, { kind: 'changed', detail: { kind, regulated, reason: reason ?? row.reason } })
    return { owner: ownerId ?? row.owner_id, kind, regulated }
  })

const nexts: Readonly<Record<TicketState, readonly z.output<typeof TicketMove>['to'][]>> = {
  new: ['acknowledged', 'closed'],
  acknowledged: ['solved', 'closed'],
  answered: ['solved', 'closed'],
  solved: ['closed', 'reopened'],
  closed: ['reopened'],
}

/**
 * Moves a ticket on. With its end marketing to the customer may go on, unless another complaint of his is open.
 * @throws problem.wrongState, problem.wordsNeeded
 */
export const moveTicket = (ctx: Ctx, { id, to, text }: Id & z.output<typeof TicketMove>) =>
  changed(ctx, id, 'ticket.state', async (ctx, row) => {
    if (!nexts[row.state].includes(to)) throw problem.wrongState({ from: row.state, to })
    if (to !== 'acknowledged' && text.length < 2) throw problem.wordsNeeded()
    const now = ctx.now()
    // A hold ends with what it held.
    if (row.pauses.at(-1)?.to === null && to !== 'acknowledged') await endHold(ctx, row)
    if (to === 'acknowledged')
      await sql`update opinion.ticket set state = 'acknowledged', acknowledged_at = ${now} where id = ${id}`.execute(
        ctx.pg,
      )
    else if (to === 'solved')
      await sql`update opinion.ticket set state = 'solved', solved_at = ${now}, acknowledged_at = coalesce(acknowledged_at, ${now}::timestamptz),
        answered_at = coalesce(answered_at, ${now}::timestamptz) where id = ${id}`.execute(ctx.pg)
    else if (to === 'closed')
      await sql`update opinion.ticket set state = 'closed', closed_at = ${now}, close_reason = ${scanText(text).text} where id = ${id}`.execute(
        ctx.pg,
      )
    else {
      await sql`update opinion.ticket set state = 'acknowledged', solved_at = null, closed_at = null, close_reason = null,
        acknowledged_at = coalesce(acknowledged_at, ${now}::timestamptz), satisfaction = null, satisfied_at = null, satisfied_how = null,
        satisfied_note = null where id = ${id}`.execute(ctx.pg)
      if (row.customer_no !== null) await stopMarketing(ctx, { ...row, customer_no: row.customer_no })
    }
    if (to === 'closed') await letMarketingGoOn(ctx, row)
    await addTicketEntry(ctx, id, { kind: 'state', text, detail: { from: row.state, to } })
    return { from: row.state, to }
  })

/** What was said to him, or what is to be said. The first answer ends the clock that waits for it. @throws problem.answerBlocked */
export const answerTicket = async (
  ctx: Ctx,
  { id, text, channel, draft }: Id & z.output<typeof TicketAnswer>,
): Promise<Ticket> => {
  const verdict = await judgeContent(ctx, { text, category: 'service', product: 'other' })
  const blocked = verdict.findings.filter(({ action }) => action === 'block')
  if (!draft && blocked.length > 0)
    throw problem.answerBlocked({ rules: blocked.map(({ rule, matched }) => `${rule} ${matched}`.trim()) })
  return changed(ctx, id, draft ? 'ticket.draft' : 'ticket.answer', async (ctx, row) => {
    if (row.state === 'closed') throw problem.wrongState({ from: row.state, to: 'answered' })
    if (!draft)
      await sql`update opinion.ticket set answered_at = coalesce(answered_at, ${ctx.now()}::timestamptz),
        acknowledged_at = coalesce(acknowledged_at, ${ctx.now()}::timestamptz),
        state = case when state in ('new', 'acknowledged') then 'answered' else state end where id = ${id}`.execute(
        ctx.pg,
      )
    await addTicketEntry(ctx, id, { kind: draft ? 'draft' : 'answer', text, detail: { channel } })
    return { channel, draft }
  })
}

export const noteOnTicket = (ctx: Ctx, { id, text }: Id & { text: string }) =>
  changed(ctx, id, 'ticket.note', async (ctx) => {
    await addTicketEntry(ctx, id, { kind: 'note', text })
    return {}
  })

/** Holds the clocks: papers of the customer are waited for. @throws problem.held */
export const holdTicket = (ctx: Ctx, { id, reason }: Id & { reason: string }) =>
  changed(ctx, id, 'ticket.hold', async (ctx, row) => {
    if (row.state === 'closed' || row.state === 'solved') throw problem.wrongState({ from: row.state, to: 'held' })
    if (row.pauses.at(-1)?.to === null) throw problem.held({ ticket: id })
    const pauses: Held[] = [
      ...row.pauses,
      { from: ctx.now().toISOString(), to: null, reason: scanText(reason).text, by: ctx.actor.name },
    ]
    await sql`update opinion.ticket set pauses = ${JSON.stringify(pauses)}::jsonb where id = ${id}`.execute(ctx.pg)
    await addTicketEntry(ctx, id, { kind: 'clock', text: reason, detail: { what: 'held' } })
    return { what: 'held' }
  })

const endHold = async (ctx: Ctx, row: Kept): Promise<void> => {
  const last = row.pauses.at(-1)
  if (!last) return
  const pauses: Held[] = [...row.pauses.slice(0, -1), { ...last, to: ctx.now().toISOString() }]
  const due = await deadlinesAfter(ctx, row.terms, row.received_at, pauses)
  await sql`update opinion.ticket set pauses = ${JSON.stringify(pauses)}::jsonb where id = ${row.id}`.execute(ctx.pg)
  if (due)
    await sql`update opinion.ticket set acknowledge_due_at = ${due.acknowledge}, answer_due_at = ${due.answer}, solve_due_at = ${due.solve}
      where id = ${row.id}`.execute(ctx.pg)
}

/** @throws problem.notHeld */
export const releaseTicket = (ctx: Ctx, { id }: Id) =>
  changed(ctx, id, 'ticket.release', async (ctx, row) => {
    if (row.pauses.at(-1)?.to !== null) throw problem.notHeld({ ticket: id })
    await endHold(ctx, row)
    await addTicketEntry(ctx, id, { kind: 'clock', detail: { what: 'released' } })
    return { what: 'released' }
  })
