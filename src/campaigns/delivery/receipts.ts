import { sql } from 'kysely'
import { type LookUpKind, lookUp } from '#customers'
import { type Ctx, normaliseIdentifier } from '#platform'
import type { Channel } from '../channels-contract.ts'
import '../tables.ts'
import type { Receipt, ReceiptState } from './adapter.ts'
import type { OpenProvider } from './provider-world.ts'
import { cleanDetail } from './record.ts'

/** A receipt without the address, as it may be stored. */
export interface StoredReceipt {
  key: string | null
  ref: string | null
  batch: string | null
  customerNo: number | null
  state: ReceiptState
  at: Date
  code: string | null
  detail: string | null
  parts: number | null
  marks: string[]
}

/** Turns addresses into customers; what names neither message nor customer is dropped. */
export const withoutAddresses = async (
  ctx: Ctx,
  { adapter }: OpenProvider,
  receipts: readonly Receipt[],
): Promise<StoredReceipt[]> => {
  const kind = adapter.address
  const owners = new Map<string, number>()
  const asked = [
    ...new Set(receipts.flatMap(({ address, key }) => (address !== undefined && key === undefined ? [address] : []))),
  ]
  if (kind !== 'none' && asked.length > 0) {
    const found = await lookUp(ctx, kind satisfies LookUpKind, asked)
    for (const [at, address] of asked.entries()) {
      const no = found[at]?.no
      if (no !== undefined && no !== null) owners.set(address, no)
    }
  }
  return receipts.map((one) => ({
    key: one.key ?? null,
    ref: one.ref ?? null,
    batch: one.batch ?? null,
    customerNo: one.address === undefined ? null : (owners.get(one.address) ?? null),
    state: one.state,
    at: new Date(Math.min(one.at.getTime(), ctx.now().getTime())),
    code: one.code?.slice(0, 100) ?? null,
    detail: one.detail === undefined ? null : cleanDetail(one.detail),
    parts: one.parts ?? null,
    marks: [
      ...(one.hardBounce ? ['hardBounce'] : []),
      ...(one.complaint ? ['complaint'] : []),
      ...(one.machine ? ['machine'] : []),
    ],
  }))
}

interface Match {
  n: number
  id: string
  customer_no: number
  channel: Channel
}

/**
 * Brings sends up to what receipts say, in any order, however often: delivered beats failed, failed beats sent, a read or a click means
 * that it arrived. A send whose answer is still on its way, or that was given up, is moved by its receipt too.
 * @returns which receipts found no send (yet)
 */
export const applyReceipts = (
  ctx: Ctx,
  providerId: number,
  receipts: readonly StoredReceipt[],
): Promise<{
  unmatched: StoredReceipt[]
  matched: { receipt: StoredReceipt; customerNo: number; channel: Channel }[]
}> =>
  ctx.tx(async (ctx) => {
    if (receipts.length === 0) return { unmatched: [], matched: [] }
    const { rows } = await sql<Match>`
      with r as (select * from unnest(${receipts.map((_, n) => n)}::int[], ${receipts.map(({ key }) => key)}::text[],
        ${receipts.map(({ ref }) => ref)}::text[], ${receipts.map(({ batch }) => batch)}::text[],
        ${receipts.map(({ customerNo }) => customerNo)}::int[]) as r (n, key, ref, batch, root)),
      found as (
        select r.n, s.id, 1 as rank from r join campaigns.send s on s.key = r.key
        union all select r.n, s.id, 2 from r join campaigns.send s on s.provider_key = r.ref and s.provider_id = ${providerId}
        union all select r.n, s.id, 3 from r join campaigns.send s on s.provider_key = r.batch and s.provider_id = ${providerId}
          join customers.customer c on c.no = s.customer_no and c.root_no = r.root)
      select distinct on (f.n) f.n, s.id::text as id, s.customer_no, s.channel from found f join campaigns.send s on s.id = f.id
      order by f.n, f.rank`.execute(ctx.pg)
    const byReceipt = new Map(rows.map((row) => [row.n, row]))
    const matched = receipts.flatMap((receipt, n) => {
      const match = byReceipt.get(n)
      return match ? [{ receipt, id: match.id, customerNo: match.customer_no, channel: match.channel }] : []
    })
    const sends = [...Map.groupBy(matched, ({ id }) => id)].map(([id, told]) => ({
      id,
      ...together(told.map(({ receipt }) => receipt)),
    }))
    if (sends.length > 0) await update(ctx, providerId, sends)
    return { unmatched: receipts.filter((_, n) => !byReceipt.has(n)), matched }
  })

