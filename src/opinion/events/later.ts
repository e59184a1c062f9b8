import { type RawBuilder, sql } from 'kysely'
import type { Ctx } from '#platform'

/** The time of a change of an event: now, and later than its change before, so that no count takes one for the other. */
export const later = (ctx: Ctx): RawBuilder<Date> =>
  sql<Date>`greatest(${ctx.now()}, opinion.event.changed_at + interval '1 millisecond')`

/**
 * The number of a change of where a cluster belongs, for ClickHouse, where the largest counts: microseconds, and more than
 * that of its change before, whichever process makes it.
 */
export const nextNumber = (ctx: Ctx): RawBuilder<string> =>
  sql<string>`greatest(opinion.event_cluster.number + 1, ${firstNumber(ctx)}::bigint)`

/** The same for a cluster that is placed for the first time. */
export const firstNumber = (ctx: Ctx): string => String(ctx.now().getTime() * 1_000)
