import { sql } from 'kysely'
import { type Ctx, ch } from '#platform'
import type { Coverage, SourceCoverage } from './sources-contract.ts'
import { type SourceRow, settingsOf } from './store.ts'
import './tables.ts'

interface Span {
  source_id: number
  from_at: Date
  to_at: Date | null
  reason: 'failing' | 'silent' | 'off'
}

/** Milliseconds of a range that spans cover together. Spans may touch and overlap. */
const coveredMs = (spans: readonly Span[], from: number, to: number): number => {
  let end = from
  let sum = 0
  for (const span of [...spans].sort((a, b) => a.from_at.getTime() - b.from_at.getTime())) {
    const start = Math.max(end, span.from_at.getTime())
    const stop = Math.min(to, span.to_at?.getTime() ?? to)
    if (stop > start) sum += stop - start
    end = Math.max(end, stop)
  }
  return sum
}

/**
 * What the sources could and could not see between two instants: a part of every report. Sources that were taken out of use
 * before, or made after, are left out. Sorted by number of posts, most first.
 * @returns posts by their time of publication; `seen` is the share of the range without blind times, 0 to 1
 */
export const coverageOf = async (ctx: Ctx, { from, to }: { from: Date; to: Date }): Promise<Coverage> => {
  const rows: SourceRow[] = await ctx.pg
    .selectFrom('opinion.source')
    .selectAll()
    .where('created_at', '<', to)
    .where((where) => where.or([where('removed_at', 'is', null), where('removed_at', '>', from)]))
    .orderBy('id')
    .execute()
  const counts = await ctx.ch.rows<{ source_id: number; posts: string }>(
    ch.sql`select source_id, uniqExact(post_id) as posts from posts
      where drill_id = 0 and published_at >= ${ch.moment(from)} and published_at < ${ch.moment(to)} group by source_id`,
  )
  const { rows: lags } = await sql<{ source_id: number; lag: number }>`
    select source_id, percentile_cont(0.5) within group (order by lag_seconds) as lag from opinion.source_run
    where started_at >= ${from} and started_at < ${to} and lag_seconds is not null group by source_id`.execute(ctx.pg)
  const { rows: spans } = await sql<Span>`
    select source_id, from_at, to_at, reason from opinion.source_blind
    where from_at < ${to} and (to_at is null or to_at > ${from}) order by from_at limit 5000`.execute(ctx.pg)
  const posts = new Map(counts.map((row) => [row.source_id, Number(row.posts)]))
  const lag = new Map(lags.map((row) => [row.source_id, row.lag]))
  const end = Math.min(to.getTime(), ctx.now().getTime())
  const sources = rows.map((row): SourceCoverage => {
    const own = spans.filter(({ source_id }) => source_id === row.id)
    const begin = Math.max(from.getTime(), row.created_at.getTime())
    const length = end - from.getTime()
    // Before it was made it saw nothing either.
    const dark = coveredMs(own, begin, end) + (begin - from.getTime())
    const { platform, terms } = settingsOf(row)
    return {
      sourceId: row.id,
      name: row.name,
      kind: row.kind,
      platform,
      posts: posts.get(row.id) ?? 0,
      lagSeconds: lag.get(row.id) ?? null,
      blind: own.map(({ from_at, to_at, reason }) => ({
        from: from_at.toISOString(),
        to: to_at?.toISOString() ?? null,
        reason,
      })),
      seen: length <= 0 ? 1 : Math.max(0, Math.min(1, 1 - dark / length)),
      sampling: terms.sampling,
    }
  })
  return {
    from: from.toISOString(),
    to: to.toISOString(),
    sources: sources.sort((a, b) => b.posts - a.posts || a.sourceId - b.sourceId),
  }
}
