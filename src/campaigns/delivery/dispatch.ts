import { barAddresses } from '#compliance'
import type { Ctx } from '#platform'
import type { Outcome, OutMessage } from './adapter.ts'
import { type Claim, giveBack, type HeldSend, passOn, refuseSends } from './claim.ts'
import type { Composed } from './compose.ts'
import type { LastWord } from './last-word.ts'
import type { RequestNote } from './provider-health.ts'
import { type OpenProvider, worldFor } from './provider-world.ts'
import { cleanDetail, mostAttempts, type Result } from './record.ts'

/** What a process holds for the requests of a claim. */
export interface Couriers {
  owner: string
  /** A mark for requests, noted as being dealt with. */
  newBatch(): string
  /** False once others may take these sends for lost: nothing may leave any more. */
  mayCall(): boolean
  /** The gate's word about a claim, asked again while it takes to leave. */
  lastWord(claim: Claim): LastWord
  signal: AbortSignal
  record(results: readonly Result[]): Promise<void>
  note(note: RequestNote): void
  /** Accounts for a channel that may be used now, in fail-over order. */
  usable(claim: Claim): Promise<OpenProvider[]>
  /** One of the places that an account's requests share. */
  turn<T>(provider: OpenProvider, run: () => Promise<T>): Promise<T>
}

interface Addressed {
  send: HeldSend
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
  const failures: unknown[] = []
  while (now) {
    tried.add(now.provider.row.id)
    const going: Addressed[] = now.claim.sends.flatMap((send) => {
      const message = messages.get(send.id)
      return message ? [{ send, message }] : []
    })
    const { left, failed } = await sendAll(ctx, couriers, now.claim, now.provider, going)
    failures.push(...failed)
    // Also where another request failed: these were certainly not taken, and must not end as unknown with its messages.
    now = left.length === 0 ? undefined : await next(ctx, couriers, now.claim, tried, left)
  }
  if (failures.length > 0) throw failures[0]
}

interface Left {
  send: HeldSend
  outcome: Extract<Outcome, { is: 'rejected' }>
}

const sendAll = async (
  ctx: Ctx,
  couriers: Couriers,
  claim: Claim,
  provider: OpenProvider,
  going: readonly Addressed[],
): Promise<{ left: Left[]; failed: unknown[] }> => {
  const world = worldFor(ctx, provider, couriers.signal)
  const { row, adapter } = provider
  const { batch } = claim
  const word = couriers.lastWord(claim)
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
  const unsaid = again.map(({ send }) => send)
  const done = await Promise.allSettled(
    requestsOf(provider, once).map((all) =>
      couriers.turn(provider, async () => {
        // Who withdrew since the claim is not written to, however long it took to come to him.
        const request = await word.leave(all).catch((error: unknown) => {
          unsaid.push(...all.map(({ send }) => send))
          throw error
        })
        // Asked right before the call: a process that slept past its lease says nothing more.
        if (!couriers.mayCall()) {
          unsaid.push(...request.map(({ send }) => send))
          return
        }
        if (request.length === 0) return
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
  await giveBack(ctx, { batch, owner: couriers.owner, sends: unsaid, at: ctx.now() })
  return { left, failed: done.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : [])) }
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

/** Whether it had all its attempts; those of processes that died do not count. */
const isSpent = ({ attempt, interrupted }: HeldSend): boolean => attempt - interrupted >= mostAttempts

/** Waits after a rejection without a time of its own: a minute, twice as long at each attempt. */
const waitMs = (attempt: number): number => 60_000 * 2 ** Math.min(attempt - 1, 6)

/**
 * Passes what is left to the next account; without one it is planned again for later, or has failed. What may have gone by this account
 * before stays with it: that it refuses now says nothing of what it took then.
 */
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
    const hopeless = isSpent(send) || (send.not_after !== null && at > send.not_after)
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
    batch: couriers.newBatch(),
    provider: other.row,
    owner: couriers.owner,
    sends: left.filter(({ send }) => !send.bound && !isSpent(send)).map(({ send }) => send),
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
