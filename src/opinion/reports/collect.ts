import { sql } from 'kysely'
import { type Ctx, ch } from '#platform'
import type { Level, PostId } from '../contract.ts'
import { gradesOf } from '../grading/grades.ts'
import { incidentsOf } from '../incidents/store.ts'
import type { ReportFacts } from './facts-contract.ts'
import { problem } from './problem.ts'
import { readBreakdowns, readComplaints, readHops, readKeyPosts, readSubjects, readTotals } from './read-facts.ts'
import type { ReportRequest } from './report-contract.ts'
import { postsInPeriod, type Scope } from './scope.ts'
import './tables.ts'

const dayMs = 86_400_000
/** Midnight in Shanghai at or before a time; the zone has no summer time. */
const midnight = (at: number) => Math.floor((at + 8 * 3_600_000) / dayMs) * dayMs - 8 * 3_600_000

/** The span of a report that names none: the last whole day, week, month, or the last 24 hours. */
export const usualSpan = (kind: ReportRequest['kind'], now: Date): { from: Date; to: Date } => {
  const today = midnight(now.getTime())
  if (kind === 'daily') return { from: new Date(today - dayMs), to: new Date(today) }
  if (kind === 'weekly') return { from: new Date(today - 7 * dayMs), to: new Date(today) }
  if (kind === 'monthly') {
    const local = new Date(today + 8 * 3_600_000)
    const first = (back: number) =>
      new Date(Date.UTC(local.getUTCFullYear(), local.getUTCMonth() - back, 1) - 8 * 3_600_000)
    return { from: first(1), to: first(0) }
  }
  return { from: new Date(now.getTime() - dayMs), to: now }
}

const subjectsOf = async (ctx: Ctx, ids: readonly number[] | undefined) => {
  const rows = await ctx.pg
    .selectFrom('opinion.subject')
    .select(['id', 'name', 'kind', 'own'])
    .where('deleted_at', 'is', null)
    .orderBy('id')
    .execute()
  const missing = ids?.find((id) => !rows.some((row) => row.id === id))
  if (missing !== undefined) throw problem.subjectUnknown({ id: missing })
  const chosen = rows.filter((row) => (ids && ids.length > 0 ? ids.includes(row.id) : row.own))
  if (chosen.length === 0) throw problem.noSubjects()
  return { chosen, all: rows }
}

interface EventRow {
  id: number
  title: string
  gist: string
  gist_posts: PostId[]
  state: string
  posts: number
  authors: number
  platforms: number
  first_at: Date
  last_at: Date
  first_post_id: string
}

/** Events that lived in the period, the gravest and largest first, at most 15; or the one asked for. */
const eventsOf = async (ctx: Ctx, scope: Scope): Promise<ReportFacts['events']> => {
  const { rows } = await sql<EventRow>`
    select id, title, gist, gist_posts, state, posts, authors, platforms, first_at, last_at, first_post_id from opinion.event
    where drill_id = ${scope.drillId} and merged_into is null
      and ${
        scope.eventId === undefined
          ? sql`first_at < ${scope.to} and last_at >= ${scope.from} and subjects && ${[...scope.subjects]}::int[]`
          : sql`id = ${scope.eventId}`
      }
    order by heat desc, id limit 200`.execute(ctx.pg)
  const grades = await gradesOf(
    ctx,
    rows.map(({ id }) => id),
  )
  const weight: Record<Level, number> = { severe: 3, moderate: 2, minor: 1 }
  const grave = (id: number) => {
    const level = grades.get(id)?.level
    return level ? weight[level] : 0
  }
  return rows
    .map((row, place) => ({ row, place }))
    .sort((a, b) => grave(b.row.id) - grave(a.row.id) || a.place - b.place)
    .slice(0, 15)
    .map(({ row }) => ({
      id: row.id,
      title: row.title,
      gist: row.gist,
      gistPosts: row.gist_posts,
      level: grades.get(row.id)?.level ?? null,
      state: row.state,
      posts: row.posts,
      authors: row.authors,
      platforms: row.platforms,
      firstAt: row.first_at.toISOString(),
      lastAt: row.last_at.toISOString(),
      firstPost: row.first_post_id,
    }))
}

const handledOf = async (ctx: Ctx, scope: Scope, events: ReportFacts['events']): Promise<ReportFacts['incidents']> => {
  const incidents = await incidentsOf(ctx, {
    // An incident of an event may be opened long after its posts.
    from: scope.eventId === undefined ? scope.from : new Date(0),
    to: scope.eventId === undefined ? scope.to : ctx.now(),
    drillId: scope.drillId,
  })
  const firstPosts = new Map(events.map(({ id, firstPost }) => [id, firstPost]))
  return incidents
    .filter(({ eventIds }) => scope.eventId === undefined || eventIds.includes(scope.eventId))
    .map((incident) => {
      const ids = incident.eventIds.flatMap((id) => firstPosts.get(id) ?? [])
      return {
        id: incident.id,
        title: incident.title,
        level: incident.level,
        state: incident.state,
        openedAt: incident.openedAt.toISOString(),
        closedAt: incident.closedAt?.toISOString() ?? null,
        late: incident.missed.length,
        events: incident.eventIds,
        from: { posts: ids.length, ids },
      }
    })
}

