import { PassThrough } from 'node:stream'
import { z } from 'zod'
import { writeTable } from '#customers'
import { type Ctx, type Job, job, type Route, route } from '#platform'
import { tableOf } from './answer-table.ts'
import { answer, readPeople, saveAsList, whileListening } from './ask.ts'
import {
  Alarms,
  Asked,
  AskRequest,
  Dashboard,
  DashboardChange,
  Dashboards,
  DashboardView,
  NewDashboard,
  NewInsightList,
  NewReport,
  PeoplePage,
  PeopleRequest,
  Report,
  ReportChange,
  Reports,
  SavedInsightList,
  TableRequest,
} from './contract.ts'
import {
  changeDashboard,
  changeReport,
  createDashboard,
  createReport,
  deleteDashboard,
  deleteReport,
  listDashboards,
  listReports,
  readDashboard,
  readReport,
} from './reports.ts'
import { acknowledgeAlarm, listAlarms, watchFunnels } from './watch.ts'

const Id = z.object({ id: z.uuid() })

const visibleReports = async (ctx: Ctx) => (await listReports(ctx)).items.map(({ id }) => id)

const types = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const

/** Questions about events: trends, funnels, retention, paths, sessions, attribution, intervals; reports and dashboards. */
export const analysisRoutes: readonly Route[] = [
  route('POST /insights/answer', {
    can: 'insights.read',
    summary: 'Ask a question about events; stops when the caller hangs up',
    body: AskRequest,
    reply: Asked,
    run: (ctx, { question }, { reply }) => whileListening(reply.raw, (signal) => answer(ctx, question, signal)),
  }),
  route('POST /insights/people', {
    can: 'customers.read',
    summary: 'The people behind a number of an answer; masked',
    body: PeopleRequest,
    reply: PeoplePage,
    run: (ctx, request, { reply }) => whileListening(reply.raw, (signal) => readPeople(ctx, request, signal)),
  }),
  route('POST /insights/lists', {
    can: 'audiences.write',
    summary: 'Freeze the people behind a number as a list',
    body: NewInsightList,
    reply: SavedInsightList,
    status: 201,
    run: saveAsList,
  }),
  route('POST /insights/table', {
    can: 'insights.read',
    summary: 'An answer as a file: CSV or XLSX',
    body: TableRequest,
    run: async (ctx, { question, format, language }, { reply }) => {
      const { answer: found } = await whileListening(reply.raw, (signal) => answer(ctx, question, signal))
      const { columns, rows } = tableOf(question, found, language)
      const detail = { kind: question.kind, format, rows: rows.length }
      await ctx.tx((ctx) => ctx.audit.record(ctx, { action: 'report.export', subject: 'insights', detail }))
      const out = new PassThrough()
      writeTable(format, columns, rows, out).catch((error: unknown) =>
        out.destroy(error instanceof Error ? error : new Error(String(error))),
      )
      reply.header('content-disposition', `attachment; filename="${question.kind}.${format}"`).type(types[format])
      return out
    },
  }),
  route('GET /insights/reports', {
    can: 'insights.read',
    summary: 'Reports of the asker and those shared with his roles, the last changed first',
    reply: Reports,
    run: listReports,
  }),
  route('POST /insights/reports', {
    can: 'insights.write',
    summary: 'Keep a question under a name',
    body: NewReport,
    reply: Report,
    status: 201,
    run: createReport,
  }),
  route('GET /insights/reports/{id}', {
    can: 'insights.read',
    summary: 'One report',
    params: Id,
    reply: Report,
    run: readReport,
  }),
  route('PATCH /insights/reports/{id}', {
    can: 'insights.write',
    summary: 'Change what is given; a funnel may be watched for drop-offs',
    params: Id,
    body: ReportChange,
    reply: Report,
    run: changeReport,
  }),
  route('DELETE /insights/reports/{id}', {
    can: 'insights.write',
    summary: 'Delete a report',
    params: Id,
    status: 204,
    run: deleteReport,
  }),
  route('GET /insights/dashboards', {
    can: 'insights.read',
    summary: 'Dashboards of the asker and those shared with his roles',
    reply: Dashboards,
    run: listDashboards,
  }),
  route('POST /insights/dashboards', {
    can: 'insights.write',
    summary: 'Make a dashboard',
    body: NewDashboard,
    reply: Dashboard,
    status: 201,
    run: createDashboard,
  }),
  route('GET /insights/dashboards/{id}', {
    can: 'insights.read',
    summary: 'One dashboard with its reports',
    params: Id,
    reply: DashboardView,
    run: readDashboard,
  }),
  route('PATCH /insights/dashboards/{id}', {
    can: 'insights.write',
    summary: 'Change what is given of a dashboard',
    params: Id,
    body: DashboardChange,
    reply: Dashboard,
    run: changeDashboard,
  }),
  route('DELETE /insights/dashboards/{id}', {
    can: 'insights.write',
    summary: 'Delete a dashboard; its reports stay',
    params: Id,
    status: 204,
    run: deleteDashboard,
  }),
  route('GET /insights/alarms', {
    can: 'insights.read',
    summary: 'Hours in which watched funnels lay below the same hour of four weeks, the latest first',
    reply: Alarms,
    run: async (ctx) => listAlarms(ctx, await visibleReports(ctx)),
  }),
  route('POST /insights/alarms/{id}/acknowledge', {
    can: 'insights.write',
    summary: 'Say that an alarm was seen',
    params: Id,
    status: 204,
    run: async (ctx, { id }) => acknowledgeAlarm(ctx, id, await visibleReports(ctx)),
  }),
]

export const analysisJobs: readonly Job[] = [
  job({ name: 'insights.watchFunnels', cron: '7 * * * *', attempts: 2, input: z.object({}), run: watchFunnels }),
]
