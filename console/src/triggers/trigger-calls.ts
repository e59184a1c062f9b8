import type { z } from 'zod'
import type {
  TriggerActivity as ActivitySchema,
  Run as RunSchema,
  Runs as RunsSchema,
  TriggerSettings as SettingsSchema,
} from '../../../src/campaigns/triggers/triggers-contract.ts'
import { get, post } from '../api.ts'

export type Run = z.output<typeof RunSchema>
export type Runs = z.output<typeof RunsSchema>
export type TriggerActivity = z.output<typeof ActivitySchema>
export type TriggerSettings = z.output<typeof SettingsSchema>

export const getRuns = (id: number, signal?: AbortSignal) => get<Runs>(`/campaigns/${id}/runs`, signal)
export const getActivity = (id: number, signal?: AbortSignal) =>
  get<TriggerActivity>(`/campaigns/${id}/trigger`, signal)
export const getTriggerSettings = (signal?: AbortSignal) => get<TriggerSettings>('/trigger-settings', signal)
export const cancelRun = (id: number, run: number) => post<Run>(`/campaigns/${id}/runs/${run}/cancel`, {})
export const makeUpRun = (id: number, run: number) => post<Run>(`/campaigns/${id}/runs/${run}/make-up`, {})
