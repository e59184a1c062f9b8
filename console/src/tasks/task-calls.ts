import { get, post, queryText } from '../api.ts'
import type {
  GivenExport,
  GivenResult,
  GivenResults,
  ResultsTaken,
  Task,
  TaskDetail,
  TaskExported,
  TaskPage,
  TaskStart,
} from './task-shapes.ts'

export interface TaskFilter {
  state?: Task['state'] | 'waiting' | undefined
  channel?: Task['channel'] | undefined
  team?: string | undefined
  campaignId?: number | undefined
  customerNo?: number | undefined
  mine?: boolean | undefined
  limit?: number | undefined
  after?: number | undefined
}

export const listTasks = (filter: TaskFilter, signal?: AbortSignal) =>
  get<TaskPage>(`/tasks${queryText({ ...filter })}`, signal)
export const getTask = (id: number, signal?: AbortSignal) => get<TaskDetail>(`/tasks/${id}`, signal)
export const takeNext = (among: Pick<TaskFilter, 'channel' | 'team'>) => post<TaskDetail>('/tasks/next', among)
export const claimTask = (id: number) => post<TaskDetail>(`/tasks/${id}/claim`)
export const releaseTask = (id: number) => post<Task>(`/tasks/${id}/release`)
export const startTask = (id: number) => post<TaskStart>(`/tasks/${id}/start`)
export const writeBack = (id: number, result: GivenResult) => post<Task>(`/tasks/${id}/result`, result)
export const exportTasks = (given: GivenExport) => post<TaskExported>('/tasks/export', given)
export const sendResults = (given: GivenResults) => post<ResultsTaken>('/tasks/results', given)
