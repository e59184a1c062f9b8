import { sql } from 'kysely'
import type { Ctx } from '#platform'
import './tables.ts'

export interface ReviewRules {
  keepYears: number
  dueHours: number
  /** Kinds of subjects that need the opinion of consumer protection. */
  opinionKinds: readonly string[]
}

/** The numbers in force on the day (Asia/Shanghai). @throws when the table holds none that early */
export const reviewRules = async (ctx: Ctx): Promise<ReviewRules> => {
  const row = await ctx.pg
    .selectFrom('compliance.review_rule')
    .select(['keep_years', 'due_hours', 'opinion_kinds'])
    .where('valid_from', '<=', sql<string>`(${ctx.now()}::timestamptz at time zone 'Asia/Shanghai')::date`)
    .orderBy('valid_from', 'desc')
    .executeTakeFirst()
  if (!row) throw new Error('compliance.review_rule has no row in force')
  return { keepYears: row.keep_years, dueHours: row.due_hours, opinionKinds: row.opinion_kinds }
}
