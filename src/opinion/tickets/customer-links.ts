import { sql } from 'kysely'
import type { z } from 'zod'
import { endExclusion, stateExclusions } from '#compliance'
import { lookUp } from '#customers'
import { type Ctx, scanText } from '#platform'
import { problem } from './problem.ts'
import { addTicketEntry, type Kept, readTicket, ticketRow } from './store.ts'
import type { CustomerLinkRequest, Ticket } from './ticket-contract.ts'

/**
 * Who a complaint is by. Only a role made for it may ask, with a purpose; the value asked by is not kept; both the link and
 * its end are on record under the customer. An open complaint stops marketing to him.
 */

/** While his complaint is open nothing is advertised to him. Stated once, however many complaints he has. */
export const stopMarketing = async (
  ctx: Ctx,
  { id, kind, drill_id, customer_no }: Pick<Kept, 'id' | 'kind' | 'drill_id'> & { customer_no: number },
): Promise<void> => {
  if (kind !== 'complaint' || drill_id > 0) return
  await stateExclusions(ctx, [
    {
      customerNo: customer_no,
      kind: 'complaint',
      since: ctx.now(),
      until: null,
      reason: `工单 #${id}`,
      evidence: { ticket: String(id) },
      source: 'staff',
    },
  ])
}

/** His complaint is over: marketing goes on, unless another one is open or somebody else stopped it. */
export const letMarketingGoOn = async (
  ctx: Ctx,
  { id, customer_no }: Pick<Kept, 'id' | 'customer_no'>,
): Promise<void> => {
  if (customer_no === null) return
  const { rows } = await sql<{ id: string }>`
    with family as (
      select f.no from customers.customer r join customers.customer f on f.root_no = r.root_no where r.no = ${customer_no})
    select x.id::text as id from compliance.exclusion x
    where x.customer_no in (select no from family) and x.kind = 'complaint' and x.ended_at is null and x.evidence ? 'ticket'
      and not exists (select 1 from opinion.ticket t where t.customer_no in (select no from family) and t.kind = 'complaint'
        and t.drill_id = 0 and t.state <> 'closed' and t.id <> ${id})`.execute(ctx.pg)
  for (const one of rows) await endExclusion(ctx, { id: one.id, reason: `工单 #${id}` })
}

/**
 * Links a ticket to the customer that a value names. @throws problem.customerUnknown, problem.linked, problem.drill
 */
export const linkCustomer = (
  ctx: Ctx,
  { id, kind, value, purpose }: z.output<typeof CustomerLinkRequest> & { id: number },
): Promise<Ticket> =>
  ctx.tx(async (ctx) => {
    const row = await ticketRow(ctx, id, { lock: true })
    if (row.drill_id > 0) throw problem.drill({ ticket: id })
    if (row.customer_no !== null) throw problem.linked({ ticket: id })
    const [found] = await lookUp(ctx, kind, [value])
    if (!found || found.no === null) throw problem.customerUnknown({ kind, invalid: found?.invalid ?? false })
    await sql`insert into opinion.customer_link (ticket_id, customer_no, purpose, linked_at, linked_by)
      values (${id}, ${found.no}, ${scanText(purpose).text}, ${ctx.now()}, ${ctx.actor.name})`.execute(ctx.pg)
    await sql`update opinion.ticket set customer_no = ${found.no}, changed_at = ${ctx.now()} where id = ${id}`.execute(
      ctx.pg,
    )
    if (row.state !== 'closed') await stopMarketing(ctx, { ...row, customer_no: found.no })
    await addTicketEntry(ctx, id, { kind: 'linked', text: purpose })
    const ticket = await readTicket(ctx, { id })
    await ctx.audit.record(ctx, {
      action: 'ticket.link',
      subject: { customerNo: found.no },
      purpose: scanText(purpose).text,
      detail: { ticket: id, by: kind },
    })
    return ticket
  })

/** It is not him after all, or no longer needed. @throws problem.notLinked */
export const unlinkCustomer = (ctx: Ctx, { id, reason }: { id: number; reason: string }): Promise<Ticket> =>
  ctx.tx(async (ctx) => {
    const row = await ticketRow(ctx, id, { lock: true })
    if (row.customer_no === null) throw problem.notLinked({ ticket: id })
    await sql`update opinion.customer_link set unlinked_at = ${ctx.now()}, unlinked_by = ${ctx.actor.name},
      unlink_reason = ${scanText(reason).text} where ticket_id = ${id} and unlinked_at is null`.execute(ctx.pg)
    await sql`update opinion.ticket set customer_no = null, changed_at = ${ctx.now()} where id = ${id}`.execute(ctx.pg)
    await letMarketingGoOn(ctx, row)
    await addTicketEntry(ctx, id, { kind: 'unlinked', text: reason })
    const ticket = await readTicket(ctx, { id })
    await ctx.audit.record(ctx, {
      action: 'ticket.unlink',
      subject: { customerNo: row.customer_no },
      detail: { ticket: id, reason: scanText(reason).text },
    })
    return ticket
  })
