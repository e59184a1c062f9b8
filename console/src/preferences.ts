import { useSyncExternalStore } from 'react'
import { type Language, loadSpeech } from './i18n/speech.ts'

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

const show = (next: Preferences) => {
  shown = resolve(next)
  apply()
  for (const listener of listeners) listener()
}

/** Shows what is kept, once its language is here; until then the earlier one stays on screen. */
const follow = async () => {
  const { language } = read()
  await loadSpeech(language)
  // Meanwhile another choice may have been made, which follows by itself.
  if (read().language === language) show(read())
}

darkQuery.addEventListener('change', () => show(shown))
// Another tab changed them.
window.addEventListener('storage', (event) => event.key === storageKey && void follow())

/** @throws when the texts of a language cannot be loaded; everything stays as it was */
export const setPreferences = async (part: Partial<Preferences>) => {
  if (part.language) await loadSpeech(part.language)
  const next = { language: shown.language, theme: shown.theme, ...part }
  window.localStorage.setItem(storageKey, `${next.language} ${next.theme}`)
  show(next)
}

/** Before the first picture: the texts of the language it is drawn in. @throws when they cannot be loaded */
export const preferencesReady = () => loadSpeech(shown.language)

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Language and theme of this browser; kept in localStorage, followed by every open tab. */
export const usePreferences = (): Shown => useSyncExternalStore(subscribe, () => shown)
