import { sql } from 'kysely'
import type { StoredEvent } from '#customers'
import { type Ctx, ch } from '#platform'
import { type Done, reached, spanMs } from './count.ts'
import type { Families } from './families.ts'
import { matches } from './match.ts'
import type { EventTrigger, Hit, Published } from './rules.ts'
import './tables.ts'

const { moment, strings, u32s } = ch

/** Newest events of one customer that are looked at: a count is at most 100, and a robot does not hold up the others. */
const mostEach = 2_000

/** A person who may have reached a count now: one of his events matched. */
interface Candidate {
  of: Published
  trigger: EventTrigger
  no: number
  fresh: Hit[]
}

export interface Completed {
  no: number
  event: StoredEvent
  properties: Readonly<Record<string, unknown>>
  /** Of the end of a count: which event had completed the one before it, as it was read. */
  counted?: { after: Done | undefined }
}

/** Events of one version and person are one candidate. */
export const candidatesOf = (hits: readonly Hit[]): Candidate[] => {
  const found = new Map<string, Candidate>()
  for (const hit of hits) {
    const { rule, no } = hit
    if (rule.role !== 'trigger') continue
    const key = `${rule.of.campaignId} ${rule.of.version} ${no}`
    const held = found.get(key)
    if (held) held.fresh.push(hit)
    else found.set(key, { of: rule.of, trigger: rule.trigger, no, fresh: [hit] })
  }
  return [...found.values()]
}

const withinMs = ({ within }: EventTrigger): number => (within ? spanMs(within) : 0)

/** Spans of one size are asked together: one of a year would make those of an hour read a year. */
const sizeOf = ({ trigger }: Candidate): number => (withinMs(trigger) <= 86_400_000 ? 0 : 1)

/**
 * Who of the candidates has reached the count, at which event. One question to ClickHouse for all of them, over the events
 * of these people within the span only; what counts is decided by the same reading that found them.
 */
export const completed = async (
  ctx: Ctx,
  candidates: readonly Candidate[],
  families: Families,
): Promise<(Completed & { of: Published })[]> => {
  if (candidates.length === 0) return []
  const fired = await lastFired(ctx, candidates)
  const groups = [0, 1].map((size) => candidates.filter((one) => sizeOf(one) === size))
  const done = (await Promise.all(groups.map((group) => historyOf(ctx, group, families)))).flat()
  const byNo = new Map<number, Past[]>()
  for (const one of done) byNo.set(one.no, [...(byNo.get(one.no) ?? []), one])
  return candidates.flatMap(({ of, trigger, no, fresh }) => {
    const after = fired.get(`${of.campaignId} ${no}`)
    // The rows of ClickHouse hold the fresh ones too; of a replica that lags they may be missing.
    const past = new Map((byNo.get(no) ?? []).map((one) => [one.hash, one]))
    for (const { event, properties } of fresh) past.set(event.hash, { ...event, no, properties })
    const all = [...past.values()]
    const isHit = ({ event, properties, atMs }: Past) =>
      event === trigger.event && matches(trigger.where, properties, new Date(atMs))
    const isAgainst = ({ event, properties, atMs }: Past) =>
      trigger.without.some((one) => event === one.event && matches(one.where, properties, new Date(atMs)))
    const ends = reached(
      { count: trigger.count, withinMs: withinMs(trigger) },
      {
        hits: all.filter(isHit),
        against: all.filter(isAgainst),
        fired: after,
        fresh: new Set(fresh.map(({ event }) => event.hash)),
      },
    )
    return ends.flatMap(({ hash }) => {
      const end = past.get(hash)
      if (!end) return []
      const freshly = fresh.find(({ event }) => event.hash === hash)
      const event = freshly?.event ?? { ...end, properties: JSON.stringify(end.properties) }
      return [{ of, no, event, properties: end.properties, counted: { after } }]
    })
  })
}

interface Past extends Done {
  no: number
  event: string
  receivedAtMs: number
  properties: Readonly<Record<string, unknown>>
}

