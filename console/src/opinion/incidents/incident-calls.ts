import { get, patch, post, put, queryText, upload } from '../../api.ts'
import type {
  Effect,
  EntryPage,
  GivenComment,
  GivenIncident,
  GivenLane,
  GivenPack,
  GivenState,
  GivenTask,
  Handler,
  Incident,
  IncidentPage,
  IncidentTask,
  Lane,
  Level,
  Pack,
  PackPage,
  PackPost,
  Party,
  RegulatorReport,
  SettingPage,
  TaskChange,
} from './incident-shapes.ts'

const base = '/opinion/incidents'

export interface IncidentFilter {
  search?: string | undefined
  state?: string | undefined
  level?: Level | undefined
  lane?: Lane | undefined
  mine?: boolean | undefined
  late?: boolean | undefined
  eventId?: number | undefined
  drillId?: number | undefined
  limit?: number | undefined
  after?: number | undefined
}

export const listIncidents = (filter: IncidentFilter, signal?: AbortSignal) =>
  get<IncidentPage>(`${base}${queryText({ ...filter })}`, signal)
export const getIncident = (id: number, signal?: AbortSignal) => get<Incident>(`${base}/${id}`, signal)
export const openIncident = (given: GivenIncident) => post<Incident>(base, given)
export const listHandlers = (signal?: AbortSignal) => get<{ items: Handler[] }>(`${base}/people`, signal)
export const readFeed = (filter: { mentionsMe?: boolean; before?: number | undefined }, signal?: AbortSignal) =>
  get<EntryPage>(`${base}/feed${queryText(filter)}`, signal)
export const myTasks = (signal?: AbortSignal) => get<{ items: IncidentTask[] }>(`${base}/my-tasks`, signal)
export const readEntries = (
  id: number,
  filter: { kinds?: string; before?: number | undefined },
  signal?: AbortSignal,
) => get<EntryPage>(`${base}/${id}/entries${queryText(filter)}`, signal)
export const changeIncident = (id: number, change: { title?: string; summary?: string }) =>
  patch<Incident>(`${base}/${id}`, change)
export const changeState = (id: number, given: GivenState) => post<Incident>(`${base}/${id}/state`, given)
export const changeLevel = (id: number, given: { level: Level; reason: string }) =>
  post<Incident>(`${base}/${id}/level`, given)
export const say = (id: number, given: GivenComment) => post<Incident>(`${base}/${id}/comments`, given)
export const linkEvent = (id: number, eventId: number) => post<Incident>(`${base}/${id}/events`, { eventId })
export const unlinkEvent = (id: number, eventId: number, reason: string) =>
  post<Incident>(`${base}/${id}/events/${eventId}/unlink`, { reason })
export const changeLane = (id: number, lane: Lane, given: GivenLane) =>
  put<Incident>(`${base}/${id}/lanes/${lane}`, given)
export const sign = (id: number, party: Party, note: string) =>
  post<Incident>(`${base}/${id}/signatures/${party}`, { note })
export const takeBackSignature = (id: number, party: Party, reason: string) =>
  post<Incident>(`${base}/${id}/signatures/${party}/take-back`, { reason })
export const addTask = (id: number, given: GivenTask) => post<Incident>(`${base}/${id}/tasks`, given)
export const changeTask = (id: number, taskId: number, change: TaskChange) =>
  patch<Incident>(`${base}/${id}/tasks/${taskId}`, change)
export const moveClock = (id: number, clockId: number, what: 'pause' | 'resume' | 'done', reason?: string) =>
  post<Incident>(`${base}/${id}/clocks/${clockId}/${what}`, reason === undefined ? undefined : { reason })
export const attachFile = (
  id: number,
  file: File,
  onProgress: (sent: number, total: number) => void,
  signal: AbortSignal,
) => upload<Incident>(`${base}/${id}/attachments`, file, onProgress, signal)
export const removeFile = (id: number, fileId: string, reason: string) =>
  post<Incident>(`${base}/${id}/attachments/${fileId}/remove`, { reason })
export const readEffect = (id: number, hours: number, signal?: AbortSignal) =>
  get<{ effect: Effect | null }>(`${base}/${id}/effect${queryText({ hours })}`, signal)
export const readRegulatorReport = (id: number, signal?: AbortSignal) =>
  get<RegulatorReport>(`${base}/${id}/regulator-report`, signal)
export const tellProductCrisis = (id: number, productKey: string, reason: string) =>
  post<Incident>(`${base}/${id}/product-crisis`, { productKey, reason })

export interface PausedCampaign {
  id: number
  name: string
  state: string
  pausedAt: string
}
export const campaignsOfCrisis = (incidentId: number, signal?: AbortSignal) =>
  get<{ items: PausedCampaign[] }>(`/campaigns/of-crisis${queryText({ incidentId })}`, signal)
export const productChoices = (signal?: AbortSignal) =>
  get<{ items: { key: string; name: string; running: number }[] }>('/campaigns/products', signal)
export const resumeCampaign = (id: number) => post<unknown>(`/campaigns/${id}/resume`)

const packs = '/opinion/complaint-packs'
export const listPacks = (incidentId: number, signal?: AbortSignal) =>
  get<PackPage>(`${packs}${queryText({ incidentId })}`, signal)
export const packPosts = (incidentId: number, signal?: AbortSignal) =>
  get<{ items: PackPost[] }>(`${packs}/posts${queryText({ incidentId })}`, signal)
export const makePack = (given: GivenPack) => post<Pack>(packs, given)
export const packSubmitted = (id: number, receipt: string) => post<Pack>(`${packs}/${id}/submitted`, { receipt })
export const packAnswered = (id: number, answer: string, note: string) =>
  post<Pack>(`${packs}/${id}/answer`, { answer, note })
export const packUrl = (id: number) => `${packs}/${id}/file`

export const readSettings = (signal?: AbortSignal) => get<SettingPage>(`${base}/settings`, signal)
export const changeSetting = (given: { name: string; fromDay: string; value: unknown; source: string }) =>
  post<SettingPage>(`${base}/settings`, given)
