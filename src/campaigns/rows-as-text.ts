import { type RawBuilder, sql } from 'kysely'
import type { Ctx } from '#platform'

/**
 * Rows of a statement carried as one text: a thousand of thirteen columns take the embedded store 5 ms so, one by one 20.
 * Instants are text then, in ISO form.
 */
export const rowsAsText = async <T>(ctx: Ctx, query: RawBuilder<T>): Promise<T[]> => {
  const { rows } = await sql<{ text: string | null }>`
    select json_agg(r)::text as text from (${query}) r`.execute(ctx.pg)
  const text = rows[0]?.text
  return text ? (JSON.parse(text) as T[]) : []
}
