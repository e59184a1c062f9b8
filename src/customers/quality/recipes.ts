import type { Selectable } from 'kysely'
import type { Ctx, Tables } from '#platform'
import { freeze } from './freeze.ts'
import { problem } from './problem.ts'
import type { Cleaning, FrozenStep, NewRecipe, Recipe, Step } from './recipe-contract.ts'
import './tables.ts'

export type CleaningRow = Selectable<Tables['customers.cleaning']>

const shown = (row: Selectable<Tables['customers.recipe']>): Recipe => ({
  id: String(row.id),
  name: row.name,
  description: row.description,
  steps: row.steps,
  version: row.version,
  changedAt: row.changed_at.toISOString(),
  changedBy: row.changed_by,
})

export const listRecipes = async (ctx: Ctx): Promise<{ items: Recipe[] }> => ({
  items: (await ctx.pg.selectFrom('customers.recipe').selectAll().orderBy('name').execute()).map(shown),
})

/** @throws quality.recipeUnknown */
export const recipeNamed = async (ctx: Ctx, name: string): Promise<Recipe> => {
  const row = await ctx.pg.selectFrom('customers.recipe').selectAll().where('name', '=', name).executeTakeFirst()
  if (!row) throw problem.recipeUnknown({ name })
  return shown(row)
}

/** Saves a recipe under its name; one that is there becomes its next version. @throws quality.recipeUnfit */
export const saveRecipe = async (ctx: Ctx, { name, description, steps }: NewRecipe): Promise<Recipe> => {
  await freeze(ctx, steps)
  await ctx.tx(async (ctx) => {
    const held = await ctx.pg
      .selectFrom('customers.recipe')
      .select('version')
      .where('name', '=', name)
      .forUpdate()
      .executeTakeFirst()
    const given = {
      description,
      steps: JSON.stringify(steps),
      version: (held?.version ?? 0) + 1,
      changed_at: ctx.now(),
      changed_by: ctx.actor.name,
    }
    await ctx.pg
      .insertInto('customers.recipe')
      .values({ name, ...given, created_at: ctx.now(), created_by: ctx.actor.name })
      .onConflict((conflict) => conflict.column('name').doUpdateSet(given))
      .execute()
    await ctx.audit.record(ctx, {
      action: 'quality.recipe.save',
      subject: `recipe:${name}`,
      detail: { version: given.version, steps: steps.length },
    })
  })
  return recipeNamed(ctx, name)
}

/** @throws quality.recipeUnknown */
export const deleteRecipe = async (ctx: Ctx, { name }: { name: string }): Promise<void> => {
  await ctx.tx(async (ctx) => {
    await recipeNamed(ctx, name)
    await ctx.pg.deleteFrom('customers.recipe').where('name', '=', name).execute()
    await ctx.audit.record(ctx, { action: 'quality.recipe.delete', subject: `recipe:${name}` })
  })
}

/** What an import's mapping says under `clean`: a recipe's name, or the steps themselves. @throws quality.recipeUnknown */
export const stepsOf = async (
  ctx: Ctx,
  clean: string | readonly Step[],
): Promise<{ recipe: string; steps: FrozenStep[] }> =>
  typeof clean === 'string'
    ? { recipe: clean, steps: await freeze(ctx, (await recipeNamed(ctx, clean)).steps) }
    : { recipe: '', steps: await freeze(ctx, clean) }

/** Writes down that steps are about to be used, as they are now. @returns the number of the cleaning */
export const newCleaning = async (
  ctx: Ctx,
  {
    recipe,
    steps,
    importId,
    total,
  }: { recipe: string; steps: readonly FrozenStep[]; importId: number | null; total: number | null },
): Promise<number> => {
  const { id } = await ctx.pg
    .insertInto('customers.cleaning')
    .values({
      recipe,
      steps: JSON.stringify(steps),
      import_id: importId,
      state: 'queued',
      counts: JSON.stringify(steps.map(() => ({ tried: 0, changed: 0, unable: 0 }))),
      total,
      wish: null,
      created_at: ctx.now(),
      created_by: ctx.actor.name,
      finished_at: null,
      undone_by: null,
      undone_at: null,
      error: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** @throws quality.cleaningUnknown */
export const cleaningRow = async (ctx: Ctx, id: number): Promise<CleaningRow> => {
  const row = await ctx.pg.selectFrom('customers.cleaning').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw problem.cleaningUnknown({ id })
  return row
}

export const shownCleaning = (row: CleaningRow): Cleaning => ({
  id: String(row.id),
  recipe: row.recipe,
  importId: row.import_id === null ? null : String(row.import_id),
  state: row.state,
  steps: row.steps.map(({ step }) => step),
  counts: row.counts,
  read: row.read,
  changed: row.changed,
  total: row.total,
  createdAt: row.created_at.toISOString(),
  createdBy: row.created_by,
  finishedAt: row.finished_at?.toISOString() ?? null,
  undoneAt: row.undone_at?.toISOString() ?? null,
  undoneBy: row.undone_by,
  error: row.error,
})

/** Newest first. */
export const listCleanings = async (ctx: Ctx): Promise<{ items: Cleaning[] }> => ({
  items: (await ctx.pg.selectFrom('customers.cleaning').selectAll().orderBy('id', 'desc').limit(100).execute()).map(
    shownCleaning,
  ),
})
