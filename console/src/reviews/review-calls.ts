import { get, post, put, queryText } from '../api.ts'
import type { Review, ReviewDecision, ReviewOpinion, ReviewPage } from './review-shapes.ts'

const path = (id: number) => `/reviews/${id}`

export interface ReviewFilter {
  search?: string | undefined
  subjectKind?: string | undefined
  state?: string | undefined
  waiting?: string | undefined
  after?: number | undefined
}
export const listReviews = (filter: ReviewFilter, signal?: AbortSignal) =>
  get<ReviewPage>(`/reviews${queryText({ ...filter, limit: 50 })}`, signal)
export const getReview = (id: number, signal?: AbortSignal) => get<Review>(path(id), signal)
export const justify = (id: number, no: number, text: string) => put<Review>(`${path(id)}/findings/${no}`, { text })
export const decide = (id: number, body: ReviewDecision) => post<Review>(`${path(id)}/decision`, body)
export const giveOpinion = (id: number, body: { opinion: ReviewOpinion; text: string }) =>
  post<Review>(`${path(id)}/opinion`, body)
export const withdraw = (id: number, text: string) => post<Review>(`${path(id)}/withdraw`, { text })
export const revoke = (id: number, text: string) => post<Review>(`${path(id)}/revoke`, { text })
export const comment = (id: number, text: string) => post<Review>(`${path(id)}/comments`, { text })
