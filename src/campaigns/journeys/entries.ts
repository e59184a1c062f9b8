import { sql } from 'kysely'
import type { z } from 'zod'
import { readRows } from '#customers'
import { type Ctx, ch } from '#platform'
import type { Refusal } from '../channels-contract.ts'
import { maySee } from '../gate/shown.ts'
import { rowOf } from '../plans/store.ts'
import type { Entry, EntryPage, EntryQuery, EntryStory } from './live-contract.ts'
import { copyPassages } from './passages.ts'
import { problem } from './problem.ts'

type Shown = z.infer<typeof Entry>

interface Row {
  id: string
  customer_no: number
  version: number
  entry_no: number
  step: string
  pass: number
  state: Shown['state']
  entered_at: Date
  arrived_at: Date
  due_at: Date | null
  ended_at: Date | null
  goal_at: Date | null
  arm: string | null
  reason: string | null
}

const columns = sql`e.id::text as id, e.customer_no, e.version, e.entry_no, e.step, e.pass, e.state, e.entered_at, e.arrived_at,
  e.due_at, e.ended_at, e.goal_at, e.arm, e.reason`

const shown = async (ctx: Ctx, rows: readonly Row[]): Promise<Shown[]> => {
  const people = await readRows(ctx, [...new Set(rows.map(({ customer_no }) => customer_no))])
  const displays = new Map(people.map(({ id, display }) => [id, display]))
  return rows.map((row) => ({
    id: row.id,
    customerId: String(row.customer_no),
    display: displays.get(String(row.customer_no)) ?? null,
    version: row.version,
    entryNo: row.entry_no,
    step: row.step,
    pass: row.pass,
    state: row.state,
    enteredAt: row.entered_at.toISOString(),
    arrivedAt: row.arrived_at.toISOString(),
    dueAt: row.due_at?.toISOString() ?? null,
    endedAt: row.ended_at?.toISOString() ?? null,
    goalAt: row.goal_at?.toISOString() ?? null,
    arm: row.arm,
    reason: row.reason,
  }))
}

/** People of a campaign, masked, those who entered last first, a page at a time. @throws campaigns.unknown */
export const listEntries = async (
  ctx: Ctx,
  { id, version, step, state, search, limit, after }: z.output<typeof EntryQuery> & { id: number },
): Promise<z.infer<typeof EntryPage>> => {
  await rowOf(ctx, id)
  const filters = [sql`e.campaign_id = ${id}`]
  if (version !== undefined) filters.push(sql`e.version = ${version}`)
  if (step !== undefined) filters.push(sql`e.step = ${step}`)
  if (state !== undefined) filters.push(sql`e.state = ${state}`)
  if (after !== undefined) filters.push(sql`e.id < ${after}::bigint`)
  if (search !== undefined)
    // Runs of numbers that were merged into him are his.
    filters.push(sql`e.customer_no in (select f.no from customers.customer f
      where f.root_no = (select root_no from customers.customer where no = least(${search}::bigint, 2147483647)::int))`)
  const { rows } = await sql<Row>`
    select ${columns} from campaigns.entry e where ${sql.join(filters, sql` and `)} order by e.id desc limit ${limit + 1}`.execute(
    ctx.pg,
  )
  const page = rows.slice(0, limit)
  return { entries: await shown(ctx, page), next: rows.length > limit ? (page.at(-1)?.id ?? null) : null }
}

interface SendRow {
  id: string
  step: string
  pass: number
  channel: string
  state: string
  refusal: Refusal | null
  decided_at: Date
  not_before: Date | null
  sent_at: Date | null
  delivered_at: Date | null
}

/** What happened to one person in one run: each step with its times and why, and what was sent. @throws problem.unknownEntry */
export const readStory = async (
  ctx: Ctx,
  { id, entryId }: { id: number; entryId: string },
): Promise<z.infer<typeof EntryStory>> => {
  const { rows } = await sql<Row & { trigger: Record<string, unknown> }>`
    select ${columns}, e.trigger from campaigns.entry e where e.id = ${entryId}::bigint and e.campaign_id = ${id}`.execute(
    ctx.pg,
  )
  const [row] = rows
  const [entry] = row ? await shown(ctx, [row]) : []
  if (!row || !entry) throw problem.unknownEntry({ campaign: id, entry: entryId })
  await copyPassages(ctx)
  const passages = await ctx.ch.rows<{
    step: string
    pass: number
    edge: string
    next_step: string
    reason: string
    arrived_at: string
    left_at: string
  }>(
    ch.sql`select step, pass, edge, next_step, reason, arrived_at, left_at from journey_passages final where campaign_id = ${ch.u32(id)} and entry_id = ${ch.u64(BigInt(entryId))} order by hop limit 5000`,
  )
  const { rows: sends } = await sql<SendRow>`
    select id::text as id, step, pass, channel, state, refusal, decided_at, not_before, sent_at, delivered_at
    from campaigns.send where customer_no = ${row.customer_no} and entry_id = ${entryId}::bigint order by id limit 1000`.execute(
    ctx.pg,
  )
  const instant = (text: string) => new Date(text).toISOString()
  return {
    entry,
    trigger: row.trigger,
    passages: passages.map(({ step, pass, edge, next_step, reason, arrived_at, left_at }) => ({
      step,
      pass,
      edge,
      to: next_step === '' ? null : next_step,
      reason: reason === '' ? null : reason,
      arrivedAt: instant(arrived_at),
      leftAt: instant(left_at),
    })),
    sends: sends.map(({ decided_at, not_before, sent_at, delivered_at, refusal, ...send }) => ({
      ...send,
      refusal: refusal !== null && maySee(ctx.actor, refusal) ? refusal : null,
      decidedAt: decided_at.toISOString(),
      notBefore: not_before?.toISOString() ?? null,
      sentAt: sent_at?.toISOString() ?? null,
      deliveredAt: delivered_at?.toISOString() ?? null,
    })),
  }
}
