import type { Ctx } from '#platform'

interface Gate {
  running: Set<Promise<unknown>>
  /** Resolves when posts may come in again; undefined while they may. */
  closed: Promise<void> | undefined
}

const gates = new WeakMap<object, Gate>()
const gateOf = ({ store }: Pick<Ctx, 'store'>): Gate => {
  const gate = gates.get(store) ?? { running: new Set(), closed: undefined }
  gates.set(store, gate)
  return gate
}

/** Runs what writes posts to both stores; waits while a backup copies them. */
export const whileOpen = async <T>(ctx: Pick<Ctx, 'store'>, run: () => Promise<T>): Promise<T> => {
  const gate = gateOf(ctx)
  while (gate.closed) await gate.closed
  const work = run()
  gate.running.add(work)
  try {
    return await work
  } finally {
    gate.running.delete(work)
  }
}

/** Lets batches under way become durable and holds further ones. @returns how they go on */
export const holdIntake = async (ctx: Pick<Ctx, 'store'>): Promise<() => void> => {
  const gate = gateOf(ctx)
  const { promise, resolve } = Promise.withResolvers<void>()
  gate.closed = promise
  await Promise.allSettled(gate.running)
  return () => {
    gate.closed = undefined
    resolve()
  }
}
