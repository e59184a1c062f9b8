import type { ColumnType, Generated } from 'kysely'

type Time = ColumnType<Date, Date, Date>

interface IntakeTable {
  id: Generated<string>
  drill_id: number
  source_id: number
  at: Time
  posts: number
  state: Generated<'open' | 'told' | 'empty'>
  closed_at: ColumnType<Date | null, Date | null | undefined, Date>
}

interface EventTable {
  id: Generated<number>
  drill_id: number
  title: string
  gist: ColumnType<string, string | undefined, string>
  gist_posts: ColumnType<string[], string[] | undefined, string[]>
  named_by: string | null
  state: ColumnType<'open' | 'watching' | 'closed', 'open' | 'watching' | undefined, 'open' | 'watching' | 'closed'>
  merged_into: number | null
  subjects: ColumnType<number[], number[] | undefined, number[]>
  first_post_id: string
  first_at: Time
  last_at: Time
  posts: ColumnType<number, number | undefined, number>
  authors: ColumnType<number, number | undefined, number>
  platforms: ColumnType<number, number | undefined, number>
  heat: ColumnType<number, number | undefined, number>
  bursting: ColumnType<boolean, boolean | undefined, boolean>
  created_at: Time
  changed_at: Time
}

declare module '#platform' {
  interface Tables {
    'opinion.intake': IntakeTable
    'opinion.event': EventTable
  }
}
