import type { TraitValue } from '../personal-document.ts'
import type { TraitType } from '../traits/trait-type.ts'
import type { Identifier } from './kinds.ts'

/** A trait value to store, already of its dictionary type. */
export interface TraitWrite {
  name: string
  type: TraitType
  /** null clears the trait. */
  value: TraitValue | null
  personal: boolean
}

/** What is known about one person from one message or row. */
export interface Sighting {
  /** Normal forms; blocked values and repetitions are left out here, so pass all. */
  identifiers: readonly Identifier[]
  mayMerge: boolean
  traits: readonly TraitWrite[]
  atMs: number
  sourceId: number
  importId: number
}
