import { sql } from 'kysely'
import type { z } from 'zod'
import { type Ctx, ch } from '#platform'
import type { Effect, EffectQuery } from './effect-contract.ts'
import { dispersion, type Estimate, overdispersedRatio, poissonRatio, shareShift } from './effect-statistics.ts'
import { incidentRow } from './incident-row.ts'
import { eventsOf } from './store.ts'

const hourMs = 3_600_000
/** Fewer posts than this on either side, or fewer hours, carry no verdict. */
const leastPosts = 10
const leastHours = 3

const verdictOf = (estimate: Estimate | null, neutral: number, [below, above]: readonly [string, string]): string =>
  estimate === null ? 'insufficient' : estimate.high < neutral ? below : estimate.low > neutral ? above : 'unclear'

/**
 * Whether volume and mood turned after a deed: posts of the incident's events, or about one subject, so many hours before and
 * after. What else happened at that time is not taken out: it is a comparison, not a proof.
 * @param at the instant; the first statement unless given, or else the first deed
 */
export const effectOf = async (
  ctx: Ctx,
  { id, at, hours, subjectId }: z.output<typeof EffectQuery> & { id: number },
): Promise<Effect | null> => {
  const incident = await incidentRow(ctx, id)
  const { rows: published } = await sql<{ at: Date; title: string }>`
    select p.at, v.title from opinion.statement_publication p join opinion.statement s on s.id = p.statement_id
    join opinion.statement_version v on v.statement_id = p.statement_id and v.version = p.version
    where s.incident_id = ${id} order by p.at`.execute(ctx.pg)
  const mark = at === undefined ? (published[0]?.at ?? incident.acted_at) : new Date(at)
  if (!mark) return null
  const events = await eventsOf(ctx, id)
  const from = new Date(mark.getTime() - hours * hourMs)
  const to = new Date(Math.min(mark.getTime() + hours * hourMs, ctx.now().getTime()))
  const about =
    subjectId === undefined
      ? ch.sql`cluster_id in (select cluster_id from cluster_events final where drill_id = ${ch.u32(incident.drill_id)}
          and event_id in (${ch.join([...events.map((event) => ch.u32(event.id)), ch.u32(4_294_967_295)], ', ')}))`
      : ch.sql`subject_id = ${ch.u32(subjectId)}`
  const bins = await ctx.ch.rows<{ bin: number; posts: number; negative: number }>(ch.sql`
    select toInt32(floor((toUnixTimestamp64Milli(published_at) - ${ch.i64(mark.getTime())}) / ${ch.u32(hourMs)})) as bin,
      toUInt32(uniqExact(post_id)) as posts, toUInt32(uniqExactIf(post_id, toward = -1)) as negative
    from mentions final
    where drill_id = ${ch.u32(incident.drill_id)} and published_at >= ${ch.moment(from)} and published_at < ${ch.moment(to)} and ${about}
    group by bin order by bin`)
  const byBin = new Map(bins.map((row) => [row.bin, row]))
  const wholeHours = Math.max(0, (to.getTime() - mark.getTime()) / hourMs)
  const series: Effect['series'] = []
  for (let bin = -hours; bin < Math.ceil(wholeHours); bin++) {
    const { posts = 0, negative = 0 } = byBin.get(bin) ?? {}
    series.push({ at: new Date(mark.getTime() + bin * hourMs).toISOString(), posts, negative })
  }
  const sideOf = (wanted: (bin: number) => boolean, span: number) => {
    const rows = bins.filter(({ bin }) => wanted(bin))
    return {
      posts: rows.reduce((sum, { posts }) => sum + posts, 0),
      negative: rows.reduce((sum, { negative }) => sum + negative, 0),
      hours: span,
    }
  }
  const before = sideOf((bin) => bin < 0, hours)
  const after = sideOf((bin) => bin >= 0, wholeHours)
  const enough = before.posts >= leastPosts && after.hours >= leastHours
  const phi = dispersion([
    series.slice(0, hours).map(({ posts }) => posts),
    series.slice(hours, hours + Math.floor(wholeHours)).map(({ posts }) => posts),
  ])
  const pair = [
    { count: before.posts, exposure: before.hours },
    { count: after.posts, exposure: after.hours },
  ] as const
  // Beyond chance alone: the exact interval would promise too much.
  const over = phi > 1.2 && after.posts > 0
  const rateRatio = !enough ? null : over ? overdispersedRatio(...pair, phi) : poissonRatio(...pair)
  const shiftable = before.posts >= leastPosts && after.posts >= leastPosts
  const negativeShift = shiftable
    ? shareShift({ count: before.negative, size: before.posts }, { count: after.negative, size: after.posts })
    : null
  return {
    at: mark.toISOString(),
    hours,
    subjectId: subjectId ?? null,
    before,
    after,
    rateRatio,
    rateMethod: rateRatio === null ? null : over ? 'negative-binomial' : 'poisson',
    negativeShift,
    verdict: verdictOf(rateRatio, 1, ['fewer', 'more']) as Effect['verdict'],
    moodVerdict: verdictOf(negativeShift, 0, ['better', 'worse']) as Effect['moodVerdict'],
    series,
    marks: [
      ...(incident.acted_at ? [{ at: incident.acted_at.toISOString(), kind: 'action' as const, text: '' }] : []),
      ...published.map(({ at, title }) => ({ at: at.toISOString(), kind: 'statement' as const, text: title })),
    ],
  }
}
