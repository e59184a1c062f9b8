import { sql } from 'kysely'
import { type Ctx, ch } from '#platform'
import type { Level } from '../contract.ts'
import { clustersOfEvents } from './count.ts'
import type { EventPage, EventQuery, OpinionEvent, SubjectMark } from './events-contract.ts'
import './tables.ts'
import '../subjects/tables.ts'

const hourMs = 3_600_000

interface Row {
  id: number
  drill_id: number
  title: string
  gist: string
  gist_posts: string[]
  named_by: string | null
  state: OpinionEvent['state']
  merged_into: number | null
  subjects: number[]
  first_post_id: string
  first_at: Date
  last_at: Date
  posts: number
  authors: number
  heat: number
  bursting: boolean
  level: Level | null
  clusters: number | null
  reach: string | null
  engagement: string | null
  negative: number | null
  rumour: number | null
  rumour_stage: OpinionEvent['rumourStage'] | null
  rumour_reposts: number | null
  spam: number | null
  per_hour: number | null
  z: number | null
  rank: number | null
  platform_names: string[] | null
  aspects: string[] | null
  urgency: string[] | null
  speakers: string[] | null
}

const selected = sql`e.id, e.drill_id, e.title, e.gist, e.gist_posts, e.named_by, e.state, e.merged_into, e.subjects,
  e.first_post_id, e.first_at, e.last_at, e.posts, e.authors, e.heat, e.bursting, l.level, f.clusters, f.reach::text as reach,
  f.engagement::text as engagement, f.negative, f.rumour, f.rumour_stage, f.rumour_reposts, f.spam, f.per_hour, f.z, f.rank, f.platform_names, f.aspects,
  f.urgency, f.speakers`
const from = sql`opinion.event e left join opinion.event_figures f on f.event_id = e.id
  left join opinion.event_level l on l.event_id = e.id`

/** `like` with its own signs taken as they are. */
const containing = (text: string) => `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`

const orders = {
  heat: sql`e.bursting desc, e.heat desc, e.id desc`,
  recent: sql`e.last_at desc, e.id desc`,
  posts: sql`e.posts desc, e.id desc`,
  first: sql`e.first_at desc, e.id desc`,
} as const

/** Events as people look for them, the hottest first unless asked otherwise. */
export const listEvents = async (ctx: Ctx, query: EventQuery): Promise<EventPage> => {
  const scope = sql`e.drill_id = ${query.drillId} and e.merged_into is null`
  const parts = [scope]
  if (query.state === 'active') parts.push(sql`e.state <> 'closed'`)
  else if (query.state !== 'all') parts.push(sql`e.state = ${query.state}`)
  if (query.subjectId !== undefined) parts.push(sql`${query.subjectId} = any(e.subjects)`)
  if (query.level !== undefined) parts.push(sql`l.level = ${query.level}`)
  if (query.platform !== undefined) parts.push(sql`${query.platform} = any(f.platform_names)`)
  if (query.aspect !== undefined) parts.push(sql`${query.aspect} = any(f.aspects)`)
  if (query.bursting !== undefined) parts.push(sql`e.bursting = ${query.bursting}`)
  if (query.from !== undefined) parts.push(sql`e.last_at >= ${new Date(query.from)}`)
  if (query.until !== undefined) parts.push(sql`e.first_at < ${new Date(query.until)}`)
  if (query.search) parts.push(sql`(e.title || ' ' || e.gist) ilike ${containing(query.search)}`)
  const where = sql.join(parts, sql` and `)
  const [{ rows }, total, counts] = await Promise.all([
    sql<Row>`select ${selected} from ${from} where ${where} order by ${orders[query.order]}
      limit ${query.limit} offset ${query.offset}`.execute(ctx.pg),
    sql<{ total: number }>`select count(*)::int as total from ${from} where ${where}`.execute(ctx.pg),
    sql<EventPage['counts']>`select count(*) filter (where e.state = 'open')::int as open,
        count(*) filter (where e.state = 'watching')::int as watching,
        count(*) filter (where e.state = 'closed')::int as closed, count(*) filter (where e.bursting)::int as bursting
      from opinion.event e where ${scope}`.execute(ctx.pg),
  ])
  return {
    items: await shownEvents(ctx, rows, query.drillId),
    total: total.rows[0]?.total ?? 0,
    counts: counts.rows[0] ?? { open: 0, watching: 0, closed: 0, bursting: 0 },
  }
}

