import { get, post, queryText, remove, upload } from '../api.ts'
import type {
  ImportKind,
  ImportRun,
  Mapping,
  PreviewRow,
  Proposal,
  Reject,
  SavedMapping,
  Uploaded,
} from './import-shapes.ts'

const path = (id: string) => `/imports/${encodeURIComponent(id)}`

export const listImports = (signal?: AbortSignal) => get<{ items: ImportRun[] }>('/imports', signal)
export const getImport = (id: string, signal?: AbortSignal) => get<ImportRun>(path(id), signal)
export const uploadFile = (file: File, onProgress: (sent: number, total: number) => void, signal: AbortSignal) =>
  upload<Uploaded>('/imports/upload', file, onProgress, signal)
export const propose = (body: { fileId: string; kind: ImportKind }) => post<Proposal>('/imports/propose', body)
export const preview = (body: { fileId: string; kind: ImportKind; mapping: Mapping }, signal?: AbortSignal) =>
  post<{ rows: PreviewRow[] }>('/imports/preview', body, signal)
export const startImport = (body: {
  fileId: string
  kind: ImportKind
  name: string
  mapping: Mapping
  saveMappingAs?: string
}) => post<{ id: string }>('/imports', body)
export const pauseImport = (id: string) => post<unknown>(`${path(id)}/pause`)
export const cancelImport = (id: string) => post<unknown>(`${path(id)}/cancel`)
export const resumeImport = (id: string) => post<unknown>(`${path(id)}/resume`)
export const getRejects = (id: string, query: { limit: number; after?: string | undefined }, signal?: AbortSignal) =>
  get<{ items: Reject[]; next?: string | null }>(`${path(id)}/rejects${queryText(query)}`, signal)
export const listMappings = (signal?: AbortSignal) => get<{ items: SavedMapping[] }>('/mappings', signal)
export const deleteMapping = (name: string) => remove<unknown>(`/mappings/${encodeURIComponent(name)}`)
