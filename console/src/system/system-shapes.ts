import type { AuditRecord, Verification as VerificationOfTrail } from '../../../src/platform/audit/contract.ts'

export type Verification = VerificationOfTrail

export interface AuditPage {
  items: (AuditRecord & { hash?: string })[]
  next?: number | null
}

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

export interface Diagnosis {
  ok?: boolean
  checks: { name: string; ok: boolean; blocking?: boolean; detail: string; remedy?: string | null }[]
  settings: { name: string; value: string; set?: boolean; reason: string }[]
}
