import { get, patch, post, queryText } from '../api.ts'
import type { DebugMessage, NewSource, Source, SourceChange, SourceMinute } from './source-shapes.ts'

const path = (id: string) => `/sources/${encodeURIComponent(id)}`

export const listSources = (signal?: AbortSignal) => get<{ items: Source[] }>('/sources', signal)
export const createSource = (body: NewSource) => post<{ id: string; writeKey: string }>('/sources', body)
export const changeSource = (id: string, body: SourceChange) => patch<unknown>(path(id), body)
export const rotateKey = (id: string) => post<{ writeKey: string }>(`${path(id)}/rotate-key`)
export const getMinutes = (id: string, minutes: number, signal?: AbortSignal) =>
  get<{ items: SourceMinute[] }>(`${path(id)}/minutes${queryText({ minutes })}`, signal)
export const getDebugger = (id: string, signal?: AbortSignal) =>
  get<{ items: DebugMessage[] }>(`${path(id)}/debugger`, signal)