/** An event by its id, merged away or not. */
export const findEvent = async (ctx: Ctx, id: number): Promise<OpinionEvent | undefined> => {
  const { rows } = await sql<Row>`select ${selected} from ${from} where e.id = ${id}`.execute(ctx.pg)
  const [row] = rows
  return row && (await shownEvents(ctx, [row], row.drill_id))[0]
}

/** Events of one drill (0 is real) by their ids. */
export const findEvents = async (
  ctx: Ctx,
  drillId: number,
  ids: readonly number[],
): Promise<Map<number, OpinionEvent>> => {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<Row>`select ${selected} from ${from}
    where e.drill_id = ${drillId} and e.id = any(${[...ids]}::int[])`.execute(ctx.pg)
  return new Map((await shownEvents(ctx, rows, drillId)).map((event) => [event.id, event]))
}

/** Names and colours of subjects, for showing. */
export const subjectMarks = async (ctx: Ctx, ids: readonly number[]): Promise<Map<number, SubjectMark>> => {
  if (ids.length === 0) return new Map()
  const rows = await ctx.pg
    .selectFrom('opinion.subject')
    .select(['id', 'name', 'kind', 'colour', 'own'])
    .where('id', 'in', [...new Set(ids)])
    .execute()
  return new Map(rows.map((row) => [row.id, row]))
}

const shownEvents = async (ctx: Ctx, rows: readonly Row[], drillId: number): Promise<OpinionEvent[]> => {
  const [marks, trends] = await Promise.all([
    subjectMarks(
      ctx,
      rows.flatMap(({ subjects }) => subjects),
    ),
    trendsOf(
      ctx,
      drillId,
      rows.map(({ id }) => id),
    ),
  ])
  return rows.map((row) => ({
    id: row.id,
    drillId: row.drill_id,
    title: row.title,
    gist: row.gist,
    gistPosts: row.gist_posts,
    namedBy: row.named_by,
    state: row.state,
    mergedInto: row.merged_into,
    level: row.level,
    subjects: row.subjects.flatMap((id) => marks.get(id) ?? []),
    firstPostId: row.first_post_id,
    firstAt: row.first_at.toISOString(),
    lastAt: row.last_at.toISOString(),
    posts: row.posts,
    authors: row.authors,
    clusters: row.clusters ?? 0,
    platforms: (row.platform_names ?? []) as OpinionEvent['platforms'],
    aspects: (row.aspects ?? []) as OpinionEvent['aspects'],
    urgency: (row.urgency ?? []) as OpinionEvent['urgency'],
    speakers: (row.speakers ?? []) as OpinionEvent['speakers'],
    reach: Number(row.reach ?? 0),
    engagement: Number(row.engagement ?? 0),
    heat: row.heat,
    negative: row.negative ?? 0,
    rumour: row.rumour ?? 0,
    rumourStage: row.rumour_stage ?? 'text',
    rumourReposts: row.rumour_reposts ?? 0,
    spam: row.spam ?? 0,
    perHour: row.per_hour ?? 0,
    z: row.z ?? 0,
    bursting: row.bursting,
    hotListRank: row.rank,
    trend: trends.get(row.id) ?? new Array<number>(24).fill(0),
  }))
}

/** Posts per hour of the last 24 hours, oldest first. */
const trendsOf = async (ctx: Ctx, drillId: number, events: readonly number[]): Promise<Map<number, number[]>> => {
  const trends = new Map<number, number[]>()
  if (events.length === 0) return trends
  const now = Math.floor(ctx.now().getTime() / hourMs)
  const rows = await ctx.ch.rows<{ event_id: number; hour: string; posts: string }>(
    ch.sql`select event_id, toStartOfHour(published_at) as hour, uniqExact(post_id) as posts
      from posts inner join ${clustersOfEvents(drillId, events)} as e using cluster_id
      where drill_id = ${ch.u32(drillId)} and published_at >= ${ch.moment(new Date((now - 23) * hourMs))}
      group by event_id, hour`,
  )
  for (const { event_id, hour, posts } of rows) {
    const back = now - Math.floor(new Date(hour).getTime() / hourMs)
    const trend = trends.get(event_id) ?? new Array<number>(24).fill(0)
    if (back >= 0 && back < 24) trend[23 - back] = Number(posts)
    trends.set(event_id, trend)
  }
  return trends
}
