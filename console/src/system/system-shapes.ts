import type { z } from 'zod'
import type { Diagnosis as DiagnosisSchema } from '../../../src/platform/doctor-contract.ts'

export type { AuditPage, Verification } from '../../../src/platform/audit/contract.ts'
export type Diagnosis = z.infer<typeof DiagnosisSchema>

export interface JobRun {
  id: string
  name: string
  state: string
  attempts: number
  createdAt: string
  startedAt: string | null
  finishedAt: string | null
  error: string | null
}

export interface Parked {
  id: number
  subscriber: string
  event: string
  key: string
  attempts: number
  parkedAt: string
  error: string | null
}
