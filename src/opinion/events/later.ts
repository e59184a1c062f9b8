import { type RawBuilder, sql } from 'kysely'
import type { Ctx } from '#platform'

/** The time of a change of an event: now, and later than its change before, so that no count takes one for the other. */
export const later = (ctx: Ctx): RawBuilder<Date> =>
  sql<Date>`greatest(${ctx.now()}, opinion.event.changed_at + interval '1 millisecond')`
