import { sql } from 'kysely'
import { addressesOf } from '#customers'
import type { Ctx } from '#platform'
import '../tables.ts'
import type { Answer } from './adapter.ts'
import { type OpenProvider, openProvider, providerRows, worldFor } from './provider-world.ts'
import { mostAttempts } from './record.ts'

/** Asked about at once. */
const page = 200
/** Asked without a pause. */
const mostPages = 25
/** Between two questions about one send: half a minute, twice as long each time, at most an hour. */
const askAgainMs = (asked: number): number => Math.min(30_000 * 2 ** asked, 3_600_000)
/** After so long a provider knows nothing new. */
const giveUpMs = 4 * 86_400_000

/** Why an outcome is not known: the process died, or could not record it. */
const interruption = 'INTERRUPTED'

/** What a process knows of its own sends. */
export interface Hands {
  owner: string
  /** Marks of requests that it is dealing with; noted before sends are marked with them. */
  batches: ReadonlySet<string>
}

/**
 * Sends in nobody's hands any more: those of a process that is not here, and those that this process took and does not deal with,
 * since what became of them could not be recorded. They may have left or not, so their outcome is not known.
 * @returns how many
 */
export const expireQueued = async (ctx: Ctx, { owner, batches }: Hands): Promise<number> => {
  const { numAffectedRows = 0n } = await sql`
    update campaigns.send s set state = 'unknown', error = ${interruption}, lease = null, lease_until = now(), asked_at = ${ctx.now()}
    where s.state = 'queued' and (s.lease is null or not exists (
      select 1 from campaigns.courier c where c.owner = s.lease and c.until > now())
      or (s.lease = ${owner}::uuid and s.provider_key <> all(${[...batches]}::text[])))`.execute(ctx.pg)
  if (numAffectedRows > 0n)
    ctx.log.warn({ sends: Number(numAffectedRows) }, 'outcome of interrupted sends is not known')
  return Number(numAffectedRows)
}

interface Unknown {
  id: string
  key: string
  customer_no: number
  provider_id: number
  provider_key: string
  attempt: number
  interrupted: number
  error: string | null
  queued_at: Date
  unknown_since: Date
  age_ms: number
  asked: number
  category: string
}

/**
 * Asks providers what became of sends whose outcome is not known. What was taken is sent; what the provider does not know, long enough
 * after the request, is planned again under the same key; where the provider drops repeated keys it is planned again at once, for the
 * same account. Otherwise it stays unknown: nothing is sent twice blindly. Page after page: a process that died can have had thousands
 * in its hands.
 * @returns accounts by which sends are to go again
 */
export const reconcileUnknown = async (
  ctx: Ctx,
  signal: AbortSignal,
  goOn: () => boolean = () => true,
): Promise<Set<number>> => {
  const bound = new Set<number>()
  for (let pages = 1; ; pages++) {
    const { asked, again } = await reconcilePage(ctx, signal)
    for (const id of again) bound.add(id)
    if (asked < page || pages === mostPages || signal.aborted || !goOn()) return bound
  }
}

const reconcilePage = async (ctx: Ctx, signal: AbortSignal): Promise<{ asked: number; again: number[] }> => {
  const { rows } = await sql<Unknown>`
    select id::text as id, key, customer_no, provider_id, provider_key, attempt, interrupted, error, queued_at,
      lease_until as unknown_since, asked, category, (extract(epoch from now() - lease_until) * 1000)::float8 as age_ms
    from campaigns.send where state = 'unknown' and provider_id is not null and asked_at <= ${ctx.now()}
    order by asked_at limit ${page}`.execute(ctx.pg)
  if (rows.length === 0) return { asked: 0, again: [] }
  const providers = new Map((await providerRows(ctx)).map((row) => [row.id, row]))
  const again: number[] = []
  for (const [id, sends] of Map.groupBy(rows, ({ provider_id }) => provider_id)) {
    const row = providers.get(id)
    const provider = row && (await openProvider(ctx, row))
    if (!provider) await never(ctx, sends)
    else if (await settleAt(ctx, provider, sends, signal)) again.push(id)
  }
  return { asked: rows.length, again }
}

/** Nobody is left who could be asked. */
const never = async (ctx: Ctx, sends: readonly Unknown[]): Promise<void> => {
  await sql`update campaigns.send set asked_at = null where id = any(${sends.map(({ id }) => id)}::bigint[]) and state = 'unknown'`.execute(
    ctx.pg,
  )
}

