import { sql } from 'kysely'
import { type Ctx, emit } from '#platform'
import { eventChanged } from '../notices.ts'
import type { EventChange, EventDetail } from './events-contract.ts'
import { later } from './later.ts'
import { postRows } from './post-rows.ts'
import { problem } from './problem.ts'
import { turnOver } from './put.ts'
import { copyClusters } from './stored.ts'
import type { ChangeDetail } from './tables.ts'
import './tables.ts'

/** What people change of events. Each change has its reason, is in the audit trail, and can be undone while nothing came on top. */

const eventForChange = async (ctx: Ctx, id: number) => {
  const event = await ctx.pg.selectFrom('opinion.event').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
  if (!event) throw problem.unknown({ event: id })
  if (event.merged_into !== null) throw problem.mergedAway({ event: id, into: event.merged_into })
  return event
}

interface Change {
  drillId: number
  eventId: number
  otherId?: number | null
  kind: EventChange['kind']
  detail?: ChangeDetail
  reason: string
}

const note = async (
  ctx: Ctx,
  { drillId, eventId, otherId = null, kind, detail = {}, reason }: Change,
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
      by_name: ctx.actor.name,
      by_id: ctx.actor.id,
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

const moveClusters = async (ctx: Ctx, drillId: number, clusters: readonly string[], into: number): Promise<void> => {
  for (let start = 0; start < clusters.length; start += 5_000)
    await ctx.pg
      .updateTable('opinion.event_cluster')
      .set({ event_id: into, by_hand: true, copied: false })
      .where('drill_id', '=', drillId)
      .where('cluster_id', 'in', clusters.slice(start, start + 5_000))
      .execute()
}

const clustersIn = async (ctx: Ctx, eventId: number) =>
  (await ctx.pg.selectFrom('opinion.event_cluster').select('cluster_id').where('event_id', '=', eventId).execute()).map(
    ({ cluster_id }) => cluster_id,
  )

/** First and last post, subjects of an event from its clusters and what is stored of it. */
const recalled = async (ctx: Ctx, id: number): Promise<void> => {
  await sql`update opinion.event set first_at = c.first_at, first_post_id = c.first_post_id, changed_at = ${later(ctx)}
    from (select first_at, first_post_id from opinion.event_cluster where event_id = ${id} order by first_at, cluster_id limit 1) c
    where opinion.event.id = ${id}`.execute(ctx.pg)
}

/** Two events are one story: all posts of this one go to the other. */
export const mergeEvents = async (ctx: Ctx, { id, into, reason }: { id: number; into: number; reason: string }) => {
  if (id === into) throw problem.sameEvent({ event: id })
  await ctx.tx(async (ctx) => {
    const [from, to] = [await eventForChange(ctx, id), await eventForChange(ctx, into)]
    if (from.drill_id !== to.drill_id) throw problem.otherDrill({ event: id, into })
    const clusters = await clustersIn(ctx, id)
    await moveClusters(ctx, from.drill_id, clusters, into)
    await ctx.pg
      .updateTable('opinion.event')
      .set({ merged_into: into, state: 'closed', bursting: false, changed_at: later(ctx) })
      .where('id', '=', id)
      .execute()
    await ctx.pg
      .updateTable('opinion.event')
      .set({
        last_at: new Date(Math.max(from.last_at.getTime(), to.last_at.getTime())),
        subjects: [...new Set([...to.subjects, ...from.subjects])],
        bursting: from.bursting || to.bursting,
        ...(to.state !== 'open' && from.state === 'open' && { state: 'open' as const }),
      })
      .where('id', '=', into)
      .execute()
    await ctx.pg.updateTable('opinion.burst').set({ event_id: into }).where('event_id', '=', id).execute()
    await recalled(ctx, into)
    await turnOver(ctx, from.drill_id)
    await note(ctx, {
      drillId: from.drill_id,
      eventId: into,
      otherId: id,
      kind: 'merged',
      detail: { clusters },
      reason,
    })
  })
  await copyClusters(ctx)
  return { id: into }
}

/** Posts that tell another story leave, with all copies of them, for an event of their own. */
export const splitEvent = async (
  ctx: Ctx,
  { id, posts, title, reason }: { id: number; posts: readonly string[]; title?: string | undefined; reason: string },
) => {
  const chosen = await postRows(ctx, id, posts)
  const made = await ctx.tx(async (ctx) => {
    const event = await eventForChange(ctx, id)
    const all = await clustersIn(ctx, id)
    const clusters = [...new Set(chosen.map(({ cluster }) => cluster))].filter((cluster) => all.includes(cluster))
    const [first] = chosen
    if (clusters.length === 0 || !first) throw problem.noneOfIt({ event: id })
    if (clusters.length === all.length) throw problem.allOfIt({ event: id })
    const now = ctx.now()
    const { id: made } = await ctx.pg
      .insertInto('opinion.event')
      .values({
        drill_id: event.drill_id,
        title:
          title ??
          Array.from(first.title || first.text)
            .slice(0, 32)
            .join(''),
        named_by: title === undefined ? null : ctx.actor.name,
        state: 'open',
        merged_into: null,
        subjects: event.subjects,
        first_post_id: first.id,
        first_at: first.at,
        last_at: new Date(Math.max(...chosen.map(({ at }) => at.getTime()))),
        created_at: now,
        changed_at: now,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await moveClusters(ctx, event.drill_id, clusters, made)
    await recalled(ctx, id)
    await recalled(ctx, made)
    // Its words begin with those of the event it came from; what is told of it from now on moves them.
    await sql`insert into opinion.event_vector (event_id, vector) select ${made}, vector from opinion.event_vector where event_id = ${id}`.execute(
      ctx.pg,
    )
    await turnOver(ctx, event.drill_id)
    await note(ctx, {
      drillId: event.drill_id,
      eventId: id,
      otherId: made,
      kind: 'split',
      detail: { clusters },
      reason,
    })
    return made
  })
  await copyClusters(ctx)
  return { id: made }
}

/** Another title. The gist goes on being taken from the posts. */
export const renameEvent = (ctx: Ctx, { id, title, reason }: { id: number; title: string; reason: string }) =>
  ctx.tx(async (ctx) => {
    const event = await eventForChange(ctx, id)
    await ctx.pg
      .updateTable('opinion.event')
      .set({ title, named_by: ctx.actor.name, changed_at: later(ctx) })
      .where('id', '=', id)
      .execute()
    const detail = { titleBefore: event.title, titleAfter: title }
    await note(ctx, { drillId: event.drill_id, eventId: id, kind: 'renamed', detail, reason })
    return { id }
  })

/** Closes an event before silence does. */
export const closeEvent = (ctx: Ctx, { id, reason }: { id: number; reason: string }) =>
  ctx.tx(async (ctx) => {
    const event = await eventForChange(ctx, id)
    if (event.state === 'closed') throw problem.alreadyClosed({ event: id })
    await ctx.pg
      .updateTable('opinion.event')
      .set({ state: 'closed', bursting: false, changed_at: later(ctx) })
      .where('id', '=', id)
      .execute()
    await note(ctx, { drillId: event.drill_id, eventId: id, kind: 'closed', reason })
    return { id }
  })

/** Opens a closed event, or one that is only watched. */
export const reopenEvent = (ctx: Ctx, { id, reason }: { id: number; reason: string }) =>
  ctx.tx(async (ctx) => {
    const event = await eventForChange(ctx, id)
    if (event.state === 'open') throw problem.notClosed({ event: id })
    await ctx.pg
      .updateTable('opinion.event')
      .set({ state: 'open', changed_at: later(ctx) })
      .where('id', '=', id)
      .execute()
    await note(ctx, { drillId: event.drill_id, eventId: id, kind: 'reopened', reason })
    return { id }
  })

/** Takes back a merge, a split or a new title. @throws problem.cannotUndo when posts were moved on since */
export const undoChange = async (ctx: Ctx, { changeId, reason }: { changeId: number; reason: string }) => {
  const id = await ctx.tx(async (ctx) => {
    const change = await ctx.pg
      .selectFrom('opinion.event_change')
      .selectAll()
      .where('id', '=', changeId)
      .forUpdate()
      .executeTakeFirst()
    if (!change) throw problem.unknown({ change: changeId })
    const { event_id: eventId, other_id: otherId, drill_id: drillId, detail, kind } = change
    if (change.undone_at !== null) throw problem.cannotUndo({ change: changeId })
    if (kind === 'renamed') {
      const event = await eventForChange(ctx, eventId)
      if (event.title !== detail.titleAfter) throw problem.cannotUndo({ change: changeId })
      await ctx.pg
        .updateTable('opinion.event')
        .set({ title: detail.titleBefore ?? event.title, changed_at: later(ctx) })
        .where('id', '=', eventId)
        .execute()
    } else if ((kind === 'merged' || kind === 'split') && otherId !== null) {
      const [from, to] = kind === 'merged' ? [eventId, otherId] : [otherId, eventId]
      await moveBack(ctx, { drillId, clusters: detail.clusters ?? [], from, to, kind, changeId })
    } else throw problem.cannotUndo({ change: changeId })
    await ctx.pg.updateTable('opinion.event_change').set({ undone_at: ctx.now() }).where('id', '=', changeId).execute()
    await note(ctx, { drillId, eventId, otherId, kind: 'undone', reason })
    return eventId
  })
  await copyClusters(ctx)
  return { id }
}

const moveBack = async (
  ctx: Ctx,
  back: {
    drillId: number
    clusters: readonly string[]
    from: number
    to: number
    kind: 'merged' | 'split'
    changeId: number
  },
): Promise<void> => {
  const { drillId, clusters, from, to, kind, changeId } = back
  const still = await ctx.pg
    .selectFrom('opinion.event_cluster')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .where('drill_id', '=', drillId)
    .where('event_id', '=', from)
    .where(sql<boolean>`cluster_id = any(${[...clusters]}::text[])`)
    .executeTakeFirstOrThrow()
  if (clusters.length === 0 || Number(still.count) !== clusters.length) throw problem.cannotUndo({ change: changeId })
  await eventForChange(ctx, from)
  await moveClusters(ctx, drillId, clusters, to)
  if (kind === 'merged')
    await ctx.pg.updateTable('opinion.event').set({ merged_into: null, state: 'open' }).where('id', '=', to).execute()
  else {
    const rest = await clustersIn(ctx, from)
    // What came to the split-off event since goes back with the rest.
    await moveClusters(ctx, drillId, rest, to)
    await ctx.pg
      .updateTable('opinion.event')
      .set({ merged_into: to, state: 'closed', bursting: false })
      .where('id', '=', from)
      .execute()
  }
  await recalled(ctx, from)
  await recalled(ctx, to)
  await turnOver(ctx, drillId)
}

/** What was done to an event, the latest first. */
export const changesOf = async (ctx: Ctx, id: number): Promise<EventDetail['changes']> => {
  const rows = await ctx.pg
    .selectFrom('opinion.event_change as c')
    .leftJoin('opinion.event as o', 'o.id', 'c.other_id')
    .select([
      'c.id',
      'c.kind',
      'c.event_id',
      'c.other_id',
      'o.title as other_title',
      'c.reason',
      'c.by_name',
      'c.at',
      'c.undone_at',
      'c.detail',
    ])
    .where((eb) => eb.or([eb('c.event_id', '=', id), eb('c.other_id', '=', id)]))
    .orderBy('c.id', 'desc')
    .limit(100)
    .execute()
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    eventId: row.event_id,
    otherId: row.other_id,
    otherTitle: row.other_title,
    reason: row.reason,
    by: row.by_name,
    at: row.at.toISOString(),
    undone: row.undone_at !== null,
    canUndo: row.undone_at === null && (row.kind === 'merged' || row.kind === 'split' || row.kind === 'renamed'),
    titleBefore: row.detail.titleBefore ?? null,
    titleAfter: row.detail.titleAfter ?? null,
  }))
}
