import type { z } from 'zod'
import type {
  CampaignPage as CampaignPageSchema,
  PlanCheck as PlanCheckSchema,
  VersionDetail as VersionDetailSchema,
  Versions as VersionsSchema,
} from '../../../src/campaigns/contract.ts'

export type {
  Campaign,
  CampaignChange,
  CampaignDefinition,
  CampaignState,
  Category,
  Channel,
  EventMatch,
  Journey,
  NewCampaign,
  PlanFinding,
  Span,
  Step,
  StepId,
  StepKind,
  Trigger,
} from '../../../src/campaigns/contract.ts'
export type CampaignPage = z.infer<typeof CampaignPageSchema>
export type PlanCheck = z.infer<typeof PlanCheckSchema>
export type Versions = z.infer<typeof VersionsSchema>
export type VersionDetail = z.output<typeof VersionDetailSchema>

// Written out again, because taking them from the contract would bring its whole schema library into the page.
export const campaignStates = ['draft', 'running', 'paused', 'stopping', 'ended'] as const
export const categories = ['marketing', 'service'] as const
export const products = ['loan', 'insurance', 'wealth', 'card', 'other'] as const
export const spanUnits = ['minutes', 'hours', 'days'] as const
export const mostSteps = 200
