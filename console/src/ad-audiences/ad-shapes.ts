export type {
  AdExport,
  AdMode,
  AdPlatform,
  AdTarget,
  AdTargets,
} from '../../../src/campaigns/ad-audiences/ad-contract.ts'
export { adForms, adPlatforms, leastPeople, NewAdTarget } from '../../../src/campaigns/ad-audiences/ad-contract.ts'
export { products } from '../../../src/campaigns/channels-contract.ts'
