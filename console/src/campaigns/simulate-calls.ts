import type { z } from 'zod'
import type {
  DryRun,
  ShownVerdict,
  SimulatedPath as SimulatedPathSchema,
  Simulation,
  SimulationRequest as SimulationRequestSchema,
} from '../../../src/campaigns/simulation/simulation-contract.ts'
import { post } from '../api.ts'

export type { DryRun, ShownVerdict, Simulation }
export type SimulatedPath = z.infer<typeof SimulatedPathSchema>
export type SimulationRequest = z.input<typeof SimulationRequestSchema>

export const simulate = (id: number, body: SimulationRequest, signal?: AbortSignal) =>
  post<Simulation>(`/campaigns/${id}/simulate`, body, signal)
export const dryRun = (id: number, signal?: AbortSignal) => post<DryRun>(`/campaigns/${id}/dry-run`, {}, signal)
