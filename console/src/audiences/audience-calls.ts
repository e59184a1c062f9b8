import { get, patch, post, queryText, remove } from '../api.ts'
import type {
  Audience,
  AudienceChange,
  AudiencePage,
  ChangesPage,
  Definition,
  Estimate,
  Fields,
  History,
  MemberPage,
} from './audience-shapes.ts'

const path = (id: string) => `/audiences/${encodeURIComponent(id)}`

/** As many as the server gives at once: a company names fewer audiences than that. */
export const listAudiences = (signal?: AbortSignal) =>
  get<AudiencePage>(`/audiences${queryText({ limit: 200 })}`, signal)
export const getAudience = (id: string, signal?: AbortSignal) => get<Audience>(path(id), signal)
export const estimate = (definition: Definition, signal?: AbortSignal) =>
  post<Estimate>('/audiences/estimate', { definition }, signal)
export const createAudience = (body: { name: string; description: string; definition: Definition }) =>
  post<Audience>('/audiences', body)
export const changeAudience = (id: string, body: AudienceChange) => patch<Audience>(path(id), body)
export const deleteAudience = (id: string) => remove<unknown>(path(id))
export const refreshAudience = (id: string) => post<unknown>(`${path(id)}/refresh`)
export const getMembers = (id: string, query: { limit: number; after?: string | undefined }, signal?: AbortSignal) =>
  get<MemberPage>(`${path(id)}/members${queryText(query)}`, signal)
export const getHistory = (id: string, signal?: AbortSignal) => get<History>(`${path(id)}/history`, signal)
export const getChanges = (
  id: string,
  query: { change: 'entered' | 'left'; limit: number; after?: string | undefined },
  signal?: AbortSignal,
) => get<ChangesPage>(`${path(id)}/changes${queryText(query)}`, signal)
export const getFields = (signal?: AbortSignal) => get<Fields>('/audiences/fields', signal)
