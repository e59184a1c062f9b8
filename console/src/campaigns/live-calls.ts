import { get, post, queryText } from '../api.ts'
import type { EntryPage, EntryState, EntryStory, Live } from './live-shapes.ts'

const path = (id: number) => `/campaigns/${id}`

export const getLive = (id: number, version: number | undefined, signal?: AbortSignal) =>
  get<Live>(`${path(id)}/live${queryText({ version })}`, signal)
export const listEntries = (
  id: number,
  query: {
    version?: number | undefined
    step?: string | undefined
    state?: EntryState | undefined
    search?: string | undefined
    after?: string | undefined
  },
  signal?: AbortSignal,
) => get<EntryPage>(`${path(id)}/entries${queryText({ ...query, limit: 50 })}`, signal)
export const getStory = (id: number, entryId: string, signal?: AbortSignal) =>
  get<EntryStory>(`${path(id)}/entries/${entryId}`, signal)
export const retryEntries = (id: number, step: string | undefined) =>
  post<{ retried: number }>(`${path(id)}/entries/retry`, step === undefined ? {} : { step })
export const moveEntry = (id: number, entryId: string, step: string, reason: string) =>
  post<unknown>(`${path(id)}/entries/${entryId}/move`, { step, reason })
export const removeEntry = (id: number, entryId: string, reason: string) =>
  post<unknown>(`${path(id)}/entries/${entryId}/remove`, { reason })
