import { type ChSql, type Ctx, ch } from '#platform'
import type { TimelineQuery } from './contract.ts'
import { problem } from './problem.ts'
import type { Running } from './running.ts'

interface EventRow {
  customer_no: number
  ts: string
  event: string
  message_id: string
  hash: string
  type: string
  properties: string
  source_id: number
}

interface Question {
  nos: readonly number[]
  query: TimelineQuery
  resolve: (rows: EventRow[]) => void
  reject: (error: unknown) => void
}

/**
 * Days looked at first, where they hold a page for most customers: a narrow window touches few parts of the table. Over six
 * months of events in 24 parts it costs about half of the whole, so it pays while it answers half of the questions.
 */
const recentDays = 62
const recentPays = 0.5
/** Where it does not pay it is still tried once in so many statements, because data change. */
const tryEvery = 32

/**
 * A customer's events, newest first, over all numbers merged into him. `next` continues where the page ended; events of
 * the same instant are ordered by their message hash, so pages neither repeat nor skip.
 * @throws customers.customerUnknown
 */
export const readTimeline = async (
  ctx: Ctx,
  { families, timeline, origins }: Pick<Running, 'families' | 'timeline' | 'origins'>,
  id: string,
  query: TimelineQuery,
) => {
  const [nos, { sources }] = await Promise.all([families.numbers(Number(id)), origins.names(ctx)])
  if (!nos) throw problem.customerUnknown({ id })
  const rows = await timeline.ask(nos, query)
  const page = rows.slice(0, query.limit)
  const last = page.at(-1)
  return {
    items: page.map(({ event, ts, message_id, type, properties, source_id }) => ({
      event,
      timestamp: new Date(ts).toISOString(),
      messageId: message_id,
      type,
      properties: JSON.parse(properties) as Record<string, unknown>,
      source: sources.get(source_id)?.name ?? null,
    })),
    next: rows.length > query.limit && last ? `${new Date(last.ts).getTime()}.${last.hash}` : null,
  }
}

export interface Timeline {
  ask(nos: readonly number[], query: TimelineQuery): Promise<EventRow[]>
}

/**
 * Reads timelines in groups: questions of the same kind that arrive while one is being answered share the next
 * statement. One customer alone costs 5–10 ms in the engine, twenty together 12 ms.
 */
export const openTimeline = (ctx: Ctx): Timeline => {
  let queue: Question[] = []
  let busy = 0
  const recent: Recent = { share: 1, asked: 0 }
  const pump = () => {
    while (busy < 2 && queue.length > 0) {
      const [first] = queue
      if (!first) return
      const shape = shapeOf(first.query)
      const alike = queue.filter(({ query }) => shapeOf(query) === shape).slice(0, 50)
      const together = shape === '' ? [first] : alike
      queue = queue.filter((question) => !together.includes(question))
      busy++
      answer(ctx, together, recent)
        .catch((error: unknown) => {
          for (const { reject } of together) reject(error)
        })
        .finally(() => {
          busy--
          pump()
        })
    }
  }
  return {
    ask: (nos, query) =>
      new Promise((resolve, reject) => {
        queue.push({ nos, query, resolve, reject })
        setImmediate(pump)
      }),
  }
}

/** Questions of one shape differ only in the customer; a question in the middle of a timeline stands alone. */
const shapeOf = ({ limit, before, event, since, until }: TimelineQuery): string =>
  before ? '' : JSON.stringify([limit, event, since, until])

/** Which share of questions the recent days answered lately, and how many statements were asked. */
interface Recent {
  share: number
  asked: number
}

const answer = async (ctx: Ctx, together: readonly Question[], recently: Recent): Promise<void> => {
  const [first] = together
  if (!first) return
  const { query } = first
  const groups = new Map(together.map((question, index) => [index, question]))
  // One customer may be asked for twice at the same time.
  const groupsOf = new Map<number, number[]>()
  for (const [index, { nos }] of groups) for (const no of nos) groupsOf.set(no, [...(groupsOf.get(no) ?? []), index])
  const results = new Map<number, EventRow[]>()
  const read = async (indices: readonly number[], recent: boolean) => {
    const nos = [...new Set(indices.flatMap((index) => [...(groups.get(index)?.nos ?? [])]))]
    const rows = await ctx.ch.rows<EventRow>(statement(ctx, nos, query, recent), { settings: { max_threads: 1 } })
    const wanted = new Set(indices)
    for (const index of indices) results.set(index, [])
    for (const row of rows)
      for (const index of groupsOf.get(row.customer_no) ?? []) if (wanted.has(index)) results.get(index)?.push(row)
  }
  const indices = [...groups.keys()]
  const mayNarrow =
    !query.since && !query.until && !query.before && (recently.share >= recentPays || recently.asked++ % tryEvery === 0)
  await read(indices, mayNarrow)
  if (mayNarrow) {
    const short = indices.filter((index) => (results.get(index)?.length ?? 0) <= query.limit)
    recently.share = 0.9 * recently.share + 0.1 * (1 - short.length / indices.length)
    if (short.length > 0) await read(short, false)
  }
  for (const [index, question] of groups) {
    const rows = (results.get(index) ?? []).sort((a, b) =>
      a.ts === b.ts ? (BigInt(a.hash) < BigInt(b.hash) ? 1 : -1) : a.ts < b.ts ? 1 : -1,
    )
    question.resolve(rows.slice(0, query.limit + 1))
  }
}

const statement = (
  ctx: Ctx,
  nos: readonly number[],
  { limit, before, event, since, until }: TimelineQuery,
  recent: boolean,
): ChSql => {
  const conditions: ChSql[] = [ch.sql`customer_no in (${ch.u32s(nos)})`]
  if (event) conditions.push(ch.sql`event = ${ch.str(event)}`)
  if (since) conditions.push(ch.sql`ts >= ${ch.moment(new Date(since))}`)
  if (until) conditions.push(ch.sql`ts < ${ch.moment(new Date(until))}`)
  if (recent) conditions.push(ch.sql`ts >= ${ch.moment(new Date(ctx.now().getTime() - recentDays * 86_400_000))}`)
  const cursor = /^(\d{1,15})\.(\d{1,20})$/.exec(before ?? '')
  if (cursor)
    conditions.push(
      ch.sql`(ts, message_hash) < (${ch.moment(new Date(Number(cursor[1])))}, ${ch.u64(BigInt(cursor[2] ?? 0))})`,
    )
  else if (before) conditions.push(ch.sql`ts < ${ch.moment(instantOrNow(ctx, before))}`)
  return ch.sql`select customer_no, ts, event, message_id, toString(message_hash) as hash, type, properties, source_id from events
    where ${ch.join(conditions, ' and ')} order by customer_no, ts desc, message_hash desc limit ${ch.u32(limit + 1)} by customer_no`
}

const instantOrNow = (ctx: Ctx, text: string): Date => {
  const at = new Date(text)
  return Number.isNaN(at.getTime()) ? ctx.now() : at
}
