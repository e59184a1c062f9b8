import type { Ctx } from '#platform'

/** Who is to be woken when messages were planned, per program (keyed by its Postgres store, since contexts are copied). */
const sleepers = new WeakMap<object, Set<() => void>>()

/** Messages may have been planned, and what planned them is committed: whoever delivers in this process looks at once. */
export const wakeDelivery = ({ store }: Pick<Ctx, 'store'>): void => {
  for (const wake of sleepers.get(store) ?? []) wake()
}

/** Is called at every `wakeDelivery` from now on. @returns how to stop */
export const onPlanned = ({ store }: Pick<Ctx, 'store'>, wake: () => void): (() => void) => {
  const all = sleepers.get(store) ?? new Set()
  sleepers.set(store, all.add(wake))
  return () => void all.delete(wake)
}
