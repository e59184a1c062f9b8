import { useSyncExternalStore } from 'react'

export type Language = 'zh' | 'en'
export type ThemeChoice = 'system' | 'light' | 'dark'

export interface Preferences {
  language: Language
  theme: ThemeChoice
}

const storageKey = 'zhiyin.preferences'
const darkQuery = window.matchMedia('(prefers-color-scheme: dark)')

const read = (): Preferences => {
  const preferences: Preferences = { language: 'zh', theme: 'system' }
  const stored = window.localStorage.getItem(storageKey)
  if (stored === null) return preferences
  for (const part of stored.split(' ')) {
    if (part === 'zh' || part === 'en') preferences.language = part
    if (part === 'system' || part === 'light' || part === 'dark') preferences.theme = part
  }
  return preferences
}

interface Shown extends Preferences {
  /** What `theme: 'system'` means now. */
  mode: 'light' | 'dark'
}

const resolve = (preferences: Preferences): Shown => ({
  ...preferences,
  mode: preferences.theme === 'system' ? (darkQuery.matches ? 'dark' : 'light') : preferences.theme,
})

let shown = resolve(read())
const listeners = new Set<() => void>()

const apply = () => {
  document.documentElement.dataset.theme = shown.mode
  document.documentElement.lang = shown.language === 'zh' ? 'zh-CN' : 'en'
}
apply()

const change = (next: Preferences) => {
  shown = resolve(next)
  apply()
  for (const listener of listeners) listener()
}

darkQuery.addEventListener('change', () => change(shown))
// Another tab changed them.
window.addEventListener('storage', (event) => event.key === storageKey && change(read()))

export const setPreferences = (part: Partial<Preferences>) => {
  const next = { language: shown.language, theme: shown.theme, ...part }
  window.localStorage.setItem(storageKey, `${next.language} ${next.theme}`)
  change(next)
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Language and theme of this browser; kept in localStorage, followed by every open tab. */
export const usePreferences = (): Shown => useSyncExternalStore(subscribe, () => shown)
