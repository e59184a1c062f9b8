import { fileUrl, get, post, put } from '../api.ts'
import type { AdExport, AdMode, AdTarget, AdTargets, NewAdTarget } from './ad-shapes.ts'

export const listTargets = (signal?: AbortSignal) => get<AdTargets>('/ad-targets', signal)
export const listExports = (id: number, signal?: AbortSignal) =>
  get<{ items: AdExport[] }>(`/ad-targets/${id}/exports`, signal)
export const createTarget = (target: NewAdTarget) => post<AdTarget>('/ad-targets', target)
export const changeTarget = (id: number, target: NewAdTarget & { basedOn: string }) =>
  put<AdTarget>(`/ad-targets/${id}`, target)
export const submitTarget = (id: number, note: string) => post<AdTarget>(`/ad-targets/${id}/submit`, { note })
export const runTarget = (id: number, mode: AdMode) => post<AdExport>(`/ad-targets/${id}/run`, { mode })
export const retireTarget = (id: number) => post<AdTarget>(`/ad-targets/${id}/retire`)
export const cancelExport = (id: number) => post<AdExport>(`/ad-exports/${id}/cancel`)
export const adFileUrl = (exportId: number, file: number) => fileUrl(`/ad-exports/${exportId}/files/${file}`)
