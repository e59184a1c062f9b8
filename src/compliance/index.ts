import type { Feature } from '#platform'
import { mountCentre } from './consent/mount-centre.ts'
import { consentRoutes } from './consent/routes.ts'
import './consent/tables.ts'
import { contentRoutes } from './content/routes.ts'
import { costRoutes } from './cost/routes.ts'
import { exclusionJobs, exclusionRoutes } from './exclusions/routes.ts'
import { reviewRoutes } from './review/routes.ts'

export {
  consentsOf,
  consentsRecorded,
  type RefusedWord,
  recordConsents,
  type StoredWord,
  type Word,
} from './consent/consents.ts'
export { mayAsk } from './consent/customer-consents.ts'
export { type Barred, barAddresses, doNotContact, doNotContactOf } from './consent/do-not-contact.ts'
export { lendCustomers, type PersonFacts } from './consent/lent.ts'
export { ownOrigin, type PreferenceLink, preferenceLink, preferenceLinks } from './consent/links.ts'
export { purposeRules, recipientPurpose } from './consent/purposes.ts'
export { type ReplyOutcome, type SmsReply, smsReplied } from './consent/replied.ts'
export { stopWordIn } from './consent/sms-reply.ts'
export { type Refusing, withdrawEverything } from './consent/withdraw.ts'
export { type ConsentState, type ConsentVerdict, consentVerdict, type PurposeRules } from './consent/words.ts'
export { checkContent, isPublishable, standardRules } from './content/check.ts'
export { type ContentRequest, type Finding, OfferFacts } from './content/content-contract.ts'
export { isOwnHost } from './content/landing.ts'
export { contentRules, judgeContent } from './content/own-rules.ts'
export { dayOf, parametersOn } from './content/parameters.ts'
export { partnersOf } from './content/partners.ts'
export { statedRates } from './content/rates.ts'
export { requiredElements } from './content/required.ts'
export type { Parameters } from './content/rules-contract.ts'
export { textOfHtml } from './content/text-of-html.ts'
export type { CompiledRules } from './content/word-match.ts'
export { annualCost, annualCostDated } from './cost/annual-cost.ts'
export { isAbove } from './cost/cap.ts'
export { capFor } from './cost/caps.ts'
export type { CapInForce, LoanCost } from './cost/cost-contract.ts'
export { loanCost } from './cost/loan-cost.ts'
export { type Excluded, exclusionsOf } from './exclusions/of.ts'
export type { FoundExclusion } from './exclusions/rules.ts'
export { endExclusion, stateExclusions } from './exclusions/store.ts'
export { notSecond } from './review/persons.ts'
export type { ReviewFinding, ReviewState } from './review/review-contract.ts'
export { offerReviewSubject } from './review/subjects.ts'
export {
  approvedReview,
  reviewDecided,
  reviewsOf,
  type Submission,
  submitForReview,
  voidReviews,
} from './review/submit.ts'

export const compliance: Feature = {
  name: 'compliance',
  routes: [...consentRoutes, ...exclusionRoutes, ...reviewRoutes, ...contentRoutes, ...costRoutes],
  mount: mountCentre,
  jobs: [...exclusionJobs],
}
