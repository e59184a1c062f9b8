import { get, patch, post, queryText, remove } from '../api.ts'
import type {
  FieldChoice,
  LinkDecision,
  LinkFileReport,
  LinkGraph,
  NewLink,
  PairDetail,
  PairPage,
  PairState,
  Plan,
  Project,
  ProjectChange,
  ProposedPage,
  Run,
  RunDetail,
} from './matching-shapes.ts'

const project = (id: string) => `/matching/projects/${encodeURIComponent(id)}`
const run = (id: string) => `/matching/runs/${encodeURIComponent(id)}`
const pair = (id: string) => `/matching/pairs/${encodeURIComponent(id)}`

export const listFields = (signal?: AbortSignal) => get<{ items: FieldChoice[] }>('/matching/fields', signal)
export const listProjects = (signal?: AbortSignal) => get<{ items: Project[] }>('/matching/projects', signal)
export const getProject = (id: string, signal?: AbortSignal) => get<Project>(project(id), signal)
export const createProject = (body: { name: string; plan?: Plan }) => post<Project>('/matching/projects', body)
export const changeProject = (id: string, body: ProjectChange) => patch<Project>(project(id), body)
export const deleteProject = (id: string) => remove<unknown>(project(id))
export const listRuns = (id: string, signal?: AbortSignal) => get<{ items: Run[] }>(`${project(id)}/runs`, signal)
export const startRun = (id: string, importId?: string) =>
  post<Run>(`${project(id)}/runs`, importId ? { importId } : {})
export const getRun = (id: string, signal?: AbortSignal) => get<RunDetail>(run(id), signal)
export const cancelRun = (id: string) => post<unknown>(`${run(id)}/cancel`)
export const undoRun = (id: string, reason: string) => post<{ undone: number }>(`${run(id)}/undo`, { reason })

export const listPairs = (
  query: { project: string; state: PairState; limit: number; after?: string | undefined },
  signal?: AbortSignal,
) => get<PairPage>(`/matching/pairs${queryText(query)}`, signal)
export const getPair = (id: string, signal?: AbortSignal) => get<PairDetail>(pair(id), signal)
export const decidePair = (id: string, decision: 'link' | 'reject', reason: string) =>
  post<unknown>(`${pair(id)}/decide`, { decision, reason })
export const undoPair = (id: string, reason: string) => post<unknown>(`${pair(id)}/undo`, { reason })

export const getLinks = (id: string, depth: 1 | 2, signal?: AbortSignal) =>
  get<LinkGraph>(`/customers/${encodeURIComponent(id)}/links${queryText({ depth })}`, signal)
export const makeLink = (body: NewLink) => post<unknown>('/links', body)
export const decideLink = (id: string, decision: LinkDecision) =>
  post<unknown>(`/links/${encodeURIComponent(id)}/decide`, { decision })
export const listProposed = (signal?: AbortSignal) => get<ProposedPage>('/links/proposed', signal)
export const findHouseholds = () => post<unknown>('/links/households')
export const importLinks = (text: string) => post<LinkFileReport>('/links/file', { text })
