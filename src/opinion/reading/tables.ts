import type { ColumnType, Generated } from 'kysely'
import type { Head } from '../contract.ts'

type Json = ColumnType<unknown, string, string>

interface CorrectionTable {
  id: Generated<number>
  drill_id: number
  post_id: string
  subject_id: number | null
  head: Head
  given: Json
  right_answer: Json
  confirmed: boolean
  reading: number
  why: string
  by_login: string
  at: ColumnType<Date, Date, Date>
  undone_by: ColumnType<string | null, string | null | undefined, string | null>
  undone_at: ColumnType<Date | null, Date | null | undefined, Date | null>
}

declare module '#platform' {
  interface Tables {
    'opinion.correction': CorrectionTable
  }
}
