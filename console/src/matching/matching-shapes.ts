import type { z } from 'zod'
import type {
  LinkDecision as LinkDecisionSchema,
  LinkFileReport as LinkFileReportSchema,
  LinkGraph as LinkGraphSchema,
  LinkView,
  NewLink as NewLinkSchema,
  ProposedPage as ProposedPageSchema,
} from '../../../src/customers/links/contract.ts'
import type {
  ComparisonName,
  FieldChoice as FieldChoiceSchema,
  KeyForm,
  PairDetail as PairDetailSchema,
  PairPage as PairPageSchema,
  Plan as PlanSchema,
  ProjectChange as ProjectChangeSchema,
  ProjectView,
  pairStates,
  RunDetail as RunDetailSchema,
  RunView,
} from '../../../src/customers/matching/contract.ts'

export type Plan = z.infer<typeof PlanSchema>
export type PlanField = Plan['fields'][number]
export type { ComparisonName, KeyForm }
export type FieldChoice = z.infer<typeof FieldChoiceSchema>
export type Project = z.infer<typeof ProjectView>
export type ProjectChange = z.input<typeof ProjectChangeSchema>
export type Run = z.infer<typeof RunView>
export type RunDetail = z.infer<typeof RunDetailSchema>
export type PairState = (typeof pairStates)[number]
export type PairPage = z.infer<typeof PairPageSchema>
export type PairDetail = z.infer<typeof PairDetailSchema>
export type LinkGraph = z.infer<typeof LinkGraphSchema>
export type CustomerLink = z.infer<typeof LinkView>
export type NewLink = z.input<typeof NewLinkSchema>
export type LinkDecision = z.infer<typeof LinkDecisionSchema>['decision']
export type ProposedPage = z.infer<typeof ProposedPageSchema>
export type LinkFileReport = z.infer<typeof LinkFileReportSchema>

/** Whether something still happens to a run. */
export const isGoing = ({ state }: Pick<Run, 'state'>): boolean =>
  state === 'waiting' || state === 'running' || state === 'ending'
