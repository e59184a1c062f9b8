import { sql } from 'kysely'
import { zone } from '#audiences'
import { type Ctx, onHold } from '#platform'
import { endStaleSlots } from '../channels/in-app/slots.ts'
import type { Category } from '../channels-contract.ts'
import { isArmed } from '../delivery/armed.ts'
import { type ClaimedSend, refuseSends } from '../delivery/claim.ts'
import { recheckSends } from '../gate/recheck.ts'
import { later } from '../journeys/local-time.ts'
import { versionOf } from '../journeys/versions.ts'
import '../tables.ts'
import './tables.ts'

const setSize = 500
const lookEveryMs = 1_000
/** A message step on this channel says nothing of when it is to be done. */
const usualSpan = { amount: 7, unit: 'days' } as const

interface DueSend extends ClaimedSend {
  category: Category
  not_before: Date
}

/**
 * Turns planned sends on the channels of people into tasks. The task is the delivery, so both are written in one
 * transaction and a send makes one task for ever. Where an account of a call centre is switched on, it gets the calls.
 * @returns how many sends were looked at
 */
export const makeTasks = async (ctx: Ctx): Promise<number> => {
  if (!(await isArmed(ctx))) return 0
  return ctx.tx(async (ctx) => {
    const now = ctx.now()
    const { rows: due } = await sql<DueSend>`
      select s.id::text as id, s.key, s.campaign_id, s.version, s.step, s.customer_no, s.entry_id::text as entry_id, s.category,
        s.channel, s.creative_id, s.offer_id, s.attempt, s.not_after, s.not_before
      from campaigns.send s
      where s.state = 'planned' and s.channel in ('call', 'branch') and s.not_before <= ${now}
        and not exists (select 1 from campaigns.campaign c where c.id = s.campaign_id and c.state = 'paused')
        and not exists (select 1 from campaigns.provider p
          where p.channel = s.channel and p.state = 'on' and p.deleted_at is null)
      order by s.not_before, s.id limit ${setSize} for update of s skip locked`.execute(ctx.pg)
    if (due.length === 0) return 0
    const verdicts = await recheckSends(ctx, due)
    await refuseSends(
      ctx,
      due.flatMap(({ id }) => {
        const verdict = verdicts.get(id)
        return verdict?.is === 'refused' ? [{ id, refusal: verdict.refusal, detail: verdict.detail }] : []
      }),
    )
    for (const { id } of due) {
      const verdict = verdicts.get(id)
      if (verdict?.is === 'deferred')
        await sql`update campaigns.send set not_before = ${verdict.until} where id = ${id}::bigint`.execute(ctx.pg)
    }
    const free = due.filter(({ id }) => !verdicts.has(id))
    const rows = await Promise.all(
      free.map(async (send) => {
        const { definition, priority } = await versionOf(ctx, send.campaign_id, send.version)
        const step = definition.journey.steps[send.step]
        const [span, team] = step?.kind === 'task' ? [step.dueIn, step.team ?? null] : [usualSpan, null]
        return { send, due: later(send.not_before, span, zone), team, priority, title: step?.name ?? '' }
      }),
    )
    if (rows.length > 0) {
      await sql`
        insert into campaigns.task (send_id, campaign_id, version, step, customer_no, channel, title, team, priority, created_at,
          from_at, due_at)
        select t.send_id, s.campaign_id, s.version, s.step, s.customer_no, s.channel,
          coalesce(nullif(t.title, ''), r.name, c.name), t.team, t.priority, ${now}, ${now}, t.due_at
        from unnest(${rows.map(({ send }) => send.id)}::bigint[], ${rows.map(({ title }) => title)}::text[],
            ${rows.map(({ team }) => team)}::text[], ${rows.map(({ priority }) => priority)}::int[],
            ${rows.map(({ due }) => due.toISOString())}::timestamptz[]) as t (send_id, title, team, priority, due_at)
          join campaigns.send s on s.id = t.send_id join campaigns.campaign c on c.id = s.campaign_id
          left join campaigns.creative r on r.id = s.creative_id
        on conflict (send_id) do nothing`.execute(ctx.pg)
      await sql`update campaigns.send set state = 'sent', sent_at = ${now}, attempt = attempt + 1
        where id = any(${free.map(({ id }) => id)}::bigint[])`.execute(ctx.pg)
    }
    return due.length
  })
}

/** Ends what was not done in time, and what belongs to a campaign that was ended. */
export const endStaleTasks = async (ctx: Ctx): Promise<void> => {
  const now = ctx.now()
  await ctx.tx(async (ctx) => {
    await sql`with over as (
        update campaigns.task set state = 'expired', done_at = ${now} where state in ('open', 'claimed') and due_at < ${now}
        returning send_id)
      update campaigns.send s set state = 'failed', failed_at = ${now}, error = 'expired' from over
      where s.id = over.send_id and s.state = 'sent'`.execute(ctx.pg)
    await sql`with over as (
        update campaigns.task t set state = 'cancelled', done_at = ${now} from campaigns.campaign c
        where c.id = t.campaign_id and c.state = 'ended' and t.state in ('open', 'claimed') returning t.send_id)
      update campaigns.send s set state = 'failed', failed_at = ${now}, error = 'cancelled' from over
      where s.id = over.send_id and s.state = 'sent'`.execute(ctx.pg)
  })
}

/** Makes tasks for as long as the process lives. @returns how to stop, after the set under way */
export const startDesk = (ctx: Ctx): (() => Promise<void>) => {
  let running: Promise<unknown> = Promise.resolve()
  let busy = false
  let isHeld = false
  const look = async () => {
    while (!isHeld && (await makeTasks(ctx)) === setSize);
    await endStaleTasks(ctx)
    await endStaleSlots(ctx)
  }
  const timer = setInterval(() => {
    if (busy || isHeld) return
    busy = true
    running = look()
      .catch((error: unknown) => ctx.log.warn({ error }, 'tasks not made, tried again'))
      .finally(() => {
        busy = false
      })
  }, lookEveryMs)
  const release = onHold(ctx, async () => {
    isHeld = true
    await running
    return () => {
      isHeld = false
    }
  })
  return async () => {
    clearInterval(timer)
    release()
    await running
  }
}
