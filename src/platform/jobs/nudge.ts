import type { Ctx } from '../ctx.ts'

/** Loops of this process that have something to do sooner than they would look. Other processes look at their own time. */

const sleepers = new WeakMap<object, Map<string, Set<() => void>>>()

/** Wakes the loops of this process that rest under this name. Call it when what they will look for is committed. */
export const nudge = (ctx: Pick<Ctx, 'store'>, name: string): void => {
  for (const wake of sleepers.get(ctx.store)?.get(name) ?? []) wake()
}

/** The rests of one loop between its rounds. */
export interface Rest {
  /** Resolves after so long, or at a nudge; at once when a nudge came since the last rest. */
  take: (ms: number) => Promise<void>
  /** Resolves after so long whatever is heard: for what failed. */
  calm: (ms: number) => Promise<void>
  /** Ends the rest that is taken, and wakes no more. */
  stop: () => void
}

/** @param names whose nudges end a rest */
export const openRest = (ctx: Pick<Ctx, 'store'>, names: readonly string[]): Rest => {
  let nudged = false
  let stopped = false
  let end: (() => void) | undefined
  const wake = () => {
    nudged = true
    end?.()
  }
  const all = sleepers.get(ctx.store) ?? new Map<string, Set<() => void>>()
  sleepers.set(ctx.store, all)
  for (const name of names) all.set(name, (all.get(name) ?? new Set()).add(wake))
  const sleep = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      end = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  return {
    take: async (ms) => {
      if (!nudged) await sleep(ms)
      end = undefined
      nudged = stopped
    },
    calm: async (ms) => {
      const over = performance.now() + ms
      while (!stopped && performance.now() < over) await sleep(over - performance.now())
      end = undefined
    },
    stop: () => {
      stopped = true
      for (const name of names) all.get(name)?.delete(wake)
      wake()
    },
  }
}
