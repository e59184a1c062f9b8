import { type Expression, type SqlBool, sql } from 'kysely'
import type { Ctx } from '#platform'
import type { Story } from './story.ts'
import './tables.ts'

/** Words of events as they are stored, and all else that likeness is weighed with. */

const mostStories = 20_000

/** Stories of events, those heard last first. @param which of them, by columns of `opinion.event` */
const readStories = async (ctx: Ctx, which: Expression<SqlBool>): Promise<Story[]> => {
  const rows = await ctx.pg
    .selectFrom('opinion.event')
    .innerJoin('opinion.event_vector as v', 'v.event_id', 'opinion.event.id')
    .select(['id', 'subjects', 'first_at', 'last_at', 'v.vector', 'v.texts', 'v.aspects', 'v.heard', 'v.recent'])
    .select(
      sql<boolean>`named_by is not null
        or exists (select from opinion.incident_event i where i.event_id = opinion.event.id and i.unlinked_at is null)
        or exists (select from opinion.event_cluster c where c.event_id = opinion.event.id and c.by_hand)`.as('fixed'),
    )
    .where(which)
    .orderBy('last_at', 'desc')
    .limit(mostStories)
    .execute()
  return rows.map(({ id, subjects, first_at, last_at, vector, texts, aspects, heard, recent, fixed }) => ({
    id,
    subjects,
    vector: new Map(Object.entries(vector)),
    beganAt: first_at.getTime(),
    lastAt: last_at.getTime(),
    texts,
    aspects: new Map(Object.entries(aspects)),
    heard,
    recent,
    fixed,
  }))
}

/** Stories of a drill (0 is real) of which was heard since. */
export const storiesSince = (ctx: Ctx, drillId: number, since: Date): Promise<Story[]> =>
  readStories(ctx, sql<boolean>`drill_id = ${drillId} and merged_into is null and last_at >= ${since}`)

export const storiesOfEvents = async (ctx: Ctx, ids: readonly number[]): Promise<Map<number, Story>> =>
  new Map((await readStories(ctx, sql<boolean>`id = any(${[...ids]}::int[])`)).map((story) => [story.id, story]))

/** Four digits say as much, in a third of the space. */
const rounded = (counts: Iterable<readonly [string, number]>) =>
  Object.fromEntries([...counts].map(([name, count]) => [name, Math.round(count * 10_000) / 10_000]))

/** Writes the words of events. */
export const keepWords = async (ctx: Ctx, stories: readonly Story[]): Promise<void> => {
  if (stories.length === 0) return
  const rows = stories.map(({ id, vector, texts, aspects, heard, recent }) => ({
    id,
    vector: rounded(vector),
    texts,
    aspects: rounded(aspects),
    heard,
    recent,
  }))
  // One parameter: a statement for each event took most of the time of putting posts to events.
  await sql`insert into opinion.event_vector (event_id, vector, texts, aspects, heard, recent)
    select r.id, r.vector, r.texts, r.aspects, r.heard, r.recent
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as r (id int, vector jsonb, texts int, aspects jsonb, heard int, recent float8)
    on conflict (event_id) do update set vector = excluded.vector, texts = excluded.texts, aspects = excluded.aspects,
      heard = excluded.heard, recent = excluded.recent`.execute(ctx.pg)
}

/** Notes how much was heard of events whose words are as they were. */
export const keepHeard = async (ctx: Ctx, stories: readonly Story[]): Promise<void> => {
  if (stories.length === 0) return
  const rows = stories.map(({ id, heard, recent }) => ({ id, heard, recent }))
  await sql`update opinion.event_vector v set heard = r.heard, recent = r.recent
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r (id int, heard int, recent float8)
    where v.event_id = r.id`.execute(ctx.pg)
}

/** Pairs of events of a drill that a person said are two stories. */
export const eventsApart = async (ctx: Ctx, drillId: number): Promise<[number, number][]> =>
  (
    await ctx.pg
      .selectFrom('opinion.event_apart as a')
      .innerJoin('opinion.event as e', 'e.id', 'a.event_id')
      .select(['a.event_id', 'a.other_id'])
      .where('e.drill_id', '=', drillId)
      .execute()
  ).map(({ event_id, other_id }) => [event_id, other_id])
