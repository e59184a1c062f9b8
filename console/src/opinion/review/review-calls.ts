import type { z } from 'zod'
import type {
  ActionChange,
  Assessment,
  NewAction,
  NewTarget,
  Review,
  Target,
  Trend,
} from '../../../../src/opinion/review/review-contract.ts'
import { get, patch, post, put } from '../../api.ts'

export type {
  Assessment,
  MonthFigures,
  Review,
  ReviewAction,
  Trend,
} from '../../../../src/opinion/review/review-contract.ts'

export const getTrend = (signal?: AbortSignal) => get<Trend>('/opinion/reviews', signal)
export const getReview = (month: string, signal?: AbortSignal) => get<Review>(`/opinion/reviews/${month}`, signal)
export const saveReview = (month: string, draft: { worked: string; failed: string; assessment: Assessment }) =>
  put<Review>(`/opinion/reviews/${month}`, draft)
export const finishReview = (month: string) => post<Review>(`/opinion/reviews/${month}/finish`, {})
export const addAction = (month: string, action: z.input<typeof NewAction>) =>
  post<Review>(`/opinion/reviews/${month}/actions`, action)
export const changeAction = (id: number, change: z.input<typeof ActionChange>) =>
  patch<{ month: string }>(`/opinion/review-actions/${id}`, change)
export const setTarget = (target: z.input<typeof NewTarget>) =>
  post<{ items: Target[] }>('/opinion/review-targets', target)
