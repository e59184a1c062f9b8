import { type Ctx, ch } from '#platform'
import '../sources/tables.ts'
import { clustersOfEvents } from './count.ts'

/** What was said longer ago raises no alarm, whoever brings it. */
const oldestMs = 7 * 86_400_000
/** Seen within this time it was not told of before. */
const freshMs = 86_400_000

/**
 * Events that were last said more than a day ago and are news all the same: a source that is watched was blind, or this
 * program was away, and their posts came only now. A post from before its source was watched, or of a file, is history.
 * @param events real ones of which all that was said is older than a day
 */
export const lateNews = async (
  ctx: Ctx,
  events: readonly { id: number; first_at: Date; last_at: Date }[],
): Promise<Set<number>> => {
  const now = ctx.now().getTime()
  const late = events.filter(({ last_at }) => last_at.getTime() >= now - oldestMs)
  if (late.length === 0) return new Set()
  const sources = await ctx.pg
    .selectFrom('opinion.source')
    .select(['id', 'created_at'])
    .where('kind', '!=', 'files')
    .execute()
  if (sources.length === 0) return new Set()
  const rows = await ctx.ch.rows<{ event_id: number }>(
    ch.sql`select distinct event_id
      from posts final inner join ${clustersOfEvents(
        0,
        late.map(({ id }) => id),
      )} as e using cluster_id
      where drill_id = 0 and published_at >= ${ch.moment(new Date(now - oldestMs))}
        and first_seen_at >= ${ch.moment(new Date(now - freshMs))}
        and toUInt64(toUnixTimestamp64Milli(published_at)) >= transform(source_id, ${ch.u32s(sources.map(({ id }) => id))},
          ${ch.u64s(sources.map(({ created_at }) => BigInt(created_at.getTime())))}, ${ch.u64(BigInt(now))})`,
  )
  return new Set(rows.map(({ event_id }) => event_id))
}
