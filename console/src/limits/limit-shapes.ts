export type {
  CalendarYear,
  FrequencyRule,
  HoursRule,
  LimitName,
  Limits,
  LimitsView,
  LimitVersion,
  LimitWindow,
  OpenSpan,
} from '../../../src/campaigns/limits/limits-contract.ts'
