import { usePreferences } from '../preferences.ts'
import { en } from './en.ts'
import { zh } from './zh.ts'

/** Everything the console says. Chinese is the source; English has exactly its keys, or the type check fails. */
export type Text = typeof zh

const texts: Record<'zh' | 'en', Text> = { zh, en }

export const useText = (): Text => texts[usePreferences().language]
