import type { z } from 'zod'
import type {
  Recomputed,
  Rephrased,
  RephraseSettings,
  Report,
  ReportRequest,
  ReportSummary,
  Schedule,
  ScheduleInput,
} from '../../../../src/opinion/reports/report-contract.ts'
import { get, post, put, queryText, remove } from '../../api.ts'

export type {
  Evidence,
  Report,
  ReportSection,
  ReportSummary,
  Schedule,
} from '../../../../src/opinion/reports/report-contract.ts'

export type SettingsShown = RephraseSettings & { hasKey: boolean }

export const getReports = (before: number | undefined, signal?: AbortSignal) =>
  get<{ items: ReportSummary[]; next: number | null }>(`/opinion/reports${queryText({ before })}`, signal)
export const getReport = (id: number, signal?: AbortSignal) => get<Report>(`/opinion/reports/${id}`, signal)
export const makeReport = (request: z.input<typeof ReportRequest>) => post<Report>('/opinion/reports', request)
export const checkAgain = (id: number) => post<Recomputed>(`/opinion/reports/${id}/recompute`, {})
export const reword = (id: number) => post<Rephrased>(`/opinion/reports/${id}/rephrase`, {})
export const getSchedules = (signal?: AbortSignal) => get<{ items: Schedule[] }>('/opinion/report-schedules', signal)
export const saveSchedule = (id: number | undefined, schedule: ScheduleInput) =>
  id === undefined
    ? post<Schedule>('/opinion/report-schedules', schedule)
    : put<Schedule>(`/opinion/report-schedules/${id}`, schedule)
export const deleteSchedule = (id: number) => remove<void>(`/opinion/report-schedules/${id}`)
export const getRewording = (signal?: AbortSignal) => get<SettingsShown>('/opinion/rephrase-settings', signal)
export const saveRewording = (settings: RephraseSettings & { key?: string }) =>
  put<SettingsShown>('/opinion/rephrase-settings', settings)
export const getSubjectNames = (signal?: AbortSignal) =>
  get<{ items: { id: number; name: string; own: boolean }[] }>('/opinion/subjects', signal)
