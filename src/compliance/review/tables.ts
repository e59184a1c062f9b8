import type { ColumnType, Generated, GeneratedAlways } from 'kysely'
import type { ReviewFinding, ReviewOpinion, ReviewState, ReviewStepKind } from './review-contract.ts'

declare module '#platform' {
  interface Tables {
    'compliance.review_rule': {
      valid_from: string
      keep_years: number
      due_hours: number
      opinion_kinds: string[]
      source: string
    }
    'compliance.review_material': { hash: string; body: string; kept_until: Date; created_at: Date }
    'compliance.review': {
      id: GeneratedAlways<number>
      subject_kind: string
      subject_id: string
      title: string
      content_hash: string
      material_hash: string
      state: ReviewState
      opinion_required: boolean
      rules: string
      note: string
      submitted_at: Date
      submitted_by: string
      submitter: string
      writers: string[]
      due_at: Date
      approved_at: Generated<Date | null>
      approved_by: Generated<string | null>
      approver: Generated<string | null>
      opinion: Generated<ReviewOpinion | null>
      opinion_text: Generated<string | null>
      opinion_at: Generated<Date | null>
      opinion_by: Generated<string | null>
      decided_at: Generated<Date | null>
      decided_by: Generated<string | null>
      reason: Generated<string | null>
    }
    'compliance.review_finding': {
      review_id: number
      no: number
      finding: ColumnType<ReviewFinding, string, never>
      action: 'block' | 'flag'
      justification: Generated<string | null>
      justified_at: Generated<Date | null>
      justified_by: Generated<string | null>
    }
    'compliance.review_step': {
      id: GeneratedAlways<number>
      review_id: number
      at: Date
      by: string
      what: ReviewStepKind
      note: string
    }
  }
}
