import type { Committer } from './commit.ts'

export interface Gated extends Committer {
  /** Everything accepted so far becomes durable, what comes next waits. @returns how it goes on */
  hold(): Promise<() => void>
}

/** A committer that can be held still, for a copy of both stores in agreement. */
export const gateOf = (committer: Committer): Gated => {
  let held: Promise<void> | undefined
  let behind = 0
  return {
    ...committer,
    add: async (messages) => {
      behind += messages.length
      try {
        while (held) await held
      } finally {
        behind -= messages.length
      }
      return committer.add(messages)
    },
    waiting: () => committer.waiting() + behind,
    hold: async () => {
      const gate = Promise.withResolvers<void>()
      held = gate.promise
      await committer.drain()
      return () => {
        held = undefined
        gate.resolve()
      }
    },
  }
}
