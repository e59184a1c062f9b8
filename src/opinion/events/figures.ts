import { sql } from 'kysely'
import { type Ctx, emit } from '#platform'
import { eventChanged } from '../notices.ts'
import { baselinesOf, type SubjectBaseline } from './baselines.ts'
import { type Counted, countEvents, negativeOf, textsOf } from './count.ts'
import type { RumourStage } from './events-contract.ts'
import { gistOf } from './gist.ts'
import { lateNews } from './late-news.ts'
import { type Suspicion, suspicionByReposts, worthReading } from './rumour.ts'
import './tables.ts'

const mostAtOnce = 100
const hourMs = 3_600_000

/**
 * What was last said so long ago raises no alarm: an import, or a subject added today that finds its posts of last week. But
 * see `late-news.ts`.
 */
const oldNewsMs = 24 * hourMs

/** What makes an event more than a single voice; until then it is watched and not shown by itself. */
const opens = ({ posts, authors, urgency, institutions, verifiedFollowers, rank }: Counted): boolean =>
  (posts >= 3 && authors >= 2) ||
  urgency.length > 0 ||
  rank !== null ||
  institutions.length > 0 ||
  verifiedFollowers >= 100_000

interface Stale {
  id: number
  drill_id: number
  state: 'open' | 'watching' | 'closed'
  subjects: number[]
  first_at: Date
  last_at: Date
  changed_at: Date
  bursting: boolean
  named_by: string | null
  gist_clusters: number
  rumour: number
  rumour_stage: RumourStage
  rumour_reposts: number
  graded: boolean
}

/** How far the last half hour is above what the subject has at this hour, in standard deviations. */
const zOf = (halfHour: number, baseline: SubjectBaseline | undefined): number => {
  const mean = (baseline?.perHour ?? 1) / 2
  return (halfHour - mean) / Math.sqrt(mean + mean ** 2 / (baseline?.shape ?? 0.5))
}

/** Whether whoever grades events is told of it. What was told of once goes on being told of, until it is closed. */
const isNews = ({ graded, bursting, last_at }: Stale, now: Date): boolean =>
  graded || bursting || now.getTime() - last_at.getTime() < oldNewsMs

/** How suspicious events are, by the best that is known of each: reposts of a day, of an hour, or texts alone. */
const suspicionsOf = async (
  ctx: Ctx,
  of: { drillId: number; from: Date },
  events: readonly Stale[],
  counted: ReadonlyMap<number, Counted>,
): Promise<Map<number, Suspicion>> => {
  const reposts = (id: number) => counted.get(id)?.reposts ?? 0
  const known = new Map(
    events.map(({ id, rumour, rumour_stage, rumour_reposts }): [number, Suspicion] => {
      const byText = { rumour: counted.get(id)?.rumour ?? 0, stage: 'text' as const, reposts: 0 }
      // Where posts left with a split, what they told is gone with them.
      const gone = rumour_stage === 'text' || reposts(id) < rumour_reposts / 2
      return [id, gone ? byText : { rumour, stage: rumour_stage, reposts: rumour_reposts }]
    }),
  )
  const anew = events.filter(({ id, first_at }) => {
    const suspicion = known.get(id)
    return suspicion && worthReading(ctx.now(), { firstAt: first_at, reposts: reposts(id), known: suspicion })
  })
  const told = await suspicionByReposts(ctx, { ...of, events: anew.map(({ id }) => id) })
  for (const [id, suspicion] of told) known.set(id, { ...suspicion, reposts: reposts(id) })
  return known
}

/**
 * Counts events anew whose posts or clusters changed since they were counted, opens those that grew beyond a single voice,
 * names them from their posts, and tells of every one that is shown.
 * @returns how many were counted
 */
export const refreshFigures = async (ctx: Ctx): Promise<number> => {
  const { rows } = await sql<Stale>`
    select e.id, e.drill_id, e.state, e.subjects, e.first_at, e.last_at, e.changed_at, e.bursting, e.named_by,
      coalesce(f.gist_clusters, 0) as gist_clusters, coalesce(f.rumour, 0) as rumour,
      coalesce(f.rumour_stage, 'text') as rumour_stage, coalesce(f.rumour_reposts, 0) as rumour_reposts,
      exists (select from opinion.event_level l where l.event_id = e.id) as graded
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
  const late =
    drillId === 0
      ? await lateNews(
          ctx,
          events.filter((event) => !isNews(event, ctx.now())),
        )
      : new Set<number>()
  const suspicions = await suspicionsOf(ctx, of, events, counted)
  // New words change a name while it is young; later it takes a quarter more texts.
  const renamed = events.filter(({ id, gist_clusters }) => {
    const { clusters = 0 } = counted.get(id) ?? {}
    return clusters > 0 && clusters >= gist_clusters * 1.25 + (gist_clusters > 0 ? 1 : 0)
  })
  const texts = await textsOf(ctx, { ...of, events: renamed.map(({ id }) => id), most: 80 })
  const gists = new Map(renamed.map(({ id }) => [id, gistOf(texts.get(id) ?? [])]))
  await ctx.tx(async (ctx) => {
    for (const event of events) {
      const figures = counted.get(event.id)
      const gist = gists.get(event.id)
      const suspicion = suspicions.get(event.id)
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
        rumour: suspicion?.rumour ?? 0,
        rumour_stage: suspicion?.stage ?? ('text' as const),
        rumour_reposts: suspicion?.reposts ?? 0,
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
      if (state !== 'watching' && (isNews(event, ctx.now()) || late.has(event.id)))
        await emit(ctx, eventChanged, { eventId: event.id, drillId }, String(event.id))
    }
  })
}
