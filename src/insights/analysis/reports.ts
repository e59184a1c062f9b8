import { randomUUID } from 'node:crypto'
import { type Selectable, sql } from 'kysely'
import type { Ctx, Tables } from '#platform'
import {
  type Dashboard,
  type DashboardChange,
  type DashboardView,
  type NewDashboard,
  type NewReport,
  Question,
  type Report,
  type ReportChange,
} from './contract.ts'
import { problem } from './problem.ts'
import './tables.ts'

/** Reports and dashboards kept at most: a page shows them all. */
const mostShown = 500

type ReportRow = Selectable<Tables['insights.report']>
type DashboardRow = Selectable<Tables['insights.dashboard']>
interface Owned {
  owner_id: string
  roles: string[]
}

const isAdmin = ({ actor }: Ctx) => actor.kind === 'cli' || actor.roles.includes('admin')
const mayChange = (ctx: Ctx, { owner_id }: Owned) => owner_id === ctx.actor.id || isAdmin(ctx)
const maySee = (ctx: Ctx, row: Owned) => mayChange(ctx, row) || ctx.actor.roles.some((role) => row.roles.includes(role))

/** What the asker may see, as SQL over `owner_id` and `roles`. */
const visible = (ctx: Ctx) =>
  isAdmin(ctx)
    ? sql<boolean>`true`
    : sql<boolean>`(owner_id = ${ctx.actor.id} or roles && ${[...ctx.actor.roles]}::text[])`

const texts = (values: readonly string[]) => sql<string[]>`${[...values]}::text[]`

const shownReport = (ctx: Ctx, row: ReportRow): Report => ({
  id: row.id,
  name: row.name,
  description: row.description,
  // Kept as it was asked; what was added to the language since has its default.
  question: Question.parse(row.question),
  owner: row.owner_name,
  mine: mayChange(ctx, row),
  roles: row.roles as Report['roles'],
  watch: row.watch,
  createdAt: row.created_at.toISOString(),
  changedAt: row.changed_at.toISOString(),
})

const shownDashboard = (ctx: Ctx, row: DashboardRow): Dashboard => ({
  id: row.id,
  name: row.name,
  description: row.description,
  owner: row.owner_name,
  mine: mayChange(ctx, row),
  roles: row.roles as Dashboard['roles'],
  refreshSeconds: row.refresh_seconds,
  tiles: row.tiles,
  createdAt: row.created_at.toISOString(),
  changedAt: row.changed_at.toISOString(),
})

/** Reports the asker may see, the last changed first. */
export const listReports = async (ctx: Ctx): Promise<{ items: Report[] }> => {
  const rows = await ctx.pg
    .selectFrom('insights.report')
    .selectAll()
    .where(visible(ctx))
    .orderBy('changed_at', 'desc')
    .orderBy('id', 'desc')
    .limit(mostShown)
    .execute()
  return { items: rows.map((row) => shownReport(ctx, row)) }
}

const reportRow = async (ctx: Ctx, id: string): Promise<ReportRow> => {
  const row = await ctx.pg.selectFrom('insights.report').selectAll().where('id', '=', id).executeTakeFirst()
  // Whoever may not see it does not learn that it is there.
  if (!row || !maySee(ctx, row)) throw problem.unknownReport({ id })
  return row
}

/** @throws problem.unknownReport, also for one that is not shared with the asker */
export const readReport = async (ctx: Ctx, { id }: { id: string }): Promise<Report> =>
  shownReport(ctx, await reportRow(ctx, id))

