import { sql } from 'kysely'
import type { Ctx } from '#platform'
import { LevelContract, type Target } from '../grading/policy-contract.ts'
import { type AlertRow, labelled } from './alert-rows.ts'
import { postToPeople, postToReceiver } from './compose.ts'
import { inhibitedBy } from './routing.ts'
import { currentRouting } from './routing-store.ts'
import { activeSilences, quietUntil } from './silences.ts'
import { clockNames, localTime, titleOf } from './text.ts'
import './tables.ts'

/** Up the steps until somebody acknowledges: the owner at once, the deputy when it is due, the manager when it is long due. */

const steps = ['owner', 'deputy', 'manager'] as const
const stepNames = { owner: '负责人', deputy: '副责', manager: '主管' } as const
const setSize = 20
const graceMs = 300_000

/** An alert fires: whoever has to act is told, from the first step on. */
export const startEscalation = async (ctx: Ctx, alert: AlertRow): Promise<void> => {
  const row = {
    alert_id: alert.id,
    drill_id: alert.drill_id,
    edition: alert.edition,
    step: 0,
    state: 'running' as const,
    reason: '',
    next_at: ctx.now(),
  }
  await ctx.pg
    .insertInto('opinion.escalation')
    .values(row)
    .onConflict((conflict) => conflict.column('alert_id').doUpdateSet(row))
    .execute()
}

export const stopEscalation = async (ctx: Ctx, alertId: number, reason: string): Promise<void> => {
  await sql`update opinion.escalation set state = 'stopped', reason = ${reason}, next_at = null
    where alert_id = ${alertId} and state = 'running'`.execute(ctx.pg)
}

const contractOf = async (ctx: Ctx, eventId: number): Promise<LevelContract> => {
  const { rows } = await sql<{ contract: unknown }>`
    select g.contract from opinion.event_level l join opinion.grade g on g.id = l.grade_id where l.event_id = ${eventId}`.execute(
    ctx.pg,
  )
  return LevelContract.parse(rows[0]?.contract)
}

/** Until when an alert may not be told because somebody silenced it or another one inhibits it. */
const heldUntil = async (ctx: Ctx, alert: AlertRow): Promise<Date | undefined> => {
  const now = ctx.now()
  const one = labelled(alert)
  for (const quiet of await activeSilences(ctx)) {
    const until = quietUntil(quiet, one, now)
    if (until) return until
  }
  const { inhibit } = (await currentRouting(ctx)).document
  if (inhibit.length === 0) return undefined
  const firing = await ctx.pg.selectFrom('opinion.alert').selectAll().where('state', '<>', 'resolved').execute()
  // Nobody knows when the other one ends, so it is looked at each minute.
  return inhibitedBy(inhibit, one, firing.map(labelled)) ? new Date(now.getTime() + 60_000) : undefined
}

/** A clock that stands still is looked at each minute; where it was over already, whoever was told now has a moment to act. */
const nextLook = (now: Date, due: Date | null | undefined): Date => {
  if (due === null) return new Date(now.getTime() + 60_000)
  return due !== undefined && due > now ? due : new Date(now.getTime() + graceMs)
}

const climb = async (ctx: Ctx, alert: AlertRow, from: number): Promise<void> => {
  const contract = await contractOf(ctx, alert.event_id)
  const clock = await runningClock(ctx, alert.event_id)
  // Where a step has nobody, the next one is told at once.
  for (let step = from; step < steps.length; step++) {
    const name = steps[step] ?? 'manager'
    // Nobody has had time to act yet: it is not an escalation, whoever is told.
    const isFirst = from === 0
    const said = isFirst
      ? undefined
      : {
          title: `${titleOf(alert, 'first')}（升级至${stepNames[name]}）`,
          text: `超过确认时限仍无人确认，现升级至${stepNames[name]}。`,
        }
    const why = isFirst ? ('first' as const) : ('escalate' as const)
    const urgent = alert.level === 'severe' || !isFirst
    const reached = await postToPeople(ctx, { alert, targets: [contract[name]], why, urgent, said })
    if (said) await tellGroups(ctx, alert, contract[name], said)
    const isLast = step + 1 === steps.length
    if (reached === 0 && !isLast) continue
    const due = step === 0 ? clock?.due_at : clock?.escalate_at
    await ctx.pg
      .updateTable('opinion.escalation')
      .set({
        step: isLast ? step : step + 1,
        state: isLast ? 'done' : 'running',
        reason: reached === 0 ? 'nobody' : name,
        next_at: isLast ? null : nextLook(ctx.now(), clock === undefined ? undefined : due),
      })
      .where('alert_id', '=', alert.id)
      .execute()
    return
  }
}