/** @returns whether sends are to go by this account again */
const settleAt = async (
  ctx: Ctx,
  provider: OpenProvider,
  sends: readonly Unknown[],
  signal: AbortSignal,
): Promise<boolean> => {
  const { adapter, row } = provider
  const world = worldFor(ctx, provider, signal)
  const { idempotent, absentAfterSeconds } = adapter.certainty(world.settings)
  const answers = adapter.query ? await ask(ctx, provider, sends, signal) : sends.map((): Answer => ({ is: 'unclear' }))
  const now = ctx.now()
  const decided = sends.map((send, at) => {
    const answer = answers[at] ?? { is: 'unclear' }
    const believed = absentAfterSeconds !== null && send.age_ms >= absentAfterSeconds * 1_000
    if (answer.is === 'absent' && (believed || idempotent)) return { send, to: 'planned' as const, bound: !believed }
    if (answer.is === 'unclear' && idempotent) return { send, to: 'planned' as const, bound: true }
    if (answer.is === 'absent' || answer.is === 'unclear')
      return { send, to: 'unknown' as const, absent: answer.is === 'absent' }
    return { send, to: answer.is === 'accepted' ? ('sent' as const) : answer.is, answer }
  })
  const planned = decided.flatMap((one) => {
    if (one.to !== 'planned') return []
    // What died was the process: that says nothing of the message, and is none of the attempts that it has.
    const interrupted = one.send.interrupted + (one.send.error === interruption ? 1 : 0)
    return { send: one.send, bound: one.bound, interrupted, over: one.send.attempt - interrupted >= mostAttempts }
  })
  const again = planned.filter(({ over }) => !over)
  const lost = planned.filter(({ over }) => over)
  const found = decided.flatMap((one) =>
    'answer' in one && one.answer ? [{ send: one.send, to: one.to, answer: one.answer }] : [],
  )
  const open = decided.flatMap((one) => (one.to === 'unknown' ? [one] : []))
  const nextQuestion = ({ send, absent }: { send: Unknown; absent: boolean }): Date | null => {
    if (!adapter.query || send.age_ms > giveUpMs) return null
    // Silence is believed at a certain time: then it is asked once more, not later.
    const believedInMs =
      absentAfterSeconds === null ? Number.POSITIVE_INFINITY : absentAfterSeconds * 1_000 - send.age_ms
    const waitMs = askAgainMs(send.asked)
    return new Date(now.getTime() + (absent ? Math.min(waitMs, Math.max(believedInMs, 0) + 50) : waitMs))
  }
  await ctx.tx(async (ctx) => {
    if (again.length > 0)
      await sql`
        update campaigns.send s set state = 'planned', provider_key = null, lease_until = null, asked_at = null, error = null,
          provider_id = case when g.bound then s.provider_id end, interrupted = g.interrupted
        from unnest(${again.map(({ send }) => send.id)}::bigint[], ${again.map(({ bound }) => bound)}::boolean[],
          ${again.map(({ interrupted }) => interrupted)}::int[], ${again.map(({ send }) => send.attempt)}::int[])
          as g (id, bound, interrupted, attempt)
        -- Another process may have planned it again meanwhile, and its next attempt be unknown too: of that one nothing was asked.
        where s.id = g.id and s.state = 'unknown' and s.attempt = g.attempt`.execute(ctx.pg)
    if (lost.length > 0)
      await sql`
        update campaigns.send set state = 'failed', failed_at = ${now}, lease_until = null, asked_at = null, error = 'TOO_OFTEN'
        where id = any(${lost.map(({ send }) => send.id)}::bigint[]) and state = 'unknown'`.execute(ctx.pg)
    if (found.length > 0)
      await sql`
        update campaigns.send s set state = f.state, provider_key = coalesce(f.ref, s.provider_key), lease_until = null, asked_at = null,
          sent_at = coalesce(s.sent_at, s.queued_at), parts = coalesce(s.parts, 1),
          cost_millifen = coalesce(s.cost_millifen, ${row.unit_cost_millifen} * coalesce(s.parts, 1)),
          delivered_at = case when f.state = 'delivered' then coalesce(s.delivered_at, f.at) else s.delivered_at end,
          failed_at = case when f.state = 'failed' then f.at else s.failed_at end,
          error = case when f.state = 'failed' then f.code end
        from unnest(${found.map(({ send }) => send.id)}::bigint[], ${found.map(({ to }) => to)}::text[],
          ${found.map(({ answer }) => ('ref' in answer ? (answer.ref ?? null) : null))}::text[],
          ${found.map(({ answer }) => ('at' in answer ? answer.at : now))}::timestamptz[],
          ${found.map(({ answer }) => (answer.is === 'failed' ? answer.code.slice(0, 100) : null))}::text[]) as f (id, state, ref, at, code)
        where s.id = f.id and s.state = 'unknown'`.execute(ctx.pg)
    if (open.length > 0)
      await sql`
        update campaigns.send s set asked = s.asked + 1, asked_at = g.at
        from unnest(${open.map(({ send }) => send.id)}::bigint[], ${open.map(nextQuestion)}::timestamptz[]) as g (id, at)
        where s.id = g.id and s.state = 'unknown'`.execute(ctx.pg)
  })
  return again.some(({ bound }) => bound)
}

const ask = async (
  ctx: Ctx,
  provider: OpenProvider,
  sends: readonly Unknown[],
  signal: AbortSignal,
): Promise<readonly Answer[]> => {
  const { adapter } = provider
  const addresses =
    adapter.address === 'none'
      ? new Map<number, string>()
      : await addressesOf(
          ctx,
          sends.map(({ customer_no }) => customer_no),
          adapter.address,
        )
  try {
    const answers = await adapter.query?.(
      worldFor(ctx, provider, signal),
      sends.map(({ key, provider_key, customer_no, queued_at }) => ({
        key,
        ref: provider_key,
        batch: provider_key,
        address: addresses.get(customer_no) ?? '',
        sentAt: queued_at,
      })),
    )
    // Without an address nothing can be looked up, and silence about an empty one proves nothing.
    return sends.map(({ customer_no }, at) =>
      adapter.address !== 'none' && !addresses.has(customer_no)
        ? { is: 'unclear' }
        : (answers?.[at] ?? { is: 'unclear' }),
    )
  } catch (error) {
    ctx.log.warn({ error, provider: provider.row.id }, 'provider did not answer about unknown sends')
    return sends.map(() => ({ is: 'unclear' }))
  }
}
