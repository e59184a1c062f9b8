import { z } from 'zod'
import { type Job, job, type Route, route } from '#platform'
import { rephrase, rephraseSettings, writeRephraseSettings } from './rephrase.ts'
import {
  Recomputed,
  Rephrased,
  RephraseSettings,
  Report,
  ReportFormat,
  ReportKind,
  ReportRequest,
  ReportSummary,
  Schedule,
  ScheduleInput,
} from './report-contract.ts'
import { deleteSchedule, listSchedules, runDueSchedules, writeSchedule } from './schedules.ts'
import { listReports, makeReport, readReport, recompute, reportChart, reportFile } from './store.ts'

const Id = z.object({ id: z.coerce.number().int().min(1) })
const SettingsShown = RephraseSettings.extend({ hasKey: z.boolean() })

const types = {
  html: 'text/html; charset=utf-8',
  pdf: 'application/pdf',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const

export const reportRoutes: readonly Route[] = [
  route('GET /opinion/reports', {
    can: 'opinion.read',
    summary: 'Reports, the newest first',
    query: z.object({
      kind: ReportKind.optional(),
      drillId: z.coerce.number().int().min(0).default(0),
      eventId: z.coerce.number().int().optional(),
      before: z.coerce.number().int().optional(),
    }),
    reply: z.object({ items: z.array(ReportSummary), next: z.int().nullable() }),
    run: listReports,
  }),
  route('POST /opinion/reports', {
    can: 'opinion.read',
    summary: 'Make a report of a period or an event',
    body: ReportRequest,
    reply: Report,
    status: 201,
    run: makeReport,
  }),
  route('GET /opinion/reports/{id}', {
    can: 'opinion.read',
    summary: 'One report with the posts behind every statement',
    params: Id,
    reply: Report,
    run: readReport,
  }),
  route('GET /opinion/reports/{id}/file', {
    can: 'opinion.export',
    summary: 'A report as a file; the same bytes each time',
    params: Id,
    query: z.object({ format: ReportFormat }),
    run: async (ctx, { id, format }, { reply }) => {
      const { name, bytes } = await reportFile(ctx, id, format)
      return reply
        .header('content-type', types[format])
        .header(
          'content-disposition',
          `attachment; filename="report-${id}.${format}"; filename*=UTF-8''${encodeURIComponent(name)}`,
        )
        .send(bytes)
    },
  }),
  route('GET /opinion/reports/{id}/charts/{key}', {
    can: 'opinion.read',
    summary: 'A chart of a report as SVG',
    params: Id.extend({ key: z.string().max(40) }),
    run: async (ctx, asked, { reply }) =>
      reply
        .header('content-type', 'image/svg+xml')
        .header('cache-control', 'private, max-age=86400, immutable')
        .send(await reportChart(ctx, asked)),
  }),
  route('POST /opinion/reports/{id}/recompute', {
    can: 'opinion.read',
    summary: 'What the same report would say now, and what differs',
    params: Id,
    reply: Recomputed,
    run: recompute,
  }),
  route('POST /opinion/reports/{id}/rephrase', {
    can: 'opinion.export',
    summary: 'Have the sentences reworded by the language model that was set up, and checked',
    params: Id,
    reply: Rephrased,
    run: rephrase,
  }),
  route('GET /opinion/report-schedules', {
    can: 'opinion.read',
    summary: 'Reports that are made by themselves',
    reply: z.object({ items: z.array(Schedule) }),
    run: listSchedules,
  }),
  route('POST /opinion/report-schedules', {
    can: 'opinion.policy',
    summary: 'Have a report made regularly',
    body: ScheduleInput,
    reply: Schedule,
    status: 201,
    run: writeSchedule,
  }),
  route('PUT /opinion/report-schedules/{id}', {
    can: 'opinion.policy',
    summary: 'Change a regular report',
    params: Id,
    body: ScheduleInput,
    reply: Schedule,
    run: writeSchedule,
  }),
  route('DELETE /opinion/report-schedules/{id}', {
    can: 'opinion.policy',
    summary: 'Make it no more',
    params: Id,
    run: deleteSchedule,
  }),
  route('GET /opinion/rephrase-settings', {
    can: 'opinion.policy',
    summary: 'Which language model may reword reports',
    reply: SettingsShown,
    run: rephraseSettings,
  }),
  route('PUT /opinion/rephrase-settings', {
    can: 'opinion.policy',
    summary: 'Set up or switch off rewording',
    body: RephraseSettings.extend({ key: z.string().min(1).max(500).optional() }),
    reply: SettingsShown,
    run: writeRephraseSettings,
  }),
]

export const reportJobs: readonly Job[] = [
  job({
    name: 'opinion.runReportSchedules',
    cron: '* * * * *',
    input: z.strictObject({}),
    timeoutSeconds: 300,
    run: async (ctx) => {
      await runDueSchedules(ctx)
    },
  }),
]
