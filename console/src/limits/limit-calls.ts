import { get, put, remove } from '../api.ts'
import type { CalendarYear, LimitName, LimitsView, LimitVersion } from './limit-shapes.ts'

export const getLimits = (signal?: AbortSignal) => get<LimitsView>('/limits', signal)
export const getHistory = (name: LimitName, signal?: AbortSignal) =>
  get<{ versions: LimitVersion[] }>(`/limits/${name}/history`, signal)
export const getCalendar = (year: number, signal?: AbortSignal) =>
  get<CalendarYear>(`/limits/calendar?year=${year}`, signal)
export interface Change {
  value: object
  from?: string | undefined
  source: string
  reason: string
  basedOn: number
}
export const changeLimit = (name: LimitName, change: Change) => put<LimitVersion>(`/limits/${name}`, change)
export const withdrawLimit = (name: LimitName, id: number) => remove<LimitVersion>(`/limits/${name}/versions/${id}`)
