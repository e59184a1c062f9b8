import { get, patch, post, queryText } from '../api.ts'
import type {
  Creative,
  CreativeCheck,
  CreativePage,
  CreativeVersions,
  Preview,
  PreviewRequest,
  VariableList,
} from './creative-shapes.ts'
import type { Draft } from './draft.ts'

const path = (id: number) => `/creatives/${id}`

export interface CreativeFilter {
  search?: string | undefined
  channel?: string | undefined
  category?: string | undefined
  review?: string | undefined
  archived?: boolean | undefined
  after?: number | undefined
}
export const listCreatives = (filter: CreativeFilter, signal?: AbortSignal) =>
  get<CreativePage>(`/creatives${queryText({ ...filter, limit: 50 })}`, signal)
export const getCreative = (id: number, signal?: AbortSignal) => get<Creative>(path(id), signal)
export const createCreative = (draft: Omit<Draft, 'note'> & { variantOf?: number }) =>
  post<Creative>('/creatives', draft)
export const changeCreative = (id: number, basedOn: number, draft: Draft) =>
  patch<Creative>(path(id), { ...draft, basedOn })
export const checkCreative = (words: Omit<Draft, 'name' | 'description' | 'note'>, signal?: AbortSignal) =>
  post<CreativeCheck>('/creatives/check', words, signal)
export const previewCreative = (request: PreviewRequest, signal?: AbortSignal) =>
  post<Preview>('/creatives/preview', request, signal)
export const getVariables = (signal?: AbortSignal) => get<VariableList>('/creatives/variables', signal)
export const getVersions = (id: number, signal?: AbortSignal) => get<CreativeVersions>(`${path(id)}/versions`, signal)
export const bringBack = (id: number, version: number) => post<Creative>(`${path(id)}/versions/${version}/restore`)
export const copyCreative = (id: number, body: { name: string; variant: boolean }) =>
  post<Creative>(`${path(id)}/copy`, body)
export const archiveCreative = (id: number, archived: boolean) => post<Creative>(`${path(id)}/archive`, { archived })
export const submitCreative = (id: number, note: string) => post<{ reviewId: number }>(`${path(id)}/review`, { note })
/** Published offers, for choosing whose figures a text speaks of. */
export const listOffers = (signal?: AbortSignal) =>
  get<{ items: { id: number; name: string }[] }>(`/offers${queryText({ state: 'published', limit: 200 })}`, signal)
