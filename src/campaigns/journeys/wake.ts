import type { Ctx } from '#platform'

/** Who is to be woken when something falls due, per program (keyed by its Postgres store, since contexts are copied). */
const sleepers = new WeakMap<object, Set<() => void>>()

/**
 * Something is due: whoever moves people in this process looks at once, and again soon, since the transaction that says so
 * may still be open. Other processes look every second.
 */
export const wakeAfter = ({ store }: Pick<Ctx, 'store'>): void => {
  for (const wake of sleepers.get(store) ?? []) wake()
}

/** Is called at every `wakeAfter` from now on. @returns how to stop */
export const onWake = ({ store }: Pick<Ctx, 'store'>, wake: () => void): (() => void) => {
  const all = sleepers.get(store) ?? new Set()
  sleepers.set(store, all.add(wake))
  return () => void all.delete(wake)
}
