import { type Ctx, ch } from '#platform'
import type { TraitDeclaration } from '../contract.ts'
import { problem } from '../problem.ts'
import type { Dictionary } from './dictionary.ts'

/**
 * Declares a trait or changes its entry; a field that is not given stays.
 * @throws customers.traitInUse when the type or the personal mark of a trait with values would change
 */
export const declareTrait = async (
  ctx: Ctx,
  dictionary: Dictionary,
  name: string,
  entry: TraitDeclaration,
): Promise<void> => {
  dictionary.forget()
  const held = (await dictionary.entries(ctx)).get(name)
  const changesValues =
    held &&
    ((entry.type !== undefined && entry.type !== held.type) ||
      (entry.personal !== undefined && entry.personal !== held.personal))
  if (changesValues) {
    const used = await ctx.ch.one<{ used: number }>(
      ch.sql`select 1 as used from traits where trait = ${ch.str(name)} limit 1`,
    )
    if (used || held.personal) throw problem.traitInUse({ name, type: held.type })
  }
  await ctx.tx(async (ctx) => {
    const allowed =
      entry.allowed === undefined ? undefined : entry.allowed === null ? null : JSON.stringify(entry.allowed)
    const given = {
      ...(entry.title !== undefined && { title: entry.title }),
      ...(entry.type !== undefined && { type: entry.type }),
      ...(entry.unit !== undefined && { unit: entry.unit }),
      ...(allowed !== undefined && { allowed }),
      ...(entry.owner !== undefined && { owner: entry.owner }),
      ...(entry.basis !== undefined && { basis: entry.basis }),
      ...(entry.description !== undefined && { description: entry.description }),
      ...(entry.personal !== undefined && { personal: entry.personal }),
      origin: 'declared',
    }
    await ctx.pg
      .insertInto('customers.trait')
      .values({
        name,
        title: name,
        type: 'string',
        unit: null,
        allowed: null,
        owner: null,
        description: null,
        ...given,
      })
      .onConflict((conflict) => conflict.column('name').doUpdateSet(given))
      .execute()
    await ctx.audit.record(ctx, { action: 'trait.declare', subject: `trait:${name}`, detail: { ...entry } })
  })
  dictionary.forget()
}

/** Coverage and the ten most frequent values of each trait, for builders and quality pages. */
export const traitCoverage = async (ctx: Ctx) => {
  const rows = await ctx.ch.rows<{ trait: string; customers: string; values: string[] }>(
    ch.sql`select trait, uniq(customer_no) as customers, topK(10)(text) as values from traits where cleared = 0 group by trait order by trait`,
  )
  return { items: rows.map(({ trait, customers, values }) => ({ name: trait, customers: Number(customers), values })) }
}
