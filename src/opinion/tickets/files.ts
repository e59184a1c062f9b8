import type { FastifyRequest } from 'fastify'
import { sql } from 'kysely'
import { type Ctx, scanText } from '#platform'
import { fileOf, openFile, removeFile, storeFile } from '../incidents/attachments.ts'
import { problem } from './problem.ts'
import { addTicketEntry, readTicket, ticketRow } from './store.ts'
import type { Ticket } from './ticket-contract.ts'

/** Files of tickets, in the store of incidents' files: what the customer sent in, what he was answered. */

const touched = (ctx: Ctx, id: number) =>
  sql`update opinion.ticket set changed_at = ${ctx.now()} where id = ${id}`.execute(ctx.pg)

/** @throws problem.wrongState for a closed ticket, incidents.fileKind, incidents.fileTooLarge, incidents.fileMissing */
export const attachToTicket = async (
  ctx: Ctx,
  { id, note }: { id: number; note: string },
  request: FastifyRequest,
): Promise<Ticket> => {
  // Read before the transaction: a slow sender must not hold it.
  const file = await fileOf(request)
  return ctx.tx(async (ctx) => {
    const row = await ticketRow(ctx, id, { lock: true })
    if (row.state === 'closed') throw problem.wrongState({ from: row.state, to: row.state })
    const { name, bytes, sha256, id: fileId } = await storeFile(ctx, 'ticket', id, file, { note })
    await addTicketEntry(ctx, id, {
      kind: 'file',
      text: note === '' ? name : `${name}（${scanText(note).text}）`,
      detail: { file: fileId, bytes },
    })
    await touched(ctx, id)
    const ticket = await readTicket(ctx, { id })
    await ctx.audit.record(ctx, {
      action: 'ticket.attach',
      subject: `ticket:${id}`,
      detail: { file: fileId, bytes, sha256 },
    })
    return ticket
  })
}

/** A file in clear; that it was read is on record. @throws incidents.fileUnknown, incidents.fileRemoved */
export const readTicketFile = (ctx: Ctx, { id, fileId }: { id: number; fileId: string }) =>
  ctx.tx(async (ctx) => {
    const file = await openFile(ctx, 'ticket', id, fileId)
    await ctx.audit.record(ctx, { action: 'ticket.readFile', subject: `ticket:${id}`, detail: { file: fileId } })
    return file
  })

/** Shreds a file; its name and hash stay on record. @throws incidents.fileUnknown */
export const removeTicketFile = (
  ctx: Ctx,
  { id, fileId, reason }: { id: number; fileId: string; reason: string },
): Promise<Ticket> =>
  ctx.tx(async (ctx) => {
    await ticketRow(ctx, id, { lock: true })
    const name = await removeFile(ctx, 'ticket', id, fileId, reason)
    await addTicketEntry(ctx, id, { kind: 'file', text: `${name}：${reason}`, detail: { file: fileId, removed: true } })
    await touched(ctx, id)
    const ticket = await readTicket(ctx, { id })
    await ctx.audit.record(ctx, { action: 'ticket.removeFile', subject: `ticket:${id}`, detail: { file: fileId } })
    return ticket
  })
