import { sql } from 'kysely'
import { type Ctx, weighedWords } from '#platform'
import { later } from './later.ts'
import { postsOfBatches, type StoredPost } from './stored.ts'
import { openStories, type Stories, staleMs, storyVector, type TermVector } from './stories.ts'
import './tables.ts'

/** Batches put to events at once. */
const mostBatches = 40

/** Stories of a drill (0 is real) as this process knows them, and the turn they are of. */
interface Held {
  number: string
  stories: Stories
}

const byStore = new WeakMap<object, Map<number, Held>>()

const turnOf = async (ctx: Ctx, drillId: number): Promise<string> =>
  (await ctx.pg.selectFrom('opinion.event_turn').select('number').where('drill_id', '=', drillId).executeTakeFirst())
    ?.number ?? '0'

/** Active stories, from Postgres when somebody else changed them: another process or a person. */
const storiesOf = async (ctx: Ctx, drillId: number): Promise<Held> => {
  const held = byStore.get(ctx.store) ?? new Map<number, Held>()
  byStore.set(ctx.store, held)
  const number = await turnOf(ctx, drillId)
  const known = held.get(drillId)
  if (known?.number === number) return known
  const stories = known?.stories ?? openStories()
  stories.clear()
  const rows = await ctx.pg
    .selectFrom('opinion.event as e')
    .innerJoin('opinion.event_vector as v', 'v.event_id', 'e.id')
    .select(['e.id', 'e.subjects', 'e.last_at', 'v.vector'])
    .where('e.drill_id', '=', drillId)
    .where('e.merged_into', 'is', null)
    .where('e.last_at', '>=', new Date(ctx.now().getTime() - staleMs))
    .orderBy('e.last_at', 'desc')
    .limit(20_000)
    .execute()
  for (const { id, subjects, last_at, vector } of rows) {
    const story = { id, subjects, vector: new Map(Object.entries(vector)), lastAt: last_at.getTime() }
    stories.put(story)
    if (!known) stories.learn(story)
  }
  const fresh = { number, stories }
  held.set(drillId, fresh)
  if (held.size > 6) held.delete([...held.keys()].find((id) => id !== 0 && id !== drillId) ?? -1)
  return fresh
}

interface NewEvent {
  /** Below zero until it has a number. */
  id: number
  first: StoredPost
  subjects: number[]
}

interface Touched {
  firstAt: Date
  lastAt: Date
  firstPost: string
}

interface Plan {
  made: NewEvent[]
  clusters: { cluster: string; event: number; first: StoredPost }[]
  touched: Map<number, Touched>
  /** Posts per subject and hour. */
  hours: Map<string, number>
  grown: Set<number>
}

const hourOf = (at: Date) => new Date(Math.floor(at.getTime() / 3_600_000) * 3_600_000).toISOString()

/** Decides where each post belongs. Changes `stories` only. */
const planOf = (
  posts: readonly StoredPost[],
  known: ReadonlyMap<string, { event: number; subjects: readonly number[] }>,
  stories: Stories,
): Plan => {
  const plan: Plan = { made: [], clusters: [], touched: new Map(), hours: new Map(), grown: new Set() }
  const here = new Map<string, { event: number; subjects: readonly number[] }>(known)
  for (const post of posts) {
    let place = here.get(post.cluster)
    if (!place && post.subjects.length > 0) {
      const vector: TermVector = storyVector(
        `${post.title} ${post.text}`,
        weighedWords(`${post.title} ${post.text}`, 40),
      )
      const told = { vector, subjects: post.subjects, at: post.at.getTime() }
      const found = stories.find(told)
      const event = found?.id ?? -(plan.made.length + 1)
      if (found) stories.grow(event, told)
      else {
        plan.made.push({ id: event, first: post, subjects: post.subjects })
        stories.put({ id: event, subjects: post.subjects, vector, lastAt: told.at })
      }
      stories.learn(told)
      plan.grown.add(event)
      place = { event, subjects: stories.get(event)?.subjects ?? post.subjects }
      here.set(post.cluster, place)
      plan.clusters.push({ cluster: post.cluster, event, first: post })
    }
    if (place) {
      const touched = plan.touched.get(place.event)
      if (!touched) plan.touched.set(place.event, { firstAt: post.at, lastAt: post.at, firstPost: post.id })
      else {
        if (post.at < touched.firstAt) Object.assign(touched, { firstAt: post.at, firstPost: post.id })
        if (post.at > touched.lastAt) touched.lastAt = post.at
      }
    }
    // A copy that does not name the subject is still said about it: it counts for the event's first subject.
    const about = post.subjects.length > 0 ? post.subjects : place ? place.subjects.slice(0, 1) : []
    for (const subject of about) {
      const key = `${subject} ${hourOf(post.at)}`
      plan.hours.set(key, (plan.hours.get(key) ?? 0) + 1)
    }
  }
  return plan
}

