import type { ColumnType, Generated } from 'kysely'
import type { Ctx } from '#platform'
import { countPosts } from './facets.ts'
import { type NewSearch, PostFilter, type SavedSearch } from './post-contract.ts'
import { problem } from './problem.ts'

declare module '#platform' {
  interface Tables {
    'opinion.saved_search': {
      id: Generated<number>
      name: string
      query: ColumnType<Record<string, string>, string, string>
      shared: boolean
      owner: string
      owner_name: string
      changed_at: ColumnType<Date, Date, Date>
      deleted_at: ColumnType<Date | null, Date | null | undefined, Date | null>
    }
  }
}

const actorKey = ({ actor }: Ctx) => `${actor.kind}:${actor.id}`

/** One's own searches and those that others share. */
export const listSearches = async (ctx: Ctx): Promise<{ items: SavedSearch[] }> => {
  const me = actorKey(ctx)
  const rows = await ctx.pg
    .selectFrom('opinion.saved_search')
    .selectAll()
    .where('deleted_at', 'is', null)
    .where((where) => where.or([where('owner', '=', me), where('shared', '=', true)]))
    .orderBy('name')
    .limit(200)
    .execute()
  return {
    items: rows.map(({ id, name, query, shared, owner, owner_name, changed_at }) => ({
      id,
      name,
      query,
      shared,
      mine: owner === me,
      ownerName: owner_name,
      changedAt: changed_at.toISOString(),
    })),
  }
}

const visible = async (ctx: Ctx, id: number): Promise<SavedSearch> => {
  const found = (await listSearches(ctx)).items.find((one) => one.id === id)
  if (!found) throw problem.searchUnknown({ id })
  return found
}

/** Keeps a search, a new one without `id`. @throws problem.searchUnknown, problem.searchNotYours */
export const writeSearch = (
  ctx: Ctx,
  { id, name, query, shared }: NewSearch & { id?: number },
): Promise<{ items: SavedSearch[] }> =>
  ctx.tx(async (ctx) => {
    const row = { name, query: JSON.stringify(query), shared, changed_at: ctx.now() }
    if (id === undefined)
      await ctx.pg
        .insertInto('opinion.saved_search')
        .values({ ...row, owner: actorKey(ctx), owner_name: ctx.actor.name })
        .execute()
    else {
      if (!(await visible(ctx, id)).mine) throw problem.searchNotYours({ id })
      await ctx.pg.updateTable('opinion.saved_search').set(row).where('id', '=', id).execute()
    }
    await ctx.audit.record(ctx, { action: 'postSearch.saved', detail: { isNew: id === undefined, shared } })
    return listSearches(ctx)
  })

/** @throws problem.searchUnknown, problem.searchNotYours */
export const deleteSearch = (ctx: Ctx, { id }: { id: number }): Promise<void> =>
  ctx.tx(async (ctx) => {
    if (!(await visible(ctx, id)).mine) throw problem.searchNotYours({ id })
    await ctx.pg.updateTable('opinion.saved_search').set({ deleted_at: ctx.now() }).where('id', '=', id).execute()
    await ctx.audit.record(ctx, { action: 'postSearch.deleted', detail: { id } })
  })

/** How many posts a saved search finds now. One whose question is no longer understood finds none. @throws problem.searchUnknown */
export const countSearch = async (ctx: Ctx, { id }: { id: number }): Promise<{ total: number; day: number }> => {
  const { query } = await visible(ctx, id)
  const { days, ...rest } = query
  const span = Number(days)
  const from = span > 0 ? { from: new Date(ctx.now().getTime() - span * 86_400_000).toISOString() } : {}
  const parsed = PostFilter.safeParse({ ...rest, ...from })
  return parsed.success ? countPosts(ctx, parsed.data) : { total: 0, day: 0 }
}