const coverageFacts = async (
  ctx: Ctx,
  scope: Scope,
  all: ReportFacts['now']['from'],
): Promise<ReportFacts['coverage']> => {
  const heard = await ctx.ch.rows<{
    id: number
    posts: string
    lag: number | null
    unsure: string
    corrected: string
    doubts: string
    readings: number[]
    ids: [followers: number, id: string][]
  }>(
    ch.sql`select source_id as id, count() as posts,
        quantileExactIf(0.5)(dateDiff('second', published_at, first_seen_at), date_doubt = '') / 60 as lag,
        countIf(notEmpty(unsure)) as unsure, countIf(notEmpty(corrected)) as corrected, countIf(date_doubt != '') as doubts,
        groupUniqArray(reading) as readings,
        arrayMap(x -> (toFloat64(-x.1), toString(x.2)), groupArraySorted(12)((-toInt64(followers), post_id))) as ids
      from posts final where ${postsInPeriod(scope)} group by id order by id`,
  )
  const sum = (name: 'unsure' | 'corrected' | 'doubts') => heard.reduce((all, row) => all + Number(row[name]), 0)
  // The first twelve of all are among the first twelve of each source.
  const ids = heard
    .flatMap((row) => row.ids)
    .sort(([a, id], [b, other]) => b - a || (BigInt(id) < BigInt(other) ? -1 : 1))
    .slice(0, 12)
    .map(([, id]) => id)
  const { rows } = await sql<{ id: number; name: string; platform: string; blind: number; note: string }>`
    select s.id, s.name, s.platform, coalesce(s.terms ->> 'sampling', '') as note,
      coalesce((select round(sum(extract(epoch from least(coalesce(b.to_at, ${scope.to}::timestamptz), ${scope.to}::timestamptz) - greatest(b.from_at, ${scope.from}::timestamptz)) / 60))
        from opinion.source_blind b where b.source_id = s.id and b.from_at < ${scope.to} and (b.to_at is null or b.to_at > ${scope.from})), 0)::int as blind
    from opinion.source s where s.removed_at is null or s.id = any(${heard.map(({ id }) => id)}::int[]) order by s.id`.execute(
    ctx.pg,
  )
  const counts = new Map(heard.map((row) => [row.id, row]))
  return {
    sources: rows.map(({ id, name, platform, blind, note }) => ({
      id,
      name,
      platform,
      posts: Number(counts.get(id)?.posts ?? 0),
      lagMinutes: counts.get(id)?.lag ?? null,
      blindMinutes: blind,
      note,
    })),
    unsure: sum('unsure'),
    corrected: sum('corrected'),
    dateDoubts: sum('doubts'),
    readings: [...new Set(heard.flatMap(({ readings }) => readings))].sort((a, b) => a - b),
    all: { posts: all.posts, ids },
  }
}

/** The whole life of an event, to the next full minute after its last post. */
const lifeOf = async (ctx: Ctx, eventId: number, drillId: number) => {
  const event = await ctx.pg
    .selectFrom('opinion.event')
    .select(['first_at', 'last_at', 'subjects'])
    .where('id', '=', eventId)
    .where('drill_id', '=', drillId)
    .executeTakeFirst()
  if (!event) throw problem.eventUnknown({ id: eventId })
  const to = new Date((Math.floor(event.last_at.getTime() / 60_000) + 1) * 60_000)
  return { from: event.first_at, to, subjects: event.subjects }
}

/**
 * Reads everything a report says, by fixed questions to the stores. Nothing is guessed: what the stores do not hold is not in
 * it. About twenty statements whatever the number of posts.
 * @throws reports.noSubjects, reports.subjectUnknown, reports.eventUnknown
 */
export const collectFacts = async (ctx: Ctx, request: ReportRequest): Promise<ReportFacts> => {
  const { kind, drillId, language, eventId } = request
  const life = eventId === undefined ? undefined : await lifeOf(ctx, eventId, drillId)
  const span =
    request.from && request.to
      ? { from: new Date(request.from), to: new Date(request.to) }
      : (life ?? usualSpan(kind, ctx.now()))
  const asked = request.subjects && request.subjects.length > 0 ? request.subjects : life?.subjects
  const { chosen, all } = await subjectsOf(ctx, asked)
  const scope: Scope = {
    drillId,
    from: span.from,
    to: span.to,
    beforeFrom: new Date(2 * span.from.getTime() - span.to.getTime()),
    subjects: chosen.map(({ id }) => id),
    eventId,
  }
  const { now, before } = await readTotals(ctx, scope)
  const events = await eventsOf(ctx, scope)
  const rivals = all.filter((one) => one.kind === 'competitor' || scope.subjects.includes(one.id))
  const bySubject = await readSubjects(
    ctx,
    scope,
    rivals.map(({ id }) => id),
  )
  return {
    version: 1,
    kind,
    language,
    drillId,
    from: scope.from.toISOString(),
    to: scope.to.toISOString(),
    madeAt: ctx.now().toISOString(),
    subjects: chosen,
    now,
    before,
    bySubject: bySubject.flatMap((row) => {
      const subject = all.find(({ id }) => id === row.id)
      return subject ? [{ ...row, name: subject.name, kind: subject.kind, own: subject.own }] : []
    }),
    ...(await readBreakdowns(ctx, scope)),
    keyPosts: await readKeyPosts(ctx, scope),
    complaints: await readComplaints(ctx, scope),
    events,
    incidents: await handledOf(ctx, scope, events),
    hops: await readHops(ctx, scope),
    coverage: await coverageFacts(ctx, scope, now.from),
  }
}
