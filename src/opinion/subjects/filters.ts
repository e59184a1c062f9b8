import type { Ctx } from '#platform'
import { parseExpression } from './grammar.ts'
import { problem } from './problem.ts'
import { touchBook } from './rule-book.ts'
import type { Filter, NewFilter } from './subject-contract.ts'
import './tables.ts'

/** Global filters: posts that are about nobody of ours, whatever they say. */
export const listFilters = async (ctx: Ctx): Promise<{ items: Filter[] }> => {
  const rows = await ctx.pg
    .selectFrom('opinion.subject_filter')
    .selectAll()
    .where('deleted_at', 'is', null)
    .orderBy('id')
    .execute()
  return {
    items: rows.map(({ id, expression, platforms, sources, note, is_on, changed_at, changed_by }) => ({
      id,
      expression,
      platforms: platforms as Filter['platforms'],
      sources,
      note,
      on: is_on,
      changedAt: changed_at.toISOString(),
      changedBy: changed_by,
    })),
  }
}

/** Writes a filter, a new one without `id`. @throws problem.ruleWrong, problem.filterUnknown */
export const writeFilter = (
  ctx: Ctx,
  { id, expression, platforms, sources, note, on }: NewFilter & { id?: number },
): Promise<{ items: Filter[] }> => {
  const parsed = parseExpression(expression)
  if (!parsed.ok) throw problem.ruleWrong({ expression, ...parsed.error })
  return ctx.tx(async (ctx) => {
    const row = { expression, platforms, sources, note, is_on: on, changed_at: ctx.now(), changed_by: ctx.actor.name }
    const written =
      id === undefined
        ? await ctx.pg.insertInto('opinion.subject_filter').values(row).returning('id').executeTakeFirst()
        : await ctx.pg
            .updateTable('opinion.subject_filter')
            .set(row)
            .where('id', '=', id)
            .where('deleted_at', 'is', null)
            .returning('id')
            .executeTakeFirst()
    if (!written) throw problem.filterUnknown({ id })
    await touchBook(ctx)
    await ctx.audit.record(ctx, {
      action: 'subjectFilter.written',
      subject: `subjectFilter:${written.id}`,
      detail: { isNew: id === undefined, on },
    })
    return listFilters(ctx)
  })
}

/** @throws problem.filterUnknown */
export const deleteFilter = (ctx: Ctx, { id }: { id: number }): Promise<void> =>
  ctx.tx(async (ctx) => {
    const gone = await ctx.pg
      .updateTable('opinion.subject_filter')
      .set({ deleted_at: ctx.now(), changed_at: ctx.now(), changed_by: ctx.actor.name })
      .where('id', '=', id)
      .where('deleted_at', 'is', null)
      .returning('id')
      .executeTakeFirst()
    if (!gone) throw problem.filterUnknown({ id })
    await touchBook(ctx)
    await ctx.audit.record(ctx, { action: 'subjectFilter.deleted', subject: `subjectFilter:${id}`, detail: {} })
  })
