import { type Selectable, sql } from 'kysely'
import type { Ctx, Tables } from '#platform'
import type { Dictionary } from '../traits/dictionary.ts'
import type { NewProject, Plan, ProjectChange, ProjectView, RunView } from './contract.ts'
import { runStates, runSteps } from './contract.ts'
import { defaultPlan, fieldChoices } from './people.ts'
import { problem } from './problem.ts'
import './tables.ts'

export type ProjectRow = Selectable<Tables['customers.match_project']>
export type RunRow = Selectable<Tables['customers.match_run']>

/** Columns of a run that lists show; the outcome is long. */
export const runColumns = [
  'id',
  'project_id',
  'import_id',
  'state',
  'step',
  'share',
  'records',
  'candidates',
  'linked',
  'review',
  'contradicted',
  'auto_link',
  'error',
  'asked_at',
  'asked_by',
  'started_at',
  'finished_at',
] as const

export const shownRun = (row: Pick<RunRow, (typeof runColumns)[number]>): RunView => ({
  id: String(row.id),
  projectId: String(row.project_id),
  importId: row.import_id === null ? null : String(row.import_id),
  state: runStates.find((state) => state === row.state) ?? 'failed',
  step: runSteps.find((step) => step === row.step) ?? 'wait',
  share: row.share,
  records: row.records,
  candidates: row.candidates === null ? null : Number(row.candidates),
  linked: row.linked,
  review: row.review,
  contradicted: row.contradicted,
  autoLink: row.auto_link,
  error: row.error,
  askedAt: row.asked_at.toISOString(),
  askedBy: row.asked_by,
  startedAt: row.started_at?.toISOString() ?? null,
  finishedAt: row.finished_at?.toISOString() ?? null,
})

/** @throws customers.matchProjectUnknown */
export const projectRow = async (ctx: Ctx, id: string): Promise<ProjectRow> => {
  const row = await ctx.pg
    .selectFrom('customers.match_project')
    .selectAll()
    .where('id', '=', Number(id))
    .executeTakeFirst()
  if (!row) throw problem.matchProjectUnknown({ id })
  return row
}

const shown = async (ctx: Ctx, rows: readonly ProjectRow[]): Promise<ProjectView[]> => {
  if (rows.length === 0) return []
  const ids = rows.map(({ id }) => id)
  const runs = await ctx.pg
    .selectFrom('customers.match_run')
    .distinctOn('project_id')
    .select(runColumns)
    .where('project_id', 'in', ids)
    .orderBy('project_id')
    .orderBy('id', 'desc')
    .execute()
  const { rows: open } = await sql<{ project_id: number; count: number }>`
    select r.project_id, count(*)::int as count from customers.match_pair p join customers.match_run r on r.id = p.run_id
    where p.state = 'open' and r.project_id = any(${ids}::int[]) group by 1`.execute(ctx.pg)
  const lastOf = new Map(runs.map((run) => [run.project_id, run]))
  const openOf = new Map(open.map(({ project_id, count }) => [project_id, count]))
  return rows.map((row) => {
    const last = lastOf.get(row.id)
    return {
      id: String(row.id),
      name: row.name,
      plan: row.plan,
      autoLink: row.auto_link,
      afterImports: row.after_imports,
      changedAt: row.changed_at.toISOString(),
      changedBy: row.changed_by,
      lastRun: last ? shownRun(last) : null,
      open: openOf.get(row.id) ?? 0,
    }
  })
}

/** Oldest first. */
export const listProjects = async (ctx: Ctx): Promise<ProjectView[]> =>
  shown(ctx, await ctx.pg.selectFrom('customers.match_project').selectAll().orderBy('id').limit(200).execute())

/** @throws customers.matchProjectUnknown */
export const readProject = async (ctx: Ctx, id: string): Promise<ProjectView> => {
  const [project] = await shown(ctx, [await projectRow(ctx, id)])
  if (!project) throw problem.matchProjectUnknown({ id })
  return project
}

const assertFieldsKnown = async (ctx: Ctx, dictionary: Dictionary, plan: Plan): Promise<void> => {
  const known = new Set(fieldChoices(await dictionary.entries(ctx)).map(({ field }) => field))
  const unknown = plan.fields.find(({ field }) => !known.has(field))
  if (unknown) throw problem.matchFieldUnknown({ field: unknown.field })
}