export interface PutPosts {
  drillId: number
  posts: number
  events: number[]
  subjects: number[]
}

/**
 * Puts the posts of the batches that wait to events. What it decided counts only when nobody changed events meanwhile;
 * else it decides again at its next turn.
 * @returns undefined when nothing waits
 */
export const putWaiting = async (ctx: Ctx): Promise<PutPosts | undefined> => {
  const first = await ctx.pg
    .selectFrom('opinion.event_queue')
    .select('drill_id')
    .orderBy('batch')
    .limit(1)
    .executeTakeFirst()
  if (!first) return undefined
  const drillId = first.drill_id
  const queue = await ctx.pg
    .selectFrom('opinion.event_queue')
    .select('batch')
    .where('drill_id', '=', drillId)
    .orderBy('batch')
    .limit(mostBatches)
    .execute()
  const batches = queue.map(({ batch }) => batch)
  const posts = await postsOfBatches(ctx, drillId, batches)
  const held = await storiesOf(ctx, drillId)
  const clusters = [...new Set(posts.map(({ cluster }) => cluster))]
  const rows =
    clusters.length === 0
      ? []
      : await ctx.pg
          .selectFrom('opinion.event_cluster as c')
          .innerJoin('opinion.event as e', 'e.id', 'c.event_id')
          .select(['c.cluster_id', 'c.event_id', 'e.subjects'])
          .where('c.drill_id', '=', drillId)
          // One parameter: tens of thousands of them, as after a flood, are more than a statement takes.
          .where(sql<boolean>`c.cluster_id = any(${clusters}::text[])`)
          .execute()
  const known = new Map(rows.map((row) => [row.cluster_id, { event: row.event_id, subjects: row.subjects }]))
  const plan = planOf(posts, known, held.stories)
  let put: Omit<PutPosts, 'posts'> | undefined
  try {
    put = await ctx.tx((ctx) => write(ctx, { drillId, batches, plan, held }))
  } finally {
    // Whoever came first has changed what this was decided on, or it was not written: all is read again.
    if (!put) byStore.get(ctx.store)?.delete(drillId)
  }
  return put ? { ...put, posts: posts.length } : { drillId, posts: 0, events: [], subjects: [] }
}

