import type { FastifyRequest } from 'fastify'
import { type Ctx, scanText } from '#platform'
import { fileOf, openFile, removeFile, storeFile } from './attachments.ts'
import { addEntry } from './entries.ts'
import type { Incident, Lane } from './incident-contract.ts'
import { openIncident } from './incident-row.ts'
import { mustActIn } from './people.ts'
import { readIncident } from './store.ts'

/** Attaches a file to an incident. @throws problem.closed, problem.notYourLane, problem.fileKind, problem.fileTooLarge */
export const attach = async (
  ctx: Ctx,
  { id, lane, note }: { id: number; lane: Lane | null; note: string },
  request: FastifyRequest,
): Promise<Incident> => {
  // Read before the transaction: a slow sender must not hold it.
  const file = await fileOf(request)
  return ctx.tx(async (ctx) => {
    await openIncident(ctx, id)
    if (lane !== null) await mustActIn(ctx, id, lane)
    const { name, bytes, sha256, id: fileId } = await storeFile(ctx, 'incident', id, file, { note, lane })
    await addEntry(ctx, id, {
      kind: 'file',
      lane,
      text: note === '' ? name : `${name}（${scanText(note).text}）`,
      detail: { file: fileId, bytes },
    })
    const incident = await readIncident(ctx, { id })
    await ctx.audit.record(ctx, {
      action: 'incident.attach',
      subject: `incident:${id}`,
      detail: { file: fileId, bytes, sha256 },
    })
    return incident
  })
}

/** A file in clear; that it was read is on record. */
export const readAttachment = (ctx: Ctx, { id, fileId }: { id: number; fileId: string }) =>
  ctx.tx(async (ctx) => {
    const file = await openFile(ctx, 'incident', id, fileId)
    await ctx.audit.record(ctx, { action: 'incident.readFile', subject: `incident:${id}`, detail: { file: fileId } })
    return file
  })

export const detach = (
  ctx: Ctx,
  { id, fileId, reason }: { id: number; fileId: string; reason: string },
): Promise<Incident> =>
  ctx.tx(async (ctx) => {
    const name = await removeFile(ctx, 'incident', id, fileId, reason)
    await addEntry(ctx, id, { kind: 'file', text: `${name}：${reason}`, detail: { file: fileId, removed: true } })
    const incident = await readIncident(ctx, { id })
    await ctx.audit.record(ctx, { action: 'incident.removeFile', subject: `incident:${id}`, detail: { file: fileId } })
    return incident
  })
