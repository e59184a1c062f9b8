import { useSyncExternalStore } from 'react'
import type { IdentifierKind } from './customer-shapes.ts'

/** What was last searched for: `any` guesses from the text. */
export interface SearchTyped {
  kind: IdentifierKind | 'any'
  value: string
}

// In memory only, so that going back from a profile finds the list again: a phone number belongs neither in the address
// nor in the browser's storage.
let remembered: SearchTyped = { kind: 'any', value: '' }
const listeners = new Set<() => void>()

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const setSearch = (typed: SearchTyped) => {
  remembered = typed
  for (const listener of listeners) listener()
}

export const useSearchTyped = () => useSyncExternalStore(subscribe, () => remembered)
