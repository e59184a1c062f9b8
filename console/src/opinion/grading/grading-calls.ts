import type { z } from 'zod'
import type {
  EventGrade,
  LevelChanged,
  LevelRequest,
  LevelRequests,
} from '../../../../src/opinion/grading/grade-contract.ts'
import type {
  DocumentKind,
  Documents,
  HistoryAnswer,
  PolicyVersion,
  PolicyVersions,
} from '../../../../src/opinion/grading/policy-contract.ts'
import { get, post, put, remove } from '../../api.ts'

export type { DocumentKind, Documents, EventGrade, HistoryAnswer, LevelRequest, PolicyVersion }
export type Level = EventGrade['level']

export const getVersions = (kind: DocumentKind, signal?: AbortSignal) =>
  get<z.infer<typeof PolicyVersions>>(`/opinion/policies/${kind}`, signal)
export const saveDraft = (
  kind: DocumentKind,
  key: string,
  given: { document: object; reason: string; basedOn: number | null },
) => put<PolicyVersion>(`/opinion/policies/${kind}/draft${key && `?key=${key}`}`, given)
export const moveVersion = (id: number, to: 'submit' | 'withdraw') =>
  post<PolicyVersion>(`/opinion/policies/versions/${id}/${to}`)
export const decideVersion = (id: number, approve: boolean, note: string) =>
  post<PolicyVersion>(`/opinion/policies/versions/${id}/decision`, { approve, note })
export const tryRules = (document: object, days: number) =>
  post<HistoryAnswer>('/opinion/policies/grading/trial', { document, days })
export const getGrade = (eventId: number, signal?: AbortSignal) =>
  get<EventGrade>(`/opinion/events/${eventId}/grade`, signal)
export const changeLevel = (eventId: number, level: Level, reason: string) =>
  post<z.infer<typeof LevelChanged>>(`/opinion/events/${eventId}/level`, { level, reason })
export const getRequests = (signal?: AbortSignal) =>
  get<z.infer<typeof LevelRequests>>('/opinion/level-requests', signal)
export const decideRequest = (id: number, approve: boolean, note: string) =>
  post<LevelRequest>(`/opinion/level-requests/${id}/decision`, { approve, note })
export const withdrawRequest = (id: number) => post<LevelRequest>(`/opinion/level-requests/${id}/withdraw`)
export const pauseClocks = (eventId: number, reason: string) =>
  post<object>(`/opinion/events/${eventId}/clock-pause`, { reason })
export const resumeClocks = (eventId: number) => remove<object>(`/opinion/events/${eventId}/clock-pause`)
