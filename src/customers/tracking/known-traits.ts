import type { Prepared } from './message.ts'
import { twoGenerations } from './two-generations.ts'

/** What an identify call said of a person, and when it was last said. */
export type Said = Pick<Prepared, 'identifiers' | 'traits' | 'sourceId' | 'importId'> & {
  text: string
  atMs: number
  storedAtMs: number
  writtenAtMs: number
}

/** What was last said of whom, so that the same is not written again at every page view. */
export interface KnownTraits {
  /**
   * Whether the stores hold just this already. Pages repeat the same identify call at every view; writing each would
   * cost half of what ingest can do. When the call differs, what was said before goes to `before` with its last date, so
   * that a late message cannot win over it.
   * @param no the customer's number
   */
  same(no: number, message: Prepared, before: Said[]): boolean
  /** The call is durable. */
  stored(no: number, message: Prepared): void
  /** Who the number stands for now. What was said of a person counts whichever of his numbers it was said under. */
  isPartOf(no: number, root: number): void
  /** Somebody else wrote about these, or they were merged. */
  forget(nos: Iterable<number>): void
  clear(): void
}

const rememberedPeople = 100_000
/** The date of a trait that is said again and again is written at least this often. */
const rewriteMs = 600_000

/** Right only where all writing goes through this process: on shared servers another's word in between would not be seen. */
export const openKnownTraits = (): KnownTraits => {
  const roots = twoGenerations<number, number>(rememberedPeople)
  const held = twoGenerations<number, Said>(rememberedPeople)
  return {
    same: (no, message, before) => {
      const root = roots.get(no)
      const known = root === undefined ? undefined : held.get(root)
      if (!known) return false
      if (
        known.text === message.properties &&
        known.traits.every(({ personal }) => !personal) &&
        message.traits.every(({ personal }) => !personal)
      ) {
        known.atMs = Math.max(known.atMs, message.atMs)
        return message.receivedAtMs - known.writtenAtMs < rewriteMs
      }
      if (known.atMs > known.storedAtMs) before.push({ ...known })
      return false
    },
    stored: (no, message) => {
      const root = roots.get(no)
      if (root === undefined) return
      const known = held.get(root)
      if (known && known.text === message.properties && message.receivedAtMs - known.writtenAtMs < rewriteMs) return
      const { identifiers, traits, sourceId, importId, atMs } = message
      held.set(root, {
        identifiers,
        traits,
        sourceId,
        importId,
        text: message.properties,
        atMs,
        storedAtMs: atMs,
        writtenAtMs: message.receivedAtMs,
      })
    },
    isPartOf: (no, root) => {
      const before = roots.get(no)
      if (before !== undefined && before !== root) held.delete(before)
      roots.set(no, root)
    },
    forget: (nos) => {
      for (const no of nos) {
        const root = roots.get(no)
        if (root !== undefined) held.delete(root)
        held.delete(no)
      }
    },
    clear: () => {
      roots.clear()
      held.clear()
    },
  }
}

/** Writes everything, every time. */
export const knowsNothing: KnownTraits = {
  same: () => false,
  stored: () => undefined,
  isPartOf: () => undefined,
  forget: () => undefined,
  clear: () => undefined,
}
