import { sql } from 'kysely'
import type { Ctx } from '#platform'
import { meetDeadline } from '../grading/deadlines.ts'
import { stopEscalation } from './escalate.ts'
import { readLink } from './links.ts'
import { problem } from './problem.ts'
import './tables.ts'

/** Somebody has seen an alert and takes it on: nothing is repeated or escalated from now on. */

const acknowledge = async (
  ctx: Ctx,
  { alertId, by, via }: { alertId: number; by: { id: string; name: string }; via: 'console' | 'link' },
): Promise<boolean> => {
  const alert = await ctx.pg
    .selectFrom('opinion.alert')
    .selectAll()
    .where('id', '=', alertId)
    .forUpdate()
    .executeTakeFirst()
  if (!alert) throw problem.unknown({ id: alertId })
  if (alert.state === 'resolved') throw problem.overAlready({ id: alertId })
  // The first counts; who comes second is told who was first.
  if (alert.state === 'acknowledged') return false
  await ctx.pg
    .updateTable('opinion.alert')
    .set({
      state: 'acknowledged',
      acknowledged_at: ctx.now(),
      acknowledged_by: by.id,
      acknowledged_by_name: by.name,
      acknowledged_via: via,
    })
    .where('id', '=', alertId)
    .execute()
  await stopEscalation(ctx, alertId, 'acknowledged')
  await meetDeadline(ctx, { eventId: alert.event_id, kind: 'acknowledge', by: by.name })
  // What waits in the post box to escalate or repeat has nothing to say any more.
  await sql`update opinion.notice set state = 'dropped', next_at = null, answer = 'acknowledged'
    where state = 'queued' and why in ('escalate', 'repeat', 'silenceEnded') and alert_ids = array[${alertId}]::int[]`.execute(
    ctx.pg,
  )
  await sql`update opinion.alert_group_member set state = 'acknowledged' where alert_id = ${alertId} and state in ('new', 'told')`.execute(
    ctx.pg,
  )
  await ctx.audit.record(ctx, {
    action: 'alert.acknowledge',
    subject: `opinionEvent:${alert.event_id}`,
    detail: { alert: alertId, by: by.id, via },
  })
  return true
}

/** In the console: the one who is signed in. @throws problem.unknown, problem.overAlready */
export const acknowledgeAlert = (ctx: Ctx, { id }: { id: number }): Promise<boolean> =>
  ctx.tx((ctx) => acknowledge(ctx, { alertId: id, by: { id: ctx.actor.id, name: ctx.actor.name }, via: 'console' }))

/** By a link: the one it was made for. @returns undefined when the link is not one of ours or no longer good */
export const acknowledgeByLink = (ctx: Ctx, token: string): Promise<boolean | undefined> =>
  ctx.tx(async (ctx) => {
    const link = await readLink(ctx, token)
    if (link?.state !== 'good') return undefined
    await sql`update opinion.ack_link set used_at = ${ctx.now()} where id = ${link.id}::bigint`.execute(ctx.pg)
    return acknowledge(ctx, {
      alertId: link.alert.id,
      by: { id: link.person, name: link.personName },
      via: 'link',
    })
  })
