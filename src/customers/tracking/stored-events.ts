import type { Ctx } from '#platform'

/** An event whose row is durable. */
export interface StoredEvent {
  /** The number of the identifier as of ingest; whose root it is now, Postgres knows. 0 stands for nobody. */
  no: number
  /** Of its message id: one event, one hash. */
  hash: bigint
  event: string
  atMs: number
  receivedAtMs: number
  /** JSON, without personal data. */
  properties: string
}

type Listener = (events: readonly StoredEvent[]) => void

/** Who wants to hear of events, per program (keyed by its Postgres store, since contexts are copied per request). */
const listeners = new WeakMap<object, Set<Listener>>()

/** Whether anybody wants to hear: else nothing need be put together for him. */
export const isAnybodyListening = (ctx: Ctx): boolean => (listeners.get(ctx.store)?.size ?? 0) > 0

/** Tells what was stored, after it is durable and before the sender is answered. Listeners only take note. */
export const tellStored = (ctx: Ctx, events: readonly StoredEvent[]): void => {
  for (const listen of listeners.get(ctx.store) ?? []) listen(events)
}

/**
 * Hears of every event that this process stores from now on, each once, in the order stored. Nothing is kept for who does
 * not listen: the rows in ClickHouse are the truth, and who needs every event reads them for the time he was away.
 * @returns how to stop
 */
export const hearStored = (ctx: Ctx, listen: Listener): (() => void) => {
  const all = listeners.get(ctx.store) ?? new Set()
  listeners.set(ctx.store, all.add(listen))
  return () => void all.delete(listen)
}
