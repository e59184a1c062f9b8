import { sql } from 'kysely'
import { recipientsOf } from '#customers'
import { type Ctx, Problem, scanText } from '#platform'
import { recheckSends } from '../gate/recheck.ts'
import { taskOutcome } from '../journeys/arrived.ts'
import { takeEffect, tellTalk } from './effect.ts'
import { problem } from './problem.ts'
import { readTask, shownTask, taskRow, workerOf } from './read.ts'
import {
  type Task,
  type TaskDetail,
  type TaskOutcome,
  type TaskResult,
  type TaskStart,
  taskOutcomes,
} from './task-contract.ts'
import { noteTry } from './tries.ts'

/** Tries of one task; afterwards the last outcome counts. */
const mostTries = 3
const againMs = 2 * 3_600_000

const kept = async (ctx: Ctx, id: number) => {
  await sql`select 1 from campaigns.task where id = ${id} for update`.execute(ctx.pg)
  return taskRow(ctx, id)
}

/** Takes a task, so that nobody else works on it. @throws problem.unknown, problem.taken, problem.over */
export const claimTask = (ctx: Ctx, { id }: { id: number }): Promise<TaskDetail> =>
  ctx.tx(async (ctx) => {
    const row = await kept(ctx, id)
    if (row.state !== 'open' && row.state !== 'claimed') throw problem.over({ task: id, state: row.state })
    if (row.claimed_by !== null && row.claimed_by !== workerOf(ctx)) throw problem.taken({ by: row.claimed_name })
    if (row.state === 'open') {
      await sql`update campaigns.task set state = 'claimed', claimed_by = ${workerOf(ctx)}, claimed_name = ${ctx.actor.name},
        claimed_at = ${ctx.now()} where id = ${id}`.execute(ctx.pg)
      await ctx.audit.record(ctx, { action: 'task.claim', subject: `task:${id}` })
    }
    return readTask(ctx, { id })
  })

/** Takes the most urgent one that nobody has. @throws problem.none */
export const claimNext = (
  ctx: Ctx,
  { channel, team }: { channel?: Task['channel'] | undefined; team?: string | undefined },
): Promise<TaskDetail> =>
  ctx.tx(async (ctx) => {
    const { rows } = await sql<{ id: string }>`
      select id::text as id from campaigns.task where state = 'open' and from_at <= ${ctx.now()}
        and (${channel ?? null}::text is null or channel = ${channel ?? null})
        and (${team ?? null}::text is null or team = ${team ?? null})
      order by priority, due_at, id limit 1 for update skip locked`.execute(ctx.pg)
    const [row] = rows
    if (!row) throw problem.none()
    return claimTask(ctx, { id: Number(row.id) })
  })

/** Lays a task back. @throws problem.unknown, problem.taken, problem.over */
export const releaseTask = (ctx: Ctx, { id }: { id: number }): Promise<Task> =>
  ctx.tx(async (ctx) => {
    const row = await kept(ctx, id)
    if (row.state !== 'claimed') throw problem.over({ task: id, state: row.state })
    if (row.claimed_by !== workerOf(ctx)) throw problem.taken({ by: row.claimed_name })
    await sql`update campaigns.task set state = 'open', claimed_by = null, claimed_name = null, claimed_at = null
      where id = ${id}`.execute(ctx.pg)
    await ctx.audit.record(ctx, { action: 'task.release', subject: `task:${id}` })
    return shownTask(ctx, await taskRow(ctx, id))
  })

interface Refused {
  id: string
  send_id: string
  customer_no: number
  tries: number
  outcome: TaskOutcome | null
}

/**
 * The gate lets nobody be called for it any more: the task ends, the send tells why. Who was called before was reached out to all the
 * same: then the send has failed, and the journey goes on by the last outcome. In the transaction of `ctx`.
 */
export const refuseTask = async (
  ctx: Ctx,
  { id, send_id, customer_no, tries, outcome }: Refused,
  { refusal, detail }: { refusal: string; detail: Record<string, unknown> },
): Promise<void> => {
  await sql`update campaigns.task set state = 'cancelled', done_at = ${ctx.now()} where id = ${id}::bigint`.execute(
    ctx.pg,
  )
  if (tries === 0)
    await sql`update campaigns.send set state = 'refused', refusal = ${refusal}, refusal_detail = ${JSON.stringify(detail)}
      where id = ${send_id}::bigint`.execute(ctx.pg)
  else {
    await sql`update campaigns.send set state = 'failed', failed_at = ${ctx.now()}, error = ${refusal}
      where id = ${send_id}::bigint and state = 'sent'`.execute(ctx.pg)
    if (outcome) await taskOutcome(ctx, send_id, outcome)
  }
  await ctx.audit.record(ctx, {
    action: 'task.refused',
    subject: { customerNo: customer_no },
    detail: { task: Number(id), refusal },
  })
}

/**
 * Asks the gate once more, and gives the number in clear when the call may be made now. Who withdrew since, or is called
 * outside the hours, is not called; a refusal ends the task.
 * @throws problem.unknown, problem.notTaken
 */
