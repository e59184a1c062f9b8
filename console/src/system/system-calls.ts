import type { z } from 'zod'
import type {
  CreatedKey,
  KeyList,
  NewKey,
  NewUser,
  UserItem,
  UserList,
  UserPatch,
  UserWithPassword,
} from '../../../src/platform/auth/contract.ts'
import { get, patch, post, queryText, remove } from '../api.ts'
import type { AuditPage, Diagnosis, JobRun, Parked, Verification } from './system-shapes.ts'

export const listUsers = (signal?: AbortSignal) => get<z.infer<typeof UserList>>('/users', signal)
export const createUser = (body: z.input<typeof NewUser>) => post<z.infer<typeof UserWithPassword>>('/users', body)
export const changeUser = (id: string, body: z.input<typeof UserPatch>) =>
  patch<z.infer<typeof UserItem>>(`/users/${encodeURIComponent(id)}`, body)
export const resetPassword = (id: string) =>
  post<z.infer<typeof UserWithPassword>>(`/users/${encodeURIComponent(id)}/reset-password`)
export const unlockUser = (id: string) => post<z.infer<typeof UserItem>>(`/users/${encodeURIComponent(id)}/unlock`)

export const listKeys = (signal?: AbortSignal) => get<z.infer<typeof KeyList>>('/keys', signal)
export const createKey = (body: z.input<typeof NewKey>) => post<z.infer<typeof CreatedKey>>('/keys', body)
export const revokeKey = (id: string) => remove<unknown>(`/keys/${encodeURIComponent(id)}`)

export const listJobs = (state: string | undefined, signal?: AbortSignal) =>
  get<{ items: JobRun[] }>(`/jobs${queryText({ state })}`, signal)
export const retryJob = (id: string) => post<unknown>(`/jobs/${encodeURIComponent(id)}/retry`)
export const listParked = (signal?: AbortSignal) => get<{ items: Parked[] }>('/outbox/parked', signal)
export const retryParked = (id: number) => post<unknown>(`/outbox/${id}/retry`)

export const listAudit = (
  query: { actor?: string; action?: string; subject?: string; before?: number | undefined; limit: number },
  signal?: AbortSignal,
) => get<AuditPage>(`/audit${queryText(query)}`, signal)
export const verifyAudit = () => post<Verification>('/audit/verify')

export const runDoctor = (signal?: AbortSignal) => get<Diagnosis>('/doctor', signal)
