import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Speaker, Urgency } from '../contract.ts'
import { plain } from './plain.ts'

interface Lists {
  hard: string[]
  disguised?: string[]
  not?: string[]
}

const lists = JSON.parse(readFileSync(join(import.meta.dirname, 'lexicon', 'urgency.json'), 'utf8')) as Record<
  string,
  Lists
>

const any = (words: readonly string[]) =>
  new RegExp(
    words
      .map((word) => plain(word).replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .filter(Boolean)
      .sort((a, b) => b.length - a.length)
      .join('|') || '(?!)',
    'gu',
  )

const ruleOf = (urgency: Urgency) => {
  const { hard, disguised = [], not = [] } = lists[urgency] ?? { hard: [] }
  // Letters alone (ZS) stand in too many other words.
  const words = [...hard, ...disguised.filter((word) => !/^[\dA-Za-z]{1,3}$/.test(word))]
  return { urgency, words: any(words), not: any(not) }
}

/** Danger to life, which these words decide alone, and regulators whom somebody turns to, where the head leans that way too. */
const rules = [ruleOf('self-harm'), ruleOf('regulator-report')]

/** Who turns to a regulator; a regulator's own notice is no report to one. */
const complaining: ReadonlySet<Speaker> = new Set(['consumer', 'professional-complainant', 'employee'])

export interface RuleHit {
  urgency: Urgency
  /** The word found, plain. */
  word: string
}

/** @param text as it was given */
export const hardRules = (text: string, speaker: Speaker): RuleHit[] => {
  const said = plain(text)
  return rules.flatMap(({ urgency, words, not }) => {
    if (urgency === 'regulator-report' && !complaining.has(speaker)) return []
    const [word] = said.replaceAll(not, ' ').match(words) ?? []
    return word === undefined ? [] : [{ urgency, word }]
  })
}
