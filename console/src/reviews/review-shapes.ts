import type { z } from 'zod'
import type { ReviewPage as ReviewPageSchema } from '../../../src/compliance/review/review-contract.ts'

export type {
  FindingOfReview,
  Review,
  ReviewDecision,
  ReviewOpinion,
} from '../../../src/compliance/review/review-contract.ts'
export { reviewOpinions, reviewStates } from '../../../src/compliance/review/review-contract.ts'
export type ReviewPage = z.infer<typeof ReviewPageSchema>
