import { z } from 'zod'
import { job, on, route } from '#platform'
import { isResting } from '../loops.ts'
import { eventChanged, eventGraded } from '../notices.ts'
import { fileHeaders } from './attachments.ts'
import { caseFile } from './case-file.ts'
import {
  changeIncident,
  changeLane,
  changeLevel,
  changeState,
  comment,
  endClock,
  holdClock,
  link,
  newTask,
  releaseClock,
  sign,
  takeBackSignature,
  unlink,
  updateTask,
} from './change.ts'
import { effectOf } from './effect.ts'
import { Effect, EffectQuery } from './effect-contract.ts'
import { readEntries, readFeed } from './entries.ts'
import { attach, detach, readAttachment } from './files.ts'
import {
  EntryPage,
  EntryQuery,
  EventLink,
  FeedQuery,
  Handler,
  Incident,
  IncidentChange,
  IncidentPage,
  IncidentQuery,
  IncidentTask,
  Lane,
  LaneChange,
  LevelChange,
  NewComment,
  NewIncident,
  NewTask,
  Party,
  ProductCrisis,
  RegulatorReport,
  Signature,
  StateChange,
  TaskChange,
  WithReason,
} from './incident-contract.ts'
import { followGrade, openIncidentByHand } from './open.ts'
import { readHandlers } from './people.ts'
import { tellProductCrisis } from './products.ts'
import { regulatorReport } from './regulator.ts'
import { changeSetting, readSettings } from './settings.ts'
import { SettingChange, SettingPage } from './settings-contract.ts'
import { listIncidents, readIncident } from './store.ts'
import { tasksOf } from './tasks.ts'
import { followAlerts, followEvent, tellLate } from './watch.ts'

const Id = z.object({ id: z.coerce.number().int().min(1).max(2_147_483_647) })
const Number32 = z.coerce.number().int().min(1).max(2_147_483_647)
const path = '/opinion/incidents'

