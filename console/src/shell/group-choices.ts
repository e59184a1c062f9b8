import { useSyncExternalStore } from 'react'
import type { PlaceGroupKey } from './navigation.ts'

/** Which groups of the navigation this person opened or closed by hand; absent: as his role has it. */
type GroupChoices = Readonly<Partial<Record<PlaceGroupKey, boolean>>>

const storageKey = 'zhiyin.navigation'

/** Stored as `+marketing -system`. */
const read = (): GroupChoices =>
  Object.fromEntries(
    (window.localStorage.getItem(storageKey) ?? '')
      .split(' ')
      .filter((part) => /^[+-]\w+$/.test(part))
      .map((part) => [part.slice(1), part.startsWith('+')]),
  )

let choices = read()
const listeners = new Set<() => void>()
const change = (next: GroupChoices) => {
  choices = next
  for (const listener of listeners) listener()
}
window.addEventListener('storage', (event) => event.key === storageKey && change(read()))

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const groupChoices = (): GroupChoices => choices
export const useGroupChoices = (): GroupChoices => useSyncExternalStore(subscribe, groupChoices)

export const setGroupOpen = (key: PlaceGroupKey, open: boolean) => {
  const next = { ...choices, [key]: open }
  window.localStorage.setItem(
    storageKey,
    Object.entries(next)
      .map(([name, isOpen]) => `${isOpen ? '+' : '-'}${name}`)
      .join(' '),
  )
  change(next)
}
