import { fileUrl, get, patch, post, put, queryText, remove, upload } from '../api.ts'
import type {
  CustomerConsents,
  CustomerExclusions,
  DncEntry,
  DncOrigin,
  DncPage,
  ExclusionKind,
  ExclusionPage,
  FileColumns,
  FileImport,
  FileValueKind,
  NewPurpose,
  Notice,
  NoticeContent,
  Purpose,
  PurposeChange,
  PurposeList,
  SettingName,
  SettingView,
  StaffWord,
  StatedOrigin,
} from './consent-shapes.ts'

const purposePath = (key: string) => `/consents/purposes/${encodeURIComponent(key)}`

export const listPurposes = (signal?: AbortSignal) => get<PurposeList>('/consents/purposes', signal)
export const createPurpose = (body: NewPurpose) => post<Purpose>('/consents/purposes', body)
export const changePurpose = (key: string, body: PurposeChange) => patch<Purpose>(purposePath(key), body)
export const listNotices = (key: string, signal?: AbortSignal) =>
  get<{ items: Notice[] }>(`${purposePath(key)}/notices`, signal)
export const saveDraft = (key: string, body: { label?: string; content: NoticeContent }) =>
  put<Notice>(`${purposePath(key)}/draft`, body)
export const deleteDraft = (key: string, number: number) => remove<unknown>(`${purposePath(key)}/notices/${number}`)
export const publishNotice = (key: string, number: number, asksAnew: boolean) =>
  post<Notice>(`${purposePath(key)}/notices/${number}/publish`, { asksAnew })
export const mapVersion = (key: string, body: { said: string; number: number; reason: string }) =>
  post<unknown>(`${purposePath(key)}/aliases`, body)

export const listSettings = (signal?: AbortSignal) => get<{ items: SettingView[] }>('/consents/settings', signal)
export const changeSetting = (name: SettingName, body: { value: unknown; validFrom: string; source: string }) =>
  put<{ items: SettingView[] }>(`/consents/settings/${name}`, body)

const customerPath = (id: string) => `/customers/${encodeURIComponent(id)}`
export const getCustomerConsents = (id: string, signal?: AbortSignal) =>
  get<CustomerConsents>(`${customerPath(id)}/consents`, signal)
export const recordWord = (id: string, body: StaffWord) => post<CustomerConsents>(`${customerPath(id)}/consents`, body)
export const makeLink = (id: string) => post<{ url: string; expiresAt: string }>(`${customerPath(id)}/preference-link`)
export const getCustomerExclusions = (id: string, signal?: AbortSignal) =>
  get<CustomerExclusions>(`${customerPath(id)}/exclusions`, signal)

export interface ExclusionFilter {
  kind?: string | undefined
  state?: string | undefined
  after?: string | undefined
}
export const listExclusions = (filter: ExclusionFilter, signal?: AbortSignal) =>
  get<ExclusionPage>(`/exclusions${queryText({ ...filter })}`, signal)
export const addExclusion = (body: {
  customerId: number
  kind: ExclusionKind
  until: string | null
  reason: string
  evidence: string
}) => post<CustomerExclusions>('/exclusions', body)
export const endExclusion = (id: string, reason: string) =>
  post<CustomerExclusions>(`/exclusions/${id}/end`, { reason })

// Addresses travel in bodies, never in an address line.
export const searchDnc = (
  body: { address?: string; origin?: DncOrigin; removal?: boolean; after?: string },
  signal?: AbortSignal,
) => post<DncPage>('/do-not-contact/search', body, signal)
export const addDnc = (body: { address: string; origin: StatedOrigin; note: string }) =>
  post<DncEntry>('/do-not-contact', body)
export const askRemoval = (id: string, reason: string) => post<DncEntry>(`/do-not-contact/${id}/removal`, { reason })
export const decideRemoval = (id: string, body: { decision: 'approve' | 'refuse'; note: string }) =>
  post<DncEntry>(`/do-not-contact/${id}/removal/decision`, body)
export const dncExportUrl = () => fileUrl('/do-not-contact/export.csv')

export const sendFile = (file: File, onProgress: (sent: number, total: number) => void, signal: AbortSignal) =>
  upload<FileColumns>('/compliance-files', file, onProgress, signal)
type Source = { fileId: string; column: string } | { values: string }
export const importAddresses = (body: { kind: 'phone' | 'email'; origin: StatedOrigin; note: string } & Source) =>
  post<FileImport>('/do-not-contact/imports', body)
export const importExclusions = (
  body: {
    valueKind: FileValueKind
    kind: ExclusionKind
    until: string | null
    reason: string
    evidence: string
  } & Source,
) => post<FileImport>('/exclusions/imports', body)
export const listFileImports = (target: FileImport['target'], signal?: AbortSignal) =>
  get<{ items: FileImport[] }>(`/compliance-files/imports${queryText({ target })}`, signal)
export const cancelFileImport = (id: string) => post<FileImport>(`/compliance-files/imports/${id}/cancel`)
export const rejectsUrl = (id: string) => fileUrl(`/compliance-files/imports/${id}/rejects.csv`)
