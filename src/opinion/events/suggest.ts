import type { Ctx } from '#platform'
import type { Aspect } from '../contract.ts'
import { setApart } from './event-moves.ts'
import type { EventSuggestions } from './events-contract.ts'
import { findEvent, findEvents } from './list.ts'
import { problem } from './problem.ts'
import { togetherWith } from './together.ts'
import { turnOver } from './turn-number.ts'
import './tables.ts'

const hourMs = 3_600_000
const mostEvents = 400
const weekMs = 7 * 24 * hourMs

/** Events that may be the same story as this one, the likeliest first, each with why. @throws problem.unknown */
export const suggestTogether = async (ctx: Ctx, { id }: { id: number }): Promise<EventSuggestions> => {
  const event = await findEvent(ctx, id)
  if (!event) throw problem.unknown({ event: id })
  if (event.mergedInto !== null || event.subjects.length === 0) return { items: [] }
  const [rows, apart] = await Promise.all([
    ctx.pg
      .selectFrom('opinion.event as e')
      .innerJoin('opinion.event_vector as v', 'v.event_id', 'e.id')
      .select(['e.id', 'e.subjects', 'e.first_at', 'e.last_at', 'e.posts', 'v.vector', 'v.texts', 'v.aspects'])
      .where('e.drill_id', '=', event.drillId)
      .where('e.merged_into', 'is', null)
      .where('e.last_at', '>=', new Date(new Date(event.firstAt).getTime() - weekMs))
      .where('e.first_at', '<=', new Date(new Date(event.lastAt).getTime() + weekMs))
      .where(({ or, eb }) => or([eb('e.id', '=', id), eb('e.posts', '>=', 2)]))
      .where((eb) => eb('e.subjects', '&&', eb.val(event.subjects.map((subject) => subject.id))))
      .orderBy((eb) => eb('e.id', '=', id), 'desc')
      .orderBy('e.posts', 'desc')
      .limit(mostEvents)
      .execute(),
    ctx.pg
      .selectFrom('opinion.event_apart')
      .select(['event_id', 'other_id'])
      .where(({ or, eb }) => or([eb('event_id', '=', id), eb('other_id', '=', id)]))
      .execute(),
  ])
  const refused = new Set(apart.map(({ event_id, other_id }) => (event_id === id ? other_id : event_id)))
  const found = togetherWith(
    id,
    rows.map(({ first_at, last_at, ...row }) => ({ ...row, firstAt: first_at.getTime(), lastAt: last_at.getTime() })),
    refused.size + 5,
  ).filter((other) => !refused.has(other.id))
  const events = await findEvents(
    ctx,
    event.drillId,
    found.slice(0, 5).map((other) => other.id),
  )
  return {
    items: found.flatMap(({ id, likeness, words, aspects }) => {
      const other = events.get(id)
      return other ? [{ event: other, likeness, words, aspects: aspects as Aspect[] }] : []
    }),
  }
}

/** A person says that two events are two stories: neither is suggested for the other any more. @throws problem.sameEvent, problem.unknown */
export const keepApart = async (ctx: Ctx, { id, other }: { id: number; other: number }): Promise<{ id: number }> => {
  if (id === other) throw problem.sameEvent({ event: id })
  await ctx.tx(async (ctx) => {
    const found = await ctx.pg
      .selectFrom('opinion.event')
      .select(['id', 'drill_id'])
      .where('id', 'in', [id, other])
      .execute()
    const [first] = found
    if (!first || found.length < 2) throw problem.unknown({ event: id, other })
    // Whoever puts posts to events knows it by heart: he reads it again.
    await turnOver(ctx, first.drill_id)
    await setApart(ctx, id, other)
    await ctx.audit.record(ctx, { action: 'opinion.event.apart', subject: `event:${id}`, detail: { event: id, other } })
  })
  return { id }
}