interface Told {
  sentAt: Date | null
  deliveredAt: Date | null
  failedAt: Date | null
  readAt: Date | null
  clickedAt: Date | null
  code: string | null
  parts: number | null
}

const earliest = (a: Date | null, b: Date): Date => (a === null || b < a ? b : a)

const together = (receipts: readonly StoredReceipt[]): Told => {
  const told: Told = {
    sentAt: null,
    deliveredAt: null,
    failedAt: null,
    readAt: null,
    clickedAt: null,
    code: null,
    parts: null,
  }
  for (const { state, at, code, parts, marks } of receipts) {
    told.parts = parts ?? told.parts
    if (state === 'sent') told.sentAt = earliest(told.sentAt, at)
    if (state === 'failed') {
      told.failedAt = earliest(told.failedAt, at)
      told.code = code
    }
    if (state === 'delivered' || state === 'read' || state === 'clicked')
      told.deliveredAt = earliest(told.deliveredAt, at)
    // A machine that fetches a picture or follows a link has not read anything.
    if (marks.includes('machine')) continue
    if (state === 'read' || state === 'clicked') told.readAt = earliest(told.readAt, at)
    if (state === 'clicked') told.clickedAt = earliest(told.clickedAt, at)
  }
  return told
}

const update = async (ctx: Ctx, providerId: number, sends: readonly (Told & { id: string })[]): Promise<void> => {
  const { rows } = await sql<{ was: string; now: string; lag_ms: number | null }>`
    with t as (select * from unnest(${sends.map(({ id }) => id)}::bigint[], ${sends.map(({ sentAt }) => sentAt)}::timestamptz[],
      ${sends.map(({ deliveredAt }) => deliveredAt)}::timestamptz[], ${sends.map(({ failedAt }) => failedAt)}::timestamptz[],
      ${sends.map(({ readAt }) => readAt)}::timestamptz[], ${sends.map(({ clickedAt }) => clickedAt)}::timestamptz[],
      ${sends.map(({ code }) => code)}::text[], ${sends.map(({ parts }) => parts)}::int[])
      as t (id, sent_at, delivered_at, failed_at, read_at, clicked_at, code, parts)),
    old as (select s.id, s.state, s.parts from campaigns.send s join t on t.id = s.id order by s.id for update of s)
    update campaigns.send s set
      state = case when t.delivered_at is not null and s.state <> 'refused' then 'delivered'
        when t.failed_at is not null and s.state in ('planned', 'queued', 'unknown', 'sent') then 'failed'
        when t.sent_at is not null and s.state in ('planned', 'queued', 'unknown') then 'sent' else s.state end,
      sent_at = coalesce(s.sent_at, t.sent_at, s.queued_at),
      delivered_at = least(s.delivered_at, t.delivered_at),
      failed_at = case when t.delivered_at is not null then null when s.delivered_at is null then coalesce(s.failed_at, t.failed_at) end,
      error = case when t.delivered_at is not null or s.delivered_at is not null then null else coalesce(t.code, s.error) end,
      read_at = least(s.read_at, t.read_at), clicked_at = least(s.clicked_at, t.clicked_at),
      cost_millifen = case when t.parts is null or s.cost_millifen is null or coalesce(s.parts, 0) = 0 then s.cost_millifen
        else s.cost_millifen / s.parts * t.parts end,
      parts = coalesce(t.parts, s.parts)
    from t, old where s.id = t.id and old.id = t.id
    returning old.state as was, s.state as now,
      (extract(epoch from ${ctx.now()}::timestamptz - s.sent_at) * 1000)::float8 as lag_ms`.execute(ctx.pg)
  const first = rows.filter(({ was, now }) => was !== now)
  const count = (state: string) => first.filter(({ now }) => now === state).length
  const lags = first.flatMap(({ lag_ms }) => (lag_ms === null ? [] : [Math.max(0, lag_ms)]))
  const minute = new Date(Math.floor(ctx.now().getTime() / 60_000) * 60_000)
  await sql`
    insert into campaigns.provider_minute as m (provider_id, minute, delivered, undelivered, receipts, receipt_lag_ms)
    values (${providerId}, ${minute}, ${count('delivered')}, ${count('failed')}, ${lags.length}, ${Math.round(lags.reduce((a, b) => a + b, 0))})
    on conflict (provider_id, minute) do update set delivered = m.delivered + excluded.delivered,
      undelivered = m.undelivered + excluded.undelivered, receipts = m.receipts + excluded.receipts,
      receipt_lag_ms = m.receipt_lag_ms + excluded.receipt_lag_ms`.execute(ctx.pg)
}

