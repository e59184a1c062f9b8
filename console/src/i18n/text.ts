import { usePreferences } from '../preferences.ts'
import { speechIn } from './speech.ts'
import type { zh } from './zh.ts'

/** Everything the console says. Chinese is the source; English has exactly its keys, or the type check fails. */
export type Text = typeof zh

export const useText = (): Text => speechIn(usePreferences().language).text
