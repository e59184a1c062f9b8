import { sql } from 'kysely'
import type { Ctx } from '#platform'
import type { Category, Channel, Refusal } from '../channels-contract.ts'
import { rowsAsText } from '../rows-as-text.ts'
import '../tables.ts'
import { takeTokens } from './limits.ts'
import type { ProviderRow } from './provider-world.ts'

/** A send in the hands of this process. */
export interface ClaimedSend {
  id: string
  key: string
  campaign_id: number
  version: number
  step: string
  customer_no: number
  entry_no: number
  pass: number
  entry_id: string
  category: Category
  channel: Channel
  creative_id: number | null
  offer_id: number | null
  attempt: number
  not_after: Date | null
}

/** As it was taken from those that wait. */
export interface HeldSend extends ClaimedSend {
  /** Attempts of `attempt` that certainly never left, since a process died. */
  interrupted: number
  /** It may have gone by this account before: no other may have it. */
  bound: boolean
}

/** May a planned send leave now? Those not named may. */
export type Recheck =
  | { is: 'refused'; refusal: Refusal; detail?: Record<string, unknown> }
  | { is: 'deferred'; until: Date }
  /** Nothing is changed; it is asked again. */
  | { is: 'held' }

export interface Claim {
  batch: string
  provider: ProviderRow
  sends: HeldSend[]
}

export const leaseSeconds = 60

/** 20 letters and digits that no other request has. */
export const newBatch = (): string => `z${crypto.randomUUID().replaceAll('-', '').slice(0, 19)}`

interface Wanted {
  /** Marks what is taken; `newBatch`. */
  batch: string
  provider: ProviderRow
  categories: readonly Category[]
  owner: string
  most: number
  /** Only sends that may go by this account and no other, since they may have gone by it before. */
  bound?: boolean
  recheck: (ctx: Ctx, sends: readonly ClaimedSend[]) => Promise<ReadonlyMap<string, Recheck>>
}

interface Taken extends Claim {
  refused: number
  /** Planned sends that were looked at. */
  seen: number
}

/**
 * Takes sends that are due for one account: asks the gate again, takes tokens of the account's limits, and marks them as on their
 * way, all in one transaction that is committed before anything leaves. Service messages first, then by the time they were due.
 * A customer is in a claim once.
 */
export const claimSends = (
  ctx: Ctx,
  { batch, provider, categories, owner, most, bound = false, recheck }: Wanted,
): Promise<Taken> =>
  ctx.tx(async (ctx) => {
    const now = ctx.now()
    const nothing = { batch, provider, sends: [], refused: 0, seen: 0 }
    // Campaign by campaign, so that what a paused one has waiting is not read over and over.
    const { rows: due } = await sql<{ id: string }>`
      select d.id from campaigns.campaign c cross join lateral (
        select s.id, s.category, s.not_before from campaigns.send s
        where s.state = 'planned' and s.campaign_id = c.id and s.channel = ${provider.channel} and s.not_before <= ${now}
          and s.category = any(${[...categories]}::text[]) and (s.provider_id = ${provider.id} or (s.provider_id is null and not ${bound}::boolean))
        order by s.not_before, s.id limit ${most}) d
      where c.state <> 'paused' order by d.category = 'service' desc, d.not_before, d.id limit ${most}`.execute(ctx.pg)
    if (due.length === 0) return nothing
    const read = await rowsAsText(
      ctx,
      sql<Omit<HeldSend, 'not_after'> & { not_after: string | null }>`
      select id::text as id, key, campaign_id, version, step, customer_no, entry_no, pass, entry_id::text as entry_id, category,
        channel, creative_id, offer_id, attempt, not_after, interrupted, provider_id is not null as bound
      from campaigns.send where id = any(${due.map(({ id }) => id)}::bigint[]) and state = 'planned'
      order by id for update skip locked`,
    )
    const locked = read.map((send) => ({
      ...send,
      not_after: send.not_after === null ? null : new Date(send.not_after),
    }))
    const once = new Map(locked.map((send) => [send.customer_no, send]))
    const sends = [...once.values()]
    const verdicts = await recheck(ctx, sends)
    const refused = sends.flatMap((send) => {
      const verdict = verdicts.get(send.id)
      return verdict?.is === 'refused' ? [{ id: send.id, ...verdict }] : []
    })
    const deferred = sends.flatMap(({ id }) => {
      const verdict = verdicts.get(id)
      return verdict?.is === 'deferred' ? [{ id, until: verdict.until }] : []
    })
    await refuseSends(ctx, refused)
    if (deferred.length > 0)
      await sql`
        update campaigns.send s set not_before = d.until
        from unnest(${deferred.map(({ id }) => id)}::bigint[], ${deferred.map(({ until }) => until)}::timestamptz[]) as d (id, until)
        where s.id = d.id`.execute(ctx.pg)
    const free = sends.filter(({ id }) => !verdicts.has(id))
    const granted = await takeTokens(ctx, provider, free.length)
    const mine = free.slice(0, granted)
    if (mine.length === 0) return { ...nothing, refused: refused.length, seen: due.length }
    await sql`
      update campaigns.send set state = 'queued', provider_id = ${provider.id}, provider_key = ${batch}, attempt = attempt + 1,
        queued_at = ${now}, lease = ${owner}::uuid, lease_until = now() + make_interval(secs => ${leaseSeconds}), asked = 0,
        asked_at = null, error = null
      where id = any(${mine.map(({ id }) => id)}::bigint[])`.execute(ctx.pg)
    return {
      batch,
      provider,
      sends: mine.map((send) => ({ ...send, attempt: send.attempt + 1 })),
      refused: refused.length,
      seen: due.length,
    }
  })