export const incidentRoutes = [
  route(`GET ${path}`, {
    can: 'opinion.read',
    summary: 'Incidents, late ones first, then by level',
    query: IncidentQuery,
    reply: IncidentPage,
    run: listIncidents,
  }),
  route(`POST ${path}`, {
    can: 'opinion.handle',
    summary: 'Open an incident by hand',
    body: NewIncident,
    reply: Incident,
    status: 201,
    run: openIncidentByHand,
  }),
  route(`GET ${path}/people`, {
    can: 'opinion.read',
    summary: 'Who may be given work in incidents',
    reply: z.object({ items: z.array(Handler) }),
    run: readHandlers,
  }),
  route(`GET ${path}/feed`, {
    can: 'opinion.read',
    summary: 'What happened in all incidents, newest first; or where the reader was named',
    query: FeedQuery,
    reply: EntryPage,
    run: readFeed,
  }),
  route(`GET ${path}/my-tasks`, {
    can: 'opinion.read',
    summary: 'Open tasks of the reader, the most urgent first',
    query: z.object({ drillId: z.coerce.number().int().min(0).default(0) }),
    reply: z.object({ items: z.array(IncidentTask) }),
    run: async (ctx, { drillId }) => ({ items: await tasksOf(ctx, { mine: true, drillId }) }),
  }),
  route(`GET ${path}/settings`, {
    can: 'opinion.read',
    summary: 'Figures of handling with the day each counts from and its source',
    reply: SettingPage,
    run: readSettings,
  }),
  route(`POST ${path}/settings`, {
    can: 'opinion.policy',
    summary: 'Set a figure of handling from a day on',
    body: SettingChange,
    reply: SettingPage,
    run: changeSetting,
  }),
  route(`GET ${path}/{id}`, {
    can: 'opinion.read',
    summary: 'One incident: lanes, clocks, tasks, events, files',
    params: Id,
    reply: Incident,
    run: readIncident,
  }),
  route(`PATCH ${path}/{id}`, {
    can: 'opinion.handle',
    summary: 'Change the title or the summary',
    params: Id,
    body: IncidentChange,
    reply: Incident,
    run: changeIncident,
  }),
  route(`GET ${path}/{id}/entries`, {
    can: 'opinion.read',
    summary: 'The timeline, oldest first',
    params: Id,
    query: EntryQuery,
    reply: EntryPage,
    run: readEntries,
  }),
  route(`POST ${path}/{id}/comments`, {
    can: 'opinion.handle',
    summary: 'Say something, or put a decision on record; whom it names is told',
    params: Id,
    body: NewComment,
    reply: Incident,
    run: comment,
  }),
  route(`POST ${path}/{id}/state`, {
    can: 'opinion.handle',
    summary: 'Acknowledge, act, ask for closing, close, reopen',
    params: Id,
    body: StateChange,
    reply: Incident,
    run: changeState,
  }),
  route(`POST ${path}/{id}/level`, {
    can: 'opinion.grade',
    summary: 'Raise the level, or with the right to approve lower it',
    params: Id,
    body: LevelChange,
    reply: Incident,
    run: changeLevel,
  }),
  route(`POST ${path}/{id}/events`, {
    can: 'opinion.handle',
    summary: 'Handle one more event here',
    params: Id,
    body: EventLink,
    reply: Incident,
    run: link,
  }),
  route(`POST ${path}/{id}/events/{eventId}/unlink`, {
    can: 'opinion.handle',
    summary: 'An event is not handled here after all',
    params: Id.extend({ eventId: Number32 }),
    body: WithReason,
    reply: Incident,
    run: unlink,
  }),
  route(`PUT ${path}/{id}/lanes/{lane}`, {
    can: 'opinion.handle',
    summary: 'Give a lane to an owner and a deputy, with a word of handover',
    params: Id.extend({ lane: Lane }),
    body: LaneChange,
    reply: Incident,
    run: changeLane,
  }),
  route(`POST ${path}/{id}/signatures/{party}`, {
    can: 'opinion.read',
    summary: 'Sign for a lane, for compliance or for the management; the role decides who may',
    params: Id.extend({ party: Party }),
    body: Signature,
    reply: Incident,
    run: sign,
  }),
  route(`POST ${path}/{id}/signatures/{party}/take-back`, {
    can: 'opinion.read',
    summary: 'Take a signature back; the role decides who may',
    params: Id.extend({ party: Party }),
    body: WithReason,
    reply: Incident,
    run: takeBackSignature,
  }),
  route(`POST ${path}/{id}/tasks`, {
    can: 'opinion.handle',
    summary: 'Put a task into a lane',
    params: Id,
    body: NewTask,
    reply: Incident,
    run: newTask,
  }),
  route(`PATCH ${path}/{id}/tasks/{taskId}`, {
    can: 'opinion.handle',
    summary: 'Change a task: who, until when, done',
    params: Id.extend({ taskId: Number32 }),
    body: TaskChange,
    reply: Incident,
    run: updateTask,
  }),
  route(`POST ${path}/{id}/clocks/{clockId}/pause`, {
    can: 'opinion.handle',
    summary: 'Hold a deadline',
    params: Id.extend({ clockId: Number32 }),
    body: WithReason,
    reply: Incident,
    run: holdClock,
  }),
  route(`POST ${path}/{id}/clocks/{clockId}/resume`, {
    can: 'opinion.handle',
    summary: 'Let a held deadline go on',
    params: Id.extend({ clockId: Number32 }),
    reply: Incident,
    run: releaseClock,
  }),
  route(`POST ${path}/{id}/clocks/{clockId}/done`, {
    can: 'opinion.handle',
    summary: 'What a deadline waits for is done',
    params: Id.extend({ clockId: Number32 }),
    body: WithReason,
    reply: Incident,
    run: endClock,
  }),
  route(`POST ${path}/{id}/attachments`, {
    can: 'opinion.handle',
    summary: 'Attach one file (multipart, field "file"), at most 10 MB; it is kept sealed',
    params: Id,
    query: z.object({ lane: Lane.nullable().default(null), note: z.string().trim().max(300).default('') }),
    reply: Incident,
    status: 201,
    bodyLimitBytes: 11 * 1_024 * 1_024,
    run: (ctx, input, { request }) => attach(ctx, input, request),
  }),
  route(`GET ${path}/{id}/attachments/{fileId}`, {
    can: 'opinion.handle',
    summary: 'An attached file; that it was read is on record',
    params: Id.extend({ fileId: z.uuid() }),
    run: async (ctx, input, { reply }) => {
      const file = await readAttachment(ctx, input)
      return reply.headers(fileHeaders(file)).send(file.bytes)
    },
  }),
  route(`POST ${path}/{id}/attachments/{fileId}/remove`, {
    can: 'opinion.handle',
    summary: 'Shred an attached file; its name and hash stay on record',
    params: Id.extend({ fileId: z.uuid() }),
    body: WithReason,
    reply: Incident,
    run: detach,
  }),
  route(`GET ${path}/{id}/effect`, {
    can: 'opinion.read',
    summary: 'Whether volume and mood turned after the first statement or deed, with intervals',
    params: Id,
    query: EffectQuery,
    reply: z.object({ effect: Effect.nullable() }),
    run: async (ctx, input) => ({ effect: await effectOf(ctx, input) }),
  }),
  route(`GET ${path}/{id}/regulator-report`, {
    can: 'opinion.read',
    summary: 'The report for the regulator as it would be now, and the time left',
    params: Id,
    reply: RegulatorReport,
    run: async (ctx, input) => {
      const { html: _, ...report } = await regulatorReport(ctx, input)
      return report
    },
  }),
  route(`GET ${path}/{id}/regulator-report/file`, {
    can: 'opinion.handle',
    summary: 'The report for the regulator as a document with its hash',
    params: Id,
    run: async (ctx, { id }, { reply }) => {
      const { html, sha256 } = await regulatorReport(ctx, { id })
      await ctx.audit.record(ctx, { action: 'incident.regulatorReport', subject: `incident:${id}`, detail: { sha256 } })
      return reply.headers(fileHeaders({ name: `监管报告-${id}.html`, type: 'text/html; charset=utf-8' })).send(html)
    },
  }),
  route(`GET ${path}/{id}/file`, {
    can: 'opinion.handle',
    summary: 'The whole case as a document with its hash, for printing and the archive: HTML, DOCX or PDF',
    params: Id,
    query: z.object({ format: z.enum(['html', 'docx', 'pdf']).default('html') }),
    run: async (ctx, input, { reply }) => {
      const file = await caseFile(ctx, input)
      return reply.headers(fileHeaders(file)).send(file.bytes)
    },
  }),
  route(`POST ${path}/{id}/product-crisis`, {
    can: 'opinion.handle',
    summary: 'Say that a product is in a crisis: its campaigns are paused',
    params: Id,
    body: ProductCrisis,
    reply: Incident,
    run: tellProductCrisis,
  }),
]

export const incidentJobs = [
  job({
    name: 'opinion.incidentDeadlines',
    cron: '* * * * *',
    attempts: 1,
    input: z.strictObject({}),
    run: async (ctx) => {
      if (isResting(ctx)) return
      await followAlerts(ctx)
      await tellLate(ctx)
    },
  }),
]

export const incidentSubscriptions = [
  on(eventGraded, 'opinion.openIncident', followGrade),
  on(eventChanged, 'opinion.followEvent', followEvent),
]
