import type { z } from 'zod'
import type {
  AnswerTemplate,
  CustomerLinkRequest,
  NewTicket,
  SatisfactionGiven,
  Ticket,
  TicketAnswer,
  TicketChange,
  TicketKind,
  TicketMove,
  TicketPage,
  TicketReason,
  TicketRow,
  TicketStatistics,
} from '../../../../src/opinion/tickets/ticket-contract.ts'
import { get, patch, post, queryText, upload } from '../../api.ts'

export { ticketKinds } from '../../../../src/opinion/tickets/ticket-contract.ts'
export type { AnswerTemplate, Ticket, TicketKind, TicketReason, TicketRow, TicketStatistics }
export type GivenTicket = z.input<typeof NewTicket>
export type GivenAnswer = z.input<typeof TicketAnswer>
export type GivenMove = z.input<typeof TicketMove>
export type GivenLink = z.input<typeof CustomerLinkRequest>

const base = '/opinion/tickets'

export const attachToTicket = (id: number, file: File, onProgress: (sent: number, total: number) => void) =>
  upload<Ticket>(`${base}/${id}/attachments`, file, onProgress, new AbortController().signal)
export const removeTicketFile = (id: number, fileId: string, reason: string) =>
  post<Ticket>(`${base}/${id}/attachments/${fileId}/remove`, { reason })

export interface TicketFilter {
  search?: string
  kind?: TicketKind | undefined
  state?: string
  reason?: string | undefined
  mine?: boolean | undefined
  unassigned?: boolean | undefined
  late?: boolean | undefined
  postId?: string
  incidentId?: number
  drillId?: number
  after?: number | undefined
  limit?: number
}
export const listTickets = (filter: TicketFilter, signal?: AbortSignal) =>
  get<TicketPage>(`${base}${queryText({ ...filter })}`, signal)
export const getTicket = (id: number, signal?: AbortSignal) => get<Ticket>(`${base}/${id}`, signal)
export const createTicket = (given: GivenTicket) => post<Ticket>(base, given)
export const ticketFromPost = (given: { postId: string; kind: TicketKind; drillId: number }) =>
  post<Ticket>(`${base}/from-post`, given)
export const changeTicket = (id: number, change: z.input<typeof TicketChange>) => patch<Ticket>(`${base}/${id}`, change)
export const moveTicket = (id: number, given: GivenMove) => post<Ticket>(`${base}/${id}/move`, given)
export const answerTicket = (id: number, given: GivenAnswer) => post<Ticket>(`${base}/${id}/answers`, given)
export const noteOnTicket = (id: number, text: string) => post<Ticket>(`${base}/${id}/notes`, { text })
export const holdTicket = (id: number, reason: string) => post<Ticket>(`${base}/${id}/hold`, { reason })
export const releaseTicket = (id: number) => post<Ticket>(`${base}/${id}/release`)
export const linkCustomer = (id: number, given: GivenLink) => post<Ticket>(`${base}/${id}/customer`, given)
export const unlinkCustomer = (id: number, reason: string) => post<Ticket>(`${base}/${id}/customer/unlink`, { reason })
export const makeSurvey = (id: number) => post<{ url: string; expiresAt: string }>(`${base}/${id}/survey`)
export const enterScore = (id: number, given: z.input<typeof SatisfactionGiven>) =>
  post<Ticket>(`${base}/${id}/satisfaction`, given)
export const listReasons = (signal?: AbortSignal) => get<{ items: TicketReason[] }>(`${base}/reasons`, signal)
export const addReason = (given: { key: string; parent: string | null; name: string; nameEn: string }) =>
  post<{ items: TicketReason[] }>(`${base}/reasons`, given)
export const retireReason = (key: string) => post<{ items: TicketReason[] }>(`${base}/reasons/${key}/retire`)
export const listAnswerTemplates = (signal?: AbortSignal) =>
  get<{ items: AnswerTemplate[] }>(`${base}/templates`, signal)
export const addAnswerTemplate = (given: { name: string; reason: string | null; body: string }) =>
  post<{ items: AnswerTemplate[] }>(`${base}/templates`, given)
export const retireAnswerTemplate = (id: number) => post<{ items: AnswerTemplate[] }>(`${base}/templates/${id}/retire`)
export const readStatistics = (from: string, to: string, signal?: AbortSignal) =>
  get<TicketStatistics>(`${base}/statistics${queryText({ from, to })}`, signal)
export const exportPath = (from: string, to: string) => `${base}/export${queryText({ from, to })}`
