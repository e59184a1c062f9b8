import type { z } from 'zod'
import type { Ctx, Json } from '#platform'
import { problem } from './problem.ts'
import {
  type NewParameter,
  type ParameterName,
  type Parameters,
  type ParameterVersion,
  parameterForms,
  parameterNames,
} from './rules-contract.ts'
import './tables.ts'

/** The calendar day in Shanghai. */
export const dayOf = (at: Date): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai', dateStyle: 'short' }).format(at)

/** All parameters as they are in force on a day. @throws when one has no value that early */
export const parametersOn = async (ctx: Pick<Ctx, 'pg'>, day: string): Promise<Parameters> => {
  const rows = await ctx.pg
    .selectFrom('compliance.parameter')
    .distinctOn('name')
    .select(['name', 'value'])
    .where('valid_from', '<=', day)
    .orderBy('name')
    .orderBy('valid_from', 'desc')
    .execute()
  const held = new Map(rows.map(({ name, value }) => [name, value]))
  return Object.fromEntries(
    parameterNames.map((name) => {
      if (!held.has(name)) throw new Error(`compliance.parameter has no ${name} on ${day}`)
      return [name, parameterForms[name].parse(held.get(name))]
    }),
  ) as Parameters
}

/** Every value of every parameter, newest first. */
export const allParameters = async (ctx: Ctx): Promise<ParameterVersion[]> => {
  const day = dayOf(ctx.now())
  const rows = await ctx.pg
    .selectFrom('compliance.parameter')
    .selectAll()
    .orderBy('name')
    .orderBy('valid_from', 'desc')
    .execute()
  const current = new Map<string, string>()
  for (const { name, valid_from } of rows) if (valid_from <= day && !current.has(name)) current.set(name, valid_from)
  return rows
    .filter(({ name }) => (parameterNames as string[]).includes(name))
    .map((row) => ({
      name: row.name as ParameterName,
      validFrom: row.valid_from,
      value: row.value,
      source: row.source,
      inForce: current.get(row.name) === row.valid_from,
      addedAt: row.added_at.toISOString(),
      addedBy: row.added_by,
    }))
}

/**
 * A value from a day on. What was in force before stays on record.
 * @throws problem.parameterWrong, problem.parameterTaken
 */
export const setParameter = (ctx: Ctx, input: z.output<typeof NewParameter>): Promise<ParameterVersion[]> =>
  ctx.tx(async (ctx) => {
    const { name, validFrom, source } = input
    const form = parameterForms[name].safeParse(input.value)
    if (!form.success) throw problem.parameterWrong({ name, text: form.error.issues[0]?.message ?? '' })
    const value: Json = form.data
    const row = await ctx.pg
      .insertInto('compliance.parameter')
      .values({
        name,
        valid_from: validFrom,
        value: JSON.stringify(value),
        source,
        added_at: ctx.now(),
        added_by: ctx.actor.name,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('name')
      .executeTakeFirst()
    if (!row) throw problem.parameterTaken({ name, validFrom })
    const all = await allParameters(ctx)
    await ctx.audit.record(ctx, { action: 'content.parameter', detail: { name, validFrom, value, source } })
    return all
  })
