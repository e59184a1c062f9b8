import { sql } from 'kysely'
import { type Ctx, onHold } from '#platform'
import type { Category } from '../channels-contract.ts'
import { isArmed } from './armed.ts'
import '../tables.ts'
import {
  type Claim,
  type ClaimedSend,
  claimSends,
  giveBack,
  hasBound,
  leaseSeconds,
  newBatch,
  type Recheck,
} from './claim.ts'
import type { Compose } from './compose.ts'
import { type Couriers, dispatch } from './dispatch.ts'
import { openLastWord, wordHoldsMs } from './last-word.ts'
import { leftToday } from './limits.ts'
import { isUsable, noteRequests, type RequestNote } from './provider-health.ts'
import { type OpenProvider, openProvider, providerRows } from './provider-world.ts'
import { firstReach, nextReach } from './reach.ts'
import { applyWaitingReceipts } from './receipts.ts'
import { expireQueued, reconcileUnknown } from './reconcile.ts'
import { openRecorder } from './record.ts'
import { onPlanned } from './wake.ts'

/** What delivery asks of others. */
export interface DeliveryParts {
  /** The gate's last word, in the transaction that marks the sends. Those not named may leave. */
  recheck: (ctx: Ctx, sends: readonly ClaimedSend[]) => Promise<ReadonlyMap<string, Recheck>>
  compose: Compose
}

export interface DeliveryOptions {
  /** Sends in one claim. */
  setSize?: number
  /** Claims on their way at once. */
  setsAtOnce?: number
  /** Between looks when there is nothing to do: at first, and after long. */
  idleMs?: readonly [number, number]
  /** How long the gate's word holds before a request. */
  holdsMs?: number
}

export interface Courier {
  start(): void
  /** One round: claims what is due and waits for what came of it. @returns how many sends were taken */
  round(): Promise<number>
  /** Loses patience with sends in dead hands, asks providers, applies receipts that waited. */
  tidy(): Promise<void>
  /** Takes nothing new, ends what it has begun. */
  stop(): Promise<void>
}

const categories: readonly Category[] = ['service', 'marketing']
/** An account that rested is tried with a few. */
const probe = 20
/** What could not be made into a message is tried again after so long. */
const composeAgainMs = 60_000
const beatEveryMs = 15_000
const tidyEveryMs = 2_000

