import type { z } from 'zod'
import type {
  Alert,
  AlertDetail,
  AlertPage,
  Match,
  Silence,
  Silences,
} from '../../../../src/opinion/alerts/alert-contract.ts'
import type {
  AlertChannel,
  AlertChannels,
  ChannelKind,
  Contact,
  People,
  Person,
  TestAnswer,
} from '../../../../src/opinion/alerts/channel-contract.ts'
import type { Rota, RotaRules, Rotas } from '../../../../src/opinion/alerts/rota-contract.ts'
import type {
  Preview,
  PreviewAsked,
  RouteNode,
  Routing,
  RoutingVersion,
  RoutingVersions,
} from '../../../../src/opinion/alerts/routing-contract.ts'
import { get, patch, post, put, queryText, remove } from '../../api.ts'

export type {
  Alert,
  AlertChannel,
  AlertDetail,
  ChannelKind,
  Match,
  Person,
  Preview,
  Rota,
  RotaRules,
  RouteNode,
  Routing,
  Silence,
}
export type Receiver = Routing['receivers'][number]
export type Interval = Routing['intervals'][number]
export type Inhibition = Routing['inhibit'][number]

export interface AlertFilter {
  state: 'open' | 'firing' | 'acknowledged' | 'muted' | 'resolved'
  level?: Alert['level'] | undefined
  q?: string | undefined
  drills?: boolean | undefined
  after?: number | undefined
}
export const listAlerts = (filter: AlertFilter, signal?: AbortSignal) =>
  get<AlertPage>(`/opinion/alerts${queryText({ ...filter })}`, signal)
export const getAlert = (id: number, signal?: AbortSignal) => get<AlertDetail>(`/opinion/alerts/${id}`, signal)
export const acknowledge = (id: number) => post<AlertDetail>(`/opinion/alerts/${id}/acknowledge`)

export const getSilences = (signal?: AbortSignal) => get<z.infer<typeof Silences>>('/opinion/silences', signal)
export const createSilence = (given: { match: Match; reason: string; until: string }) =>
  post<Silence>('/opinion/silences', given)
export const silenceSevere = (id: number, reason: string) => post<Silence>(`/opinion/silences/${id}/severe`, { reason })
export const endSilence = (id: number) => post<Silence>(`/opinion/silences/${id}/end`)

export const getChannels = (signal?: AbortSignal) =>
  get<z.infer<typeof AlertChannels>>('/opinion/alert-channels', signal)
export interface GivenChannel {
  name: string
  serves: AlertChannel['serves']
  person: string | null
  perMinute: number
  mostBytes: number
  settings: AlertChannel['settings']
  secrets: Record<string, string>
}
export const createChannel = (given: GivenChannel & { kind: ChannelKind }) =>
  post<AlertChannel>('/opinion/alert-channels', given)
export const changeChannel = (id: number, given: Partial<GivenChannel> & { state?: 'on' | 'off'; basedOn: number }) =>
  patch<AlertChannel>(`/opinion/alert-channels/${id}`, given)
export const deleteChannel = (id: number) => remove<object>(`/opinion/alert-channels/${id}`)
export const testChannel = (id: number, to: string) =>
  post<z.infer<typeof TestAnswer>>(`/opinion/alert-channels/${id}/test`, { to })

export const getPeople = (signal?: AbortSignal) => get<z.infer<typeof People>>('/opinion/alert-people', signal)
export const saveContact = (id: string, contact: z.input<typeof Contact>) =>
  put<object>(`/opinion/alert-people/${id}`, contact)

export const getRouting = (signal?: AbortSignal) =>
  get<z.infer<typeof RoutingVersions>>('/opinion/alert-routing', signal)
export const changeRouting = (given: { document: Routing; reason: string; basedOn: number }) =>
  put<RoutingVersion>('/opinion/alert-routing', given)
export const previewRouting = (asked: z.input<typeof PreviewAsked>) =>
  post<Preview>('/opinion/alert-routing/preview', asked)

export const getRotas = (signal?: AbortSignal) => get<z.infer<typeof Rotas>>('/opinion/rotas', signal)
export const saveRota = (rota: Rota | undefined, given: { name: string; rules: RotaRules }) =>
  rota
    ? put<Rota>(`/opinion/rotas/${rota.id}`, { ...given, basedOn: rota.version })
    : post<Rota>('/opinion/rotas', given)
export const deleteRota = (id: number) => remove<object>(`/opinion/rotas/${id}`)
export const addExchange = (
  id: number,
  given: { person: string | null; from: string; until: string; reason: string },
) => post<Rota>(`/opinion/rotas/${id}/exchanges`, given)
export const removeExchange = (id: number, exchange: number) =>
  remove<Rota>(`/opinion/rotas/${id}/exchanges/${exchange}`)
