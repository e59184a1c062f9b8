import type { z } from 'zod'
import type {
  Drill,
  DrillDetail,
  NewDrill,
  Scenario,
  ScenarioPreview,
  ScenarioRow,
} from '../../../../src/opinion/drills/drill-contract.ts'
import type { Report, ReportSummary } from '../../../../src/opinion/reports/report-contract.ts'
import type { Subjects } from '../../../../src/opinion/subjects/subject-contract.ts'
import { get, post, put, queryText, remove } from '../../api.ts'

export type {
  Beat,
  Criterion,
  Drill,
  DrillDetail,
  Pace,
  Scenario,
  ScenarioPreview,
  ScenarioRow,
} from '../../../../src/opinion/drills/drill-contract.ts'

export type Move = 'start' | 'pause' | 'resume' | 'end' | 'cancel'

export const getDrills = (signal?: AbortSignal) => get<{ items: Drill[] }>('/opinion/drills', signal)
export const getDrill = (id: number, signal?: AbortSignal) => get<DrillDetail>(`/opinion/drills/${id}`, signal)
export const planDrill = (drill: z.input<typeof NewDrill>) => post<DrillDetail>('/opinion/drills', drill)
export const moveDrill = (id: number, move: Move, note: string) =>
  post<DrillDetail>(`/opinion/drills/${id}/${move}`, { note })

export const getScenarios = (signal?: AbortSignal) => get<{ items: ScenarioRow[] }>('/opinion/scenarios', signal)
export const getScenario = (id: number, signal?: AbortSignal) => get<ScenarioRow>(`/opinion/scenarios/${id}`, signal)
export const saveScenario = (id: number | undefined, scenario: Scenario) =>
  id === undefined
    ? post<ScenarioRow>('/opinion/scenarios', scenario)
    : put<ScenarioRow>(`/opinion/scenarios/${id}`, scenario)
export const deleteScenario = (id: number) => remove<void>(`/opinion/scenarios/${id}`)
export const restoreScenario = (id: number) => post<ScenarioRow>(`/opinion/scenarios/${id}/restore`, {})
export const previewScenario = (scenario: Scenario, signal?: AbortSignal) =>
  post<ScenarioPreview>('/opinion/scenarios/preview', { scenario }, signal)

export const getDrillReports = (drillId: number, signal?: AbortSignal) =>
  get<{ items: ReportSummary[] }>(`/opinion/reports${queryText({ drillId })}`, signal)
export const makeDrillReport = (drillId: number, eventId: number, language: 'zh' | 'en') =>
  post<Report>('/opinion/reports', { kind: 'event', drillId, eventId, language })
export const getSubjectNames = (signal?: AbortSignal) => get<Subjects>('/opinion/subjects', signal)
