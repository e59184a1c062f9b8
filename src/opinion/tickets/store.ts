import { sql } from 'kysely'
import { readRows } from '#customers'
import { type Ctx, scanText } from '#platform'
import { attachmentsOf } from '../incidents/attachments.ts'
import { settingOf } from '../incidents/settings.ts'
import { clocksOf, deadlinesFor, type Held } from './clocks.ts'
import { problem } from './problem.ts'
import type {
  KindTerms,
  NewTicket,
  Ticket,
  TicketEntry,
  TicketKind,
  TicketPage,
  TicketQuery,
  TicketRow,
  TicketState,
} from './ticket-contract.ts'

export interface Kept {
  id: number
  drill_id: number
  kind: TicketKind
  origin: TicketRow['origin']
  platform: string | null
  post_id: string | null
  number: string | null
  appeal: string[]
  amount_fen: string | null
  reply_state: string | null
  title: string
  text: string
  reason: string | null
  regulated: boolean
  state: TicketState
  owner_id: string | null
  owner_name: string | null
  customer_no: number | null
  incident_id: number | null
  received_at: Date
  acknowledged_at: Date | null
  answered_at: Date | null
  solved_at: Date | null
  closed_at: Date | null
  close_reason: string | null
  acknowledge_due_at: Date
  answer_due_at: Date
  solve_due_at: Date
  terms: KindTerms
  pauses: Held[]
  satisfaction: number | null
  satisfied_at: Date | null
  satisfied_how: 'link' | 'entered' | null
  satisfied_note: string | null
}

/** @throws problem.unknown */
export const ticketRow = async (ctx: Ctx, id: number, { lock = false } = {}): Promise<Kept> => {
  const { rows } = await sql<Kept>`
    select t.*, t.amount_fen::text as amount_fen from opinion.ticket t where t.id = ${id} ${lock ? sql`for update` : sql``}`.execute(
    ctx.pg,
  )
  const [row] = rows
  if (!row) throw problem.unknown({ ticket: id })
  return row
}

/** One line of a ticket's history; numbers of persons are masked. */
export const addTicketEntry = (
  ctx: Ctx,
  ticketId: number,
  { kind, text = '', detail = {} }: { kind: TicketEntry['kind']; text?: string; detail?: TicketEntry['detail'] },
): Promise<unknown> =>
  sql`insert into opinion.ticket_entry (ticket_id, at, kind, by_name, text, detail)
    values (${ticketId}, ${ctx.now()}, ${kind}, ${ctx.actor.name}, ${scanText(text).text}, ${JSON.stringify(detail)}::jsonb)`.execute(
    ctx.pg,
  )

const shownRow = (ctx: Ctx, row: Kept): TicketRow => {
  const now = ctx.now()
  const clocks = clocksOf(row, now)
  const next = clocks.find(({ standing }) => standing !== 'met' && standing !== 'missed') ?? null
  return {
    id: row.id,
    drillId: row.drill_id,
    kind: row.kind,
    origin: row.origin,
    platform: row.platform,
    number: row.number,
    title: row.title,
    reason: row.reason,
    regulated: row.regulated,
    state: row.state,
    owner: row.owner_id === null ? null : { id: row.owner_id, name: row.owner_name ?? '' },
    mine: row.owner_id === ctx.actor.id,
    linked: row.customer_no !== null,
    receivedAt: row.received_at.toISOString(),
    clock: next,
    late: clocks.some(({ standing }) => standing === 'late'),
    satisfaction: row.satisfaction,
  }
}

const isOpen = sql`t.state not in ('solved', 'closed')`
const isHeld = sql`coalesce(t.pauses -> -1 ->> 'to', case when t.pauses = '[]' then 'x' end) is null`
/** The deadline that comes next. */
const nextDue = sql`case when t.acknowledged_at is null then t.acknowledge_due_at when t.answered_at is null then t.answer_due_at
  else t.solve_due_at end`
const isLate = (now: Date) => sql`${isOpen} and not (${isHeld}) and ${nextDue} < ${now}`