const historyOf = async (ctx: Ctx, candidates: readonly Candidate[], families: Families): Promise<Past[]> => {
  if (candidates.length === 0) return []
  const roots = new Set(candidates.map(({ no }) => no))
  const nos = families.nos.filter((no) => roots.has(families.rootOf(no) ?? 0))
  const events = new Set(
    candidates.flatMap(({ trigger }) => [trigger.event, ...trigger.without.map(({ event }) => event)]),
  )
  const times = candidates.flatMap(({ fresh }) => fresh.map(({ event }) => event.atMs))
  const longest = Math.max(...candidates.map(({ trigger }) => withinMs(trigger)))
  const from = new Date(times.reduce((a, b) => Math.min(a, b)) - longest)
  const to = new Date(times.reduce((a, b) => Math.max(a, b)) + longest)
  const rows = await ctx.ch.rows<{ customer_no: number; event: string; ts: string; hash: string; properties: string }>(
    ch.sql`select customer_no, event, ts, toString(message_hash) as hash, properties from events
      where customer_no in ${u32s(nos)} and event in ${strings([...events])} and ts > ${moment(from)} and ts <= ${moment(to)}
      order by customer_no, ts desc limit ${ch.u32(mostEach)} by customer_no`,
  )
  return rows.flatMap(({ customer_no, event, ts, hash, properties }) => {
    const no = families.rootOf(customer_no)
    if (no === undefined) return []
    const atMs = new Date(ts).getTime()
    const read = JSON.parse(properties) as Readonly<Record<string, unknown>>
    return [{ no, event, atMs, receivedAtMs: atMs, hash: BigInt(hash), properties: read }]
  })
}

/**
 * Whether another process has completed a count of one of these people since it was looked at; then it has to be looked at
 * again. Holds the campaigns until the transaction ends, in one order for all, so that nobody does afterwards.
 */
export const isOvertaken = async (
  ctx: Ctx,
  ends: readonly (Completed & { of: Pick<Published, 'campaignId'> })[],
): Promise<boolean> => {
  if (ends.length === 0) return false
  const ids = [...new Set(ends.map(({ of }) => of.campaignId))]
  await sql`select 1 from campaigns.campaign where id = any(${ids}::int[]) order by id for no key update`.execute(
    ctx.pg,
  )
  const now = await lastFired(ctx, ends)
  return ends.some(({ of, no, counted }) => now.get(`${of.campaignId} ${no}`)?.hash !== counted?.after?.hash)
}

const lastFired = async (
  ctx: Ctx,
  candidates: readonly { of: Pick<Published, 'campaignId'>; no: number }[],
): Promise<Map<string, Done>> => {
  const { rows } = await sql<{ campaign_id: number; customer_no: number; at: Date; hash: string }>`
    select campaign_id, customer_no, at, hash::text as hash from campaigns.trigger_fired
    where campaign_id = any(${[...new Set(candidates.map(({ of }) => of.campaignId))]}::int[])
      and customer_no = any(${[...new Set(candidates.map(({ no }) => no))]}::int[])`.execute(ctx.pg)
  return new Map(
    rows.map(({ campaign_id, customer_no, at, hash }) => [
      `${campaign_id} ${customer_no}`,
      { atMs: at.getTime(), hash: BigInt(hash) },
    ]),
  )
}

/** Keeps which event completed a count, the last of each person. In the transaction that lets him in. */
export const keepFired = async (ctx: Ctx, campaignId: number, ends: readonly Completed[]): Promise<void> => {
  const last = new Map<number, Completed>()
  for (const end of ends) {
    const held = last.get(end.no)
    if (!held || held.event.atMs <= end.event.atMs) last.set(end.no, end)
  }
  if (last.size === 0) return
  const rows = [...last.values()].sort((a, b) => a.no - b.no)
  await sql`
    insert into campaigns.trigger_fired as f (campaign_id, customer_no, at, hash)
    select ${campaignId}, no, at, hash from unnest(
      ${rows.map(({ no }) => no)}::int[], ${rows.map(({ event }) => new Date(event.atMs).toISOString())}::timestamptz[],
      ${rows.map(({ event }) => String(event.hash))}::numeric[]) as told (no, at, hash)
    on conflict (campaign_id, customer_no) do update set at = excluded.at, hash = excluded.hash where f.at <= excluded.at`.execute(
    ctx.pg,
  )
}