export const startTask = (ctx: Ctx, { id }: { id: number }): Promise<TaskStart> =>
  ctx.tx(async (ctx) => {
    const row = await kept(ctx, id)
    if (row.state !== 'claimed' || row.claimed_by !== workerOf(ctx)) throw problem.notTaken({ task: id })
    const asked = { id: row.send_id, wished: row.outcome === 'callBack' }
    const verdict = (await recheckSends(ctx, [asked])).get(row.send_id)
    if (verdict?.is === 'refused') {
      await refuseTask(ctx, row, verdict)
      return { allowed: false, refusal: verdict.refusal, until: null, phone: null }
    }
    if (verdict) {
      const until = verdict.is === 'deferred' ? verdict.until.toISOString() : null
      return { allowed: false, refusal: null, until, phone: null }
    }
    const person = (await recipientsOf(ctx, [row.customer_no], ['phone'], { contactable: true })).get(row.customer_no)
    await ctx.audit.record(ctx, {
      action: 'task.start',
      subject: { customerNo: row.customer_no },
      purpose: `task ${id}`,
    })
    return { allowed: true, refusal: null, until: null, phone: person?.addresses.phone ?? null }
  })

interface Result extends TaskResult {
  /** When it was, where somebody else tells it later. */
  at?: Date
  seconds?: number | undefined
  /** Told by a call centre: the talk took place, whoever of us holds the task. */
  fromCentre?: true
}

/**
 * When he may be tried again: not before `from`, in open hours, and where limits leave room for one more contact, unless he asked to be
 * called back himself.
 * @returns undefined: not at all before the task is due
 */
const nextTry = async (
  ctx: Ctx,
  { send_id, due_at }: { send_id: string; due_at: Date },
  { from, wished }: { from: Date; wished: boolean },
): Promise<Date | undefined> => {
  const verdict = (await recheckSends({ ...ctx, now: () => from }, [{ id: send_id, wished }])).get(send_id)
  if (verdict?.is === 'refused') return undefined
  const at = verdict?.is === 'deferred' ? verdict.until : from
  return at < due_at ? at : undefined
}

/**
 * Writes back how it went: the send follows, the journey goes on, and what was said takes effect (a wish not to be called
 * withdraws consent, a complaint stops marketing). Each try is a contact that limits count; where they leave no room for another
 * one the last outcome counts at once.
 * @throws problem.unknown, problem.taken, problem.over
 */
export const finishTask = async (ctx: Ctx, { id, fromCentre, ...result }: Result & { id: number }): Promise<Task> => {
  const { row, said } = await ctx.tx(async (ctx) => {
    const row = await kept(ctx, id)
    if (row.state !== 'open' && row.state !== 'claimed') throw problem.over({ task: id, state: row.state })
    if (!fromCentre && row.claimed_by !== null && row.claimed_by !== workerOf(ctx))
      throw problem.taken({ by: row.claimed_name })
    const at = new Date(Math.min((result.at ?? ctx.now()).getTime(), ctx.now().getTime()))
    const { reached, again } = taskOutcomes[result.outcome]
    const note = result.note === '' ? null : scanText(result.note).text
    const next = result.againAt === undefined ? new Date(at.getTime() + againMs) : new Date(result.againAt)
    await noteTry(ctx, { sendId: row.send_id, customerNo: row.customer_no, at, outcome: result.outcome })
    const nextAt =
      again && row.tries + 1 < mostTries && next < row.due_at
        ? await nextTry(ctx, row, { from: next, wished: result.outcome === 'callBack' })
        : undefined
    if (nextAt)
      await sql`update campaigns.task set state = 'open', claimed_by = null, claimed_name = null, claimed_at = null,
        tries = tries + 1, from_at = ${nextAt}, outcome = ${result.outcome}, note = ${note} where id = ${id}`.execute(
        ctx.pg,
      )
    else {
      await sql`update campaigns.task set state = 'done', tries = tries + 1, outcome = ${result.outcome}, note = ${note},
        done_at = ${at}, done_by = ${ctx.actor.name} where id = ${id}`.execute(ctx.pg)
      await sql`update campaigns.send set state = ${reached ? 'delivered' : 'failed'},
        delivered_at = case when ${reached}::boolean then ${at}::timestamptz end,
        failed_at = case when ${reached}::boolean then null else ${at}::timestamptz end, error = ${reached ? null : result.outcome}
        where id = ${row.send_id}::bigint and state = 'sent'`.execute(ctx.pg)
      await taskOutcome(ctx, row.send_id, result.outcome)
    }
    const said = {
      about: { task: String(id) },
      customerNo: row.customer_no,
      campaignId: row.campaign_id,
      channel: row.channel,
      outcome: result.outcome,
      at,
      source: ctx.actor.kind === 'key' ? ('api' as const) : ('staff' as const),
      seconds: result.seconds,
      name: `task-${id}-${row.tries + 1}`,
    }
    await takeEffect(ctx, said)
    await ctx.audit.record(ctx, {
      action: 'task.finish',
      subject: { customerNo: row.customer_no },
      detail: { task: id, outcome: result.outcome, again: nextAt !== undefined },
    })
    return { row: await taskRow(ctx, id), said }
  })
  await tellTalk(ctx, said)
  return shownTask(ctx, row)
}

/** Results of a call centre, each by itself: what one cannot be taken for does not stop the others. */
export const takeResults = async (
  ctx: Ctx,
  {
    results,
  }: { results: readonly (TaskResult & { taskId: number; at?: string | undefined; seconds?: number | undefined })[] },
) => {
  const items: { taskId: number; taken: boolean; reason: string | null }[] = []
  for (const { taskId, at, ...result } of results) {
    try {
      await finishTask(ctx, { ...result, id: taskId, fromCentre: true, ...(at !== undefined && { at: new Date(at) }) })
      items.push({ taskId, taken: true, reason: null })
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      items.push({ taskId, taken: false, reason: error.code })
    }
  }
  return { items }
}