const write = async (
  ctx: Ctx,
  { drillId, batches, plan, held }: { drillId: number; batches: readonly string[]; plan: Plan; held: Held },
): Promise<Omit<PutPosts, 'posts'> | undefined> => {
  const number = String(BigInt(held.number) + 1n)
  const turned =
    held.number === '0'
      ? await ctx.pg
          .insertInto('opinion.event_turn')
          .values({ drill_id: drillId, number })
          .onConflict((conflict) =>
            conflict.column('drill_id').doUpdateSet({ number }).where('opinion.event_turn.number', '=', '0'),
          )
          .returning('number')
          .executeTakeFirst()
      : await ctx.pg
          .updateTable('opinion.event_turn')
          .set({ number })
          .where('drill_id', '=', drillId)
          .where('number', '=', held.number)
          .returning('number')
          .executeTakeFirst()
  if (!turned) return undefined
  const { stories } = held
  const now = ctx.now()
  const ids = new Map<number, number>()
  for (const { id, first, subjects } of plan.made) {
    const touched = plan.touched.get(id)
    const row = await ctx.pg
      .insertInto('opinion.event')
      .values({
        drill_id: drillId,
        title: Array.from(first.title || first.text)
          .slice(0, 60)
          .join(''),
        named_by: null,
        state: 'watching',
        merged_into: null,
        subjects,
        first_post_id: touched?.firstPost ?? first.id,
        first_at: touched?.firstAt ?? first.at,
        last_at: touched?.lastAt ?? first.at,
        created_at: now,
        changed_at: now,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    ids.set(id, row.id)
    const story = stories.get(id)
    stories.remove(id)
    if (story) stories.put({ ...story, id: row.id })
  }
  const idOf = (event: number) => ids.get(event) ?? event
  const placed = plan.clusters.map(({ cluster, event, first }) => ({
    cluster,
    event: idOf(event),
    post: first.id,
    at: first.at.toISOString(),
  }))
  // One parameter, as above.
  if (placed.length > 0)
    await sql`insert into opinion.event_cluster (drill_id, cluster_id, event_id, first_post_id, first_at)
      select ${drillId}::int, r.cluster, r.event, r.post, r.at
      from jsonb_to_recordset(${JSON.stringify(placed)}::jsonb) as r (cluster text, event int, post text, at timestamptz)
      on conflict (drill_id, cluster_id) do nothing`.execute(ctx.pg)
  for (const [event, { firstAt, lastAt, firstPost }] of plan.touched) {
    const before = await ctx.pg
      .selectFrom('opinion.event')
      .select(['first_at', 'first_post_id', 'last_at', 'state'])
      .where('id', '=', idOf(event))
      .executeTakeFirstOrThrow()
    const earlier = firstAt < before.first_at
    // Of an event too old to be joined by likeness there is none.
    const story = stories.get(idOf(event))
    await ctx.pg
      .updateTable('opinion.event')
      .set({
        first_at: earlier ? firstAt : before.first_at,
        first_post_id: earlier ? firstPost : before.first_post_id,
        last_at: new Date(Math.max(lastAt.getTime(), before.last_at.getTime())),
        // Who speaks again of a closed story opens it; whether it is shown, its figures say.
        ...(before.state === 'closed' && { state: 'watching' as const }),
        ...(story && { subjects: [...story.subjects] }),
        changed_at: later(ctx),
      })
      .where('id', '=', idOf(event))
      .execute()
    if (before.state === 'closed')
      await ctx.pg
        .insertInto('opinion.event_change')
        .values({
          drill_id: drillId,
          event_id: idOf(event),
          other_id: null,
          kind: 'reopened',
          detail: '{}',
          reason: '',
          by_name: null,
          by_id: null,
          at: now,
        })
        .execute()
  }
  for (const event of plan.grown) {
    const vector = JSON.stringify(Object.fromEntries(stories.get(idOf(event))?.vector ?? []))
    await ctx.pg
      .insertInto('opinion.event_vector')
      .values({ event_id: idOf(event), vector })
      .onConflict((conflict) => conflict.column('event_id').doUpdateSet({ vector }))
      .execute()
  }
  const subjects = await countHours(ctx, drillId, plan.hours)
  await ctx.pg.deleteFrom('opinion.event_queue').where('batch', 'in', batches).execute()
  held.number = number
  return { drillId, events: [...plan.touched.keys()].map(idOf), subjects }
}

const countHours = async (ctx: Ctx, drillId: number, hours: ReadonlyMap<string, number>): Promise<number[]> => {
  const rows = [...hours].map(([key, posts]) => {
    const [subject = '0', hour = ''] = key.split(' ')
    return { drill_id: drillId, subject_id: Number(subject), hour: new Date(hour), posts }
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

/** Says that a person changed what belongs to which event. Within his transaction. */
export const turnOver = async (ctx: Ctx, drillId: number): Promise<void> => {
  await ctx.pg
    .insertInto('opinion.event_turn')
    .values({ drill_id: drillId, number: 1 })
    .onConflict((conflict) =>
      conflict.column('drill_id').doUpdateSet((eb) => ({ number: eb('opinion.event_turn.number', '+', '1') })),
    )
    .execute()
}
