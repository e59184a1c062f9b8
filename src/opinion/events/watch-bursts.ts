import { type Ctx, ch } from '#platform'
import { baselinesOf, type SubjectBaseline } from './baselines.ts'
import { type BurstVerdict, quietMinutes, quietP, testBurst, windowMinutes } from './burst.ts'
import { later } from './later.ts'
import './tables.ts'

const minute = 60_000
const hourMs = 3_600_000

interface Window {
  subject: number
  end: Date
  posts: Record<(typeof windowMinutes)[number], { posts: number; authors: number; clusters: number; spam: number }>
  /** The event most of the last half hour's posts belong to; 0 for none. */
  event: number
}

interface WindowRow {
  subject: number
  end: string
  posts5: string
  authors5: string
  clusters5: string
  spam5: string
  posts30: string
  authors30: string
  clusters30: string
  spam30: string
  events: number[]
}

/**
 * What was said of subjects in the windows that end at their latest post, so that a source that comes late by some minutes
 * is not taken for silence. A copy counts for the first subject of its event.
 */
const windowsOf = async (ctx: Ctx, drillId: number, subjects: readonly number[]): Promise<Window[]> => {
  const now = ctx.now()
  const from = new Date(now.getTime() - hourMs)
  const events = await ctx.pg
    .selectFrom('opinion.event')
    .select(['id', 'subjects'])
    .where('drill_id', '=', drillId)
    .where('last_at', '>=', from)
    .where('merged_into', 'is', null)
    .limit(20_000)
    .execute()
  const rows = await ctx.ch.rows<WindowRow>(
    ch.sql`with said as (
        select post_id, published_at, author, p.cluster_id as cluster, spam, e.event_id as event,
          arrayJoin(arrayFilter(subject -> subject in ${ch.u32s(subjects)},
            if(notEmpty(subjects), arrayDistinct(subjects),
              [transform(e.event_id, ${ch.u32s(events.map(({ id }) => id))}, ${ch.u32s(events.map(({ subjects }) => subjects[0] ?? 0))}, toUInt32(0))]))) as subject
        from posts as p left join (
            select cluster_id, event_id from cluster_events final where drill_id = ${ch.u32(drillId)} and cluster_id in (
              select cluster_id from posts where drill_id = ${ch.u32(drillId)} and published_at >= ${ch.moment(from)})
          ) as e
          on e.cluster_id = p.cluster_id
        where p.drill_id = ${ch.u32(drillId)} and published_at >= ${ch.moment(from)} and published_at <= ${ch.moment(new Date(now.getTime() + 5 * minute))}
        limit 1 by post_id
      )
      select subject, end, countIf(at5) as posts5, uniqExactIf(voice, at5) as authors5, uniqExactIf(cluster, at5) as clusters5,
        countIf(at5 and spam >= 0.5) as spam5, count() as posts30, uniqExact(voice) as authors30,
        uniqExact(cluster) as clusters30, countIf(spam >= 0.5) as spam30, topK(1)(event) as events
      from (
        select subject, if(author = 0, post_id, author) as voice, cluster, spam, event, published_at, ends.end as end,
          published_at > ends.end - interval 5 minute as at5
        from said inner join (select subject, max(published_at) as end from said group by subject) as ends using subject
        where published_at > ends.end - interval 30 minute
      )
      group by subject, end`,
  )
  return rows.map((row) => ({
    subject: row.subject,
    end: new Date(row.end),
    event: row.events[0] ?? 0,
    posts: {
      5: {
        posts: Number(row.posts5),
        authors: Number(row.authors5),
        clusters: Number(row.clusters5),
        spam: Number(row.spam5),
      },
      30: {
        posts: Number(row.posts30),
        authors: Number(row.authors30),
        clusters: Number(row.clusters30),
        spam: Number(row.spam30),
      },
    },
  }))
}

/**
 * Growth of reposts and comments under the posts of subjects: what sources that we collect few posts from still tell.
 * @param since start of what has grown
 */
const growthOf = async (
  ctx: Ctx,
  drillId: number,
  subjects: readonly number[],
  since: Date,
): Promise<Map<number, number>> => {
  const rows = await ctx.ch.rows<{ subject: number; grown: string }>(
    ch.sql`select subject, sum(grown) as grown from (
        select post_id, max(reposts + comments) - maxIf(reposts + comments, at <= ${ch.moment(since)}) as grown
        from post_engagement where drill_id = ${ch.u32(drillId)} and post_id in (
          select post_id from mentions where drill_id = ${ch.u32(drillId)} and subject_id in ${ch.u32s(subjects)}
            and published_at >= ${ch.moment(new Date(since.getTime() - 72 * hourMs))})
        group by post_id having count() > 1 and min(at) <= ${ch.moment(since)}
      ) as g inner join (select distinct post_id, subject_id as subject from mentions where drill_id = ${ch.u32(drillId)}
        and subject_id in ${ch.u32s(subjects)} and published_at >= ${ch.moment(new Date(since.getTime() - 72 * hourMs))}) as m using post_id
      group by subject`,
  )
  return new Map(rows.map(({ subject, grown }) => [subject, Number(grown)]))
}

/**
 * Tests subjects for a burst now and keeps its state: suspected, confirmed (an event bursts), over after an hour of nothing
 * special. Also ends bursts of subjects nobody speaks of any more.
 * @returns events whose state changed
 */
