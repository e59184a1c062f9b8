import { sql } from 'kysely'
import type { z } from 'zod'
import { type Ctx, ch } from '#platform'
import { problem } from './problem.ts'
import { openTicket, readTicket } from './store.ts'
import type { Ticket, TicketFromPost } from './ticket-contract.ts'

/** Posts that become tickets: complaint records by themselves, others when a person says so. */

interface PostRow {
  id: string
  platform: string
  kind: string
  title: string
  text: string
  published_at: string
  extra: string
  aspects: string[]
}

const columns = ch.sql`toString(post_id) as id, platform, kind, title, text, toString(published_at) as published_at, extra, aspects`

/** The reason that an aspect of complaints is. */
const reasonOf: Readonly<Record<string, string>> = {
  'hidden-fee': 'fee.hidden',
  'rate-dispute': 'fee.rate',
  'harsh-collection': 'collection.harsh',
  'privacy-leak': 'privacy.leak',
  'credit-record': 'credit.record',
  'poor-service': 'service.poor',
  'induced-borrowing': 'sales.induced',
  'early-repayment': 'fee.early',
  refund: 'fee.refund',
  impersonation: 'sales.impersonation',
  'bundled-membership': 'fee.membership',
}

interface ComplaintRecord {
  number?: string
  appeal?: string[]
  amountFen?: number
  replyState?: string
}

/** The complaint record inside `extra`, or nothing. */
const recordOf = (extra: string): ComplaintRecord => {
  if (extra === '') return {}
  const parsed: unknown = JSON.parse(extra)
  if (typeof parsed !== 'object' || parsed === null) return {}
  const found = 'complaint' in parsed ? parsed.complaint : parsed
  return typeof found === 'object' && found !== null ? found : {}
}

const instantOf = (text: string): Date => new Date(`${text.replace(' ', 'T')}Z`)

const open = (
  ctx: Ctx,
  post: PostRow,
  given: Pick<Parameters<typeof openTicket>[1], 'kind' | 'origin' | 'drillId'>,
) => {
  const { number = null, appeal = [], amountFen = null, replyState } = recordOf(post.extra)
  return openTicket(ctx, {
    ...given,
    title: (post.title || post.text).slice(0, 120),
    text: post.text.slice(0, 8_000),
    reason:
      given.kind === 'praise'
        ? 'praise'
        : (post.aspects.map((aspect) => reasonOf[aspect]).find((one) => one !== undefined) ?? null),
    regulated: post.platform === 'regulator',
    platform: post.platform,
    number,
    appeal,
    amountFen,
    incidentId: null,
    ownerId: null,
    receivedAt: new Date(Math.min(instantOf(post.published_at).getTime(), ctx.now().getTime())),
    postId: post.id,
    ...(replyState !== undefined && { replyState }),
  })
}

/** Complaint records of a batch that are about us, each once. A job: ClickHouse is not asked inside a transaction. */
export const ticketsFromBatch = async (
  ctx: Ctx,
  { batch, drillId }: { batch: number; drillId: number },
): Promise<number> => {
  const { rows: own } = await sql<{
    id: number
  }>`select id from opinion.subject where own and deleted_at is null`.execute(ctx.pg)
  if (own.length === 0) return 0
  const posts = await ctx.ch.rows<PostRow>(ch.sql`
    select ${columns} from posts final
    where drill_id = ${ch.u32(drillId)} and batch = ${ch.u64(batch)} and kind = 'complaint'
      and hasAny(subjects, ${ch.u32s(own.map(({ id }) => id))}) order by published_at limit 5000`)
  let made = 0
  for (const post of posts)
    await ctx.tx(async (ctx) => {
      const id = await open(ctx, post, { kind: 'complaint', origin: 'source', drillId })
      if (id === undefined) {
        // Known: the platform may have another state of the reply by now.
        const { replyState, number } = recordOf(post.extra)
        if (replyState !== undefined && number !== undefined)
          await sql`update opinion.ticket set reply_state = ${replyState} where drill_id = ${drillId} and platform = ${post.platform}
            and number = ${number} and reply_state is distinct from ${replyState}`.execute(ctx.pg)
        return
      }
      made++
      await ctx.audit.record(ctx, {
        action: 'ticket.open',
        subject: `ticket:${id}`,
        detail: { kind: 'complaint', origin: 'source' },
      })
    })
  return made
}

/** A ticket of one post. @throws problem.postUnknown, problem.taken */
export const ticketFromPost = async (
  ctx: Ctx,
  { postId, kind, drillId }: z.output<typeof TicketFromPost>,
): Promise<Ticket> => {
  const post = await ctx.ch.one<PostRow>(ch.sql`
    select ${columns} from posts final where drill_id = ${ch.u32(drillId)} and post_id = ${ch.u64(BigInt(postId))} limit 1`)
  if (!post) throw problem.postUnknown({ post: postId })
  return ctx.tx(async (ctx) => {
    const id = await open(ctx, post, { kind, origin: 'post', drillId })
    if (id === undefined) throw problem.taken({ post: postId })
    const ticket = await readTicket(ctx, { id })
    await ctx.audit.record(ctx, { action: 'ticket.open', subject: `ticket:${id}`, detail: { kind, origin: 'post' } })
    return ticket
  })
}
