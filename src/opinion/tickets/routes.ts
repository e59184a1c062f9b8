import { z } from 'zod'
import { job, on, route } from '#platform'
import { fileHeaders } from '../incidents/attachments.ts'
import { postsStored } from '../notices.ts'
import { linkCustomer, unlinkCustomer } from './customer-links.ts'
import { attachToTicket, readTicketFile, removeTicketFile } from './files.ts'
import { ticketFromPost, ticketsFromBatch } from './from-posts.ts'
import {
  addAnswerTemplate,
  addReason,
  listAnswerTemplates,
  listReasons,
  retireAnswerTemplate,
  retireReason,
} from './lists.ts'
import { exportTickets, ticketStatistics } from './statistics.ts'
import { listTickets, readTicket } from './store.ts'
import { giveSatisfaction, surveyLink } from './survey.ts'
import {
  AnswerTemplates,
  CustomerLinkRequest,
  NewAnswerTemplate,
  NewReason,
  NewTicket,
  SatisfactionGiven,
  StatisticsQuery,
  SurveyLink,
  Ticket,
  TicketAnswer,
  TicketChange,
  TicketFromPost,
  TicketHold,
  TicketMove,
  TicketNote,
  TicketPage,
  TicketQuery,
  TicketReasons,
  TicketStatistics,
  Unlinking,
} from './ticket-contract.ts'
import {
  answerTicket,
  changeTicket,
  createTicket,
  holdTicket,
  moveTicket,
  noteOnTicket,
  releaseTicket,
} from './work.ts'

const Id = z.object({ id: z.coerce.number().int().min(1).max(2_147_483_647) })
const path = '/opinion/tickets'

