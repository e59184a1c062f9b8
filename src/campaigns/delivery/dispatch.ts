import { barAddresses } from '#compliance'
import type { Ctx } from '#platform'
import type { Outcome, OutMessage } from './adapter.ts'
import { type Claim, type ClaimedSend, passOn, refuseSends } from './claim.ts'
import type { Composed } from './compose.ts'
import type { RequestNote } from './provider-health.ts'
import { type OpenProvider, worldFor } from './provider-world.ts'
import { cleanDetail, mostAttempts, type Result } from './record.ts'

/** What a process holds for all its requests. */
export interface Couriers {
  owner: string
  /** False once others may take this process's sends for lost: nothing may leave any more. */
  mayCall(): boolean
  signal: AbortSignal
  record(results: readonly Result[]): Promise<void>
  note(note: RequestNote): void
  /** Accounts for a channel that may be used now, in fail-over order. */
  usable(claim: Claim): Promise<OpenProvider[]>
  /** One of the places that an account's requests share. */
  turn<T>(provider: OpenProvider, run: () => Promise<T>): Promise<T>
}

interface Addressed {
  send: ClaimedSend
  message: OutMessage
}

/** Requests of at most `batch` messages that belong together, an address once in each. */
export const requestsOf = (provider: OpenProvider, messages: readonly Addressed[]): Addressed[][] => {
  const { adapter } = provider
  const together = Map.groupBy(messages, ({ message }) => adapter.together?.(message) ?? '')
  return [...together.values()].flatMap((group) => {
    const requests: Addressed[][] = []
    for (let from = 0; from < group.length; from += adapter.batch)
      requests.push(group.slice(from, from + adapter.batch))
    return requests
  })
}

/**
 * Sends what was claimed. Messages that an account certainly did not take go to the next one; what may have been taken is left as
 * unknown. Everything is recorded before it returns.
 */
export const dispatch = async (
  ctx: Ctx,
  couriers: Couriers,
  claim: Claim,
  provider: OpenProvider,
  composed: Composed,
): Promise<void> => {
  await refuseSends(ctx, composed.refused)
  const tried = new Set<number>()
  let now: { claim: Claim; provider: OpenProvider } | undefined = { claim, provider }
  const messages = composed.messages
  while (now) {
    tried.add(now.provider.row.id)
    const going: Addressed[] = now.claim.sends.flatMap((send) => {
      const message = messages.get(send.id)
      return message ? [{ send, message }] : []
    })
    const left = await sendAll(ctx, couriers, now.claim, now.provider, going)
    now = left.length === 0 ? undefined : await next(ctx, couriers, now.claim, tried, left)
  }
}

interface Left {
  send: ClaimedSend
  outcome: Extract<Outcome, { is: 'rejected' }>
}

const sendAll = async (
  ctx: Ctx,
  couriers: Couriers,
  { batch }: Claim,
  provider: OpenProvider,
  going: readonly Addressed[],
): Promise<Left[]> => {
  const world = worldFor(ctx, provider, couriers.signal)
  const { row, adapter } = provider
  const left: Left[] = []
  // The same address twice under one mark could not be told apart in receipts: the second waits for the next claim.
  const first = new Map<string, Addressed>()
  for (const one of going) {
    const { address, key } = one.message
    const name = adapter.address === 'none' ? key : address
    if (!first.has(name)) first.set(name, one)
  }
  const once = [...first.values()]
  const again = once.length === going.length ? [] : going.filter((one) => !once.includes(one))
  await couriers.record(
    again.map(({ send }) => ({
      send,
      providerId: row.id,
      outcome: { is: 'rejected', code: 'SAME_ADDRESS', detail: '', next: 'later' },
      parts: 0,
      costMillifen: 0,
      after: { is: 'retry', at: ctx.now() },
    })),
  )
  await Promise.all(
    requestsOf(provider, once).map((request) =>
      couriers.turn(provider, async () => {
        // Asked right before the call: a process that slept past its lease says nothing more.
        if (!couriers.mayCall()) return
        const startedAt = performance.now()
        const outcomes = await adapter.send(
          world,
          request.map(({ message }) => message),
          { batch },
        )
        couriers.note({ providerId: row.id, tookMs: performance.now() - startedAt, outcomes })
        const results: Result[] = []
        for (const [at, { send, message }] of request.entries()) {
          const outcome = outcomes[at] ?? { is: 'unknown', code: 'NOT_ANSWERED', detail: 'the adapter gave no outcome' }
          if (outcome.is === 'rejected' && outcome.next !== 'none') {
            left.push({ send, outcome })
            continue
          }
          const parts = outcome.is === 'accepted' ? (outcome.parts ?? adapter.parts?.(message.content) ?? 1) : 0
          results.push({ send, providerId: row.id, outcome, parts, costMillifen: parts * row.unit_cost_millifen })
        }
        await couriers.record(results)
        await barGone(
          ctx,
          provider,
          request.filter((_, at) => isGone(outcomes[at])),
        )
      }),
    ),
  )
  return left
}

