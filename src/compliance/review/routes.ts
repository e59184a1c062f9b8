import { z } from 'zod'
import { type Route, route } from '#platform'
import { reviewArchive, reviewRegister } from './archive.ts'
import { commentReview, decideReview, giveOpinion, justifyFinding, revokeReview, withdrawReview } from './decide.ts'
import { listReviews, readReview } from './read.ts'
import {
  Justification,
  OpinionGiven,
  Review,
  ReviewDecision,
  ReviewNote,
  ReviewPage,
  ReviewQuery,
} from './review-contract.ts'

const Id = z.object({ id: z.coerce.number().int().min(1).max(2_147_483_647) })

export const reviewRoutes: readonly Route[] = [
  route('GET /reviews', {
    can: 'reviews.read',
    summary: 'Reviews, newest first; with `waiting=me` those the caller can act on',
    query: ReviewQuery,
    reply: ReviewPage,
    run: listReviews,
  }),
  route('GET /reviews/register', {
    can: 'reviews.read',
    summary: 'The register of all reviews as CSV (Advertising Law 34)',
    run: async (ctx, _input, { reply }) => {
      reply.header('content-type', 'text/csv; charset=utf-8')
      reply.header('content-disposition', 'attachment; filename="reviews.csv"')
      return reviewRegister(ctx)
    },
  }),
  route('GET /reviews/{id}', {
    can: 'reviews.read',
    summary: 'One review: the material as it was submitted, findings, every step',
    params: Id,
    reply: Review,
    run: readReview,
  }),
  route('GET /reviews/{id}/archive', {
    can: 'reviews.read',
    summary: 'One review as a file: material under its hash, findings with justifications, steps',
    params: Id,
    run: async (ctx, { id }, { reply }) => {
      reply.header('content-type', 'application/json; charset=utf-8')
      reply.header('content-disposition', `attachment; filename="review-${id}.json"`)
      return reviewArchive(ctx, { id })
    },
  }),
  route('PUT /reviews/{id}/findings/{no}', {
    can: 'reviews.decide',
    summary: 'Say why a flag may stand',
    params: Id.extend({ no: z.coerce.number().int().min(1) }),
    body: Justification,
    reply: Review,
    run: justifyFinding,
  }),
  route('POST /reviews/{id}/decision', {
    can: 'reviews.decide',
    summary: 'Approve, return or refuse what somebody else wrote and submitted',
    params: Id,
    body: ReviewDecision,
    reply: Review,
    run: decideReview,
  }),
  route('POST /reviews/{id}/opinion', {
    can: 'reviews.opinion',
    summary: 'The opinion of consumer protection',
    params: Id,
    body: OpinionGiven,
    reply: Review,
    run: giveOpinion,
  }),
  route('POST /reviews/{id}/withdraw', {
    can: 'reviews.read',
    summary: 'Take back what one submitted oneself',
    params: Id,
    body: ReviewNote,
    reply: Review,
    run: withdrawReview,
  }),
  route('POST /reviews/{id}/revoke', {
    can: 'reviews.decide',
    summary: 'Take an approval back',
    params: Id,
    body: ReviewNote,
    reply: Review,
    run: revokeReview,
  }),
  route('POST /reviews/{id}/comments', {
    can: 'reviews.read',
    summary: 'A question or an answer beside the material',
    params: Id,
    body: ReviewNote,
    reply: Review,
    run: commentReview,
  }),
]
