import type { Ctx } from '#platform'
import type { ReviewFinding } from './review-contract.ts'

/** What a feature above tells of the things it has reviewed. */
export interface ReviewSubject {
  kind: string
  /** What the subject hashes to now; undefined when it is gone. */
  hashNow: (ctx: Ctx, id: string) => Promise<string | undefined>
  /** The automatic checks once more, at the moment of the approval: rules may have changed since. */
  checkAgain?: (ctx: Ctx, id: string) => Promise<readonly ReviewFinding[]>
}

const subjects = new Map<string, ReviewSubject>()

/** Lets reviews ask about a kind of subject. A kind that nobody offered is judged by what was submitted alone. */
export const offerReviewSubject = (subject: ReviewSubject): void => {
  subjects.set(subject.kind, subject)
}

export const reviewSubject = (kind: string): ReviewSubject | undefined => subjects.get(kind)
