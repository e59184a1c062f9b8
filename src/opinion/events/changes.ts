import { sql } from 'kysely'
import { type Ctx, weighedWords } from '#platform'
import { clustersIn, moveClusters, note, pour, recalled, setApart } from './event-moves.ts'
import { keepWords, storiesOfEvents } from './event-words.ts'
import type { EventDetail } from './events-contract.ts'
import { later } from './later.ts'
import { postRows } from './post-rows.ts'
import { problem } from './problem.ts'
import { copyClusters } from './stored.ts'
import { openStories } from './stories.ts'
import { joined } from './story.ts'
import { storyVector } from './story-vector.ts'
import { turnOver } from './turn-number.ts'
import './tables.ts'

/** What people change of events. Each change has its reason, is in the audit trail, and can be undone while nothing came on top. */

const eventForChange = async (ctx: Ctx, id: number) => {
  const event = await ctx.pg.selectFrom('opinion.event').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
  if (!event) throw problem.unknown({ event: id })
  if (event.merged_into !== null) throw problem.mergedAway({ event: id, into: event.merged_into })
  return event
}

/**
 * Takes the turn of the drill that an event is of, before any event is locked: whoever puts posts to events takes them in this
 * order too, and the other way round each would wait for the other.
 */
const turnFirst = async (ctx: Ctx, id: number): Promise<void> => {
  const event = await ctx.pg.selectFrom('opinion.event').select('drill_id').where('id', '=', id).executeTakeFirst()
  if (event) await turnOver(ctx, event.drill_id)
}

/** Two events are one story: all posts of this one go to the other. */
export const mergeEvents = async (ctx: Ctx, { id, into, reason }: { id: number; into: number; reason: string }) => {
  if (id === into) throw problem.sameEvent({ event: id })
  await ctx.tx(async (ctx) => {
    await turnFirst(ctx, id)
    const [from, to] = [await eventForChange(ctx, id), await eventForChange(ctx, into)]
    if (from.drill_id !== to.drill_id) throw problem.otherDrill({ event: id, into })
    const clusters = await pour(ctx, from, to, true)
    const words = await storiesOfEvents(ctx, [id, into])
    const [mine, theirs] = [words.get(into), words.get(id)]
    // What is said next in the words of either belongs to it.
    if (mine && theirs) await keepWords(ctx, [joined(mine, theirs)])
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

/**
 * An event turned out to be part of a larger one: the same, by the program, within the transaction that puts posts to events and
 * keeps the words of both. What a person shaped or an incident handles is left alone. Undone like any other.
 * @returns whether it was done
 */
export const mergeByMachine = async (ctx: Ctx, id: number, into: number): Promise<boolean> => {
  const rows = await ctx.pg
    .selectFrom('opinion.event')
    .selectAll()
    .where('id', 'in', [id, into])
    .where('merged_into', 'is', null)
    .orderBy('id')
    .forUpdate()
    .execute()
  const [from, to] = [rows.find((row) => row.id === id), rows.find((row) => row.id === into)]
  if (!from || !to || (await storiesOfEvents(ctx, [id])).get(id)?.fixed !== false) return false
  const clusters = await pour(ctx, from, to, false)
  await note(ctx, {
    drillId: from.drill_id,
    eventId: into,
    otherId: id,
    kind: 'merged',
    detail: { clusters },
    reason: '',
    byMachine: true,
  })
  return true
}

/** The words of an event that these posts are. */
const wordsOf = (
  id: number,
  subjects: readonly number[],
  posts: readonly { title: string; text: string; at: Date }[],
) => {
  const stories = openStories()
  for (const [n, { title, text, at }] of posts.slice(0, 40).entries()) {
    const whole = `${title} ${text}`
    const told = { vector: storyVector(whole, weighedWords(whole, 40)), subjects, aspects: [], at: at.getTime() }
    if (n === 0) stories.begin(id, told)
    else stories.grow(id, told)
    stories.hear(id, told.at)
  }
  return stories.get(id)
}

/** Posts that tell another story leave, with all copies of them, for an event of their own. */
export const splitEvent = async (
  ctx: Ctx,
  { id, posts, title, reason }: { id: number; posts: readonly string[]; title?: string | undefined; reason: string },
) => {
  const chosen = await postRows(ctx, id, posts)
  const made = await ctx.tx(async (ctx) => {
    await turnFirst(ctx, id)
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
    await moveClusters(ctx, { drillId: event.drill_id, clusters, into: made, byHand: true })
    await recalled(ctx, id)
    await recalled(ctx, made)
    await setApart(ctx, id, made)
    const words = wordsOf(made, event.subjects, chosen)
    if (words) await keepWords(ctx, [words])
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
  await turnFirst(ctx, from)
  const still = await ctx.pg
    .selectFrom('opinion.event_cluster')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .where('drill_id', '=', drillId)
    .where('event_id', '=', from)
    .where(sql<boolean>`cluster_id = any(${[...clusters]}::text[])`)
    .executeTakeFirstOrThrow()
  if (clusters.length === 0 || Number(still.count) !== clusters.length) throw problem.cannotUndo({ change: changeId })
  await eventForChange(ctx, from)
  await moveClusters(ctx, { drillId, clusters, into: to, byHand: true })
  if (kind === 'merged') {
    await ctx.pg.updateTable('opinion.event').set({ merged_into: null, state: 'open' }).where('id', '=', to).execute()
    await setApart(ctx, from, to)
  } else {
    const rest = await clustersIn(ctx, from)
    // What came to the split-off event since goes back with the rest.
    await moveClusters(ctx, { drillId, clusters: rest, into: to, byHand: true })
    await ctx.pg
      .deleteFrom('opinion.event_apart')
      .where('event_id', '=', Math.min(from, to))
      .where('other_id', '=', Math.max(from, to))
      .execute()
    await ctx.pg
      .updateTable('opinion.event')
      .set({ merged_into: to, state: 'closed', bursting: false })
      .where('id', '=', from)
      .execute()
  }
  await recalled(ctx, from)
  await recalled(ctx, to)
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
