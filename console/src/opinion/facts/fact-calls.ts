import type { z } from 'zod'
import type { FactDetail, FactPage, FactText, LinkState } from '../../../../src/opinion/facts/facts-contract.ts'
import { get, post, put, queryText } from '../../api.ts'

export type GivenFact = z.input<typeof FactText>
export const pageSize = 50

export const listFacts = (
  filter: { standing?: string | undefined; search?: string | undefined; offset: number },
  signal?: AbortSignal,
) => get<FactPage>(`/opinion/facts${queryText({ ...filter, limit: pageSize })}`, signal)
export const getFact = (id: number, signal?: AbortSignal) => get<FactDetail>(`/opinion/facts/${id}`, signal)
export const createFact = (given: GivenFact) => post<FactDetail>('/opinion/facts', given)
export const writeFact = (id: number, given: GivenFact) => put<FactDetail>(`/opinion/facts/${id}`, given)
export const submitFact = (id: number) => post<FactDetail>(`/opinion/facts/${id}/submit`)
export const decideFact = (id: number, approve: boolean, note: string) =>
  post<FactDetail>(`/opinion/facts/${id}/decision`, { approve, note })
export const withdrawFact = (id: number, reason: string) =>
  post<FactDetail>(`/opinion/facts/${id}/withdraw`, { reason })
export const decideLink = (id: number, clusterId: string, state: LinkState) =>
  put<{ id: number }>(`/opinion/facts/${id}/links/${clusterId}`, { state })
