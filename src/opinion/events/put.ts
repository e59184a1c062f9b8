import { sql } from 'kysely'
import type { Ctx } from '#platform'
import { mergeByMachine } from './changes.ts'
import { eventsApart, keepHeard, keepWords, storiesSince } from './event-words.ts'
import { firstNumber, later } from './later.ts'
import { type Place, type Plan, planOf } from './plan.ts'
import { openStories, type Stories, staleMs } from './stories.ts'
import { takeTurn, turnOf } from './turn-number.ts'
import { nextWaiting, type Waiting } from './waiting.ts'
import './tables.ts'

/** Stories of a drill (0 is real) as this process knows them, and the turn they are of. */
interface Held {
  number: string
  stories: Stories
  readAt: number
}

/** Stories that nobody goes on telling are forgotten when all are read again; nothing else takes them out of memory. */
const freshMs = 24 * 3_600_000

const byStore = new WeakMap<object, Map<number, Held>>()

/** Active stories, from Postgres when somebody else changed them: another process or a person. */
const storiesOf = async (ctx: Ctx, drillId: number): Promise<Held> => {
  const held = byStore.get(ctx.store) ?? new Map<number, Held>()
  byStore.set(ctx.store, held)
  const number = await turnOf(ctx, drillId)
  const known = held.get(drillId)
  const now = ctx.now().getTime()
  if (known?.number === number && now - known.readAt < freshMs) return known
  const stories = known?.stories ?? openStories()
  stories.clear()
  for (const story of await storiesSince(ctx, drillId, new Date(now - staleMs))) stories.put(story)
  for (const [id, other] of await eventsApart(ctx, drillId)) stories.keepApart(id, other)
  const fresh = { number, stories, readAt: now }
  held.set(drillId, fresh)
  if (held.size > 6) held.delete([...held.keys()].find((id) => id !== 0 && id !== drillId) ?? -1)
  return fresh
}

const placesOf = async (ctx: Ctx, drillId: number, clusters: readonly string[]): Promise<Map<string, Place>> => {
  if (clusters.length === 0) return new Map()
  const rows = await ctx.pg
    .selectFrom('opinion.event_cluster as c')
    .innerJoin('opinion.event as e', 'e.id', 'c.event_id')
    .select(['c.cluster_id', 'c.event_id', 'e.subjects'])
    .where('c.drill_id', '=', drillId)
    // One parameter: tens of thousands of them, as after a flood, are more than a statement takes.
    .where(sql<boolean>`c.cluster_id = any(${[...clusters]}::text[])`)
    .execute()
  return new Map(rows.map((row) => [row.cluster_id, { event: row.event_id, subjects: row.subjects }]))
}

export interface PutPosts {
  drillId: number
  posts: number
  events: number[]
  subjects: number[]
}

/**
 * Puts what waits to events. What it decided counts only when nobody changed events meanwhile; else it decides again at
 * its next turn.
 * @returns undefined when nothing waits
 */
export const putWaiting = async (ctx: Ctx): Promise<PutPosts | undefined> => {
  const waiting = await nextWaiting(ctx)
  if (!waiting) return undefined
  const { drillId, posts } = waiting
  const held = await storiesOf(ctx, drillId)
  const known = await placesOf(ctx, drillId, [...new Set(posts.map(({ cluster }) => cluster))])
  const plan = planOf(posts, known, held.stories)
  let put: Omit<PutPosts, 'posts'> | undefined
  try {
    put = await ctx.tx((ctx) => write(ctx, { waiting, plan, held }))
  } finally {
    // Whoever came first has changed what this was decided on, or it was not written: all is read again.
    if (!put) byStore.get(ctx.store)?.delete(drillId)
  }
  return put ? { ...put, posts: posts.length } : { drillId, posts: 0, events: [], subjects: [] }
}

const write = async (
  ctx: Ctx,
  { waiting: { drillId, done }, plan, held }: { waiting: Waiting; plan: Plan; held: Held },
): Promise<Omit<PutPosts, 'posts'> | undefined> => {
  const number = await takeTurn(ctx, drillId, held.number)
  if (number === undefined) return undefined
  const { stories } = held
  const ids = await makeEvents(ctx, drillId, plan)
  for (const [from, to] of ids) stories.rename(from, to)
  const idOf = (event: number) => ids.get(event) ?? event
  const storyOf = (event: number) => stories.get(idOf(event))
  await placeClusters(
    ctx,
    drillId,
    plan.clusters.map(({ cluster, event, first }) => ({
      cluster,
      event: idOf(event),
      post: first.id,
      at: first.at,
    })),
  )
  const touched = [...plan.touched].map(([event, { firstAt, lastAt, firstPost }]) => ({
    id: idOf(event),
    first_at: firstAt,
    last_at: lastAt,
    first_post: firstPost,
    // Of an event too old to be joined by likeness there is none.
    subjects: storyOf(event)?.subjects ?? null,
  }))
  if (touched.length > 0) await touchEvents(ctx, drillId, touched)
  const grown = [...plan.grown].flatMap((event) => storyOf(event) ?? [])
  await keepWords(ctx, grown)
  const others = [...plan.touched.keys()].filter((event) => !plan.grown.has(event))
  await keepHeard(
    ctx,
    others.flatMap((event) => storyOf(event) ?? []),
  )
  let known = true
  for (const { from, into } of plan.merged) if (!(await mergeByMachine(ctx, from, into))) known = false
  const subjects = await countHours(ctx, drillId, plan.hours)
  await done(ctx)
  // What somebody shaped meanwhile is read again at the next turn.
  held.number = known ? number : ''
  return { drillId, events: touched.map(({ id }) => id), subjects }
}

