import type {
  AdapterInfo,
  AdapterInput,
  Channels,
  Decision,
  HealthState,
  NewProvider,
  NewTestSend,
  Provider,
  ProviderChange,
  ProviderDetail,
  TestSend,
  Undecided,
} from '../../../src/campaigns/delivery/delivery-contract.ts'
import { get, patch, post, remove } from '../api.ts'

export type {
  AdapterInfo,
  AdapterInput,
  Channels,
  HealthState,
  NewTestSend,
  Provider,
  ProviderDetail,
  TestSend,
  Undecided,
}

const path = (id: number) => `/channels/providers/${id}`

export const getChannels = (signal?: AbortSignal) => get<Channels>('/channels', signal)
export const getProvider = (id: number, signal?: AbortSignal) => get<ProviderDetail>(path(id), signal)
export const createProvider = (body: Partial<NewProvider>) => post<Provider>('/channels/providers', body)
export const changeProvider = (id: number, body: ProviderChange) => patch<Provider>(path(id), body)
export const deleteProvider = (id: number) => remove<void>(path(id))
export const orderProviders = (channel: string, ids: readonly number[]) =>
  post<void>('/channels/providers/order', { channel, ids })
export const checkProvider = (id: number) => post<{ detail: string; tookMs: number }>(`${path(id)}/check`, {})
export const sendTest = (id: number, body: Partial<NewTestSend>) => post<TestSend>(`${path(id)}/test`, body)
export const armSends = () => post<{ armed: true }>('/sends/arm', {})
export const decideUndecided = (id: number, body: Decision) => post<{ decided: number }>(`${path(id)}/undecided`, body)
export const getUndecided = (campaignId: number, signal?: AbortSignal) =>
  get<{ items: Undecided[] }>(`/campaigns/${campaignId}/undecided`, signal)
