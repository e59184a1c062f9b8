import { sql as pg } from 'kysely'
import { type Ctx, ch } from '#platform'
import type { Level } from '../contract.ts'
import type { Wall } from './post-contract.ts'
import { problem } from './problem.ts'
import { postsAt } from './rows.ts'

const { sql, u32, u64, moment } = ch
const hourMs = 3_600_000
const shanghaiMs = 8 * hourMs
const most = 40

const cursorOf = (text: string | undefined) => {
  if (text === undefined) return
  const [, number, id] = /^(\d{1,20})\.(\d{1,20})$/.exec(text) ?? []
  if (number === undefined || id === undefined) throw problem.cursorWrong()
  return { number: BigInt(number), id: BigInt(id) }
}

/** What a control room looks at, asked again every few seconds with the cursor of the answer before. @throws problem.cursorWrong */
export const readWall = async (
  ctx: Ctx,
  { after, drill }: { after?: string | undefined; drill: number },
): Promise<Wall> => {
  const cursor = cursorOf(after)
  const now = ctx.now()
  const day = new Date(now.getTime() - 24 * hourMs)
  const midnight = new Date(Math.floor((now.getTime() + shanghaiMs) / (24 * hourMs)) * 24 * hourMs - shanghaiMs)
  const recent = sql`drill_id = ${u32(drill)} and published_at >= ${moment(day)}`
  const hour = sql`intDiv(toUnixTimestamp64Milli(published_at), 3600000) * 3600000`
  const since = cursor ? sql`(first_number, post_id) > (${u64(cursor.number)}, ${u64(cursor.id)})` : sql`1`
  const [fresh, hours, posts, subjects, today] = await Promise.all([
    // A post whose counts grew is not new: its number is that of its first row.
    ctx.ch.rows<{ id: string; at: string; number: string }>(
      sql`select toString(post_id) as id, max(published_at) as at, toString(min(toUnixTimestamp64Milli(first_seen_at))) as number,
          min(toUInt64(toUnixTimestamp64Milli(first_seen_at))) as first_number
        from posts where drill_id = ${u32(drill)} and published_at >= ${moment(new Date(now.getTime() - 7 * 24 * hourMs))} and notEmpty(subjects)
        group by post_id having ${since} order by first_number desc, post_id desc limit ${u32(most)}`,
    ),
    ctx.ch.rows<{ at: string; mentions: string; negative: string }>(
      sql`select toString(${hour}) as at, toString(uniq(post_id)) as mentions, toString(uniqIf(post_id, toward < 0)) as negative
        from mentions final where ${recent} group by at`,
    ),
    ctx.ch.rows<{ at: string; posts: string }>(
      sql`select toString(${hour}) as at, toString(uniq(post_id)) as posts from posts where ${recent} group by at`,
    ),
    ctx.ch.rows<{ subject_id: number; posts: string; negative: string }>(
      sql`select subject_id, toString(uniq(post_id)) as posts, toString(uniqIf(post_id, toward < 0)) as negative
        from mentions final where ${recent} group by subject_id order by uniq(post_id) desc limit 12`,
    ),
    ctx.ch.one<{ posts: string; mentions: string; negative: string; last_hour: string }>(
      sql`select toString(count()) as posts, toString(countIf(notEmpty(subjects))) as mentions, toString(countIf(notEmpty(subjects) and sentiment < 0)) as negative,
          toString(countIf(notEmpty(subjects) and published_at >= ${moment(new Date(now.getTime() - hourMs))})) as last_hour
        from posts final where drill_id = ${u32(drill)} and published_at >= ${moment(midnight)}`,
    ),
  ])
  const [first] = fresh
  const counted = new Map(hours.map((row) => [Number(row.at), row]))
  const all = new Map(posts.map((row) => [Number(row.at), row]))
  const known = await ctx.pg
    .selectFrom('opinion.subject')
    .select(['id', 'name', 'colour', 'own'])
    .where('deleted_at', 'is', null)
    .execute()
  return {
    at: now.toISOString(),
    posts: await postsAt(
      ctx,
      drill,
      // What came with one batch: by when it was published.
      fresh
        .toSorted((a, b) => Number(b.number) - Number(a.number) || (a.at < b.at ? 1 : -1))
        .map(({ id, at }) => ({ id, at: new Date(at), copies: 1 })),
    ),
    next: first ? `${first.number}.${first.id}` : (after ?? '0.0'),
    today: {
      posts: Number(today?.posts ?? 0),
      mentions: Number(today?.mentions ?? 0),
      negative: Number(today?.negative ?? 0),
      lastHour: Number(today?.last_hour ?? 0),
    },
    hours: Array.from({ length: 25 }, (_, n) => {
      const at = Math.floor(day.getTime() / hourMs) * hourMs + n * hourMs
      return {
        at: new Date(at).toISOString(),
        posts: Number(all.get(at)?.posts ?? 0),
        mentions: Number(counted.get(at)?.mentions ?? 0),
        negative: Number(counted.get(at)?.negative ?? 0),
      }
    }),
    subjects: subjects.flatMap(({ subject_id, posts, negative }) => {
      const one = known.find(({ id }) => id === subject_id)
      return one
        ? [
            {
              subjectId: subject_id,
              name: one.name,
              colour: one.colour,
              own: one.own,
              posts: Number(posts),
              negative: Number(negative),
            },
          ]
        : []
    }),
    ...(await eventsOf(ctx, drill, new Date(now.getTime() - 72 * hourMs))),
    sources: await sourcesOf(ctx),
  }
}

const eventsOf = async (ctx: Ctx, drill: number, since: Date): Promise<Pick<Wall, 'events' | 'levels'>> => {
  const { rows } = await pg<{
    id: number
    title: string
    level: Level | null
    bursting: boolean
    posts: number
    authors: number
    platforms: number
    heat: number
    last_at: Date
  }>`
    select e.id, e.title, l.level, e.bursting, e.posts, e.authors, e.platforms, e.heat, e.last_at
    from opinion.event e left join opinion.event_level l on l.event_id = e.id
    where e.drill_id = ${drill} and e.merged_into is null and e.state <> 'closed' and e.last_at >= ${since}
    order by case l.level when 'severe' then 0 when 'moderate' then 1 when 'minor' then 2 else 3 end, e.heat desc, e.id desc
    limit 200`.execute(ctx.pg)
  const count = (level: Level) => rows.filter((row) => row.level === level).length
  return {
    events: rows.slice(0, 10).map(({ last_at, ...row }) => ({ ...row, lastAt: last_at.toISOString() })),
    levels: { minor: count('minor'), moderate: count('moderate'), severe: count('severe') },
  }
}

const sourcesOf = async (ctx: Ctx): Promise<Wall['sources']> => {
  const { rows } = await pg<{
    id: number
    name: string
    blind_since: Date | null
    blind_reason: string | null
    fault: string | null
  }>`
    select s.id, s.name, t.blind_since, t.blind_reason, t.fault from opinion.source s left join opinion.source_state t on t.source_id = s.id
    where s.removed_at is null and s."on" order by t.blind_since nulls last, s.id`.execute(ctx.pg)
  return {
    total: rows.length,
    blind: rows.filter(({ blind_since }) => blind_since !== null).length,
    failing: rows.filter(({ fault }) => fault !== null).length,
    worst: rows
      .filter(({ blind_since, fault }) => blind_since !== null || fault !== null)
      .slice(0, 8)
      .map(({ id, name, blind_since, blind_reason, fault }) => ({
        id,
        name,
        since: blind_since?.toISOString() ?? null,
        reason: blind_reason ?? fault ?? '',
      })),
  }
}
