import type { ColumnType, Generated } from 'kysely'
import type { Assessment, MonthFigures, Review, Target } from './review-contract.ts'

type Written<T> = ColumnType<T, string, string>
type Later<T> = ColumnType<T | null, T | null | undefined, T | null>
/** A calendar day; read as text by `::text`. */
type Day = ColumnType<string, string, string>

declare module '#platform' {
  interface Tables {
    'opinion.review_target': {
      id: Generated<number>
      valid_from: Day
      level: Target['level']
      hours: number
      reason: string
      set_at: Date
      set_by: string
    }
    'opinion.review': {
      month: Day
      state: Generated<'draft' | 'final'>
      worked: Generated<string>
      failed: Generated<string>
      assessment: Written<Assessment>
      /** With the cases they were reckoned from, as they were then. */
      figures: ColumnType<(MonthFigures & { cases?: Review['cases'] }) | null, string | null | undefined, string | null>
      hash: Later<string>
      edited_at: Date
      edited_by: string
      edited_by_name: string
      /** Ids of all who wrote any part of it. */
      writers: Generated<string[]>
      final_at: Later<Date>
      final_by_name: Later<string>
    }
    'opinion.review_action': {
      id: Generated<number>
      month: Day
      what: string
      owner: string
      due: Day
      state: Generated<'open' | 'done' | 'dropped'>
      result: Generated<string>
      made_at: Date
      made_by: string
      done_at: Later<Date>
    }
  }
}
