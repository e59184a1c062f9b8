import { get, patch, post, queryText, remove, upload } from '../api.ts'
import type { Definition, MemberPage } from '../audiences/audience-shapes.ts'
import type {
  List,
  ListFile,
  ListKind,
  ListPage,
  ListVerdict,
  Lookalike,
  LookalikePage,
  Overlap,
  Portrait,
  PortraitField,
  RejectPage,
  SetExpression,
  SetRef,
  SetSize,
  Upload,
  ValueKind,
} from './portrait-shapes.ts'

const list = (id: string) => `/audiences/lists/${encodeURIComponent(id)}`
const uploadPath = (id: string) => `/audiences/lists/uploads/${encodeURIComponent(id)}`
const lookalike = (id: string) => `/audiences/lookalikes/${encodeURIComponent(id)}`

export const listLists = (
  query: { search?: string; kind?: ListKind | undefined; after?: string | undefined; limit?: number },
  signal?: AbortSignal,
) => get<ListPage>(`/audiences/lists${queryText({ limit: 50, ...query })}`, signal)
export const getList = (id: string, signal?: AbortSignal) => get<List>(list(id), signal)
export const changeList = (id: string, body: { name?: string; why?: string }) => patch<List>(list(id), body)
export const deleteList = (id: string) => remove<unknown>(list(id))
export const getListMembers = (
  id: string,
  query: { limit: number; after?: string | undefined },
  signal?: AbortSignal,
) => get<MemberPage>(`${list(id)}/members${queryText(query)}`, signal)
export const verifyList = (id: string) => post<ListVerdict>(`${list(id)}/verify`)
export const saveSet = (body: {
  name: string
  why: string
  of: SetExpression
  sample?: { size: number; salt: string }
}) => post<List>('/audiences/lists', body)
export const setSize = (of: SetExpression, signal?: AbortSignal) =>
  post<SetSize>('/audiences/sets/size', { of }, signal)

export const sendListFile = (file: File, onProgress: (sent: number, total: number) => void, signal: AbortSignal) =>
  upload<ListFile>('/audiences/lists/files', file, onProgress, signal)
export const startUpload = (body: {
  name: string
  why: string
  kind: ValueKind
  fileId?: string
  column?: string
  values?: string
}) => post<Upload>('/audiences/lists/uploads', body)
export const listUploads = (signal?: AbortSignal) => get<{ items: Upload[] }>('/audiences/lists/uploads', signal)
export const getUpload = (id: string, signal?: AbortSignal) => get<Upload>(uploadPath(id), signal)
export const cancelUpload = (id: string) => post<Upload>(`${uploadPath(id)}/cancel`)
export const getRejects = (id: string, signal?: AbortSignal) => get<RejectPage>(`${uploadPath(id)}/rejects`, signal)

export const portray = (body: { of: SetRef[]; base: SetRef | null; fields?: string[] }, signal?: AbortSignal) =>
  post<Portrait>('/audiences/portraits', body, signal)
export const listFields = (signal?: AbortSignal) =>
  get<{ items: PortraitField[] }>('/audiences/portraits/fields', signal)
export const overlapOf = (of: SetRef[], signal?: AbortSignal) => post<Overlap>('/audiences/overlaps', { of }, signal)
export const savePeople = (body: { name: string; why: string; of: SetRef | null; condition: Definition }) =>
  post<List>('/audiences/portraits/people', body)

export const listLookalikes = (signal?: AbortSignal) => get<LookalikePage>('/audiences/lookalikes', signal)
export const getLookalike = (id: string, signal?: AbortSignal) => get<Lookalike>(lookalike(id), signal)
export const startLookalike = (body: {
  name: string
  seed: SetRef
  base: SetRef | null
  features?: string[]
  events: string[]
}) => post<Lookalike>('/audiences/lookalikes', body)
export const cancelLookalike = (id: string) => post<Lookalike>(`${lookalike(id)}/cancel`)
export const saveLookalike = (id: string, body: { name: string; why: string; size: number }) =>
  post<List>(`${lookalike(id)}/lists`, body)
