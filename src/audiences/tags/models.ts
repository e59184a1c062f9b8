import type { ChSql, Ctx } from '#platform'
import { problem } from './problem.ts'

/**
 * Something that classifies or scores customers as of a date, offered by a feature above.
 * `rows` returns rows `customer_no, value Nullable(Float64), label String`, merges resolved, one per customer.
 */
export interface TagModel {
  /** Those that exist: for the choice in the editor. */
  list: (ctx: Ctx) => Promise<{ id: string; title: string }[]>
  rows: (ctx: Ctx, id: string, world: { at: Date; zone: string; merges: boolean }) => Promise<ChSql>
}

const models = new Map<string, TagModel>()

/** A feature above offers models that tags can be made from: `offerTagModel('clusters', { list, rows })`. */
export const offerTagModel = (name: string, model: TagModel): void => {
  models.set(name, model)
}

/** @throws problem.modelUnknown */
export const modelOf = (
  ctx: Ctx,
  { model, id }: { model: string; id: string },
  world: { at: Date; zone: string; merges: boolean },
): Promise<ChSql> => {
  const found = models.get(model)
  if (!found) throw problem.modelUnknown({ model })
  return found.rows(ctx, id, world)
}

/** All models on offer. */
export const listModels = async (ctx: Ctx): Promise<{ model: string; id: string; title: string }[]> => {
  const lists = await Promise.all(
    [...models].map(async ([model, { list }]) => (await list(ctx)).map((one) => ({ model, ...one }))),
  )
  return lists.flat()
}
