import type { Ctx } from '#platform'

export interface Rejects {
  /** Resolves when the rows are durable. */
  add(rows: readonly object[]): Promise<void>
}

/** Refused messages of many requests in one insert: a client that sends nothing else would take the engine for itself. */
export const openRejects = (ctx: Ctx): Rejects => {
  let gathering: { rows: object[]; written: Promise<void> } | undefined
  let writing: Promise<unknown> = Promise.resolve()
  return {
    add: (rows) => {
      if (!gathering) {
        const group: object[] = []
        const written = writing.then(() => {
          gathering = undefined
          return ctx.ch.insert('rejects', group)
        })
        // The next group starts after this one, whatever became of it; its own senders hear of a failure.
        writing = written.catch(() => undefined)
        gathering = { rows: group, written }
      }
      gathering.rows.push(...rows)
      return gathering.written
    },
  }
}