/** Applies receipts; those whose send is not there yet wait. Consequences for the person are the caller's. */
export const takeReceipts = async (ctx: Ctx, provider: OpenProvider, receipts: readonly Receipt[]) => {
  const stored = await withoutAddresses(ctx, provider, receipts)
  return ctx.tx(async (ctx) => {
    const { unmatched, matched } = await applyReceipts(ctx, provider.row.id, stored)
    const rest = await tests(ctx, unmatched)
    await wait(ctx, provider.row.id, rest)
    return matched
  })
}

/** Test messages have no send. @returns the others */
const tests = async (ctx: Ctx, receipts: readonly StoredReceipt[]): Promise<StoredReceipt[]> => {
  const names = receipts.flatMap(({ key, batch }) => [key, batch]).filter((name) => name?.startsWith('t-'))
  if (names.length === 0) return [...receipts]
  const delivered = receipts.filter(({ state }) => state !== 'failed' && state !== 'sent')
  for (const { key, batch, at } of delivered)
    await ctx.pg
      .updateTable('campaigns.test_send')
      .set({ delivered_at: at })
      .where('key', 'in', [key ?? '', batch ?? ''])
      .execute()
  return receipts.filter(({ key, batch }) => !key?.startsWith('t-') && !batch?.startsWith('t-'))
}

const wait = async (ctx: Ctx, providerId: number, receipts: readonly StoredReceipt[]): Promise<void> => {
  if (receipts.length === 0) return
  const now = ctx.now()
  await ctx.pg
    .insertInto('campaigns.receipt')
    .values(
      receipts.map(({ customerNo, ...one }) => ({
        ...one,
        provider_id: providerId,
        customer_no: customerNo,
        received_at: now,
        due_at: new Date(now.getTime() + 1_000),
      })),
    )
    .execute()
}

/** A receipt for which no send appears in this long belongs to nothing of ours. */
const waitMostMs = 3 * 86_400_000

/** Tries receipts that found no send before. @returns how many found theirs */
export const applyWaitingReceipts = async (ctx: Ctx): Promise<number> => {
  const now = ctx.now()
  const rows = await ctx.pg
    .selectFrom('campaigns.receipt')
    .selectAll()
    .where('due_at', '<=', now)
    .orderBy('due_at')
    .limit(1_000)
    .execute()
  let applied = 0
  for (const [providerId, ofOne] of Map.groupBy(rows, ({ provider_id }) => provider_id)) {
    await ctx.tx(async (ctx) => {
      const receipts = ofOne.map((row) => ({ ...row, customerNo: row.customer_no, row }))
      const { unmatched } = await applyReceipts(ctx, providerId, receipts)
      const still = new Set<unknown>(unmatched)
      const done = receipts.filter((one) => !still.has(one))
      applied += done.length
      const over = receipts.filter(
        (one) => still.has(one) && now.getTime() - one.row.received_at.getTime() > waitMostMs,
      )
      const gone = [...done, ...over].map(({ row }) => row.id)
      if (over.length > 0) ctx.log.warn({ provider: providerId, receipts: over.length }, 'receipts of no send dropped')
      if (gone.length > 0) await ctx.pg.deleteFrom('campaigns.receipt').where('id', 'in', gone).execute()
      await sql`
        update campaigns.receipt set tries = least(tries + 1, 30000),
          due_at = ${now}::timestamptz + make_interval(secs => least(power(2, least(tries, 12))::float8, 3600))
        where id = any(${receipts.filter((one) => still.has(one)).map(({ row }) => row.id)}::bigint[])`.execute(ctx.pg)
    })
  }
  return applied
}

/** An address in its normal form, or undefined. */
export const normalAddress = (provider: OpenProvider, address: string): string | undefined =>
  provider.adapter.address === 'none' ? undefined : normaliseIdentifier(provider.adapter.address, address)
