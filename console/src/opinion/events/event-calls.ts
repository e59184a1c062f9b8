import type {
  EventDetail,
  EventPage,
  EventPosts,
  EventSuggestions,
  OpinionEvent,
  Spread,
  Timeline,
} from '../../../../src/opinion/events/events-contract.ts'
import type { FactsAbout } from '../../../../src/opinion/facts/facts-contract.ts'
import type { Subjects } from '../../../../src/opinion/subjects/subject-contract.ts'
import { get, post, put, queryText } from '../../api.ts'

export interface EventFilter {
  state: OpinionEvent['state']
  order: 'heat' | 'recent' | 'posts' | 'first'
  subjectId?: number | undefined
  level?: string | undefined
  platform?: string | undefined
  aspect?: string | undefined
  bursting?: boolean | undefined
  search?: string | undefined
  drillId?: number | undefined
}

export const pageSize = 30

export const listEvents = (filter: EventFilter, offset: number, signal?: AbortSignal) =>
  get<EventPage>(`/opinion/events${queryText({ ...filter, offset, limit: pageSize })}`, signal)
export const findEvents = (search: string, drillId: number, signal?: AbortSignal) =>
  get<EventPage>(`/opinion/events${queryText({ state: 'all', search, drillId, order: 'recent', limit: 20 })}`, signal)
export const getEvent = (id: number, signal?: AbortSignal) => get<EventDetail>(`/opinion/events/${id}`, signal)
export const getTimeline = (id: number, signal?: AbortSignal) => get<Timeline>(`/opinion/events/${id}/timeline`, signal)
export const getSpread = (id: number, signal?: AbortSignal) => get<Spread>(`/opinion/events/${id}/spread`, signal)
export const getEventPosts = (
  id: number,
  query: { order: string; distinct: boolean; offset: number },
  signal?: AbortSignal,
) => get<EventPosts>(`/opinion/events/${id}/posts${queryText({ ...query, limit: 20 })}`, signal)
export const getEventFacts = (id: number, signal?: AbortSignal) =>
  get<FactsAbout>(`/opinion/events/${id}/facts`, signal)
export const getSuggestions = (id: number, signal?: AbortSignal) =>
  get<EventSuggestions>(`/opinion/events/${id}/suggestions`, signal)
export const listSubjectNames = (signal?: AbortSignal) => get<Subjects>('/opinion/subjects', signal)

interface Changed {
  id: number
}
export const mergeEvent = (id: number, into: number, reason: string) =>
  post<Changed>(`/opinion/events/${id}/merge`, { into, reason })
export const keepApart = (id: number, other: number) => post<Changed>(`/opinion/events/${id}/apart`, { other })
export const splitEvent = (id: number, posts: readonly string[], title: string, reason: string) =>
  post<Changed>(`/opinion/events/${id}/split`, { posts, ...(title.length > 1 && { title }), reason })
export const renameEvent = (id: number, title: string) => put<Changed>(`/opinion/events/${id}/title`, { title })
export const closeEvent = (id: number, reason: string) => post<Changed>(`/opinion/events/${id}/close`, { reason })
export const reopenEvent = (id: number, reason: string) => post<Changed>(`/opinion/events/${id}/reopen`, { reason })
export const undoChange = (changeId: number, reason: string) =>
  post<Changed>(`/opinion/event-changes/${changeId}/undo`, { reason })
