import { useSyncExternalStore } from 'react'

const query = window.matchMedia('(max-width: 860px)')
const subscribe = (listener: () => void) => {
  query.addEventListener('change', listener)
  return () => query.removeEventListener('change', listener)
}

/** Whether the window is too narrow for a canvas with panels beside it. */
export const useNarrow = (): boolean => useSyncExternalStore(subscribe, () => query.matches)