export const ticketRoutes = [
  route(`GET ${path}`, {
    can: 'opinion.read',
    summary: 'Tickets, the nearest deadline first',
    query: TicketQuery,
    reply: TicketPage,
    run: listTickets,
  }),
  route(`POST ${path}`, {
    can: 'opinion.handle',
    summary: 'A ticket by hand',
    body: NewTicket,
    reply: Ticket,
    status: 201,
    run: createTicket,
  }),
  route(`POST ${path}/from-post`, {
    can: 'opinion.handle',
    summary: 'A ticket of a post',
    body: TicketFromPost,
    reply: Ticket,
    status: 201,
    run: ticketFromPost,
  }),
  route(`GET ${path}/statistics`, {
    can: 'opinion.read',
    summary: 'Figures of tickets of a span of days',
    query: StatisticsQuery,
    reply: TicketStatistics,
    run: ticketStatistics,
  }),
  route(`GET ${path}/export`, {
    can: 'opinion.export',
    summary: 'Tickets of a span of days as CSV, without customers',
    query: StatisticsQuery,
    run: async (ctx, input, { reply }) =>
      reply
        .header('content-type', 'text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="tickets.csv"')
        .send(await exportTickets(ctx, input)),
  }),
  route(`GET ${path}/reasons`, {
    can: 'opinion.read',
    summary: 'Reasons of tickets',
    reply: TicketReasons,
    run: listReasons,
  }),
  route(`POST ${path}/reasons`, {
    can: 'opinion.handle',
    summary: 'Add a reason',
    body: NewReason,
    reply: TicketReasons,
    run: addReason,
  }),
  route(`POST ${path}/reasons/{key}/retire`, {
    can: 'opinion.handle',
    summary: 'Take a reason and those below it out of choice',
    params: z.object({ key: z.string().max(80) }),
    reply: TicketReasons,
    run: retireReason,
  }),
  route(`GET ${path}/templates`, {
    can: 'opinion.read',
    summary: 'Beginnings of answers',
    reply: AnswerTemplates,
    run: listAnswerTemplates,
  }),
  route(`POST ${path}/templates`, {
    can: 'opinion.handle',
    summary: 'Add a beginning of answers',
    body: NewAnswerTemplate,
    reply: AnswerTemplates,
    run: addAnswerTemplate,
  }),
  route(`POST ${path}/templates/{id}/retire`, {
    can: 'opinion.handle',
    summary: 'Take a beginning of answers out of use',
    params: Id,
    reply: AnswerTemplates,
    run: retireAnswerTemplate,
  }),
  route(`GET ${path}/{id}`, {
    can: 'opinion.read',
    summary: 'One ticket; the customer, masked, only for who may link',
    params: Id,
    reply: Ticket,
    run: readTicket,
  }),
  route(`PATCH ${path}/{id}`, {
    can: 'opinion.handle',
    summary: 'Change owner, reason, kind of a ticket',
    params: Id,
    body: TicketChange,
    reply: Ticket,
    run: changeTicket,
  }),
  route(`POST ${path}/{id}/move`, {
    can: 'opinion.handle',
    summary: 'Acknowledge, solve, close, reopen',
    params: Id,
    body: TicketMove,
    reply: Ticket,
    run: moveTicket,
  }),
  route(`POST ${path}/{id}/answers`, {
    can: 'opinion.handle',
    summary: 'What was answered, or a draft of it',
    params: Id,
    body: TicketAnswer,
    reply: Ticket,
    run: answerTicket,
  }),
  route(`POST ${path}/{id}/notes`, {
    can: 'opinion.handle',
    summary: 'A word among ourselves',
    params: Id,
    body: TicketNote,
    reply: Ticket,
    run: noteOnTicket,
  }),
  route(`POST ${path}/{id}/attachments`, {
    can: 'opinion.handle',
    summary: 'Attach one file (multipart, field "file"), at most 10 MB; it is kept sealed',
    params: Id,
    query: z.object({ note: z.string().trim().max(300).default('') }),
    reply: Ticket,
    status: 201,
    bodyLimitBytes: 11 * 1_024 * 1_024,
    run: (ctx, input, { request }) => attachToTicket(ctx, input, request),
  }),
  route(`GET ${path}/{id}/attachments/{fileId}`, {
    can: 'opinion.handle',
    summary: 'An attached file; that it was read is on record',
    params: Id.extend({ fileId: z.uuid() }),
    run: async (ctx, input, { reply }) => {
      const file = await readTicketFile(ctx, input)
      return reply.headers(fileHeaders(file)).send(file.bytes)
    },
  }),
  route(`POST ${path}/{id}/attachments/{fileId}/remove`, {
    can: 'opinion.handle',
    summary: 'Shred an attached file; its name and hash stay on record',
    params: Id.extend({ fileId: z.uuid() }),
    body: Unlinking,
    reply: Ticket,
    run: removeTicketFile,
  }),
  route(`POST ${path}/{id}/hold`, {
    can: 'opinion.handle',
    summary: 'Hold the clocks while the customer is waited for',
    params: Id,
    body: TicketHold,
    reply: Ticket,
    run: holdTicket,
  }),
  route(`POST ${path}/{id}/release`, {
    can: 'opinion.handle',
    summary: 'Let the clocks go on',
    params: Id,
    reply: Ticket,
    run: releaseTicket,
  }),
  route(`POST ${path}/{id}/customer`, {
    can: 'opinion.link',
    summary: 'Link to the customer whom a value names, for a stated purpose; an open complaint stops marketing to him',
    params: Id,
    body: CustomerLinkRequest,
    reply: Ticket,
    run: linkCustomer,
  }),
  route(`POST ${path}/{id}/customer/unlink`, {
    can: 'opinion.link',
    summary: 'Take the link to the customer away',
    params: Id,
    body: Unlinking,
    reply: Ticket,
    run: unlinkCustomer,
  }),
  route(`POST ${path}/{id}/survey`, {
    can: 'opinion.handle',
    summary: 'A link by which the customer says how satisfied he is',
    params: Id,
    reply: SurveyLink,
    run: surveyLink,
  }),
  route(`POST ${path}/{id}/satisfaction`, {
    can: 'opinion.handle',
    summary: 'Satisfaction as the customer told it',
    params: Id,
    body: SatisfactionGiven,
    reply: Ticket,
    run: (ctx, input) => giveSatisfaction(ctx, { ...input, how: 'entered' }),
  }),
]

const Batch = z.strictObject({ batch: z.int(), drillId: z.int() })

export const ticketJobs = [
  job({
    name: 'opinion.ticketsFromBatch',
    input: Batch,
    run: async (ctx, input) => {
      await ticketsFromBatch(ctx, input)
    },
  }),
]

export const ticketSubscriptions = [
  // A job: the outbox delivers inside a transaction, which must not wait for ClickHouse.
  on(postsStored, 'opinion.ticketsFromBatch', (ctx, { batch, drillId }) =>
    ctx.jobs.send('opinion.ticketsFromBatch', { batch, drillId }, { key: String(batch) }),
  ),
]