/** @returns the number of each event that was made */
const makeEvents = async (ctx: Ctx, drillId: number, { made, touched }: Plan): Promise<Map<number, number>> => {
  if (made.length === 0) return new Map()
  // Numbers first, so that one statement makes them all and it is known which is which.
  const { rows: numbers } = await sql<{
    id: number
  }>`select nextval(pg_get_serial_sequence('opinion.event', 'id'))::int as id
    from generate_series(1, ${made.length}::int)`.execute(ctx.pg)
  const ids = new Map<number, number>()
  const rows = made.map(({ id, first, subjects }, n) => {
    const number = numbers[n]?.id ?? 0
    ids.set(id, number)
    const seen = touched.get(id)
    return {
      id: number,
      title: Array.from(first.title || first.text)
        .slice(0, 60)
        .join(''),
      subjects,
      first_post: seen?.firstPost ?? first.id,
      first_at: seen?.firstAt ?? first.at,
      last_at: seen?.lastAt ?? first.at,
    }
  })
  const now = ctx.now()
  await sql`insert into opinion.event (id, drill_id, title, state, subjects, first_post_id, first_at, last_at, created_at, changed_at)
    overriding system value
    select r.id, ${drillId}::int, r.title, 'watching', r.subjects, r.first_post, r.first_at, r.last_at, ${now}::timestamptz, ${now}::timestamptz
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as r (id int, title text, subjects int[], first_post text, first_at timestamptz, last_at timestamptz)`.execute(
    ctx.pg,
  )
  return ids
}

const placeClusters = async (
  ctx: Ctx,
  drillId: number,
  placed: readonly { cluster: string; event: number; post: string; at: Date }[],
): Promise<void> => {
  if (placed.length === 0) return
  await sql`insert into opinion.event_cluster (drill_id, cluster_id, event_id, first_post_id, first_at, number)
    select ${drillId}::int, r.cluster, r.event, r.post, r.at, ${firstNumber(ctx)}::bigint
    from jsonb_to_recordset(${JSON.stringify(placed)}::jsonb) as r (cluster text, event int, post text, at timestamptz)
    on conflict (drill_id, cluster_id) do nothing`.execute(ctx.pg)
}

interface TouchedEvent {
  id: number
  first_at: Date
  last_at: Date
  first_post: string
  subjects: readonly number[] | null
}

/** Events have further posts. Who speaks again of a closed story opens it; whether it is shown, its figures say. */
const touchEvents = async (ctx: Ctx, drillId: number, touched: readonly TouchedEvent[]): Promise<void> => {
  const { rows } = await sql<{ id: number }>`
    with t as (
      select * from jsonb_to_recordset(${JSON.stringify(touched)}::jsonb)
        as r (id int, first_at timestamptz, last_at timestamptz, first_post text, subjects int[])
    ), was as (
      select e.id, e.state = 'closed' and t.last_at > e.last_at as reopened from opinion.event e join t using (id) order by e.id for update of e
    ), set as (
      update opinion.event set
        first_at = least(opinion.event.first_at, t.first_at),
        first_post_id = case when t.first_at < opinion.event.first_at then t.first_post else opinion.event.first_post_id end,
        last_at = greatest(opinion.event.last_at, t.last_at),
        state = case when was.reopened then 'watching' else opinion.event.state end,
        subjects = coalesce(t.subjects, opinion.event.subjects),
        changed_at = ${later(ctx)}
      from t join was using (id) where opinion.event.id = t.id
    )
    select id from was where reopened`.execute(ctx.pg)
  if (rows.length > 0)
    await ctx.pg
      .insertInto('opinion.event_change')
      .values(
        rows.map(({ id }) => ({
          drill_id: drillId,
          event_id: id,
          other_id: null,
          kind: 'reopened' as const,
          detail: '{}',
          reason: '',
          by_name: null,
          by_id: null,
          at: ctx.now(),
        })),
      )
      .execute()
}

const countHours = async (ctx: Ctx, drillId: number, hours: ReadonlyMap<string, number>): Promise<number[]> => {
  const rows = [...hours].map(([key, posts]) => {
    const [subject = '0', hour = ''] = key.split(' ')
    return { drill_id: drillId, subject_id: Number(subject), hour: new Date(Number(hour)), posts }
  })
  for (let start = 0; start < rows.length; start += 1_000)
    await ctx.pg
      .insertInto('opinion.subject_hour')
      .values(rows.slice(start, start + 1_000))
      .onConflict((conflict) =>
        conflict
          .columns(['drill_id', 'subject_id', 'hour'])
          .doUpdateSet((eb) => ({ posts: eb('opinion.subject_hour.posts', '+', eb.ref('excluded.posts')) })),
      )
      .execute()
  return [...new Set(rows.map(({ subject_id }) => subject_id))]
}
