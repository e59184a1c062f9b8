/** A fixed number of connections, each lent to one user at a time. */
export interface Lanes<T> {
  /** Waits for a connection, in order of asking. Whoever takes one gives it back. */
  take(): Promise<T>
  /** `broken`: it is ended, the next user gets a new one. */
  give(lane: T, broken?: boolean): void
  use<R>(run: (lane: T) => Promise<R>): Promise<R>
  /** Lets everybody who asked before finish, then ends the connections. */
  close(): Promise<void>
}

/** At most `size` connections, made when first needed. */
export const lanes = <T>(size: number, make: () => T, end: (lane: T) => void): Lanes<T> => {
  const free: T[] = []
  const waiting: PromiseWithResolvers<T>[] = []
  let made = 0
  let closing: PromiseWithResolvers<void> | undefined

  const open = (): T => {
    const lane = make()
    made++
    return lane
  }
  const give = (lane: T, broken = false) => {
    if (broken) {
      made--
      end(lane)
    } else free.push(lane)
    const next = waiting.shift()
    if (next) {
      try {
        next.resolve(free.pop() ?? open())
      } catch (error) {
        next.reject(error)
      }
    }
    if (free.length === made) closing?.resolve()
  }
  const take = async (): Promise<T> => {
    if (closing) throw new Error('ClickHouse is closed')
    const lane = free.pop()
    if (lane !== undefined) return lane
    if (made < size) return open()
    const turn = Promise.withResolvers<T>()
    waiting.push(turn)
    return turn.promise
  }

  return {
    take,
    give,
    use: async (run) => {
      const lane = await take()
      try {
        return await run(lane)
      } finally {
        give(lane)
      }
    },
    close: async () => {
      if (closing) return closing.promise
      closing = Promise.withResolvers()
      if (free.length === made) closing.resolve()
      await closing.promise
      for (const lane of free.splice(0)) end(lane)
    },
  }
}
