import type { Ctx } from '#platform'

/** The loops that put posts to events, grade and tell, as one thing that can rest while a past is told. */

type Start = () => Promise<() => Promise<void>> | (() => Promise<void>)

interface Loops {
  rest: () => Promise<void>
  go: () => Promise<void>
}

const byStore = new WeakMap<object, Loops>()
const resting = new WeakSet<object>()

/** @returns how to stop them */
export const startLoops = async (ctx: Ctx, starts: readonly Start[]): Promise<() => Promise<void>> => {
  const stops: (() => Promise<void>)[] = []
  const rest = async () => {
    for (const stop of stops.splice(0).toReversed()) await stop()
  }
  const go = async () => {
    for (const start of starts) stops.push(await start())
  }
  byStore.set(ctx.store, { rest, go })
  await go()
  return async () => {
    byStore.delete(ctx.store)
    await rest()
  }
}

/** Whether a past is being told: what watches clocks by the time of now would find every deadline of then long over. */
export const isResting = ({ store }: Ctx): boolean => resting.has(store)

/** Runs while they rest. */
export const whileResting = async <T>(ctx: Ctx, run: () => Promise<T>): Promise<T> => {
  const loops = byStore.get(ctx.store)
  await loops?.rest()
  resting.add(ctx.store)
  try {
    return await run()
  } finally {
    resting.delete(ctx.store)
    // Stopped meanwhile: nobody wants them any more.
    if (byStore.get(ctx.store) === loops) await loops?.go()
  }
}
