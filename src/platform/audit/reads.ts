import { sql } from 'kysely'
import type { Audit, Read } from './shapes.ts'
import './tables.ts'

/** Who saw which customers unmasked, counted per customer and actor, in order of pseudonym. */
export const listReads: Audit['listReads'] = async (pg, { since, until, actor, after, limit = 1000 }) => {
  const count = Math.min(10_000, Math.max(1, limit))
  const { rows } = await sql<Read>`
    select coalesce(subject, '') as subject, actor, count(*)::int as reads,
      min(ts) as "firstAt", max(ts) as "lastAt", array_agg(distinct purpose order by purpose) as purposes
    from platform.audit
    where purpose is not null and ts >= ${since.toISOString()} and ts < ${until.toISOString()}
      ${actor === undefined ? sql`` : sql`and actor = ${actor}`}
      ${after === undefined ? sql`` : sql`and (coalesce(subject, ''), actor) > (${after.subject}, ${after.actor})`}
    group by 1, 2 order by 1, 2 limit ${count + 1}`.execute(pg)
  const items = rows.slice(0, count)
  const last = items.at(-1)
  return { items, next: rows.length > count && last ? { subject: last.subject, actor: last.actor } : undefined }
}
