import { sql } from 'kysely'
import { zone } from '#audiences'
import { readRows } from '#customers'
import type { Ctx } from '#platform'
import type { ClaimedSend } from '../delivery/claim.ts'
import { composeFor } from '../delivery/compose.ts'
import { instantAt, localDate } from '../journeys/local-time.ts'
import { versionOf } from '../journeys/versions.ts'
import { problem } from './problem.ts'
import type { Task, TaskDetail, TaskPage, TaskQuery } from './task-contract.ts'
import './tables.ts'

interface Row {
  id: string
  send_id: string
  channel: Task['channel']
  title: string
  campaign_id: number
  campaign: string
  customer_no: number
  team: string | null
  priority: number
  state: Task['state']
  created_at: Date
  from_at: Date
  due_at: Date
  claimed_by: string | null
  claimed_name: string | null
  tries: number
  outcome: Task['outcome']
  note: string | null
  done_at: Date | null
  done_by: string | null
}

/** Who works, as tasks keep it. */
export const workerOf = ({ actor: { kind, id } }: Ctx): string => `${kind}:${id}`

export const shownTask = (ctx: Ctx, row: Row): Task => ({
  id: Number(row.id),
  channel: row.channel,
  title: row.title,
  campaignId: row.campaign_id,
  campaign: row.campaign,
  customerNo: row.customer_no,
  display: null,
  team: row.team,
  priority: row.priority,
  state: row.state,
  createdAt: row.created_at.toISOString(),
  fromAt: row.from_at.toISOString(),
  dueAt: row.due_at.toISOString(),
  late: row.due_at < ctx.now() && (row.state === 'open' || row.state === 'claimed'),
  claimedBy: row.claimed_name,
  mine: row.claimed_by === workerOf(ctx),
  tries: row.tries,
  outcome: row.outcome,
  note: row.note,
  doneAt: row.done_at?.toISOString() ?? null,
  doneBy: row.done_by,
})

/** With the masked name and number of whom each is about. */
const withPeople = async (ctx: Ctx, tasks: readonly Task[]): Promise<Task[]> => {
  const people = await readRows(ctx, [...new Set(tasks.map(({ customerNo }) => customerNo))])
  const displays = new Map(people.map(({ id, display }) => [id, display]))
  return tasks.map((task) => ({ ...task, display: displays.get(String(task.customerNo)) ?? null }))
}

const columns = sql`t.id::text as id, t.send_id::text as send_id, t.channel, t.title, t.campaign_id, c.name as campaign,
  t.customer_no, t.team, t.priority, t.state, t.created_at, t.from_at, t.due_at, t.claimed_by, t.claimed_name, t.tries, t.outcome,
  t.note, t.done_at, t.done_by`

export const taskRow = async (ctx: Ctx, id: number): Promise<Row> => {
  const { rows } = await sql<Row>`
    select ${columns} from campaigns.task t join campaigns.campaign c on c.id = t.campaign_id where t.id = ${id}`.execute(
    ctx.pg,
  )
  const [row] = rows
  if (!row) throw problem.unknown({ task: id })
  return row
}

/** Waiting ones by priority and by when they have to be done, the others newest first; with counts of all. */
export const listTasks = async (
  ctx: Ctx,
  { state, channel, team, campaignId, customerNo, mine, limit, after }: TaskQuery,
): Promise<TaskPage> => {
  const waiting = state === 'waiting'
  const states = waiting ? ['open', 'claimed'] : [state]
  const where = sql`t.state = any(${states}::text[])
    and (${channel ?? null}::text is null or t.channel = ${channel ?? null})
    and (${team ?? null}::text is null or t.team = ${team ?? null})
    and (${campaignId ?? null}::int is null or t.campaign_id = ${campaignId ?? null})
    and (${customerNo ?? null}::int is null or t.customer_no = ${customerNo ?? null})
    and (not ${mine}::boolean or t.claimed_by = ${workerOf(ctx)})`
  const start = after === undefined ? undefined : await taskRow(ctx, after)
  const { rows } = await sql<Row>`
    select ${columns} from campaigns.task t join campaigns.campaign c on c.id = t.campaign_id
    where ${where} ${
      start === undefined
        ? sql``
        : waiting
          ? sql`and (t.priority, t.due_at, t.id) > (${start.priority}, ${start.due_at}, ${after ?? 0})`
          : sql`and t.id < ${after ?? 0}`
    }
    order by ${waiting ? sql`t.priority, t.due_at, t.id` : sql`t.id desc`} limit ${limit + 1}`.execute(ctx.pg)
  const today = instantAt(localDate(ctx.now(), zone), '00:00', zone)
  const { rows: counted } = await sql<{ open: number; claimed: number; late: number; done: number; teams: string[] }>`
    select count(*) filter (where state = 'open')::int as open, count(*) filter (where state = 'claimed')::int as claimed,
      count(*) filter (where state in ('open', 'claimed') and due_at < ${ctx.now()})::int as late,
      count(*) filter (where state = 'done' and done_at >= ${today})::int as done,
      coalesce(array_agg(distinct team) filter (where team is not null), '{}') as teams
    from campaigns.task`.execute(ctx.pg)
  const [counts] = counted
  const page = rows.slice(0, limit)
  return {
    items: await withPeople(
      ctx,
      page.map((row) => shownTask(ctx, row)),
    ),
    next: rows.length > limit ? Number(page.at(-1)?.id) : null,
    counts: {
      open: counts?.open ?? 0,
      claimed: counts?.claimed ?? 0,
      late: counts?.late ?? 0,
      doneToday: counts?.done ?? 0,
    },
    teams: counts?.teams ?? [],
  }
}

/** The task with its script as it reads for this person now. @throws problem.unknown */
export const readTask = async (ctx: Ctx, { id }: { id: number }): Promise<TaskDetail> => {
  const row = await taskRow(ctx, id)
  const { rows } = await sql<ClaimedSend>`
    select id::text as id, key, campaign_id, version, step, customer_no, entry_id::text as entry_id, category, channel, creative_id,
      offer_id, attempt, not_after
    from campaigns.send where id = ${row.send_id}::bigint`.execute(ctx.pg)
  const [send] = rows
  if (!send) throw problem.unknown({ task: id })
  const { messages, refused } = await composeFor(ctx, 'none', [send])
  const { definition } = await versionOf(ctx, send.campaign_id, send.version)
  const step = definition.journey.steps[send.step]
  const [shown = shownTask(ctx, row)] = await withPeople(ctx, [shownTask(ctx, row)])
  return {
    ...shown,
    script: messages.get(send.id)?.content ?? null,
    scriptFault: refused[0]?.refusal ?? null,
    leads: step?.kind === 'task' ? Object.keys(step.outcomes ?? {}) : [],
  }
}
