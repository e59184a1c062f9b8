import type { ColumnType, Generated } from 'kysely'
import type { Level } from '../contract.ts'
import type { ReportFacts } from './facts-contract.ts'
import type { Rephrased, ReportKind, ReportLanguage, ScheduleInput } from './report-contract.ts'

type Written<T> = ColumnType<T, string, string>

declare module '#platform' {
  interface Tables {
    'opinion.report': {
      id: Generated<number>
      kind: ReportKind
      drill_id: number
      event_id: number | null
      language: ReportLanguage
      from_at: Date
      to_at: Date
      subjects: number[]
      title: string
      posts: number
      level: Level | null
      facts: Written<ReportFacts>
      hash: string
      made_at: Date
      made_by: string
      took_ms: number
      rephrased: ColumnType<Rephrased | null, string | null | undefined, string | null>
    }
    'opinion.report_schedule': {
      id: Generated<number>
      name: string
      definition: Written<ScheduleInput>
      next_at: Date
      last_report_id: ColumnType<number | null, number | null | undefined, number | null>
      last_error: ColumnType<string | null, string | null | undefined, string | null>
      changed_at: Date
      changed_by: string
      deleted_at: ColumnType<Date | null, Date | null | undefined, Date | null>
    }
  }
}
