import { sql } from 'kysely'
import type { z } from 'zod'
import { type Ctx, scanText } from '#platform'
import { addEntry } from './entries.ts'
import type { IncidentTask, Lane, NewTask, TaskChange } from './incident-contract.ts'
import { openIncident } from './incident-row.ts'
import { handlersNamed, mustActIn } from './people.ts'
import { problem } from './problem.ts'

interface Row {
  id: number
  incident_id: number
  incident: string
  lane: Lane
  title: string
  detail: string
  step: string | null
  owner_id: string | null
  owner_name: string | null
  due_at: Date | null
  state: IncidentTask['state']
  result: string
  done_at: Date | null
  done_by: string | null
}

/** Tasks of one incident in the order of the plan; or of the reader in all, the most urgent first. */
export const tasksOf = async (
  ctx: Pick<Ctx, 'pg' | 'now' | 'actor'>,
  { incidentId, mine = false, drillId = 0 }: { incidentId?: number; mine?: boolean; drillId?: number },
): Promise<IncidentTask[]> => {
  const { rows } = await sql<Row>`
    select t.id, t.incident_id, i.title as incident, t.lane, t.title, t.detail, t.step, t.owner_id, t.owner_name, t.due_at, t.state,
      t.result, t.done_at, t.done_by
    from opinion.incident_task t join opinion.incident i on i.id = t.incident_id
    where ${incidentId === undefined ? sql`i.drill_id = ${drillId} and i.state <> 'closed' and t.state in ('open', 'doing')` : sql`t.incident_id = ${incidentId}`}
      ${mine ? sql`and t.owner_id = ${ctx.actor.id}` : sql``}
    order by ${incidentId === undefined ? sql`t.due_at nulls last, t.id` : sql`t.id`} limit 500`.execute(ctx.pg)
  const now = ctx.now()
  return rows.map((row) => ({
    id: row.id,
    incidentId: row.incident_id,
    incident: row.incident,
    lane: row.lane,
    title: row.title,
    detail: row.detail,
    step: row.step,
    owner: row.owner_id === null ? null : { id: row.owner_id, name: row.owner_name ?? '' },
    dueAt: row.due_at?.toISOString() ?? null,
    late: (row.state === 'open' || row.state === 'doing') && row.due_at !== null && row.due_at < now,
    state: row.state,
    result: row.result,
    doneAt: row.done_at?.toISOString() ?? null,
    doneBy: row.done_by,
    mine: row.owner_id === ctx.actor.id,
  }))
}

/** Puts a task into a lane. In the transaction of `ctx`; the caller audits. @throws problem.notYourLane, problem.personUnknown */
export const addTask = async (
  ctx: Ctx,
  incidentId: number,
  { lane, title, detail, ownerId, dueAt, step = null }: z.output<typeof NewTask> & { step?: string | null },
): Promise<number> => {
  const names = await handlersNamed(ctx, [ownerId])
  const { rows } = await sql<{ id: number }>`
    insert into opinion.incident_task (incident_id, lane, title, detail, step, owner_id, owner_name, due_at, created_at, created_by)
    values (${incidentId}, ${lane}, ${scanText(title).text}, ${scanText(detail).text}, ${step}::text, ${ownerId}::text,
      ${ownerId === null ? null : (names.get(ownerId) ?? null)}::text, ${dueAt === null ? null : new Date(dueAt)}::timestamptz,
      ${ctx.now()}, ${ctx.actor.name})
    returning id`.execute(ctx.pg)
  return rows[0]?.id ?? 0
}

export const createTask = async (ctx: Ctx, id: number, task: z.output<typeof NewTask>): Promise<void> => {
  await openIncident(ctx, id)
  await mustActIn(ctx, id, task.lane)
  const taskId = await addTask(ctx, id, task)
  await addEntry(ctx, id, {
    kind: 'task',
    lane: task.lane,
    text: task.title,
    detail: { task: taskId, what: 'added' },
    mentions: task.ownerId === null ? [] : [task.ownerId],
  })
}

/** Changes a task; done and dropped ones may be taken up again. @throws problem.taskUnknown, problem.notYourLane */
export const changeTask = async (
  ctx: Ctx,
  id: number,
  taskId: number,
  change: TaskChange,
): Promise<TaskChange['state']> => {
  await openIncident(ctx, id)
  const { rows } = await sql<{ lane: Lane; title: string; state: IncidentTask['state']; owner_id: string | null }>`
    select lane, title, state, owner_id from opinion.incident_task where id = ${taskId} and incident_id = ${id} for update`.execute(
    ctx.pg,
  )
  const [row] = rows
  if (!row) throw problem.taskUnknown({ task: taskId })
  if (row.owner_id !== ctx.actor.id) await mustActIn(ctx, id, row.lane)
  const { title, detail, ownerId, dueAt, state, result } = change
  const names = await handlersNamed(ctx, [ownerId ?? null])
  const over = state === 'done' || state === 'dropped'
  await sql`update opinion.incident_task set
    title = coalesce(${title === undefined ? null : scanText(title).text}::text, title),
    detail = coalesce(${detail === undefined ? null : scanText(detail).text}::text, detail),
    result = coalesce(${result === undefined ? null : scanText(result).text}::text, result),
    owner_id = case when ${ownerId !== undefined}::boolean then ${ownerId ?? null}::text else owner_id end,
    owner_name = case when ${ownerId !== undefined}::boolean then ${ownerId ? (names.get(ownerId) ?? null) : null}::text else owner_name end,
    due_at = case when ${dueAt !== undefined}::boolean then ${dueAt ? new Date(dueAt) : null}::timestamptz else due_at end,
    told_due_at = case when ${dueAt !== undefined}::boolean then null else told_due_at end,
    state = coalesce(${state ?? null}::text, state),
    done_at = case when ${state === undefined}::boolean then done_at when ${over}::boolean then ${ctx.now()}::timestamptz end,
    done_by = case when ${state === undefined}::boolean then done_by when ${over}::boolean then ${ctx.actor.name} end
    where id = ${taskId}`.execute(ctx.pg)
  const moved = state !== undefined && state !== row.state
  const given = ownerId !== undefined && ownerId !== row.owner_id
  if (moved || given)
    await addEntry(ctx, id, {
      kind: 'task',
      lane: row.lane,
      text: result === undefined || result === '' ? row.title : `${row.title}：${result}`,
      detail: {
        task: taskId,
        what: moved ? state : 'assigned',
        ...(given && { owner: ownerId ? (names.get(ownerId) ?? '') : null }),
      },
      mentions: given && ownerId ? [ownerId] : [],
    })
  return moved ? state : undefined
}
