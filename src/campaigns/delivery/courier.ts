import { sql } from 'kysely'
import { type Ctx, onHold } from '#platform'
import type { Category } from '../channels-contract.ts'
import { isArmed } from './armed.ts'
import '../tables.ts'
import { type Claim, type ClaimedSend, claimSends, leaseSeconds, type Recheck } from './claim.ts'
import type { Compose } from './compose.ts'
import { type Couriers, dispatch } from './dispatch.ts'
import { leftToday } from './limits.ts'
import { isUsable, noteRequests, type RequestNote } from './provider-health.ts'
import { type OpenProvider, openProvider, providerRows } from './provider-world.ts'
import { applyWaitingReceipts } from './receipts.ts'
import { expireQueued, reconcileUnknown } from './reconcile.ts'
import { openRecorder } from './record.ts'

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
const beatEveryMs = 15_000
const tidyEveryMs = 2_000

/** Delivers planned sends for as long as it runs. Any number of processes may do so on the same stores. */
export const openCourier = (
  ctx: Ctx,
  parts: DeliveryParts,
  { setSize = 1_000, setsAtOnce = 4, idleMs = [100, 500] }: DeliveryOptions = {},
): Courier => {
  const owner = crypto.randomUUID()
  const aborts = new AbortController()
  const flying = new Set<Promise<void>>()
  const turns = new Map<number, { busy: number; queue: (() => void)[] }>()
  let notes: RequestNote[] = []
  let beatAt = Number.NEGATIVE_INFINITY
  let running = false
  let held: Promise<void> | undefined
  let wake: (() => void) | undefined
  let usable: OpenProvider[] = []
  /** Accounts that may have sends bound to them; unknown at first, so all are looked at once. */
  let bound: Set<number> | undefined

  const beat = async () => {
    await sql`
      insert into campaigns.courier (owner, until) values (${owner}::uuid, now() + make_interval(secs => ${leaseSeconds}))
      on conflict (owner) do update set until = excluded.until`.execute(ctx.pg)
    beatAt = performance.now()
  }
  const look = async () => {
    const rows = await providerRows(ctx)
    const left = await leftToday(ctx, rows)
    const open = await Promise.all(
      rows
        .filter((row) => isUsable(row, ctx.now()) && (left.get(row.id) ?? 1) > 0)
        .map((row) => openProvider(ctx, row)),
    )
    usable = open.filter((one) => one !== undefined)
  }

  const couriers: Couriers = {
    owner,
    signal: aborts.signal,
    // A beat lasts as long as a lease; the call itself needs a part of it.
    mayCall: () => performance.now() - beatAt < (leaseSeconds - 25) * 1_000,
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

  const deliver = async (claim: Claim, provider: OpenProvider): Promise<void> => {
    try {
      const composed = await parts.compose(ctx, provider, claim.sends)
      await dispatch(ctx, couriers, claim, provider, composed)
    } catch (error) {
      // What was not recorded stays in this process's hands until its lease is over, and is then asked about.
      ctx.log.error({ error, provider: provider.row.id, sends: claim.sends.length }, 'sends not delivered')
    }
  }

  const take = async (): Promise<number> => {
    let taken = 0
    for (const { provider, takes } of plan()) {
      const onlyBound = takes.length === 0
      if (onlyBound && bound && !bound.has(provider.row.id)) continue
      if (flying.size >= setsAtOnce) await Promise.race(flying)
      const claim = await claimSends(ctx, {
        provider: provider.row,
        categories: onlyBound ? categories : takes,
        bound: onlyBound,
        owner,
        most: provider.row.opened > 0 ? probe : setSize,
        recheck: parts.recheck,
      })
      taken += claim.sends.length + claim.refused
      if (onlyBound && claim.seen === 0) bound?.delete(provider.row.id)
      if (claim.sends.length === 0) continue
      const flight = deliver(claim, provider).finally(() => flying.delete(flight))
      flying.add(flight)
    }
    bound ??= new Set(usable.map(({ row }) => row.id))
    return taken
  }

  const tidy = async (): Promise<void> => {
    await expireQueued(ctx)
    for (const id of await reconcileUnknown(ctx, aborts.signal)) bound?.add(id)
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
    held = promise
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
    await expireQueued(ctx)
  }

  const loop = async () => {
    let [tidied, lookedAt] = [0, 0]
    let waitMs = idleMs[0]
    await prepare()
    while (running) {
      if (held) await held
      let taken = 0
      try {
        const now = performance.now()
        if (now - beatAt > beatEveryMs) await beat()
        if (await isArmed(ctx)) {
          if (now - lookedAt > 500) {
            await look()
            lookedAt = now
          }
          if (now - tidied > tidyEveryMs) {
            tidied = now
            await tidy()
          }
          if (couriers.mayCall()) taken = await take()
        }
        await flush()
      } catch (error) {
        if (running) ctx.log.error({ error }, 'delivery failed')
        await new Promise((resolve) => setTimeout(resolve, 1_000))
      }
      if (taken > 0) waitMs = idleMs[0]
      else if (running) {
        await new Promise<void>((resolve) => {
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
  let release: (() => void) | undefined
  return {
    start: () => {
      running = true
      release = onHold(ctx, hold)
      done = loop().catch((error: unknown) => ctx.log.error({ error }, 'delivery ended'))
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
      await done
      while (flying.size > 0) await Promise.all(flying)
      aborts.abort()
      await flush()
      await sql`delete from campaigns.courier where owner = ${owner}::uuid`.execute(ctx.pg)
    },
  }
}
