import { z } from 'zod'
import { type Ctx, type Route, route } from '#platform'
import type { Running } from '../running.ts'
import { applyRecipe, cancelCleaning, previewRecipe, undoCleaning } from './cleanings.ts'
import { pageOriginals } from './originals.ts'
import {
  Cleaning,
  CleaningList,
  NewRecipe,
  OriginalsPage,
  OriginalsQuery,
  PreviewRequest,
  Recipe,
  RecipeList,
  RecipePreview,
} from './recipe-contract.ts'
import {
  cleaningRow,
  deleteRecipe,
  listCleanings,
  listRecipes,
  recipeNamed,
  saveRecipe,
  shownCleaning,
} from './recipes.ts'

const Named = z.object({ name: z.string().min(1).max(100) })
const Id = z.object({ id: z.string().regex(/^\d{1,9}$/) })

/** @param running what lives as long as the process */
export const recipeRoutes = (running: (ctx: Ctx) => Running): readonly Route[] => [
  route('GET /quality/recipes', {
    can: 'quality.read',
    summary: 'Cleaning recipes by name',
    reply: RecipeList,
    run: listRecipes,
  }),
  route('GET /quality/recipes/{name}', {
    can: 'quality.read',
    summary: 'One recipe',
    params: Named,
    reply: Recipe,
    run: (ctx, { name }) => recipeNamed(ctx, name),
  }),
  route('PUT /quality/recipes', {
    can: 'quality.write',
    summary: 'Save a recipe under its name, as its next version',
    body: NewRecipe,
    reply: Recipe,
    run: saveRecipe,
  }),
  route('DELETE /quality/recipes/{name}', {
    can: 'quality.write',
    summary: 'Forget a recipe; what was cleaned with it stays',
    params: Named,
    status: 204,
    run: deleteRecipe,
  }),
  route('POST /quality/recipes/preview', {
    can: 'quality.write',
    summary: 'Before and after on a sample of the base; nothing is changed; masked',
    body: PreviewRequest,
    reply: RecipePreview,
    run: (ctx, request) => previewRecipe(ctx, running(ctx), request),
  }),
  route('POST /quality/recipes/{name}/apply', {
    can: 'quality.write',
    summary: 'Clean the traits of the whole base, in the background; can be undone',
    params: Named,
    reply: Cleaning,
    run: applyRecipe,
  }),
  route('GET /quality/cleanings', {
    can: 'quality.read',
    summary: 'Cleanings of files and of the base, newest first',
    reply: CleaningList,
    run: listCleanings,
  }),
  route('GET /quality/cleanings/{id}', {
    can: 'quality.read',
    summary: 'One cleaning with its progress and what each step touched',
    params: Id,
    reply: Cleaning,
    run: async (ctx, { id }) => shownCleaning(await cleaningRow(ctx, Number(id))),
  }),
  route('GET /quality/cleanings/{id}/originals', {
    can: 'customers.read',
    summary: 'What stood there before; personal values masked',
    params: Id,
    query: OriginalsQuery,
    reply: OriginalsPage,
    run: pageOriginals,
  }),
  route('POST /quality/cleanings/{id}/cancel', {
    can: 'quality.write',
    summary: 'Stop a cleaning of the base; what is done can be undone',
    params: Id,
    reply: Cleaning,
    run: cancelCleaning,
  }),
  route('POST /quality/cleanings/{id}/undo', {
    can: 'quality.write',
    summary: 'Put back what a cleaning of the base changed, where nothing newer was said since',
    params: Id,
    reply: Cleaning,
    run: undoCleaning,
  }),
]