export const createReport = (ctx: Ctx, { name, description, question, roles }: NewReport): Promise<Report> =>
  ctx.tx(async (ctx) => {
    const now = ctx.now()
    const row = await ctx.pg
      .insertInto('insights.report')
      .values({
        id: randomUUID(),
        name,
        description,
        question: JSON.stringify(question),
        owner_id: ctx.actor.id,
        owner_name: ctx.actor.name,
        roles: texts(roles),
        created_at: now,
        changed_at: now,
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    const detail = { name, kind: question.kind, roles }
    await ctx.audit.record(ctx, { action: 'report.create', subject: `report:${row.id}`, detail })
    return shownReport(ctx, row)
  })

/** @throws problem.unknownReport, problem.notYours, problem.notAFunnel when something else is to be watched */
export const changeReport = (ctx: Ctx, { id, ...change }: ReportChange & { id: string }): Promise<Report> =>
  ctx.tx(async (ctx) => {
    const before = await reportRow(ctx, id)
    if (!mayChange(ctx, before)) throw problem.notYours({ id })
    const { name, description, question, roles, watch } = change
    const kind = question?.kind ?? before.question.kind
    if (watch && kind !== 'funnel') throw problem.notAFunnel({ id })
    const row = await ctx.pg
      .updateTable('insights.report')
      .set({
        changed_at: ctx.now(),
        ...(name !== undefined && { name }),
        ...(description !== undefined && { description }),
        ...(question !== undefined && { question: JSON.stringify(question) }),
        ...(roles !== undefined && { roles: texts(roles) }),
        ...(watch !== undefined && { watch: watch && JSON.stringify(watch) }),
        ...(kind !== 'funnel' && { watch: null }),
      })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow()
    const detail = { changed: Object.keys(change), ...(roles && { roles }) }
    await ctx.audit.record(ctx, { action: 'report.change', subject: `report:${id}`, detail })
    return shownReport(ctx, row)
  })

/** Its tiles on dashboards become empty. @throws problem.unknownReport, problem.notYours */
export const deleteReport = (ctx: Ctx, { id }: { id: string }): Promise<void> =>
  ctx.tx(async (ctx) => {
    const row = await reportRow(ctx, id)
    if (!mayChange(ctx, row)) throw problem.notYours({ id })
    await ctx.pg.deleteFrom('insights.report').where('id', '=', id).execute()
    await ctx.audit.record(ctx, { action: 'report.delete', subject: `report:${id}`, detail: { name: row.name } })
  })

/** Dashboards the asker may see, the last changed first. */
export const listDashboards = async (ctx: Ctx): Promise<{ items: Dashboard[] }> => {
  const rows = await ctx.pg
    .selectFrom('insights.dashboard')
    .selectAll()
    .where(visible(ctx))
    .orderBy('changed_at', 'desc')
    .orderBy('id', 'desc')
    .limit(mostShown)
    .execute()
  return { items: rows.map((row) => shownDashboard(ctx, row)) }
}

const dashboardRow = async (ctx: Ctx, id: string): Promise<DashboardRow> => {
  const row = await ctx.pg.selectFrom('insights.dashboard').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row || !maySee(ctx, row)) throw problem.unknownDashboard({ id })
  return row
}

/** With those of its reports that the asker may see. @throws problem.unknownDashboard */
export const readDashboard = async (ctx: Ctx, { id }: { id: string }): Promise<DashboardView> => {
  const row = await dashboardRow(ctx, id)
  const ids = [...new Set(row.tiles.map(({ report }) => report))]
  const reports =
    ids.length === 0
      ? []
      : await ctx.pg.selectFrom('insights.report').selectAll().where('id', 'in', ids).where(visible(ctx)).execute()
  return { ...shownDashboard(ctx, row), reports: reports.map((report) => shownReport(ctx, report)) }
}

export const createDashboard = (ctx: Ctx, given: NewDashboard): Promise<Dashboard> =>
  ctx.tx(async (ctx) => {
    const { name, description, roles, refreshSeconds, tiles } = given
    const now = ctx.now()
    const row = await ctx.pg
      .insertInto('insights.dashboard')
      .values({
        id: randomUUID(),
        name,
        description,
        owner_id: ctx.actor.id,
        owner_name: ctx.actor.name,
        roles: texts(roles),
        refresh_seconds: refreshSeconds,
        tiles: JSON.stringify(tiles),
        created_at: now,
        changed_at: now,
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    const detail = { name, roles }
    await ctx.audit.record(ctx, { action: 'dashboard.create', subject: `dashboard:${row.id}`, detail })
    return shownDashboard(ctx, row)
  })

/** @throws problem.unknownDashboard, problem.notYours */
export const changeDashboard = (ctx: Ctx, { id, ...change }: DashboardChange & { id: string }): Promise<Dashboard> =>
  ctx.tx(async (ctx) => {
    const before = await dashboardRow(ctx, id)
    if (!mayChange(ctx, before)) throw problem.notYours({ id })
    const { name, description, roles, refreshSeconds, tiles } = change
    const row = await ctx.pg
      .updateTable('insights.dashboard')
      .set({
        changed_at: ctx.now(),
        ...(name !== undefined && { name }),
        ...(description !== undefined && { description }),
        ...(roles !== undefined && { roles: texts(roles) }),
        ...(refreshSeconds !== undefined && { refresh_seconds: refreshSeconds }),
        ...(tiles !== undefined && { tiles: JSON.stringify(tiles) }),
      })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow()
    const detail = { changed: Object.keys(change), ...(roles && { roles }) }
    await ctx.audit.record(ctx, { action: 'dashboard.change', subject: `dashboard:${id}`, detail })
    return shownDashboard(ctx, row)
  })

/** @throws problem.unknownDashboard, problem.notYours */
export const deleteDashboard = (ctx: Ctx, { id }: { id: string }): Promise<void> =>
  ctx.tx(async (ctx) => {
    const row = await dashboardRow(ctx, id)
    if (!mayChange(ctx, row)) throw problem.notYours({ id })
    await ctx.pg.deleteFrom('insights.dashboard').where('id', '=', id).execute()
    await ctx.audit.record(ctx, { action: 'dashboard.delete', subject: `dashboard:${id}`, detail: { name: row.name } })
  })
