import type { ColumnType, Generated } from 'kysely'
import type { SurveyBrand } from './awareness-contract.ts'

type Day = ColumnType<string, string, string>

declare module '#platform' {
  interface Tables {
    'opinion.survey': {
      id: Generated<number>
      name: string
      method: string
      from_day: Day
      to_day: Day
      asked: number
      brands: ColumnType<SurveyBrand[], string, string>
      made_at: Date
      made_by: string
      deleted_at: ColumnType<Date | null, Date | null | undefined, Date | null>
    }
    'opinion.search_index': { name: string; brand: string; day: Day; value: number }
    'opinion.loan_count': { month: Day; product: string; loans: number; source: string; set_at: Date; set_by: string }
  }
}
