import { sql } from 'kysely'
import { type Ctx, emit } from '#platform'
import { eventChanged } from '../notices.ts'
import { baselinesOf, type SubjectBaseline } from './baselines.ts'
import { type Counted, countEvents, negativeOf, textsOf } from './count.ts'
import { gistOf } from './gist.ts'
import './tables.ts'

const mostAtOnce = 100
const hourMs = 3_600_000

/** What makes an event more than a single voice; until then it is watched and not shown by itself. */
const opens = ({ posts, authors, urgency, speakers, classes, verifiedFollowers, rank }: Counted): boolean =>
  (posts >= 3 && authors >= 2) ||
  urgency.length > 0 ||
  rank !== null ||
  speakers.some((speaker) => speaker === 'media' || speaker === 'regulator' || speaker === 'lawyer') ||
  classes.some((is) => is === 'media' || is === 'central-media' || is === 'regulator') ||
  verifiedFollowers >= 100_000

interface Stale {
  id: number
  drill_id: number
  state: 'open' | 'watching' | 'closed'
  subjects: number[]
  first_at: Date
  changed_at: Date
  bursting: boolean
  named_by: string | null
  gist_clusters: number
}

/** How far the last half hour is above what the subject has at this hour, in standard deviations. */
const zOf = (halfHour: number, baseline: SubjectBaseline | undefined): number => {
  const mean = (baseline?.perHour ?? 1) / 2
  return (halfHour - mean) / Math.sqrt(mean + mean ** 2 / (baseline?.shape ?? 0.5))
}

/**
 * Counts events anew whose posts or clusters changed since they were counted, opens those that grew beyond a single voice,
 * names them from their posts, and tells of every one that is shown.
 * @returns how many were counted
 */
export const refreshFigures = async (ctx: Ctx): Promise<number> => {
  const { rows } = await sql<Stale>`
    select e.id, e.drill_id, e.state, e.subjects, e.first_at, e.changed_at, e.bursting, e.named_by,
      coalesce(f.gist_clusters, 0) as gist_clusters
    from opinion.event e left join opinion.event_figures f on f.event_id = e.id
    where e.merged_into is null and (f.at is null or f.at < e.changed_at)
    order by e.changed_at limit ${mostAtOnce}`.execute(ctx.pg)
  for (const [drillId, events] of Map.groupBy(rows, ({ drill_id }) => drill_id)) await refreshOf(ctx, drillId, events)
  return rows.length
}

const refreshOf = async (ctx: Ctx, drillId: number, events: readonly Stale[]): Promise<void> => {
  const of = {
    drillId,
    events: events.map(({ id }) => id),
    from: new Date(Math.min(...events.map(({ first_at }) => first_at.getTime())) - hourMs),
  }
  const [counted, negative, baselines] = await Promise.all([
    countEvents(ctx, of),
    negativeOf(ctx, of),
    baselinesOf(ctx, drillId, [...new Set(events.flatMap(({ subjects }) => subjects.slice(0, 1)))], ctx.now()),
  ])
  const gists = new Map<number, ReturnType<typeof gistOf>>()
  for (const event of events) {
    const { clusters = 0 } = counted.get(event.id) ?? {}
    // New words change a name while it is young; later it takes a quarter more texts.
    if (clusters === 0 || clusters < event.gist_clusters * 1.25 + (event.gist_clusters > 0 ? 1 : 0)) continue
    gists.set(
      event.id,
      gistOf(
        await textsOf(ctx, { drillId, eventId: event.id, from: new Date(event.first_at.getTime() - hourMs), most: 80 }),
      ),
    )
  }
  await ctx.tx(async (ctx) => {
    for (const event of events) {
      const figures = counted.get(event.id)
      const gist = gists.get(event.id)
      const state = event.state === 'watching' && figures && (opens(figures) || event.bursting) ? 'open' : event.state
      await ctx.pg
        .updateTable('opinion.event')
        .set({
          state,
          posts: figures?.posts ?? 0,
          authors: figures?.authors ?? 0,
          platforms: figures?.platforms.length ?? 0,
          heat: figures?.heat ?? 0,
          ...(gist && {
            gist: gist.gist,
            gist_posts: gist.posts,
            ...(event.named_by === null && { title: gist.title }),
          }),
        })
        .where('id', '=', event.id)
        .execute()
      const row = {
        event_id: event.id,
        drill_id: drillId,
        clusters: figures?.clusters ?? 0,
        reach: figures?.reach ?? 0,
        engagement: figures?.engagement ?? 0,
        negative: negative.get(event.id) ?? 0,
        rumour: figures?.rumour ?? 0,
        spam: figures?.spam ?? 0,
        per_hour: figures?.perHour ?? 0,
        z: zOf(figures?.halfHour ?? 0, baselines.get(event.subjects[0] ?? 0)),
        rank: figures?.rank ?? null,
        platform_names: figures?.platforms ?? [],
        aspects: (figures?.aspects ?? []).slice(0, 5).map(([name]) => name),
        urgency: figures?.urgency ?? [],
        speakers: figures?.speakers ?? [],
        gist_clusters: gist ? (figures?.clusters ?? 0) : event.gist_clusters,
        at: event.changed_at,
      }
      await ctx.pg
        .insertInto('opinion.event_figures')
        .values(row)
        .onConflict((conflict) => conflict.column('event_id').doUpdateSet(row))
        .execute()
      if (state !== 'watching') await emit(ctx, eventChanged, { eventId: event.id, drillId }, String(event.id))
    }
  })
}
