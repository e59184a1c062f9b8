import { type Ctx, ch } from '#platform'
import { escalateDue } from './alerts/escalate.ts'
import { endEvent, fireAlert, followEvent as followAlert } from './alerts/fire.ts'
import { flushGroups } from './alerts/flush.ts'
import { sendNotices } from './alerts/post-box.ts'
import { runDrills } from './drills/run.ts'
import { eventFacts } from './events/event-facts.ts'
import { turnEvents } from './events/turn.ts'
import { queueForEvents } from './events/waiting.ts'
import { askForGrade, gradeWaiting } from './grading/due.ts'
import { gradesOf } from './grading/grades.ts'
import { followGrade } from './incidents/open.ts'
import { followAlerts, followEvent } from './incidents/watch.ts'
import { postIdOf } from './intake/keys.ts'
import { takeIn } from './intake/take-in.ts'
import { whileResting } from './loops.ts'
import './events/tables.ts'

/**
 * Days that have passed, told as they would have gone: posts come in, events are found, graded and told of as of their own
 * time, step by step. For demonstrations on an empty installation. The loops rest meanwhile, and what a step leads to is done
 * here in turn instead of through the outbox, which would do it now.
 */
export interface Past {
  /** What one source brought until a moment; times go up from call to call. @returns ids of the posts that were new */
  hear: (at: Date, sourceId: number, items: readonly unknown[]) => Promise<string[]>
  /** Grades what changed, fires and sends alerts, opens incidents, as of a moment not before the last. */
  goOn: (at: Date) => Promise<void>
  /** The event that a post belongs to. */
  eventOf: (post: { platform: string; guid: string }) => Promise<number | undefined>
}

/** A context at another time, of which nobody is told later. */
const asOf = (ctx: Ctx, at: Date): Ctx => ({ ...ctx, now: () => at, subscribers: new Map() })

const lastBatch = async (ctx: Ctx): Promise<string> =>
  (await ctx.pg.selectFrom('opinion.intake').select('id').orderBy('id', 'desc').limit(1).executeTakeFirst())?.id ?? '0'

/** What drills have brought since. */
const batchesAfter = (ctx: Ctx, before: string) =>
  ctx.pg
    .selectFrom('opinion.intake')
    .select(['id', 'drill_id', 'posts'])
    .where('id', '>', before)
    .where('drill_id', '<>', 0)
    .orderBy('id')
    .execute()

/** Stories smaller than this are graded when they next grow: there are many of them in a week, and none is told of. */
const fewestPosts = 30

const gradeChanged = async (ctx: Ctx, since: Date): Promise<void> => {
  const changed = await ctx.pg
    .selectFrom('opinion.event')
    .select(['id', 'drill_id'])
    .where((either) => either.or([either('posts', '>=', fewestPosts), either('drill_id', '<>', 0)]))
    .where('state', '=', 'open')
    .where('merged_into', 'is', null)
    .where('changed_at', '>', since)
    .execute()
  const ids = changed.map(({ id }) => id)
  const before = await gradesOf(ctx, ids)
  const drillOf = new Map(changed.map(({ id, drill_id }) => [id, drill_id]))
  for (const [eventId, drillId] of drillOf) await askForGrade(ctx, { eventId, drillId })
  while ((await gradeWaiting(ctx, eventFacts, { graded: followAlert, gone: endEvent })) > 0);
  for (const [eventId, { level }] of await gradesOf(ctx, ids)) {
    const was = before.get(eventId)?.level ?? null
    if (was === level) continue
    await fireAlert(ctx, { eventId })
    await ctx.tx((ctx) => followGrade(ctx, { eventId, drillId: drillOf.get(eventId) ?? 0, level, before: was }))
  }
  for (const eventId of ids) await ctx.tx((ctx) => followEvent(ctx, { eventId }))
}

/** @param tell given the past; the loops go on when it is done */
export const inThePast = <T>(ctx: Ctx, tell: (past: Past) => Promise<T>): Promise<T> =>
  whileResting(ctx, () => {
    let last = new Date(0)
    return tell({
      hear: async (at, sourceId, items) => {
        const then = asOf(ctx, at)
        const { batch, stored } = await takeIn(then, { sourceId, items })
        if (batch > 0) await queueForEvents(then, { batch, drillId: 0, posts: stored.length })
        return stored
      },
      goOn: async (at) => {
        const then = asOf(ctx, at)
        const before = await lastBatch(ctx)
        await runDrills(then)
        for (const { id, drill_id, posts } of await batchesAfter(ctx, before))
          await queueForEvents(then, { batch: Number(id), drillId: drill_id, posts })
        while (await turnEvents(then));
        await gradeChanged(then, last)
        await followAlerts(then)
        while ((await escalateDue(then)) + (await flushGroups(then)) + (await sendNotices(then)) > 0);
        last = at
      },
      eventOf: async ({ platform, guid }) => {
        const post = await ctx.ch.one<{ cluster: string }>(
          ch.sql`select toString(cluster_id) as cluster from posts where drill_id = 0 and post_id = ${ch.u64(BigInt(postIdOf(platform, guid)))} limit 1`,
        )
        if (!post) return undefined
        const row = await ctx.pg
          .selectFrom('opinion.event_cluster as c')
          .innerJoin('opinion.event as e', 'e.id', 'c.event_id')
          .select(['e.id', 'e.merged_into'])
          .where('c.drill_id', '=', 0)
          .where('c.cluster_id', '=', post.cluster)
          .executeTakeFirst()
        return row ? (row.merged_into ?? row.id) : undefined
      },
    })
  })
