import { fileUrl, get, patch, post, queryText, remove } from '../api.ts'
import type {
  PeoplePage,
  QuestionInput,
  RuleOrder,
  RulesPage,
  Run,
  RunKind,
  RunsPage,
  Selection,
} from './mining-shapes.ts'

const path = (id: string) => `/insights/mining/runs/${encodeURIComponent(id)}`

export const listRuns = (kind: RunKind | undefined, signal?: AbortSignal) =>
  get<RunsPage>(`/insights/mining/runs${queryText({ kind, limit: 100 })}`, signal)
export const getRun = (id: string, signal?: AbortSignal) => get<Run>(path(id), signal)
export const startRun = (question: QuestionInput) => post<Run>('/insights/mining/runs', question)
export const changeRun = (id: string, change: { title?: string; names?: (string | null)[] }) =>
  patch<Run>(path(id), change)
export const cancelRun = (id: string) => post<Run>(`${path(id)}/cancel`)
export const deleteRun = (id: string) => remove<unknown>(path(id))

export interface RulesWanted {
  order: RuleOrder
  search?: string | undefined
  minLift?: number | undefined
  minConfidence?: number | undefined
  minSupport?: number | undefined
  redundant: 'yes' | 'no'
}
export const getRules = (
  id: string,
  wanted: RulesWanted,
  page: { limit: number; offset: number },
  signal?: AbortSignal,
) => get<RulesPage>(`${path(id)}/rules${queryText({ ...wanted, ...page })}`, signal)
export const tableUrl = (id: string, format: 'csv' | 'xlsx', wanted?: RulesWanted) =>
  fileUrl(`${path(id)}/table${queryText({ ...wanted, format })}`)

export const getPeople = (id: string, selection: Selection, after: number | undefined, signal?: AbortSignal) =>
  post<PeoplePage>(`${path(id)}/people`, { selection, limit: 25, ...(after === undefined ? {} : { after }) }, signal)
export const saveAsList = (id: string, body: { selection: Selection; name: string; why: string }) =>
  post<{ id: string; size: number }>(`${path(id)}/list`, body)

/** A tag that a model of ours gives values: made, taken into use, computed. What needs a review waits for it. */
export const createModelTag = async (body: {
  key: string
  title: string
  meaning: string
  model: string
  id: string
  take: 'label' | 'value'
}): Promise<{ key: string; state: string }> => {
  const { key, title, meaning, model, id, take } = body
  await post<unknown>('/tags', {
    key,
    title,
    meaning,
    definition: { kind: 'model', of: { model, id }, take },
    base: 'now',
    schedule: { dailyAt: '05:00' },
  })
  const tag = await post<{ key: string; state: string }>(`/tags/${key}/state`, { state: 'active' })
  if (tag.state === 'active') await post<unknown>(`/tags/${key}/run`, {})
  return tag
}
