import { get, patch, post, queryText, remove } from '../api.ts'
import type {
  Campaign,
  CampaignChange,
  CampaignPage,
  CampaignState,
  Category,
  NewCampaign,
  PlanCheck,
  VersionDetail,
  Versions,
} from './campaign-shapes.ts'

const path = (id: number) => `/campaigns/${id}`

export interface CampaignFilter {
  search?: string | undefined
  state?: CampaignState | undefined
  category?: Category | undefined
  after?: number | undefined
}
export const listCampaigns = (filter: CampaignFilter, signal?: AbortSignal) =>
  get<CampaignPage>(`/campaigns${queryText({ ...filter, limit: 50 })}`, signal)
export const getCampaign = (id: number, signal?: AbortSignal) => get<Campaign>(path(id), signal)
export const createCampaign = (body: NewCampaign) => post<Campaign>('/campaigns', body)
export const changeCampaign = (id: number, body: CampaignChange) => patch<Campaign>(path(id), body)
export const deleteCampaign = (id: number) => remove<unknown>(path(id))
export const duplicateCampaign = (id: number) => post<Campaign>(`${path(id)}/duplicate`)

export const checkCampaign = (id: number, signal?: AbortSignal) =>
  post<PlanCheck>(`${path(id)}/check`, undefined, signal)
export const submitCampaign = (id: number, note: string) => post<{ reviewId: number }>(`${path(id)}/submit`, { note })
export const publishCampaign = (id: number) => post<Campaign>(`${path(id)}/publish`)
export const pauseCampaign = (id: number, reason: string) => post<Campaign>(`${path(id)}/pause`, { reason })
export const resumeCampaign = (id: number) => post<Campaign>(`${path(id)}/resume`)
export const stopCampaign = (id: number, reason: string, atOnce: boolean) =>
  post<Campaign>(`${path(id)}/stop`, { reason, atOnce })

export const getVersions = (id: number, signal?: AbortSignal) => get<Versions>(`${path(id)}/versions`, signal)
export const getVersion = (id: number, version: number, signal?: AbortSignal) =>
  get<VersionDetail>(`${path(id)}/versions/${version}`, signal)

/** What consent can be asked for. */
export const listPurposes = (signal?: AbortSignal) =>
  get<{ items: { key: string; title: string; retired: boolean; basis: string; separate: string | null }[] }>(
    '/consents/purposes',
    signal,
  )
