import type { ConfigProviderProps } from 'antd'
import type { Text } from './text.ts'

export type Language = 'zh' | 'en'

/** What is said in one language: our own words and those of the kit. */
export interface Speech {
  text: Text
  kit: NonNullable<ConfigProviderProps['locale']>
}

// A tenth of a megabyte each, gzipped: only the one in use is loaded.
const sources: Record<Language, () => Promise<{ speech: Speech }>> = {
  zh: () => import('./zh-speech.ts'),
  en: () => import('./en-speech.ts'),
}

const loaded: Partial<Record<Language, Speech>> = {}

/** @throws when the server does not give it */
export const loadSpeech = async (language: Language): Promise<void> => {
  loaded[language] ??= (await sources[language]()).speech
}

/** Only for a language that has been loaded: the preferences change to no other. */
export const speechIn = (language: Language): Speech => {
  const speech = loaded[language]
  if (!speech) throw new Error(`the texts of ${language} are not loaded yet`)
  return speech
}
