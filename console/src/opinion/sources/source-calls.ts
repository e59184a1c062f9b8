import type { z } from 'zod'
import type { SnapshotCheck, Snapshots } from '../../../../src/opinion/sources/evidence-contract.ts'
import type { HotEntry, HotLists } from '../../../../src/opinion/sources/hot-list-contract.ts'
import type { PostTermsChange, PostTermsView } from '../../../../src/opinion/sources/retention-contract.ts'
import type {
  BlindSpan,
  Coverage,
  FieldMap,
  FilePreview,
  NewSource,
  PostImport,
  Preset,
  RunPage,
  SourceList,
  SourceView,
  TryOut,
} from '../../../../src/opinion/sources/sources-contract.ts'
import { download, fileUrl, get, post, put, queryText, remove, upload } from '../../api.ts'

type Lists = z.infer<typeof HotLists>
type Runs = z.infer<typeof RunPage>

export const listSources = (signal?: AbortSignal) => get<z.infer<typeof SourceList>>('/opinion/sources', signal)
export const getSource = (id: number, signal?: AbortSignal) => get<SourceView>(`/opinion/sources/${id}`, signal)
export const createSource = (given: NewSource) => post<{ id: number; key: string | null }>('/opinion/sources', given)
export const changeSource = (id: number, given: NewSource) => put<SourceView>(`/opinion/sources/${id}`, given)
export const removeSource = (id: number) => remove<undefined>(`/opinion/sources/${id}`)
export const trySource = (given: NewSource & { from?: number }, signal?: AbortSignal) =>
  post<TryOut>('/opinion/sources/try', given, signal)
export const switchSource = (id: number, on: boolean) => post<SourceView>(`/opinion/sources/${id}/switch`, { on })
export const askNow = (id: number) => post<{ nextAt: string }>(`/opinion/sources/${id}/ask`)
export const renewKey = (id: number) => post<{ key: string }>(`/opinion/sources/${id}/key`)
export const listRuns = (id: number, before: string | undefined, signal?: AbortSignal) =>
  get<Runs>(`/opinion/sources/${id}/runs${queryText({ before, limit: 30 })}`, signal)
export const listBlind = (id: number, signal?: AbortSignal) =>
  get<{ items: BlindSpan[] }>(`/opinion/sources/${id}/blind`, signal)
export const getCoverage = (from: string, to: string, signal?: AbortSignal) =>
  get<Coverage>(`/opinion/coverage${queryText({ from, to })}`, signal)
export const getPostTerms = (signal?: AbortSignal) => get<PostTermsView>('/opinion/post-terms', signal)
export const changePostTerms = (given: PostTermsChange) => put<PostTermsView>('/opinion/post-terms', given)
export const uploadPosts = (
  id: number,
  file: File,
  onProgress: (sent: number, total: number) => void,
  signal: AbortSignal,
) => upload<{ fileId: string }>(`/opinion/sources/${id}/files`, file, onProgress, signal)
export const previewPosts = (id: number, given: { fileId: string; preset?: Preset; map?: FieldMap }) =>
  post<FilePreview>(`/opinion/sources/${id}/files/preview`, given)
export const startImport = (id: number, given: { fileId: string; preset: Preset; map: FieldMap }) =>
  post<PostImport>(`/opinion/sources/${id}/imports`, given)
export const listImports = (id: number, signal?: AbortSignal) =>
  get<{ items: PostImport[] }>(`/opinion/sources/${id}/imports`, signal)
export const cancelImport = (id: number) => post<PostImport>(`/opinion/imports/${id}/cancel`)
export const rejectsUrl = (id: number) => fileUrl(`/opinion/imports/${id}/rejects.csv`)
export const listHotLists = (signal?: AbortSignal) => get<Lists>('/opinion/hot-lists', signal)
export const listHotEntries = (
  given: { sourceId: number; list: string; hours: number; find: string },
  signal?: AbortSignal,
) => get<{ items: HotEntry[] }>(`/opinion/hot-lists/entries${queryText(given)}`, signal)
export const listEvidence = (
  given: { postId?: string | undefined; sourceId?: number | undefined; before?: string | undefined },
  signal?: AbortSignal,
) => get<z.infer<typeof Snapshots>>(`/opinion/evidence${queryText({ ...given, limit: 30 })}`, signal)
export const checkEvidence = (id: string) => post<z.infer<typeof SnapshotCheck>>(`/opinion/evidence/${id}/check`)
/** Fetches the package of evidence and hands it to the browser. */
export const savePackage = async (postIds: readonly string[], purpose: string): Promise<void> => {
  const url = URL.createObjectURL(await download('/opinion/evidence/package', { postIds, purpose }))
  const link = document.createElement('a')
  link.href = url
  link.download = 'evidence.zip'
  link.click()
  URL.revokeObjectURL(url)
}
