import { sql } from 'kysely'
import { z } from 'zod'
import { lookUp } from '#customers'
import { type Ctx, problems, route } from '#platform'
import { InAppContent } from '../../creatives/content-contract.ts'
import { isArmed } from '../../delivery/armed.ts'
import { type ClaimedSend, refuseSends } from '../../delivery/claim.ts'
import { composeFor } from '../../delivery/compose.ts'
import { recheckSends } from '../../gate/recheck.ts'
import { SlotAnswer, SlotName, SlotRequest, SlotTold } from './slot-contract.ts'
import '../../tables.ts'

const problem = problems('slots', {
  unknownKey: { status: 404, title: 'There is no such message in an app' },
})

/** Messages that wait for one person at most; more than that nobody wants to see. */
const mostWaiting = 20

const nothing: SlotAnswer = { message: null }

/**
 * What to show this person at this place now: of the messages that wait for him the one of the most urgent campaign, asked
 * about at the gate once more. Shown and not answered, it is given again until its time is over.
 */
export const decideSlot = async (
  ctx: Ctx,
  { slot, kind, value }: SlotRequest & { slot: string },
): Promise<SlotAnswer> => {
  const [found] = await lookUp(ctx, kind, [value])
  const no = found?.no
  if (no === undefined || no === null || !(await isArmed(ctx))) return nothing
  const now = ctx.now()
  const { rows: waiting } = await sql<ClaimedSend & { state: string }>`
    select s.id::text as id, s.key, s.campaign_id, s.version, s.step, s.customer_no, s.entry_id::text as entry_id, s.category,
      s.channel, s.creative_id, s.offer_id, s.attempt, s.not_after, s.state
    from campaigns.send s join campaigns.campaign c on c.id = s.campaign_id
    where s.customer_no = ${no} and s.channel = 'inApp' and s.state in ('planned', 'sent') and s.not_before <= ${now}
      and (s.not_after is null or s.not_after > ${now}) and c.state <> 'paused'
    order by c.priority, s.id limit ${mostWaiting}`.execute(ctx.pg)
  if (waiting.length === 0) return nothing
  const { messages, refused } = await composeFor(ctx, 'none', waiting)
  // What cannot be made for him is said to be so now, not when its time is over.
  await refuseSends(ctx, refused)
  const here = waiting.flatMap((send) => {
    const content = InAppContent.safeParse(messages.get(send.id)?.content)
    return content.success && content.data.slot === slot ? [{ send, content: content.data }] : []
  })
  return ctx.tx(async (ctx) => {
    for (const { send, content } of here) {
      const verdict = (await recheckSends(ctx, [send])).get(send.id)
      if (verdict?.is === 'refused') {
        await refuseSends(ctx, [{ id: send.id, refusal: verdict.refusal, detail: verdict.detail }])
        continue
      }
      if (verdict) continue
      if (send.state === 'planned')
        await sql`update campaigns.send set state = 'sent', sent_at = ${now}, attempt = 1
          where id = ${send.id}::bigint and state = 'planned'`.execute(ctx.pg)
      return { message: { key: send.key, content, until: send.not_after?.toISOString() ?? null } }
    }
    return nothing
  })
}

/** The app tells what became of a message; told twice it counts once. @throws problem.unknownKey */
export const tellSlot = async (ctx: Ctx, { key, what }: z.output<typeof SlotTold>): Promise<void> => {
  const now = ctx.now()
  const { rows } = await sql`
    update campaigns.send set delivered_at = coalesce(delivered_at, ${now}),
      clicked_at = case when ${what} = 'clicked' then coalesce(clicked_at, ${now}) else clicked_at end,
      read_at = case when ${what} = 'closed' then coalesce(read_at, ${now}) else read_at end,
      state = case when ${what} = 'shown' then state else 'delivered' end
    where key = ${key} and channel = 'inApp' and state in ('sent', 'delivered') returning id`.execute(ctx.pg)
  if (rows.length === 0) throw problem.unknownKey()
}

/** Messages whose time is over and that nobody came to see. */
export const endStaleSlots = async (ctx: Ctx): Promise<void> => {
  await sql`update campaigns.send set state = 'refused', refusal = 'TOO_LATE'
    where channel = 'inApp' and state = 'planned' and not_after < ${ctx.now()}`.execute(ctx.pg)
}

export const slotRoutes = [
  route('POST /slots/{slot}/decide', {
    can: 'slots.decide',
    summary: 'What an app shows this person at this place now',
    params: z.object({ slot: SlotName }),
    body: SlotRequest,
    reply: SlotAnswer,
    run: decideSlot,
  }),
  route('POST /slots/told', {
    can: 'slots.decide',
    summary: 'A message in an app was shown, clicked or closed',
    body: SlotTold,
    status: 204,
    run: tellSlot,
  }),
]