/** Tickets: those whose next deadline is nearest first, done ones by their day. */
export const listTickets = async (ctx: Ctx, query: TicketQuery): Promise<TicketPage> => {
  const { search, kind, state, reason, mine, unassigned, late, postId, incidentId, drillId, limit, after = 0 } = query
  const now = ctx.now()
  const filter = sql`t.drill_id = ${drillId}
    ${state === 'all' ? sql`` : state === 'open' ? sql`and ${isOpen}` : sql`and t.state = ${state}`}
    ${kind ? sql`and t.kind = ${kind}` : sql``}
    ${reason ? sql`and (t.reason = ${reason} or t.reason like ${`${reason}.%`})` : sql``}
    ${mine ? sql`and t.owner_id = ${ctx.actor.id}` : sql``} ${unassigned ? sql`and t.owner_id is null` : sql``}
    ${late ? sql`and ${isLate(now)}` : sql``} ${postId ? sql`and t.post_id = ${postId}` : sql``}
    ${incidentId ? sql`and t.incident_id = ${incidentId}` : sql``}
    ${search ? sql`and (t.title ilike ${`%${search.replaceAll(/[\\%_]/g, '\\$&')}%`} or t.number = ${search} or t.id::text = ${search.replace(/^#/, '')})` : sql``}`
  const { rows } = await sql<Kept>`
    select t.*, t.amount_fen::text as amount_fen from opinion.ticket t where ${filter}
    order by (${isOpen}) desc, case when ${isOpen} then ${nextDue} end, t.received_at desc, t.id desc
    limit ${limit + 1} offset ${after}`.execute(ctx.pg)
  const { rows: counted } = await sql<TicketPage['counts']>`
    select count(*)::int as open, count(*) filter (where ${isLate(now)})::int as late,
      count(*) filter (where t.owner_id = ${ctx.actor.id})::int as mine, count(*) filter (where t.owner_id is null)::int as unassigned
    from opinion.ticket t where t.drill_id = ${drillId} and ${isOpen}`.execute(ctx.pg)
  return {
    items: rows.slice(0, limit).map((row) => shownRow(ctx, row)),
    next: rows.length > limit ? after + limit : null,
    counts: counted[0] ?? { open: 0, late: 0, mine: 0, unassigned: 0 },
  }
}

const customerOf = async (ctx: Ctx, row: Kept): Promise<Ticket['customer']> => {
  if (row.customer_no === null || !ctx.actor.permissions.has('opinion.link')) return null
  const { rows } = await sql<{
    purpose: string
    linked_at: Date
    linked_by: string
    root: number
    others: number
    paused: boolean
  }>`
    with family as (
      select f.no, r.root_no as root from customers.customer r join customers.customer f on f.root_no = r.root_no where r.no = ${row.customer_no})
    select l.purpose, l.linked_at, l.linked_by, (select root from family limit 1) as root,
      (select count(*)::int from opinion.ticket o where o.customer_no in (select no from family) and o.kind = 'complaint' and o.id <> ${row.id}
        and o.drill_id = 0 and o.received_at > ${new Date(row.received_at.getTime() - (await settingOf(ctx, 'tickets')).repeatDays * 86_400_000)}) as others,
      exists (select 1 from compliance.exclusion x where x.customer_no in (select no from family) and x.kind = 'complaint'
        and x.ended_at is null and x.since <= ${ctx.now()} and (x.until is null or x.until > ${ctx.now()})) as paused
    from opinion.customer_link l where l.ticket_id = ${row.id} and l.unlinked_at is null`.execute(ctx.pg)
  const [link] = rows
  if (!link) return null
  const [person] = await readRows(ctx, [link.root])
  return {
    id: String(link.root),
    display: person?.display ?? {},
    purpose: link.purpose,
    linkedAt: link.linked_at.toISOString(),
    linkedBy: link.linked_by,
    otherComplaints: link.others,
    marketingPaused: link.paused,
  }
}

/** @throws problem.unknown */
export const readTicket = async (ctx: Ctx, { id }: { id: number }): Promise<Ticket> => {
  const row = await ticketRow(ctx, id)
  const { rows: entries } = await sql<{
    id: string
    at: Date
    kind: TicketEntry['kind']
    by: string
    text: string
    detail: TicketEntry['detail']
  }>`
    select id::text as id, at, kind, by_name as by, text, detail from opinion.ticket_entry where ticket_id = ${id} order by id limit 500`.execute(
    ctx.pg,
  )
  return {
    ...shownRow(ctx, row),
    text: row.text,
    postId: row.post_id,
    appeal: row.appeal,
    amountFen: row.amount_fen === null ? null : Number(row.amount_fen),
    replyState: row.reply_state,
    incidentId: row.incident_id,
    clocks: clocksOf(row, ctx.now()),
    pauses: row.pauses,
    attachments: await attachmentsOf(ctx, 'ticket', id),
    entries: entries.map((entry) => ({ ...entry, id: Number(entry.id), at: entry.at.toISOString() })),
    closeReason: row.close_reason,
    satisfiedAt: row.satisfied_at?.toISOString() ?? null,
    satisfiedHow: row.satisfied_how,
    satisfiedNote: row.satisfied_note,
    customer: await customerOf(ctx, row),
    may: {
      work: ctx.actor.permissions.has('opinion.handle'),
      link: ctx.actor.permissions.has('opinion.link') && row.drill_id === 0,
    },
  }
}

export interface Opening extends Omit<NewTicket, 'receivedAt'> {
  origin: TicketRow['origin']
  drillId: number
  receivedAt: Date
  postId?: string
  replyState?: string
  ownerName?: string | null
}

/**
 * Makes a ticket with its clocks, in the transaction of `ctx`. One post, and one number of a platform, has one ticket.
 * @returns undefined when there is one already
 */
export const openTicket = async (ctx: Ctx, given: Opening): Promise<number | undefined> => {
  const { terms, due } = await deadlinesFor(ctx, given)
  const { rows } = await sql<{ id: number }>`
    insert into opinion.ticket (drill_id, kind, origin, platform, post_id, number, appeal, amount_fen, reply_state, title, text, reason,
      regulated, owner_id, owner_name, incident_id, received_at, created_at, created_by, acknowledge_due_at, answer_due_at, solve_due_at,
      terms, changed_at)
    values (${given.drillId}, ${given.kind}, ${given.origin}, ${given.platform}::text, ${given.postId ?? null}::text, ${given.number}::text,
      ${given.appeal.map((one) => scanText(one).text)}::text[], ${given.amountFen}::bigint, ${given.replyState ?? null}::text,
      ${scanText(given.title).text}, ${scanText(given.text).text}, ${given.reason}::text, ${given.regulated}, ${given.ownerId}::text,
      ${given.ownerName ?? null}::text, ${given.incidentId}::int, ${given.receivedAt}, ${ctx.now()}, ${ctx.actor.name}, ${due.acknowledge},
      ${due.answer}, ${due.solve}, ${JSON.stringify(terms)}::jsonb, ${ctx.now()})
    on conflict do nothing returning id`.execute(ctx.pg)
  const id = rows[0]?.id
  if (id === undefined) return undefined
  await addTicketEntry(ctx, id, { kind: 'opened', detail: { origin: given.origin, kind: given.kind } })
  return id
}
