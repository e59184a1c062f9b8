import { sql } from 'kysely'
import { type Ctx, emit } from '#platform'
import { eventChanged } from '../notices.ts'
import type { EventChange } from './events-contract.ts'
import { later, nextNumber } from './later.ts'
import type { ChangeDetail } from './tables.ts'
import './tables.ts'

/** What moves clusters between events, for people and for the program. Within a transaction. */

interface Change {
  drillId: number
  eventId: number
  otherId?: number | null
  kind: EventChange['kind']
  detail?: ChangeDetail
  reason: string
  byMachine?: boolean
}

/** Notes a change: in the event's own list, in the audit trail, and to those who follow events. */
export const note = async (
  ctx: Ctx,
  { drillId, eventId, otherId = null, kind, detail = {}, reason, byMachine = false }: Change,
): Promise<void> => {
  await ctx.pg
    .insertInto('opinion.event_change')
    .values({
      drill_id: drillId,
      event_id: eventId,
      other_id: otherId,
      kind,
      detail: JSON.stringify(detail),
      reason,
      by_name: byMachine ? null : ctx.actor.name,
      by_id: byMachine ? null : ctx.actor.id,
      at: ctx.now(),
    })
    .execute()
  for (const id of [eventId, otherId])
    if (id !== null) await emit(ctx, eventChanged, { eventId: id, drillId }, String(id))
  await ctx.audit.record(ctx, {
    action: `opinion.event.${kind}`,
    subject: `event:${eventId}`,
    detail: { event: eventId, ...(otherId !== null && { other: otherId }), reason },
  })
}

export const moveClusters = async (
  ctx: Ctx,
  { drillId, clusters, into, byHand }: { drillId: number; clusters: readonly string[]; into: number; byHand: boolean },
): Promise<void> => {
  await ctx.pg
    .updateTable('opinion.event_cluster')
    .set((eb) => ({
      event_id: into,
      by_hand: byHand ? true : eb.ref('by_hand'),
      copied: false,
      number: nextNumber(ctx),
    }))
    .where('drill_id', '=', drillId)
    .where(sql<boolean>`cluster_id = any(${[...clusters]}::text[])`)
    .execute()
}

export const clustersIn = async (ctx: Ctx, eventId: number) =>
  (await ctx.pg.selectFrom('opinion.event_cluster').select('cluster_id').where('event_id', '=', eventId).execute()).map(
    ({ cluster_id }) => cluster_id,
  )

/** First and last post, subjects of an event from its clusters and what is stored of it. */
export const recalled = async (ctx: Ctx, id: number): Promise<void> => {
  await sql`update opinion.event set first_at = c.first_at, first_post_id = c.first_post_id, changed_at = ${later(ctx)}
    from (select first_at, first_post_id from opinion.event_cluster where event_id = ${id} order by first_at, cluster_id limit 1) c
    where opinion.event.id = ${id}`.execute(ctx.pg)
}

interface Poured {
  id: number
  drill_id: number
  last_at: Date
  subjects: number[]
  bursting: boolean
  state: 'open' | 'watching' | 'closed'
}

/** What belongs to one event goes to another: clusters, subjects, bursts. Both are locked. @returns the clusters */
export const pour = async (ctx: Ctx, from: Poured, to: Poured, byHand: boolean): Promise<string[]> => {
  const clusters = await clustersIn(ctx, from.id)
  await moveClusters(ctx, { drillId: from.drill_id, clusters, into: to.id, byHand })
  await ctx.pg
    .updateTable('opinion.event')
    .set({ merged_into: to.id, state: 'closed', bursting: false, changed_at: later(ctx) })
    .where('id', '=', from.id)
    .execute()
  await ctx.pg
    .updateTable('opinion.event')
    .set({
      last_at: new Date(Math.max(from.last_at.getTime(), to.last_at.getTime())),
      subjects: [...new Set([...to.subjects, ...from.subjects])],
      bursting: from.bursting || to.bursting,
      ...(to.state !== 'open' && from.state === 'open' && { state: 'open' as const }),
    })
    .where('id', '=', to.id)
    .execute()
  await ctx.pg.updateTable('opinion.burst').set({ event_id: to.id }).where('event_id', '=', from.id).execute()
  await recalled(ctx, to.id)
  return clusters
}

/** Two events are two stories: neither is suggested for the other, and the program does not make one of them. */
export const setApart = async (ctx: Ctx, id: number, other: number): Promise<void> => {
  await ctx.pg
    .insertInto('opinion.event_apart')
    .values({ event_id: Math.min(id, other), other_id: Math.max(id, other), by_name: ctx.actor.name, at: ctx.now() })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
