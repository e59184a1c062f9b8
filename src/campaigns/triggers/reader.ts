import { randomUUID } from 'node:crypto'
import type { StoredEvent } from '#customers'
import { type Ctx, ch, isStoreAway } from '#platform'
import type { Calls } from './calls.ts'
import { type Handled, handleEvents } from './handle.ts'
import { savePlace, takeOver } from './reader-place.ts'
import { currentRules, noRules, type Rules } from './rules.ts'
import { lateMsOf } from './settings.ts'

/*
 * How events reach triggers. Each process hears of the events it stored itself, after their rows are durable, and handles
 * them from memory: several processes share the work without talking. For what memory loses (a kill, a queue that ran
 * over, a campaign published a moment ago) there is a place in Postgres, `done_until`, and the rows in ClickHouse from
 * there on are read again, in the order received. Handling twice changes nothing, so the place may be well behind.
 *
 * Chosen over a row per group in an outbox, which costs each group of the ingest two transactions on the embedded store's
 * one connection, and over reading ClickHouse by time of receipt at each tick, which reads that column of every event of a
 * name each time: both pay always for what happens after a kill.
 */

export interface Pace {
  idleMs: number
  /** Rules are asked for again. */
  rulesEveryMs: number
  placeEveryMs: number
  /** Others' places are looked at. */
  othersEveryMs: number
  /** Events handled together. */
  batch: number
  /** More are read again from ClickHouse instead of being kept. */
  mostWaiting: number
  /**
   * An event received this long ago is stored and handed over, or never will be: inserts are given up after a minute, and
   * queues hold seconds.
   */
  underWayMs: number
}

export const usualPace: Pace = {
  idleMs: 50,
  rulesEveryMs: 1_000,
  placeEveryMs: 10_000,
  othersEveryMs: 30_000,
  batch: 5_000,
  mostWaiting: 200_000,
  underWayMs: 120_000,
}

/** A publication is visible this soon after the time it carries. */
const commitMs = 5_000

/** How it stands, for health and metrics. */
export interface Standing {
  waiting: number
  /** Age of the oldest event that is not handled, by when it was received. */
  lagMs: number
  /** Since when stored events are read again; null when that is done. */
  readingSince: Date | null
  failing: string | null
}

export interface TriggerReader {
  hear(events: readonly StoredEvent[]): void
  standing(): Standing
  /** Brings everything up to now, once. For tests and the end. */
  settle(): Promise<void>
  start(handled?: (handled: Handled & { lagMs: number }) => void): void
  hold(): Promise<() => void>
  stop(): Promise<void>
}

interface Page {
  event: string
  no: number
  ts: string
  hash: string
  received: string
  properties: string
}

const pageOf = async (
  ctx: Ctx,
  names: readonly string[],
  { after, until, limit }: { after: { at: Date; hash: bigint }; until: Date; limit: number },
): Promise<StoredEvent[]> => {
  const rows = await ctx.ch.rows<Page>(
    ch.sql`select event, customer_no as no, ts, toString(message_hash) as hash, received_at as received, properties from events
      where event in ${ch.strings(names)} and customer_no != 0 and received_at <= ${ch.moment(until)}
        and (received_at > ${ch.moment(after.at)} or (received_at = ${ch.moment(after.at)} and message_hash > ${ch.u64(after.hash)}))
      order by received_at, message_hash limit ${ch.u32(limit)}`,
  )
  return rows.map(({ event, no, ts, hash, received, properties }) => ({
    event,
    no,
    hash: BigInt(hash),
    atMs: new Date(ts).getTime(),
    receivedAtMs: new Date(received).getTime(),
    properties,
  }))
}

