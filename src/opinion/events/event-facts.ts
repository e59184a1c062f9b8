import type { Ctx } from '#platform'
import type { EventFacts } from '../grading/facts-contract.ts'
import { baselinesOf } from './baselines.ts'
import { countEvents, negativeOf, textsOf } from './count.ts'
import './tables.ts'
import '../subjects/tables.ts'

/** An event as it stands now, for whoever grades it or writes of it. Undefined for one merged away or never there. */
export const eventFacts = async (ctx: Ctx, eventId: number): Promise<EventFacts | undefined> => {
  const event = await ctx.pg
    .selectFrom('opinion.event')
    .selectAll()
    .where('id', '=', eventId)
    .where('merged_into', 'is', null)
    .executeTakeFirst()
  if (!event) return undefined
  const now = ctx.now()
  const of = { drillId: event.drill_id, events: [eventId], from: new Date(event.first_at.getTime() - 3_600_000) }
  const [subjects, counted, negative, texts, baselines] = await Promise.all([
    event.subjects.length === 0
      ? []
      : ctx.pg.selectFrom('opinion.subject').select(['id', 'name', 'kind']).where('id', 'in', event.subjects).execute(),
    countEvents(ctx, of),
    negativeOf(ctx, of),
    textsOf(ctx, { ...of, most: 5 }),
    baselinesOf(ctx, event.drill_id, event.subjects.slice(0, 1), now),
  ])
  const figures = counted.get(eventId)
  const suspicion = await ctx.pg
    .selectFrom('opinion.event_figures')
    .select('rumour')
    .where('event_id', '=', eventId)
    .executeTakeFirst()
  const baseline = baselines.get(event.subjects[0] ?? 0)
  const mean = (baseline?.perHour ?? 1) / 2
  return {
    eventId,
    drillId: event.drill_id,
    at: now.toISOString(),
    title: event.title,
    state: event.state,
    subjects: event.subjects.map((id) => subjects.find((one) => one.id === id) ?? { id, name: '', kind: '' }),
    posts: figures?.posts ?? 0,
    authors: figures?.authors ?? 0,
    platforms: figures?.platforms ?? [],
    negative: negative.get(eventId) ?? 0,
    aspects: (figures?.aspects ?? []).map(([aspect, posts]) => ({
      aspect,
      share: Math.min(1, posts / Math.max(1, figures?.own ?? 1)),
    })),
    authorClasses: figures?.classes ?? [],
    speakers: figures?.speakers ?? [],
    verifiedFollowers: figures?.verifiedFollowers ?? 0,
    reach: figures?.reach ?? 0,
    z: ((figures?.halfHour ?? 0) - mean) / Math.sqrt(mean + mean ** 2 / (baseline?.shape ?? 0.5)),
    bursting: event.bursting,
    hotListRank: figures?.rank ?? null,
    // As it was told when the event was counted: from reposts where there are any.
    rumour: suspicion?.rumour ?? figures?.rumour ?? 0,
    urgencies: figures?.urgency ?? [],
    keyPosts: (texts.get(eventId) ?? []).map(({ id }) => id),
  }
}
