import { sql } from 'kysely'
import type { z } from 'zod'
import type { Ctx } from '#platform'
import { problem } from './problem.ts'
import type { StatisticsQuery, TicketKind, TicketState, TicketStatistics } from './ticket-contract.ts'

/** Figures of tickets that came in within a span of days in Beijing. */

interface Range {
  from: Date
  to: Date
  drillId?: number
}

/** Tickets that came in within a span, for reports and reviews: no words, no customers. */
export const ticketsOf = async (ctx: Pick<Ctx, 'pg'>, { from, to, drillId = 0 }: Range) => {
  const { rows } = await sql<{
    id: number
    kind: TicketKind
    platform: string | null
    reason: string | null
    regulated: boolean
    state: TicketState
    receivedAt: Date
    acknowledgedAt: Date | null
    answeredAt: Date | null
    solvedAt: Date | null
    closedAt: Date | null
    acknowledgeDueAt: Date
    answerDueAt: Date
    solveDueAt: Date
    satisfaction: number | null
    postId: string | null
    held: boolean
  }>`
    select id, kind, platform, reason, regulated, state, received_at as "receivedAt", acknowledged_at as "acknowledgedAt",
      answered_at as "answeredAt", solved_at as "solvedAt", closed_at as "closedAt", acknowledge_due_at as "acknowledgeDueAt",
      answer_due_at as "answerDueAt", solve_due_at as "solveDueAt", satisfaction, post_id as "postId",
      coalesce(pauses -> -1 ->> 'to', case when pauses = '[]' then 'x' end) is null as held
    from opinion.ticket where drill_id = ${drillId} and received_at >= ${from} and received_at < ${to} order by received_at, id`.execute(
    ctx.pg,
  )
  return rows
}

type Listed = Awaited<ReturnType<typeof ticketsOf>>[number]

const quantile = (sorted: readonly number[], q: number): number | null => {
  if (sorted.length === 0) return null
  const at = (sorted.length - 1) * q
  const [low, high] = [sorted[Math.floor(at)] ?? 0, sorted[Math.ceil(at)] ?? 0]
  return Math.round((low + (high - low) * (at - Math.floor(at))) * 100) / 100
}

const spreadOf = (rows: readonly Listed[], done: keyof Listed, due: keyof Listed): TicketStatistics['answer'] => {
  const hours: number[] = []
  let inTime = 0
  for (const row of rows) {
    const [at, until] = [row[done], row[due]]
    if (!(at instanceof Date) || !(until instanceof Date)) continue
    hours.push((at.getTime() - row.receivedAt.getTime()) / 3_600_000)
    if (at <= until) inTime++
  }
  hours.sort((a, b) => a - b)
  return { count: hours.length, medianHours: quantile(hours, 0.5), p90Hours: quantile(hours, 0.9), inTime }
}

const counted = <K>(rows: readonly Listed[], key: (row: Listed) => K): { key: K; count: number }[] => {
  const counts = new Map<K, number>()
  for (const row of rows) counts.set(key(row), (counts.get(key(row)) ?? 0) + 1)
  return [...counts].map(([key, count]) => ({ key, count })).sort((a, b) => b.count - a.count)
}

const dayOf = (at: Date): string => new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 10)
const dayMs = 86_400_000
/** Beginning of a day in Beijing. */
export const startOf = (day: string): Date => new Date(`${day}T00:00:00+08:00`)

