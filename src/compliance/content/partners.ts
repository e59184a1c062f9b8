import type { z } from 'zod'
import type { Ctx } from '#platform'
import { dayOf } from './parameters.ts'
import { problem } from './problem.ts'
import type { NewPartner, Partner } from './rules-contract.ts'
import './tables.ts'

/** Platforms on the list, those whose contract has ended too. */
export const partnersOf = async (ctx: Pick<Ctx, 'pg' | 'now'>): Promise<Partner[]> => {
  const day = dayOf(ctx.now())
  const rows = await ctx.pg
    .selectFrom('compliance.partner')
    .selectAll()
    .where('removed_at', 'is', null)
    .orderBy('name')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    licence: row.licence,
    contract: row.contract,
    validFrom: row.valid_from,
    validUntil: row.valid_until,
    inForce: row.valid_from <= day && (row.valid_until === null || row.valid_until >= day),
    addedAt: row.added_at.toISOString(),
    addedBy: row.added_by,
  }))
}

/** @throws problem.partnerTaken */
export const addPartner = (ctx: Ctx, input: z.output<typeof NewPartner>): Promise<Partner[]> =>
  ctx.tx(async (ctx) => {
    const { name, licence, contract, validFrom, validUntil } = input
    const row = await ctx.pg
      .insertInto('compliance.partner')
      .values({
        name,
        licence,
        contract,
        valid_from: validFrom,
        valid_until: validUntil,
        added_at: ctx.now(),
        added_by: ctx.actor.name,
        removed_at: null,
        removed_by: null,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .executeTakeFirst()
    if (!row) throw problem.partnerTaken({ name })
    const all = await partnersOf(ctx)
    await ctx.audit.record(ctx, { action: 'content.addPartner', subject: `partner:${row.id}`, detail: input })
    return all
  })

/** Takes a partner off the list; what was published with it stays on record. @throws problem.partnerUnknown */
export const removePartner = (ctx: Ctx, { id }: { id: number }): Promise<Partner[]> =>
  ctx.tx(async (ctx) => {
    const row = await ctx.pg
      .updateTable('compliance.partner')
      .set({ removed_at: ctx.now(), removed_by: ctx.actor.name })
      .where('id', '=', id)
      .where('removed_at', 'is', null)
      .returning('name')
      .executeTakeFirst()
    if (!row) throw problem.partnerUnknown({ id })
    const all = await partnersOf(ctx)
    await ctx.audit.record(ctx, { action: 'content.removePartner', subject: `partner:${id}`, detail: row })
    return all
  })