const isGone = (outcome: Outcome | undefined): boolean => outcome?.is === 'rejected' && outcome.hardBounce === true

/** Mailboxes that are not there are not written to again. */
const barGone = async (ctx: Ctx, { adapter }: OpenProvider, gone: readonly Addressed[]): Promise<void> => {
  if (adapter.address !== 'email' || gone.length === 0) return
  await barAddresses(
    ctx,
    gone.map(({ message }) => ({ kind: 'email', value: message.address })),
    { origin: 'bounce' },
  )
}

/** Waits after a rejection without a time of its own: a minute, twice as long at each attempt. */
const waitMs = (attempt: number): number => 60_000 * 2 ** Math.min(attempt - 1, 6)

/** Passes what is left to the next account; without one it is planned again for later, or has failed. */
const next = async (
  ctx: Ctx,
  couriers: Couriers,
  claim: Claim,
  tried: ReadonlySet<number>,
  left: readonly Left[],
): Promise<{ claim: Claim; provider: OpenProvider } | undefined> => {
  const others = (await couriers.usable(claim)).filter(({ row }) => !tried.has(row.id))
  const [other] = others
  const now = ctx.now().getTime()
  const settle = ({ send, outcome }: Left): Result => {
    const at = new Date(now + (outcome.retryAfterMs ?? waitMs(send.attempt)))
    const hopeless = send.attempt >= mostAttempts || (send.not_after !== null && at > send.not_after)
    // A message that this account refuses and no other account is there to take has failed; a fault of the account passes.
    const final = hopeless || (outcome.next === 'other' && outcome.fault !== true && tried.size > 0 && !other)
    return {
      send,
      providerId: claim.provider.id,
      outcome,
      parts: 0,
      costMillifen: 0,
      after: final ? { is: 'failed' } : { is: 'retry', at },
    }
  }
  if (!other) {
    await couriers.record(left.map(settle))
    return undefined
  }
  const passed = await passOn(ctx, {
    provider: other.row,
    owner: couriers.owner,
    sends: left.filter(({ send }) => send.attempt < mostAttempts).map(({ send }) => send),
  })
  const taken = new Set(passed.sends.map(({ id }) => id))
  await couriers.record(left.filter(({ send }) => !taken.has(send.id)).map(settle))
  await noteRejections(
    ctx,
    claim.provider.id,
    left.filter(({ send }) => taken.has(send.id)),
  )
  return passed.sends.length === 0 ? undefined : { claim: passed, provider: other }
}

/** Attempts that were passed on leave their trace. */
const noteRejections = async (ctx: Ctx, providerId: number, left: readonly Left[]): Promise<void> => {
  if (left.length === 0) return
  await ctx.pg
    .insertInto('campaigns.attempt')
    .values(
      left.map(({ send, outcome }) => ({
        send_id: send.id,
        attempt: send.attempt,
        provider_id: providerId,
        at: ctx.now(),
        outcome: 'rejected' as const,
        code: outcome.code.slice(0, 100),
        detail: cleanDetail(outcome.detail),
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
