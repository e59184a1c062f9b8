import { sql } from 'kysely'
import { recipientsOf, trackInside } from '#customers'
import { type Ctx, scanText } from '#platform'
import '../tables.ts'
import type { ClaimedSend } from './claim.ts'
import { composeFor } from './compose.ts'
import { type LinkToken, leadsHome, linkDays, openLink, ownPlaces, pageOf, readLinkToken, targetOf } from './links.ts'
import { isMachine, type Visit } from './machines.ts'
import { applyReceipts } from './receipts.ts'

/** What happens when somebody follows a link of a message or his mail program fetches its picture. */

interface VisitedSend extends ClaimedSend {
  provider_id: number | null
  left_at: Date
}

/** The send of a token that still holds. */
const sendOf = async (ctx: Ctx, { sendId }: LinkToken): Promise<VisitedSend | undefined> => {
  const { rows } = await sql<VisitedSend>`
    select id::text as id, key, campaign_id, version, step, customer_no, entry_no, pass, entry_id::text as entry_id, category,
      channel, creative_id, offer_id, attempt, not_after, provider_id, coalesce(sent_at, queued_at, decided_at) as left_at
    from campaigns.send where id = ${sendId}::bigint`.execute(ctx.pg)
  const [send] = rows
  return send && ctx.now().getTime() - send.left_at.getTime() < linkDays * 86_400_000 ? send : undefined
}

export interface Followed {
  target: string
  /** Keeps what happened; fails without hurting the visitor, who is on his way. */
  note: () => Promise<void>
}

/**
 * Where a short link leads: one of the links of the approved creative, made again for this person. It leads to our own hosts only, as
 * they are today, whatever the creative says.
 * @returns undefined for what nobody made, has expired, or whose person is gone
 */
export const followLink = async (ctx: Ctx, token: string, visit: Visit): Promise<Followed | undefined> => {
  const read = readLinkToken(ctx.vault, token)
  if (!read || read.link === openLink) return undefined
  const send = await sendOf(ctx, read)
  if (!send) return undefined
  const [{ targets }, own] = await Promise.all([
    // What days are counted from is the day it left.
    composeFor({ ...ctx, now: () => send.left_at }, 'none', [send], { clicks: true, opens: false }),
    ownPlaces(ctx),
  ])
  const target = targetOf(read, targets?.get(send.id) ?? [], own)
  if (target === undefined || !leadsHome(target, own)) return undefined
  const page = scanText(pageOf(target, own)).text
  return { target, note: () => keepVisit(ctx, send, read.link, page, visit) }
}

/** The picture of a mail was fetched. */
export const openedMail = async (ctx: Ctx, token: string, visit: Visit): Promise<void> => {
  const read = readLinkToken(ctx.vault, token)
  const send = read?.link === openLink ? await sendOf(ctx, read) : undefined
  if (send) await keepVisit(ctx, send, -1, '', visit)
}

const keepVisit = async (ctx: Ctx, send: VisitedSend, link: number, page: string, visit: Visit): Promise<void> => {
  const now = ctx.now()
  const picture = link < 0
  const machine = isMachine(
    visit,
    picture,
    send.channel === 'email' ? now.getTime() - send.left_at.getTime() : undefined,
  )
  await ctx.tx(async (ctx) => {
    await sql`
      insert into campaigns.link_visit as v (send_id, link, machine, page, first_at, last_at)
      values (${send.id}::bigint, ${link}, ${machine}, ${page}, ${now}, ${now})
      on conflict (send_id, link, machine) do update set last_at = excluded.last_at, times = v.times + 1`.execute(
      ctx.pg,
    )
    if (send.provider_id === null) return
    await applyReceipts(ctx, send.provider_id, [
      {
        key: send.key,
        ref: null,
        batch: null,
        customerNo: null,
        state: picture ? 'read' : 'clicked',
        at: now,
        code: null,
        detail: null,
        parts: null,
        marks: machine ? ['machine'] : [],
      },
    ])
  })
  if (!machine) await tell(ctx, send, link, page)
}

/** The strongest of the identifiers by which the person is known. */
const identifierOrder = [
  'accountId',
  'phone',
  'email',
  'wechatUnionId',
  'wechatOpenId',
  'deviceId',
  'anonymousId',
] as const

const tell = async (ctx: Ctx, send: VisitedSend, link: number, page: string): Promise<void> => {
  const now = ctx.now()
  const person = (await recipientsOf(ctx, [send.customer_no], identifierOrder)).get(send.customer_no)
  const kind = identifierOrder.find((one) => person?.addresses[one] !== undefined)
  const value = kind && person?.addresses[kind]
  if (!kind || value === undefined) return
  await trackInside(ctx, [
    {
      // Followed twice within a minute it is one click.
      messageId: `visit-${send.id}-${link}-${Math.floor(now.getTime() / 60_000)}`,
      event: link < 0 ? 'Message Opened' : 'Message Clicked',
      at: now,
      properties: {
        campaign: send.campaign_id,
        version: send.version,
        step: send.step,
        channel: send.channel,
        ...(send.creative_id !== null && { creative: send.creative_id }),
        ...(link >= 0 && { page }),
      },
      identifier: { kind, value },
    },
  ])
}
