import type { Role } from '../../../src/platform/permissions.ts'
import { fileUrl, get, patch, post, remove } from '../api.ts'
import type {
  Alarm,
  Asked,
  AskedQuestion,
  Dashboard,
  DashboardView,
  PeoplePage,
  Place,
  Report,
  Tile,
} from './insight-shapes.ts'

const path = (kind: 'reports' | 'dashboards', id: string) => `/insights/${kind}/${encodeURIComponent(id)}`

export const ask = (question: AskedQuestion, signal?: AbortSignal) =>
  post<Asked>('/insights/answer', { question }, signal)
export const peopleBehind = (
  query: { question: AskedQuestion; place: Place; limit: number; after?: number | undefined },
  signal?: AbortSignal,
) => post<PeoplePage>('/insights/people', query, signal)
export const saveList = (body: { question: AskedQuestion; place: Place; name: string; why: string }) =>
  post<{ id: string; size: number }>('/insights/lists', body)

export const listReports = (signal?: AbortSignal) => get<{ items: Report[] }>('/insights/reports', signal)
export const getReport = (id: string, signal?: AbortSignal) => get<Report>(path('reports', id), signal)
export interface ReportDraft {
  name: string
  description: string
  question: AskedQuestion
  roles: readonly Role[]
}
export const createReport = (body: ReportDraft) => post<Report>('/insights/reports', body)
export const changeReport = (
  id: string,
  body: Partial<ReportDraft> & { watch?: { sensitivity: 'low' | 'normal' | 'high' } | null },
) => patch<Report>(path('reports', id), body)
export const deleteReport = (id: string) => remove<unknown>(path('reports', id))

export const listDashboards = (signal?: AbortSignal) => get<{ items: Dashboard[] }>('/insights/dashboards', signal)
export const getDashboard = (id: string, signal?: AbortSignal) => get<DashboardView>(path('dashboards', id), signal)
export interface DashboardDraft {
  name: string
  description: string
  roles: readonly Role[]
  refreshSeconds: number | null
  tiles: readonly Tile[]
}
export const createDashboard = (body: Partial<DashboardDraft> & { name: string }) =>
  post<Dashboard>('/insights/dashboards', body)
export const changeDashboard = (id: string, body: Partial<DashboardDraft>) =>
  patch<Dashboard>(path('dashboards', id), body)
export const deleteDashboard = (id: string) => remove<unknown>(path('dashboards', id))

export const listAlarms = (signal?: AbortSignal) => get<{ items: Alarm[] }>('/insights/alarms', signal)
export const acknowledgeAlarm = (id: string) => post<unknown>(`/insights/alarms/${encodeURIComponent(id)}/acknowledge`)

/** Fetches an answer as a file and hands it to the browser. */
export const downloadTable = async (
  question: AskedQuestion,
  format: 'csv' | 'xlsx',
  language: 'zh' | 'en',
  name: string,
): Promise<void> => {
  const response = await fetch(fileUrl('/insights/table'), {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'content-type': 'application/json', 'x-zhiyin': '1' },
    body: JSON.stringify({ question, format, language }),
  })
  if (!response.ok) throw new Error(`HTTP ${response.status}`)
  saveFile(URL.createObjectURL(await response.blob()), `${name}.${format}`)
}

/** Hands a file the page made to the browser. */
export const saveFile = (url: string, name: string): void => {
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  if (url.startsWith('blob:')) setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
