import type { Ctx } from '../ctx.ts'

/** Lets what is being written become durable, then holds further writes. @returns how they go on */
export type Hold = () => Promise<() => void>

const holds = new WeakMap<object, Set<Hold>>()

/**
 * Registers a writer to both stores, so that a backup finds them in agreement. Requests wait meanwhile; none is refused.
 * @returns how to unregister
 */
export const onHold = (ctx: Pick<Ctx, 'store'>, hold: Hold): (() => void) => {
  const registered = holds.get(ctx.store) ?? new Set()
  holds.set(ctx.store, registered)
  registered.add(hold)
  return () => registered.delete(hold)
}

const turns = new WeakMap<object, Promise<unknown>>()

/** Runs while every registered writer holds still; one after another. */
export const whileHeld = <T>(ctx: Pick<Ctx, 'store'>, run: () => Promise<T>): Promise<T> => {
  const before = turns.get(ctx.store) ?? Promise.resolve()
  const mine = before.then(() => heldFor(ctx, run))
  turns.set(
    ctx.store,
    mine.catch(() => undefined),
  )
  return mine
}

const heldFor = async <T>(ctx: Pick<Ctx, 'store'>, run: () => Promise<T>): Promise<T> => {
  const releases: (() => void)[] = []
  try {
    for (const hold of holds.get(ctx.store) ?? []) releases.push(await hold())
    return await run()
  } finally {
    for (const release of releases) release()
  }
}
