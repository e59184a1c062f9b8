import type { LenderType } from './cost-contract.ts'

declare module '#platform' {
  interface Tables {
    'compliance.rate_cap': {
      lender_type: LenderType
      valid_from: string
      kind: 'fixed' | 'lpr'
      value: number
      compare: 'simple' | 'compound'
      source: string
      added_at: Date
      added_by: string
    }
    'compliance.lpr': {
      published_on: string
      one_year: number
      five_year: number | null
      source: string
      added_at: Date
      added_by: string
    }
  }
}
