export type {
  DisclosureLink,
  DisclosureReadings,
  DisclosureSheet,
} from '../../../src/campaigns/offers/disclosure-contract.ts'
export type {
  CapInForce,
  CapPage,
  CostAnswer,
  LoanCost,
} from '../../../src/compliance/cost/cost-contract.ts'
export {
  feeKinds,
  feeTimings,
  lenderTypes,
  repaymentModes,
} from '../../../src/compliance/cost/cost-contract.ts'

import type { z } from 'zod'
import type { OfferVersions as OfferVersionsSchema } from '../../../src/campaigns/offers/offer-contract.ts'

export type {
  Offer,
  OfferCheck,
  OfferContent,
  OfferFinding,
  OfferPage,
  OfferState,
  Quote,
} from '../../../src/campaigns/offers/offer-contract.ts'
export { offerStates } from '../../../src/campaigns/offers/offer-contract.ts'
export type OfferVersions = z.infer<typeof OfferVersionsSchema>
