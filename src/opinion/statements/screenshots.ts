import type { FastifyRequest } from 'fastify'
import { sql } from 'kysely'
import type { Ctx } from '#platform'
import { fileOf, openFile, storeFile } from '../incidents/attachments.ts'
import { problem } from './problem.ts'
import type { Statement } from './statement-contract.ts'
import { readStatement } from './store.ts'

/** Proof of a publication. One may be put in the place of another; both stay. */
export const addScreenshot = async (
  ctx: Ctx,
  { id, publicationId }: { id: number; publicationId: number },
  request: FastifyRequest,
): Promise<Statement> => {
  const file = await fileOf(request)
  return ctx.tx(async (ctx) => {
    const stored = await storeFile(ctx, 'statement', id, file)
    const { rows } = await sql<{ id: number }>`
      update opinion.statement_publication set screenshot = ${stored.id}::uuid
      where id = ${publicationId} and statement_id = ${id} returning id`.execute(ctx.pg)
    if (rows.length === 0) throw problem.unknown({ publication: publicationId })
    const statement = await readStatement(ctx, { id })
    await ctx.audit.record(ctx, {
      action: 'statement.screenshot',
      subject: `statement:${id}`,
      detail: { publication: publicationId, file: stored.id, sha256: stored.sha256 },
    })
    return statement
  })
}

export const readScreenshot = (ctx: Ctx, { id, fileId }: { id: number; fileId: string }) =>
  openFile(ctx, 'statement', id, fileId)
