export type {
  Check,
  Finding,
  FormatName,
  NewRule,
  Rule,
  RuleHours,
  Target,
  TestResult,
} from '../../../src/customers/quality/contract.ts'
export type {
  Cleaning,
  FillWith,
  OriginalsPage,
  Recipe,
  RecipePreview,
  Step,
} from '../../../src/customers/quality/recipe-contract.ts'
export type { CustomerScore, PeoplePage, QualityOverview } from '../../../src/customers/quality/score-contract.ts'

/** Who is behind a number, as an address says it. */
export interface PeopleSearch {
  what: 'band' | 'missing' | 'stale' | 'invalid' | 'conflict' | 'rule'
  trait?: string
  band?: number
  rule?: string
}

export const components = ['completeness', 'validity', 'freshness', 'consistency'] as const
