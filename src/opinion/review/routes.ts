import { z } from 'zod'
import { type Route, route } from '#platform'
import { ActionChange, Month, NewAction, NewTarget, Review, ReviewDraft, Target, Trend } from './review-contract.ts'
import { addAction, changeAction, finishReview, readReview, readTrend, setTarget, writeReview } from './reviews.ts'

const OfMonth = z.object({ month: Month })

export const reviewRoutes: readonly Route[] = [
  route('GET /opinion/reviews', {
    can: 'opinion.read',
    summary: 'Speed of handling month by month, with the target and drills',
    query: z.object({ months: z.coerce.number().int().min(1).max(36).default(12) }),
    reply: Trend,
    run: readTrend,
  }),
  route('POST /opinion/review-targets', {
    can: 'opinion.policy',
    summary: 'Set how fast handling is to be from a day on',
    body: NewTarget,
    reply: z.object({ items: z.array(Target) }),
    run: setTarget,
  }),
  route('GET /opinion/reviews/{month}', {
    can: 'opinion.read',
    summary: 'The review of a month',
    params: OfMonth,
    reply: Review,
    run: readReview,
  }),
  route('PUT /opinion/reviews/{month}', {
    can: 'opinion.write',
    summary: 'Write what worked, what did not, and the self-assessment',
    params: OfMonth,
    body: ReviewDraft,
    reply: Review,
    run: writeReview,
  }),
  route('POST /opinion/reviews/{month}/finish', {
    can: 'opinion.approve',
    summary: 'Close the review of a month for good',
    params: OfMonth,
    reply: Review,
    run: finishReview,
  }),
  route('POST /opinion/reviews/{month}/actions', {
    can: 'opinion.write',
    summary: 'Add what is to be done, by whom, until when',
    params: OfMonth,
    body: NewAction,
    reply: Review,
    status: 201,
    run: addAction,
  }),
  route('PATCH /opinion/review-actions/{id}', {
    can: 'opinion.handle',
    summary: 'Follow an action up',
    params: z.object({ id: z.coerce.number().int().min(1) }),
    body: ActionChange,
    reply: OfMonth,
    run: changeAction,
  }),
]
