import { get, post, put, queryText } from '../api.ts'
import type {
  Conflict,
  Customer,
  CustomerPage,
  Decision,
  IdentifierKind,
  TimelinePage,
  TraitCoverage,
  TraitDeclaration,
  TraitDefinition,
  Unmasked,
} from './customer-shapes.ts'

export type CustomerSearch = { identifier: { kind: IdentifierKind; value: string } } | { text: string }

/**
 * What somebody who types one line most likely means: a phone, an ID card, an e-mail, otherwise anything.
 * The value goes to the server in a body, never in an address.
 */
export const guessIdentifier = (typed: string): CustomerSearch => {
  const text = typed.trim()
  const compact = text.replaceAll(/[\s-]/g, '')
  if (/^(\+?86)?1[3-9]\d{9}$/.test(compact)) return { identifier: { kind: 'phone', value: compact } }
  if (/^\d{17}[\dXx]$/.test(compact)) return { identifier: { kind: 'idCard', value: compact } }
  if (/^\S+@\S+\.\S+$/.test(text)) return { identifier: { kind: 'email', value: text } }
  return { text }
}

const path = (id: string) => `/customers/${encodeURIComponent(id)}`

export const searchCustomers = (
  {
    search,
    limit,
    after,
    known,
  }: { search: CustomerSearch; limit: number; after?: string | undefined; known: boolean },
  signal?: AbortSignal,
) => post<CustomerPage>('/customers/search', { ...search, limit, known, ...(after ? { after } : {}) }, signal)

export const getCustomer = (id: string, signal?: AbortSignal) => get<Customer>(path(id), signal)

export const unmask = (id: string, purpose: string) => post<Unmasked>(`${path(id)}/unmask`, { purpose })

export const getTimeline = (
  id: string,
  query: {
    event?: string | undefined
    since?: string | undefined
    until?: string | undefined
    before?: string | undefined
    limit: number
  },
  signal?: AbortSignal,
) => get<TimelinePage>(`${path(id)}/timeline${queryText(query)}`, signal)

export const mergeCustomers = (body: { into: string; from: string; reason: string }) =>
  post<unknown>('/customers/merge', body)

export const unmergeCustomer = (id: string, body: { from: string; reason: string }) =>
  post<unknown>(`${path(id)}/unmerge`, body)

export const listConflicts = (signal?: AbortSignal) => get<{ items: Conflict[] }>('/conflicts', signal)

export const decideConflict = (id: string, body: { decision: Decision; reason: string }) =>
  post<unknown>(`/conflicts/${encodeURIComponent(id)}/decide`, body)

export const listTraits = (signal?: AbortSignal) => get<{ items: TraitDefinition[] }>('/traits', signal)

export const listCoverage = (signal?: AbortSignal) => get<{ items: TraitCoverage[] }>('/traits/coverage', signal)

export const putTrait = (name: string, body: TraitDeclaration) =>
  put<unknown>(`/traits/${encodeURIComponent(name)}`, body)
