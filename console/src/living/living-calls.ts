import { get, patch, post, queryText, remove } from '../api.ts'
import type {
  Delivery,
  Health,
  HealthList,
  RecentMoves,
  Snapshot,
  Webhook,
  WebhookList,
  WebhookWithSecret,
} from './living-shapes.ts'

const path = (id: string) => `/audiences/${encodeURIComponent(id)}`
const webhookPath = (id: string) => `/audiences/webhooks/${encodeURIComponent(id)}`

export const getHealth = (id: string, signal?: AbortSignal) => get<Health>(`${path(id)}/health`, signal)
export const listHealth = (signal?: AbortSignal) => get<HealthList>('/audiences/health', signal)
export const switchLive = (id: string, on: boolean) => post<Health>(`${path(id)}/live`, { on })
export const getRecentMoves = (id: string, limit: number, signal?: AbortSignal) =>
  get<RecentMoves>(`${path(id)}/recent-moves${queryText({ limit })}`, signal)
export const listSnapshots = (id: string, signal?: AbortSignal) =>
  get<{ items: Snapshot[] }>(`${path(id)}/snapshots`, signal)
export const takeSnapshot = (id: string, why: string) => post<Snapshot>(`${path(id)}/snapshots`, { why })
export const verifySnapshot = (listId: string) =>
  post<{ matches: boolean }>(`/audiences/lists/${encodeURIComponent(listId)}/verify`)
export const listWebhooks = (id: string, signal?: AbortSignal) => get<WebhookList>(`${path(id)}/webhooks`, signal)
export const createWebhook = (id: string, url: string) => post<WebhookWithSecret>(`${path(id)}/webhooks`, { url })
export const changeWebhook = (id: string, change: { on?: boolean; newSecret?: true }) =>
  patch<WebhookWithSecret>(webhookPath(id), change)
export const deleteWebhook = (id: Webhook['id']) => remove<unknown>(webhookPath(id))
export const testWebhook = (id: string) => post<Delivery>(`${webhookPath(id)}/test`)
export const listDeliveries = (id: string, signal?: AbortSignal) =>
  get<{ items: Delivery[] }>(`${webhookPath(id)}/deliveries`, signal)
