import { usePreferences } from '../preferences.ts'

/** Words that the server gives in both languages, in the reader's. */
export const useSay = () => {
  const { language } = usePreferences()
  return (words: { zh: string; en: string }): string => words[language]
}
