import { get, patch, post, put, queryText, remove } from '../api.ts'
import type {
  BasePolicy,
  CustomerTags,
  NewTag,
  Preview,
  SetValues,
  Tag,
  TagChange,
  TagDefinition,
  TagDistribution,
  TagPage,
  TagRuns,
  TagVersions,
  TextSettings,
  Uploaded,
} from './tag-shapes.ts'

const path = (key: string) => `/tags/${encodeURIComponent(key)}`

export interface TagFilter {
  search?: string | undefined
  kind?: string | undefined
  state?: string | undefined
  owner?: string | undefined
  after?: string | undefined
}
export const listTags = (filter: TagFilter, signal?: AbortSignal) =>
  get<TagPage>(`/tags${queryText({ ...filter, limit: 50 })}`, signal)
export const getTag = (key: string, signal?: AbortSignal) => get<Tag>(path(key), signal)
export const createTag = (body: NewTag) => post<Tag>('/tags', body)
export const changeTag = (key: string, body: TagChange) => patch<Tag>(path(key), body)
export const changeState = (key: string, state: 'active' | 'paused' | 'retired') =>
  post<Tag>(`${path(key)}/state`, { state })
export const reviewTag = (key: string, body: { version: number; decision: 'approve' | 'refuse'; note: string }) =>
  post<Tag>(`${path(key)}/review`, body)
export const runTag = (key: string, asOf?: string) => post<Tag>(`${path(key)}/run`, asOf === undefined ? {} : { asOf })
export const previewTag = (definition: TagDefinition, base: BasePolicy, signal?: AbortSignal) =>
  post<Preview>('/tags/preview', { definition, base }, signal)
export const getRuns = (key: string, signal?: AbortSignal) => get<TagRuns>(`${path(key)}/runs`, signal)
export const getVersions = (key: string, signal?: AbortSignal) => get<TagVersions>(`${path(key)}/versions`, signal)
export const getDistribution = (key: string, asOf: string | undefined, signal?: AbortSignal) =>
  get<TagDistribution>(`${path(key)}/distribution${queryText({ asOf })}`, signal)
export const listModels = (signal?: AbortSignal) =>
  get<{ items: { model: string; id: string; title: string }[] }>('/tags/models', signal)
export const assignAudience = (
  key: string,
  body: { audienceId: string; values: string[]; action: 'set' | 'add' | 'remove' },
) => post<{ run: number; changed: number; people: number }>(`${path(key)}/assign`, body)
export const uploadValues = (key: string, body: { text: string; action: 'set' | 'add' }) =>
  post<Uploaded>(`${path(key)}/upload`, body)

export const getTextSettings = (signal?: AbortSignal) => get<TextSettings>('/texts', signal)

const customerPath = (id: string, key: string) => `/customers/${encodeURIComponent(id)}/tags/${encodeURIComponent(key)}`
export const getCustomerTags = (id: string, signal?: AbortSignal) =>
  get<CustomerTags>(`/customers/${encodeURIComponent(id)}/tags`, signal)
export const setValues = (id: string, key: string, body: SetValues) => put<unknown>(customerPath(id, key), body)
export const removeForGood = (id: string, key: string, reason: string) =>
  post<unknown>(`${customerPath(id, key)}/removal`, { reason })
export const allowAgain = (id: string, key: string) => remove<unknown>(`${customerPath(id, key)}/removal`)