const runningClock = (ctx: Ctx, eventId: number) =>
  ctx.pg
    .selectFrom('opinion.deadline')
    .select(['due_at', 'escalate_at'])
    .where('event_id', '=', eventId)
    .where('kind', '=', 'acknowledge')
    .where('state', '=', 'running')
    .executeTakeFirst()

/** The groups that heard of the alert hear that it went up, with the person called by name. */
const tellGroups = async (
  ctx: Ctx,
  alert: AlertRow,
  target: Target,
  said: { title: string; text: string },
): Promise<void> => {
  const { receivers } = (await currentRouting(ctx)).document
  const { rows } = await sql<{ id: string; receiver: string }>`
    select g.id::text as id, g.receiver from opinion.alert_group g join opinion.alert_group_member m on m.group_id = g.id
    where m.alert_id = ${alert.id} and m.state in ('new', 'told')`.execute(ctx.pg)
  for (const { id, receiver: name } of rows) {
    const receiver = receivers.find((one) => one.name === name)
    if (receiver)
      await postToReceiver(ctx, {
        receiver: { ...receiver, people: [] },
        alerts: [alert],
        why: 'escalate',
        groupId: id,
        calls: [target],
        said,
      })
  }
}

/** Takes alerts whose next step is due. @returns how many */
export const escalateDue = (ctx: Ctx): Promise<number> =>
  ctx.tx(async (ctx) => {
    const now = ctx.now()
    const { rows } = await sql<{ alert_id: number; step: number }>`
      select alert_id, step from opinion.escalation where state = 'running' and next_at <= ${now}
      order by next_at limit ${setSize} for update skip locked`.execute(ctx.pg)
    for (const { alert_id, step } of rows) {
      const alert = await ctx.pg
        .selectFrom('opinion.alert')
        .selectAll()
        .where('id', '=', alert_id)
        .executeTakeFirstOrThrow()
      if (alert.state !== 'firing') {
        await stopEscalation(ctx, alert_id, alert.state)
        continue
      }
      const held = await heldUntil(ctx, alert)
      if (held) {
        await sql`update opinion.escalation set next_at = ${held}, reason = 'silenced' where alert_id = ${alert_id}`.execute(
          ctx.pg,
        )
        continue
      }
      // A clock that was paused or lengthened meanwhile: not yet.
      const clock = step > 0 ? await runningClock(ctx, alert.event_id) : undefined
      const due = step === 1 ? clock?.due_at : clock?.escalate_at
      if (clock && (!due || due > now)) {
        await sql`update opinion.escalation set next_at = ${due ?? new Date(now.getTime() + 60_000)}
          where alert_id = ${alert_id}`.execute(ctx.pg)
        continue
      }
      await climb(ctx, alert, step)
    }
    return rows.length
  })

/** Clocks other than that of acknowledging: the owner hears when one is due, deputy and manager when it is long due. */
export const remindOfClocks = (ctx: Ctx): Promise<number> =>
  ctx.tx(async (ctx) => {
    const now = ctx.now()
    const { rows } = await sql<{
      id: string
      event_id: number
      kind: keyof typeof clockNames
      due_at: Date
      late: boolean
    }>`
      select id::text as id, event_id, kind, due_at, escalate_at <= ${now} as late from opinion.deadline
      where state = 'running' and kind <> 'acknowledge' and least(due_at, escalate_at) <= ${now}
        and (held_until is null or held_until <= ${now})
        and (told_due_at is null or (escalate_at <= ${now} and told_escalate_at is null))
      order by deadline.id limit ${setSize} for update skip locked`.execute(ctx.pg)
    for (const { id, event_id, kind, due_at, late } of rows) {
      const alert = await ctx.pg
        .selectFrom('opinion.alert')
        .selectAll()
        .where('event_id', '=', event_id)
        .where('state', '<>', 'resolved')
        .executeTakeFirst()
      const held = alert && (await heldUntil(ctx, alert))
      if (held) {
        // Not told, so it is told when the silence is over.
        await sql`update opinion.deadline set held_until = ${held} where id = ${id}::bigint`.execute(ctx.pg)
        continue
      }
      await sql`update opinion.deadline set told_due_at = coalesce(told_due_at, ${now}), held_until = null,
        told_escalate_at = ${late ? now : null} where id = ${id}::bigint`.execute(ctx.pg)
      if (!alert) continue
      const contract = await contractOf(ctx, event_id)
      await postToPeople(ctx, {
        alert,
        targets: late ? [contract.deputy, contract.manager] : [contract.owner],
        why: late ? 'overdue' : 'due',
        urgent: alert.level === 'severe',
        said: {
          title: `${titleOf(alert, 'first')}（${clockNames[kind]}${late ? '逾期，已升级' : '到期'}）`,
          text: `${clockNames[kind]}时限为 ${localTime(due_at)}。`,
        },
      })
    }
    return rows.length
  })