/** @throws problem.rangeWrong */
export const ticketStatistics = async (
  ctx: Ctx,
  { from, to, drillId }: z.output<typeof StatisticsQuery>,
): Promise<TicketStatistics> => {
  const [first, end] = [startOf(from), new Date(startOf(to).getTime() + dayMs)]
  const days = Math.round((end.getTime() - first.getTime()) / dayMs)
  if (days < 1 || days > 400) throw problem.rangeWrong({ from, to })
  const rows = await ticketsOf(ctx, { from: first, to: end, drillId })
  const now = ctx.now()
  const open = rows.filter(({ state }) => state !== 'solved' && state !== 'closed')
  const byDay = Array.from({ length: days }, (_, i) => ({
    day: dayOf(new Date(first.getTime() + i * dayMs)),
    complaints: 0,
    praise: 0,
    others: 0,
  }))
  for (const { receivedAt, kind } of rows) {
    const day = byDay[Math.floor((receivedAt.getTime() - first.getTime()) / dayMs)]
    if (day) day[kind === 'complaint' ? 'complaints' : kind === 'praise' ? 'praise' : 'others']++
  }
  const scores = [1, 2, 3, 4, 5].map((score) => rows.filter(({ satisfaction }) => satisfaction === score).length)
  const answered = scores.reduce((sum, one) => sum + one, 0)
  const { rows: people } = await sql<{ people: number; repeaters: number; complaints: number }>`
    select count(*)::int as people, count(*) filter (where n > 1)::int as repeaters, coalesce(sum(n), 0)::int as complaints from (
      select c.root_no, count(*) as n from opinion.ticket t join customers.customer c on c.no = t.customer_no
      where t.drill_id = ${drillId} and t.kind = 'complaint' and t.received_at >= ${first} and t.received_at < ${end} group by 1) p`.execute(
    ctx.pg,
  )
  return {
    received: rows.length,
    open: open.length,
    late: open.filter(
      (row) =>
        !row.held &&
        (row.answeredAt ? row.solveDueAt : row.acknowledgedAt ? row.answerDueAt : row.acknowledgeDueAt) < now,
    ).length,
    byKind: counted(rows, ({ kind }) => kind).map(({ key, count }) => ({ kind: key, count })),
    byReason: counted(rows, ({ reason }) => reason).map(({ key, count }) => ({ reason: key, count })),
    byPlatform: counted(rows, ({ platform }) => platform).map(({ key, count }) => ({ platform: key, count })),
    byDay,
    acknowledge: spreadOf(rows, 'acknowledgedAt', 'acknowledgeDueAt'),
    answer: spreadOf(rows, 'answeredAt', 'answerDueAt'),
    solve: spreadOf(rows, 'solvedAt', 'solveDueAt'),
    satisfaction: {
      answered,
      mean:
        answered === 0 ? null : Math.round((scores.reduce((sum, n, i) => sum + n * (i + 1), 0) / answered) * 100) / 100,
      scores,
    },
    repeat: people[0] ?? { people: 0, repeaters: 0, complaints: 0 },
  }
}

/** A cell of CSV; what a spreadsheet would take for a formula is disarmed. */
const cell = (value: string | number | null): string => {
  const text = value === null ? '' : String(value)
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

const header = [
  '编号',
  '类型',
  '平台',
  '平台编号',
  '原因',
  '监管转办',
  '状态',
  '标题',
  '诉求',
  '金额（元）',
  '负责人',
  '收到',
  '受理',
  '首次答复',
  '解决',
  '关闭',
  '满意度',
]

/** Tickets of a span as CSV with a byte-order mark: no customer, numbers in words masked. Audited. */
export const exportTickets = async (
  ctx: Ctx,
  { from, to, drillId }: z.output<typeof StatisticsQuery>,
): Promise<string> => {
  const { rows } = await sql<{ line: (string | number | null)[] }>`
    select json_build_array(t.id, t.kind, t.platform, t.number, coalesce(r.name, t.reason), case when t.regulated then '是' else '' end, t.state,
      t.title, array_to_string(t.appeal, '；'), t.amount_fen / 100.0, t.owner_name, t.received_at, t.acknowledged_at, t.answered_at,
      t.solved_at, t.closed_at, t.satisfaction) as line
    from opinion.ticket t left join opinion.ticket_reason r on r.key = t.reason
    where t.drill_id = ${drillId} and t.received_at >= ${startOf(from)} and t.received_at < ${new Date(startOf(to).getTime() + dayMs)}
    order by t.received_at, t.id limit 100000`.execute(ctx.pg)
  await ctx.audit.record(ctx, {
    action: 'ticket.export',
    subject: 'tickets',
    detail: { from, to, tickets: rows.length },
  })
  return `\uFEFF${[header, ...rows.map(({ line }) => line)].map((line) => line.map(cell).join(',')).join('\r\n')}\r\n`
}