/** Delivers planned sends for as long as it runs. Any number of processes may do so on the same stores. */
export const openCourier = (
  ctx: Ctx,
  parts: DeliveryParts,
  { setSize = 1_000, setsAtOnce = 4, idleMs = [100, 500], holdsMs = wordHoldsMs }: DeliveryOptions = {},
): Courier => {
  const owner = crypto.randomUUID()
  const aborts = new AbortController()
  const flying = new Set<Promise<void>>()
  /** Marks of requests that are being dealt with. */
  const batches = new Set<string>()
  /** How many sends each account is given at once. */
  const reach = new Map<number, number>()
  const turns = new Map<number, { busy: number; queue: (() => void)[] }>()
  let notes: RequestNote[] = []
  let beatAt = Number.NEGATIVE_INFINITY
  /** Raised when the lease was over in between: what was taken before is not this process's any more. */
  let term = 0
  let running = false
  let held: Promise<void> | undefined
  let park: (() => void) | undefined
  let tidying: Promise<void> | undefined
  let wake: (() => void) | undefined
  /** Whether something was planned since the last look. */
  let planned = false
  let usable: OpenProvider[] = []
  let accounts: readonly number[] = []
  /** Accounts that may have sends bound to them; unknown at first, so all are looked at once, also those that rest then. */
  let bound: Set<number> | undefined
  /** When all were last looked at: what another process bound to one before it went is found within ten minutes. */
  let boundAt = performance.now()

  const isFresh = () => performance.now() - beatAt < (leaseSeconds - 25) * 1_000
  const beat = async () => {
    if (!isFresh()) term += 1
    await sql`
      insert into campaigns.courier (owner, until) values (${owner}::uuid, now() + make_interval(secs => ${leaseSeconds}))
      on conflict (owner) do update set until = excluded.until`.execute(ctx.pg)
    beatAt = performance.now()
  }
  const look = async () => {
    const rows = await providerRows(ctx)
    accounts = rows.map(({ id }) => id)
    const left = await leftToday(ctx, rows)
    const open = await Promise.all(
      rows
        .filter((row) => isUsable(row, ctx.now()) && (left.get(row.id) ?? 1) > 0)
        .map((row) => openProvider(ctx, row)),
    )
    usable = open.filter((one) => one !== undefined)
  }

  const couriers: Omit<Couriers, 'mayCall' | 'newBatch' | 'lastWord'> = {
    owner,
    signal: aborts.signal,
    record: openRecorder(ctx, owner),
    note: (note) => void notes.push(note),
    usable: async ({ provider, sends }) => {
      await look()
      const needed = new Set(sends.map(({ category }) => category))
      return usable.filter(
        ({ row }) =>
          row.channel === provider.channel &&
          (row.carries === 'all' || [...needed].every((one) => one === row.carries)),
      )
    },
    turn: async ({ row, adapter }, run) => {
      const place = turns.get(row.id) ?? { busy: 0, queue: [] }
      turns.set(row.id, place)
      if (place.busy >= adapter.concurrency) await new Promise<void>((resolve) => place.queue.push(resolve))
      else place.busy += 1
      try {
        return await run()
      } finally {
        const following = place.queue.shift()
        if (following) following()
        else place.busy -= 1
      }
    },
  }

  /** The first account of a channel that carries a category; of the others only what is bound to them. */
  const plan = (): { provider: OpenProvider; takes: Category[] }[] => {
    const taken = new Set<string>()
    return usable.map((provider) => ({
      provider,
      takes: categories.filter((category) => {
        const place = `${provider.row.channel} ${category}`
        const mine = (provider.row.carries === 'all' || provider.row.carries === category) && !taken.has(place)
        if (mine) taken.add(place)
        return mine
      }),
    }))
  }

  const mark = (own: string[]): string => {
    const batch = newBatch()
    batches.add(batch)
    own.push(batch)
    return batch
  }

  const deliver = async (
    claim: Claim,
    provider: OpenProvider,
    { mine, own, askedAt }: { mine: number; own: string[]; askedAt: number },
  ): Promise<void> => {
    const { batch, sends } = claim
    try {
      const composed = await parts.compose(ctx, provider, sends).catch(async (error: unknown) => {
        const at = new Date(ctx.now().getTime() + composeAgainMs)
        await giveBack(ctx, { batch, owner, sends, at })
        throw error
      })
      // What its requests took with all its places: how slow our own store is says nothing of the account.
      let [requests, spentMs] = [0, 0]
      const note = (one: RequestNote) => {
        couriers.note(one)
        if (one.providerId !== provider.row.id) return
        requests += 1
        spentMs += one.tookMs
      }
      // A beat lasts as long as a lease; the call itself needs a part of it.
      const mayCall = () => term === mine && isFresh()
      // Another account that takes over begins with a new mark, and asks anew.
      const lastWord = (one: Claim) =>
        openLastWord(ctx, {
          claim: one,
          owner,
          recheck: parts.recheck,
          askedAt: one.batch === batch ? askedAt : undefined,
          holdsMs,
        })
      await dispatch(
        ctx,
        { ...couriers, note, mayCall, newBatch: () => mark(own), lastWord },
        claim,
        provider,
        composed,
      )
      const tookMs = spentMs / Math.max(1, Math.min(requests, provider.adapter.concurrency))
      reach.set(provider.row.id, nextReach(reachOf(provider), { sends: sends.length, tookMs, setSize }))
      if (sends.some((send) => send.bound)) bound?.add(provider.row.id)
    } catch (error) {
      // What was not recorded is in nobody's hands now, and asked about.
      ctx.log.error({ error, provider: provider.row.id, sends: sends.length }, 'sends not delivered')
    }
  }

  const reachOf = ({ row, adapter }: OpenProvider): number => reach.get(row.id) ?? firstReach(adapter, setSize)

  const take = async (): Promise<number> => {
    let taken = 0
    if (performance.now() - boundAt > 600_000) bound = undefined
    for (const { provider, takes } of plan()) {
      const { row } = provider
      const onlyBound = takes.length === 0
      if (onlyBound && bound && !bound.has(row.id)) continue
      if (flying.size >= setsAtOnce) await Promise.race(flying)
      const mine = term
      const own: string[] = []
      const letGo = () => {
        for (const batch of own) batches.delete(batch)
      }
      const askedAt = performance.now()
      const claim = await claimSends(ctx, {
        batch: mark(own),
        provider: row,
        categories: onlyBound ? categories : takes,
        bound: onlyBound,
        owner,
        most: row.opened > 0 ? Math.min(probe, setSize) : reachOf(provider),
        recheck: parts.recheck,
      }).catch((error: unknown) => {
        letGo()
        throw error
      })
      taken += claim.sends.length + claim.refused
      if (onlyBound && claim.seen === 0 && !(await hasBound(ctx, row.id))) bound?.delete(row.id)
      if (claim.sends.length === 0) {
        letGo()
        continue
      }
      const flight = deliver(claim, provider, { mine, own, askedAt }).finally(() => {
        flying.delete(flight)
        letGo()
      })
      flying.add(flight)
    }
    if (!bound) {
      bound = new Set(accounts)
      boundAt = performance.now()
    }
    return taken
  }

  const tidy = async (): Promise<void> => {
    await expireQueued(ctx, { owner, batches })
    const goOn = () => running && !held
    for (const id of await reconcileUnknown(ctx, aborts.signal, goOn)) bound?.add(id)
    await applyWaitingReceipts(ctx)
  }
  const flush = async () => {
    if (notes.length === 0) return
    const taken = notes
    notes = []
    await noteRequests(ctx, taken)
  }

  const hold = async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const parked = Promise.withResolvers<void>()
    park = parked.resolve
    held = promise
    wake?.()
    // A claim that was under way has become a flight by then.
    if (running) await parked.promise
    await Promise.all(flying)
    await flush()
    return () => {
      held = undefined
      resolve()
    }
  }

  const prepare = async () => {
    // Inside one process there are no others: whatever is in hands now is in those of a process that died.
    if (ctx.store.mode === 'embedded')
      await sql`delete from campaigns.courier where owner <> ${owner}::uuid`.execute(ctx.pg)
    await beat()
    await expireQueued(ctx, { owner, batches })
  }

  const loop = async () => {
    let [tidied, lookedAt] = [0, 0]
    let waitMs = idleMs[0]
    let prepared = false
    while (running) {
      if (held) {
        park?.()
        await held
      }
      let taken = 0
      planned = false
      try {
        if (!prepared) {
          await prepare()
          prepared = true
        }
        const now = performance.now()
        if (await isArmed(ctx)) {
          if (now - lookedAt > 500) {
            await look()
            lookedAt = now
          }
          if (!tidying && now - tidied > tidyEveryMs) {
            tidied = now
            // Beside the claims: a provider that answers slowly keeps no message waiting.
            tidying = tidy()
              .catch((error: unknown) => ctx.log.error({ error }, 'sends not asked about'))
              .finally(() => {
                tidying = undefined
              })
          }
          if (isFresh()) taken = await take()
        }
        await flush()
      } catch (error) {
        if (running) ctx.log.error({ error }, 'delivery failed')
        await new Promise((resolve) => setTimeout(resolve, 1_000))
      }
      if (taken > 0) waitMs = idleMs[0]
      else if (running && !held) {
        await new Promise<void>((resolve) => {
          if (planned) return resolve()
          const timer = setTimeout(resolve, waitMs)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
        waitMs = Math.min(waitMs * 1.5, idleMs[1])
      }
    }
  }

  let done: Promise<void> | undefined
  let deaf: (() => void) | undefined
  let beating: NodeJS.Timeout | undefined
  let release: (() => void) | undefined
  return {
    start: () => {
      running = true
      release = onHold(ctx, hold)
      deaf = onPlanned(ctx, () => {
        planned = true
        wake?.()
      })
      // By itself: the loop waits as long as accounts take for what they have.
      beating = setInterval(() => {
        beat().catch((error: unknown) => ctx.log.error({ error }, 'delivery could not renew its lease'))
      }, beatEveryMs)
      done = loop()
        .catch((error: unknown) => ctx.log.error({ error }, 'delivery ended'))
        .finally(() => park?.())
    },
    round: async () => {
      if (!(await isArmed(ctx))) return 0
      await beat()
      await look()
      const taken = await take()
      while (flying.size > 0) await Promise.all(flying)
      await flush()
      return taken
    },
    tidy,
    stop: async () => {
      running = false
      wake?.()
      release?.()
      deaf?.()
      await done
      await tidying
      while (flying.size > 0) await Promise.all(flying)
      clearInterval(beating)
      aborts.abort()
      await flush()
      await sql`delete from campaigns.courier where owner = ${owner}::uuid`.execute(ctx.pg)
    },
  }
}