export const openTriggerReader = (ctx: Ctx, calls: Calls, given: Partial<Pace> = {}): TriggerReader => {
  const pace: Pace = { ...usualPace, ...given }
  const id = randomUUID()
  let rules: Rules = noRules
  let rulesAt = Number.NEGATIVE_INFINITY
  /** When the rules were read last, at first when this began: what came in since was let pass. */
  let rulesReadAt = ctx.now()
  let lateMs = 0
  let waiting: StoredEvent[] = []
  /** From when stored events have to be read again. */
  let gap: Date | undefined
  let placedAt = Number.NEGATIVE_INFINITY
  let othersAt = Number.NEGATIVE_INFINITY
  let failing: string | null = null
  let failures = 0
  let turning: Promise<boolean> | undefined
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  let held = 0
  let told: (handled: Handled & { lagMs: number }) => void = () => undefined

  const widen = (from: Date) => {
    if (!gap || from < gap) gap = from
  }

  /** Of what was received before this, everything is handled. */
  const doneUntil = (): Date => {
    const settled = ctx.now().getTime() - pace.underWayMs
    return new Date(Math.min(settled, waiting[0]?.receivedAtMs ?? settled, gap?.getTime() ?? settled))
  }

  const refreshRules = async () => {
    if (performance.now() - rulesAt < pace.rulesEveryMs) return
    const now = ctx.now()
    const next = await currentRules(ctx, rules)
    rulesAt = performance.now()
    if (next !== rules && next.byEvent.size > 0) widen(new Date(rulesReadAt.getTime() - commitMs))
    lateMs = await lateMsOf(ctx)
    const changed = next !== rules
    rulesReadAt = now
    rules = next
    if (changed) await calls.changed?.(ctx)
  }

  const lookAfterOthers = async () => {
    if (performance.now() - othersAt < pace.othersEveryMs) return
    const left = await takeOver(ctx, id, doneUntil())
    if (left) {
      widen(left)
      ctx.log.info({ since: left.toISOString() }, 'reads again what a process before this one may not have handled')
    }
    othersAt = performance.now()
  }

  const handle = async (events: readonly StoredEvent[]) => {
    const handled = await handleEvents(ctx, { rules, events, calls, lateMs })
    const oldest = events[0]?.receivedAtMs
    told({ ...handled, lagMs: oldest === undefined ? 0 : Math.max(0, ctx.now().getTime() - oldest) })
  }

  /** An event that cannot be handled must not hold up the others; a store that is away holds up all. */
  const handleSafely = async (events: readonly StoredEvent[]) => {
    try {
      await handle(events)
    } catch (error) {
      if (isStoreAway(error) || failures < 3) throw error
      for (const event of events)
        await handle([event]).catch((error: unknown) => {
          if (isStoreAway(error)) throw error
          ctx.log.error({ error, event: event.event, hash: String(event.hash) }, 'event not handled by triggers')
        })
    }
  }

  const readAgain = async () => {
    const names = [...rules.byEvent.keys()]
    const until = new Date(ctx.now().getTime() + 60_000)
    let from = gap
    let hash = 0n
    while (from && !stopped && held === 0) {
      const page: StoredEvent[] =
        names.length > 0 ? await pageOf(ctx, names, { after: { at: from, hash }, until, limit: pace.batch }) : []
      await handleSafely(page)
      // Somebody widened it meanwhile: the next turn begins there.
      if (gap !== from) return
      const last = page.at(-1)
      gap = from = last && page.length === pace.batch ? new Date(last.receivedAtMs) : undefined
      hash = last?.hash ?? 0n
    }
  }

  const turn = async (): Promise<boolean> => {
    await refreshRules()
    await lookAfterOthers()
    const had = waiting.length > 0 || gap !== undefined
    await readAgain()
    if (waiting.length > 0) {
      const batch = waiting.slice(0, pace.batch)
      await handleSafely(batch)
      // The queue may have run over and been dropped meanwhile.
      if (waiting[0] === batch[0]) waiting = waiting.slice(batch.length)
    }
    if (performance.now() - placedAt > pace.placeEveryMs) {
      await savePlace(ctx, id, doneUntil())
      placedAt = performance.now()
    }
    failing = null
    failures = 0
    return had
  }

  const oneTurn = (): Promise<boolean> => {
    turning ??= turn()
      .catch((error: unknown) => {
        failures++
        const reason = error instanceof Error ? error.message : 'failed'
        // Said once: a store that is away fails each second.
        if (failing === null && !stopped) ctx.log.error({ error }, 'triggers not handled')
        failing = reason.slice(0, 300)
        throw error
      })
      .finally(() => {
        turning = undefined
      })
    return turning
  }

  return {
    hear: (events) => {
      for (const event of events) if (event.no !== 0 && rules.byEvent.has(event.event)) waiting.push(event)
      if (waiting.length <= pace.mostWaiting) return
      widen(
        new Date(waiting.reduce((first, { receivedAtMs }) => Math.min(first, receivedAtMs), Number.MAX_SAFE_INTEGER)),
      )
      ctx.log.warn({ events: waiting.length }, 'more events than triggers keep up with; the rest is read again')
      waiting = []
    },
    standing: () => {
      const since = Math.min(
        waiting[0]?.receivedAtMs ?? Number.MAX_SAFE_INTEGER,
        gap?.getTime() ?? Number.MAX_SAFE_INTEGER,
      )
      const lagMs = since === Number.MAX_SAFE_INTEGER ? 0 : Math.max(0, ctx.now().getTime() - since)
      return { waiting: waiting.length, lagMs, readingSince: gap ?? null, failing }
    },
    settle: async () => {
      await turning?.catch(() => undefined)
      rulesAt = Number.NEGATIVE_INFINITY
      while (await oneTurn());
    },
    hold: async () => {
      held++
      await turning?.catch(() => undefined)
      return () => void held--
    },
    start: (handled) => {
      if (handled) told = handled
      const next = async () => {
        let busy = false
        if (held === 0) busy = await oneTurn().catch(() => false)
        if (!stopped) timer = setTimeout(() => void next(), busy ? 0 : failures > 0 ? 1_000 : pace.idleMs)
      }
      void next()
    },
    stop: async () => {
      stopped = true
      clearTimeout(timer)
      await turning?.catch(() => undefined)
      // What is stored after this moment, or still waits, is read again by who starts next.
      await savePlace(ctx, id, doneUntil()).catch((error: unknown) => ctx.log.warn({ error }, 'place not saved'))
    },
  }
}
