import type { Ctx } from '#platform'
import type { Scenario, ScenarioPreview, ScenarioRow } from './drill-contract.ts'
import { library } from './library.ts'
import { planOf } from './plan.ts'
import { problem } from './problem.ts'
import './tables.ts'

/** Puts the stories of the product into the library where there are none yet. */
const ensureLibrary = (ctx: Ctx): Promise<void> =>
  ctx.tx(async (ctx) => {
    const held = await ctx.pg.selectFrom('opinion.scenario').select('id').limit(1).executeTakeFirst()
    if (held) return
    await ctx.pg
      .insertInto('opinion.scenario')
      .values(
        library.map((scenario) => ({
          name: scenario.name,
          definition: JSON.stringify(scenario),
          changed_at: ctx.now(),
          changed_by: 'system',
        })),
      )
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  })

type Row = { id: number; definition: Scenario; version: number; changed_at: Date; changed_by: string }
const shown = ({ id, definition, version, changed_at, changed_by }: Row): ScenarioRow => ({
  ...definition,
  id,
  version,
  changedAt: changed_at.toISOString(),
  changedBy: changed_by,
})

export const listScenarios = async (ctx: Ctx): Promise<{ items: ScenarioRow[] }> => {
  await ensureLibrary(ctx)
  const rows = await ctx.pg
    .selectFrom('opinion.scenario')
    .selectAll()
    .where('deleted_at', 'is', null)
    .orderBy('id')
    .execute()
  return { items: rows.map(shown) }
}

/** @throws drills.scenarioUnknown */
export const scenarioOf = async (ctx: Ctx, { id }: { id: number }): Promise<ScenarioRow> => {
  const row = await ctx.pg
    .selectFrom('opinion.scenario')
    .selectAll()
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  if (!row) throw problem.scenarioUnknown({ id })
  return shown(row)
}

const refuseTaken = async (ctx: Ctx, name: string, id: number | undefined) => {
  const rows = await ctx.pg
    .selectFrom('opinion.scenario')
    .select(['id', 'name'])
    .where('deleted_at', 'is', null)
    .execute()
  if (rows.some((row) => row.id !== id && row.name.toLowerCase() === name.toLowerCase()))
    throw problem.nameTaken({ name })
}

/** Makes a story, or changes the one by this id; drills that ran keep theirs. @throws drills.scenarioUnknown, drills.nameTaken */
export const writeScenario = (
  ctx: Ctx,
  { id, ...scenario }: Scenario & { id?: number | undefined },
): Promise<ScenarioRow> =>
  ctx.tx(async (ctx) => {
    await refuseTaken(ctx, scenario.name, id)
    const row = {
      name: scenario.name,
      definition: JSON.stringify(scenario),
      changed_at: ctx.now(),
      changed_by: ctx.actor.name,
    }
    const kept =
      id === undefined
        ? await ctx.pg.insertInto('opinion.scenario').values(row).returningAll().executeTakeFirst()
        : await ctx.pg
            .updateTable('opinion.scenario')
            .set((update) => ({ ...row, version: update('version', '+', 1) }))
            .where('id', '=', id)
            .where('deleted_at', 'is', null)
            .returningAll()
            .executeTakeFirst()
    if (!kept) throw problem.scenarioUnknown({ id })
    await ctx.audit.record(ctx, { action: 'opinion.scenarioWritten', detail: { id: kept.id, version: kept.version } })
    return shown(kept)
  })

/** @throws drills.scenarioUnknown */
export const deleteScenario = (ctx: Ctx, { id }: { id: number }): Promise<void> =>
  ctx.tx(async (ctx) => {
    const { numUpdatedRows } = await ctx.pg
      .updateTable('opinion.scenario')
      .set({ deleted_at: ctx.now() })
      .where('id', '=', id)
      .where('deleted_at', 'is', null)
      .executeTakeFirst()
    if (numUpdatedRows === 0n) throw problem.scenarioUnknown({ id })
    await ctx.audit.record(ctx, { action: 'opinion.scenarioDeleted', detail: { id } })
  })

/** Undoes a deletion. @throws drills.scenarioUnknown, drills.nameTaken */
export const restoreScenario = (ctx: Ctx, { id }: { id: number }): Promise<ScenarioRow> =>
  ctx.tx(async (ctx) => {
    const gone = await ctx.pg
      .selectFrom('opinion.scenario')
      .select('name')
      .where('id', '=', id)
      .where('deleted_at', 'is not', null)
      .forUpdate()
      .executeTakeFirst()
    if (!gone) throw problem.scenarioUnknown({ id })
    await refuseTaken(ctx, gone.name, id)
    await ctx.pg.updateTable('opinion.scenario').set({ deleted_at: null }).where('id', '=', id).execute()
    await ctx.audit.record(ctx, { action: 'opinion.scenarioRestored', detail: { id } })
    return scenarioOf(ctx, { id })
  })

const shownFirst = 20
/** Any: a draft has no drill yet. The chance is another in each drill. */
const draftSeed = 1

/** The first posts of a draft as they would come out, and how many there are in all. */
export const previewOf = ({ scenario, name }: { scenario: Scenario; name: string }): ScenarioPreview => {
  const plan = planOf(scenario, { drillId: 0, name: name === '' ? '某品牌' : name, seed: draftSeed })
  return {
    posts: plan.length,
    reposts: plan.filter(({ item }) => item.kind === 'repost').length,
    items: plan.slice(0, shownFirst).map(({ minute, item }) => ({
      minute: Math.round(minute * 10) / 10,
      beat: item.guid.includes('-beat-'),
      platform: item.platform,
      kind: item.kind,
      author: item.author?.name ?? '',
      class: item.author?.class ?? 'person',
      text: item.text,
    })),
  }
}