/** Stores that sends will not be made, and why. */
export const refuseSends = async (
  ctx: Ctx,
  refused: readonly { id: string; refusal: Refusal; detail?: Record<string, unknown> }[],
): Promise<void> => {
  if (refused.length === 0) return
  await sql`
    update campaigns.send s set state = 'refused', refusal = r.refusal, refusal_detail = r.detail, lease = null, lease_until = null,
      decided_at = ${ctx.now()}
    from (select * from unnest(${refused.map(({ id }) => id)}::bigint[], ${refused.map(({ refusal }) => refusal)}::text[],
      ${refused.map(({ detail }) => (detail ? JSON.stringify(detail) : null))}::jsonb[]) as r (id, refusal, detail)) r
    where s.id = r.id and s.state in ('planned', 'queued')`.execute(ctx.pg)
}

/** The next account takes over sends that the one before certainly did not take. @returns those that its limits let through */
export const passOn = (
  ctx: Ctx,
  {
    batch,
    provider,
    owner,
    sends,
  }: { batch: string; provider: ProviderRow; owner: string; sends: readonly HeldSend[] },
): Promise<Claim> =>
  ctx.tx(async (ctx) => {
    const granted = await takeTokens(ctx, provider, sends.length)
    const { rows } = await sql<{ id: string }>`
      update campaigns.send set provider_id = ${provider.id}, provider_key = ${batch}, attempt = attempt + 1, queued_at = ${ctx.now()},
        lease_until = now() + make_interval(secs => ${leaseSeconds})
      where id = any(${sends.slice(0, granted).map(({ id }) => id)}::bigint[]) and state = 'queued' and lease = ${owner}::uuid
      returning id::text as id`.execute(ctx.pg)
    const held = new Set(rows.map(({ id }) => id))
    return {
      batch,
      provider,
      sends: sends.filter(({ id }) => held.has(id)).map((send) => ({ ...send, attempt: send.attempt + 1 })),
    }
  })

/**
 * Sends that were taken and certainly have not left are planned again, each for the account that it is bound to; that was no attempt.
 * @param at not before
 */
export const giveBack = async (
  ctx: Ctx,
  { batch, owner, sends, at }: { batch: string; owner: string; sends: readonly HeldSend[]; at: Date },
): Promise<void> => {
  if (sends.length === 0) return
  await sql`
    update campaigns.send s set state = 'planned', provider_id = case when g.bound then s.provider_id end, provider_key = null,
      lease = null, lease_until = null, not_before = greatest(s.not_before, ${at}), interrupted = s.interrupted + 1
    from unnest(${sends.map(({ id }) => id)}::bigint[], ${sends.map(({ bound }) => bound)}::boolean[]) as g (id, bound)
    where s.id = g.id and s.state = 'queued' and s.lease = ${owner}::uuid and s.provider_key = ${batch}`.execute(ctx.pg)
}

/** Whether sends wait that may go by this account only, for whatever time. */
export const hasBound = async (ctx: Ctx, providerId: number): Promise<boolean> => {
  const { rows } = await sql`
    select 1 from campaigns.send where state = 'planned' and provider_id = ${providerId} limit 1`.execute(ctx.pg)
  return rows.length > 0
}