export const watchBursts = async (ctx: Ctx, drillId: number, touched: readonly number[]): Promise<number[]> => {
  const running = await ctx.pg
    .selectFrom('opinion.burst')
    .selectAll()
    .where('drill_id', '=', drillId)
    .where('ended_at', 'is', null)
    .execute()
  const subjects = [...new Set([...touched, ...running.map(({ subject_id }) => subject_id)])]
  if (subjects.length === 0) return []
  const now = ctx.now()
  const [windows, growth] = await Promise.all([
    windowsOf(ctx, drillId, subjects),
    growthOf(ctx, drillId, subjects, new Date(now.getTime() - 30 * minute)),
  ])
  const changed = new Set<number>()
  const bySubject = new Map(windows.map((window) => [window.subject, window]))
  const endOf = (subject: number) => bySubject.get(subject)?.end ?? now
  // What is usual is asked once for all whose window ends in the same hour.
  const baselines = new Map<number, SubjectBaseline>()
  for (const [hour, some] of Map.groupBy(subjects, (subject) => Math.floor(endOf(subject).getTime() / hourMs)))
    for (const [subject, baseline] of await baselinesOf(ctx, drillId, some, new Date(hour * hourMs)))
      baselines.set(subject, baseline)
  for (const subject of subjects) {
    const window = bySubject.get(subject)
    const end = endOf(subject)
    const baseline = baselines.get(subject)
    if (!baseline) continue
    const verdict = testBurst(
      window ? windowMinutes.map((minutes) => ({ minutes, ...window.posts[minutes] })) : [],
      baseline,
      { grown: growth.get(subject) ?? 0, expected: baseline.grownHalfHour, shape: baseline.grownShape },
    )
    const posts = window?.posts[verdict.minutes === 5 ? 5 : 30]
    const before = running.find(({ subject_id }) => subject_id === subject)
    if (!before && !verdict.suspected) continue
    const event = window?.event || null
    const row = {
      p: verdict.p,
      z: verdict.z,
      minutes: verdict.minutes,
      posts: posts?.posts ?? 0,
      authors: posts?.authors ?? 0,
      per_hour: baseline.perHour,
      confirmed_by: verdict.confirmedBy,
    }
    const id = await keep(ctx, {
      drillId,
      subject,
      before,
      verdict,
      row,
      event,
      began: new Date(end.getTime() - (verdict.minutes || 30) * minute),
    })
    if (id) changed.add(id)
  }
  return [...changed]
}

interface BurstRow {
  p: number
  z: number
  minutes: number
  posts: number
  authors: number
  per_hour: number
  confirmed_by: BurstVerdict['confirmedBy']
}

interface Watched {
  drillId: number
  subject: number
  before: { id: number; state: string; event_id: number | null; last_at: Date; p: number; z: number } | undefined
  verdict: BurstVerdict
  row: BurstRow
  event: number | null
  began: Date
}

/** Writes what a test said of a subject. @returns the event whose state changed */
const keep = (
  ctx: Ctx,
  { drillId, subject, before, verdict, row, event, began }: Watched,
): Promise<number | undefined> =>
  ctx.tx(async (ctx) => {
    const now = ctx.now()
    const mark = async (id: number | null, bursting: boolean) => {
      if (id === null) return undefined
      await ctx.pg
        .updateTable('opinion.event')
        .set({ bursting, changed_at: later(ctx) })
        .where('id', '=', id)
        .where('merged_into', 'is', null)
        .execute()
      return id
    }
    if (!before) {
      await ctx.pg
        .insertInto('opinion.burst')
        .values({
          drill_id: drillId,
          subject_id: subject,
          event_id: event,
          state: verdict.confirmed ? 'confirmed' : 'suspected',
          began_at: began,
          confirmed_at: verdict.confirmed ? now : null,
          last_at: now,
          ...row,
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      return verdict.confirmed ? mark(event, true) : undefined
    }
    const update = ctx.pg.updateTable('opinion.burst').where('id', '=', before.id)
    if (verdict.p < quietP) {
      const confirms = before.state === 'suspected' && verdict.confirmed
      // The peak is kept: what it was at its strongest.
      const stronger = verdict.p < before.p || verdict.z > before.z
      await update
        .set({
          last_at: now,
          ...(stronger && row),
          ...(confirms && {
            state: 'confirmed',
            confirmed_at: now,
            event_id: event ?? before.event_id,
            confirmed_by: row.confirmed_by,
          }),
        })
        .execute()
      return confirms ? mark(event ?? before.event_id, true) : undefined
    }
    if (now.getTime() - before.last_at.getTime() < quietMinutes * minute) return undefined
    await update.set({ state: before.state === 'confirmed' ? 'over' : 'passed', ended_at: now }).execute()
    return before.state === 'confirmed' ? mark(before.event_id, false) : undefined
  })

/** Notes how engagement grew in the hour that runs, per subject: what later half hours are measured against. */
export const noteGrowth = async (ctx: Ctx, drillId: number): Promise<void> => {
  const hour = new Date(Math.floor(ctx.now().getTime() / hourMs) * hourMs)
  const subjects = await ctx.pg
    .selectFrom('opinion.subject_hour')
    .select('subject_id')
    .distinct()
    .where('drill_id', '=', drillId)
    .where('hour', '>=', new Date(hour.getTime() - 72 * hourMs))
    .execute()
  const growth = await growthOf(
    ctx,
    drillId,
    subjects.map(({ subject_id }) => subject_id),
    hour,
  )
  for (const [subject_id, grown] of growth)
    await ctx.pg
      .insertInto('opinion.subject_hour')
      .values({ drill_id: drillId, subject_id, hour, posts: 0, grown })
      .onConflict((conflict) => conflict.columns(['drill_id', 'subject_id', 'hour']).doUpdateSet({ grown }))
      .execute()
}
