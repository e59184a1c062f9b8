/** A fixed number of connections, made when first needed, each lent to one user at a time, in order of asking. */
export class Lanes<T> {
  readonly #free: T[] = []
  readonly #waiting: ((lane: T) => void)[] = []
  readonly #size: number
  readonly #make: () => T
  readonly #end: (lane: T) => void
  #made = 0
  #closed = false
  #idle: (() => void) | undefined

  constructor(size: number, make: () => T, end: (lane: T) => void) {
    this.#size = size
    this.#make = make
    this.#end = end
  }

  /** Waits for a free connection. Whoever takes one gives it back. */
  async take(): Promise<T> {
    if (this.#closed) throw new Error('ClickHouse is closed')
    const free = this.#free.pop()
    if (free !== undefined) return free
    if (this.#made < this.#size) {
      this.#made++
      try {
        return this.#make()
      } catch (error) {
        this.#made--
        throw error
      }
    }
    const { promise, resolve } = Promise.withResolvers<T>()
    this.#waiting.push(resolve)
    return promise
  }

  give(lane: T): void {
    const next = this.#waiting.shift()
    if (next) return next(lane)
    this.#free.push(lane)
    if (this.#free.length === this.#made) this.#idle?.()
  }

  async use<R>(run: (lane: T) => Promise<R>): Promise<R> {
    const lane = await this.take()
    try {
      return await run(lane)
    } finally {
      this.give(lane)
    }
  }

  /** Lets everything that was asked for before finish, then ends the connections. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    if (this.#free.length < this.#made) await new Promise<void>((resolve) => (this.#idle = resolve))
    for (const lane of this.#free) this.#end(lane)
  }
}