const assertNameFree = async (ctx: Ctx, name: string, besides: number): Promise<void> => {
  const taken = await ctx.pg
    .selectFrom('customers.match_project')
    .select('id')
    .where(sql<boolean>`lower(name) = lower(${name})`)
    .where('id', '<>', besides)
    .executeTakeFirst()
  if (taken) throw problem.matchProjectNameTaken({ name })
}

/** @throws customers.matchProjectNameTaken, matchFieldUnknown, matchNoFields when there is no plan and none fits */
export const createProject = (ctx: Ctx, dictionary: Dictionary, project: NewProject): Promise<ProjectView> =>
  ctx.tx(async (ctx) => {
    const plan = project.plan ?? defaultPlan(fieldChoices(await dictionary.entries(ctx)))
    if (!plan) throw problem.matchNoFields()
    await assertFieldsKnown(ctx, dictionary, plan)
    await assertNameFree(ctx, project.name, 0)
    const now = ctx.now()
    const { id } = await ctx.pg
      .insertInto('customers.match_project')
      .values({
        name: project.name,
        plan: JSON.stringify(plan),
        auto_link: project.autoLink,
        after_imports: project.afterImports,
        imports_seen_at: project.afterImports ? now : null,
        learned: null,
        created_at: now,
        created_by: ctx.actor.id,
        changed_at: now,
        changed_by: ctx.actor.id,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await ctx.audit.record(ctx, {
      action: 'matching.create',
      subject: `matching:${id}`,
      detail: { name: project.name, autoLink: project.autoLink, afterImports: project.afterImports },
    })
    return readProject(ctx, String(id))
  })

/** What is not given stays. @throws as creating, and customers.matchProjectUnknown */
export const changeProject = (
  ctx: Ctx,
  dictionary: Dictionary,
  id: string,
  { name, plan, autoLink, afterImports }: ProjectChange,
): Promise<ProjectView> =>
  ctx.tx(async (ctx) => {
    const before = await projectRow(ctx, id)
    if (plan) await assertFieldsKnown(ctx, dictionary, plan)
    if (name) await assertNameFree(ctx, name, before.id)
    const now = ctx.now()
    await ctx.pg
      .updateTable('customers.match_project')
      .set({
        ...(name !== undefined && { name }),
        // Weights belong to the plan they were learned with.
        ...(plan && { plan: JSON.stringify(plan), learned: null }),
        ...(autoLink !== undefined && { auto_link: autoLink }),
        ...(afterImports !== undefined && { after_imports: afterImports }),
        ...(afterImports && !before.after_imports && { imports_seen_at: now }),
        changed_at: now,
        changed_by: ctx.actor.id,
      })
      .where('id', '=', before.id)
      .execute()
    await ctx.audit.record(ctx, {
      action: 'matching.change',
      subject: `matching:${id}`,
      detail: {
        ...(name !== undefined && { name }),
        ...(plan && { fields: plan.fields.length, linkFrom: plan.linkFrom, reviewFrom: plan.reviewFrom }),
        ...(autoLink !== undefined && { autoLink }),
        ...(afterImports !== undefined && { afterImports }),
      },
    })
    return readProject(ctx, id)
  })

/**
 * Removes a project with its runs and the pairs nobody has decided on. What was decided stays.
 * @throws customers.matchProjectUnknown, customers.matchRunGoingOn
 */
export const deleteProject = (ctx: Ctx, id: string): Promise<void> =>
  ctx.tx(async (ctx) => {
    const { id: no, name } = await projectRow(ctx, id)
    const going = await ctx.pg
      .selectFrom('customers.match_run')
      .select('id')
      .where('project_id', '=', no)
      .where('state', 'in', ['waiting', 'running', 'ending'])
      .executeTakeFirst()
    if (going) throw problem.matchRunGoingOn({ run: String(going.id) })
    await sql`
      delete from customers.match_pair p using customers.match_run r
      where r.id = p.run_id and r.project_id = ${no} and p.state = 'open'`.execute(ctx.pg)
    await ctx.pg.deleteFrom('customers.match_project').where('id', '=', no).execute()
    await ctx.audit.record(ctx, { action: 'matching.delete', subject: `matching:${id}`, detail: { name } })
  })
