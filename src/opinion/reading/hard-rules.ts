import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Folded } from '../../models/in-threads.ts'
import type { Speaker, Urgency } from '../contract.ts'
import { automatonOf, search } from '../subjects/automaton.ts'
import { plain, plainOf } from './plain.ts'

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
      .map((word) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .sort((a, b) => b.length - a.length)
      .join('|') || '(?!)',
    'gu',
  )

const ruleOf = (urgency: Urgency) => {
  const { hard, disguised = [], not = [] } = lists[urgency] ?? { hard: [] }
  // Letters alone (ZS) stand in too many other words.
  const words = [...hard, ...disguised.filter((word) => !/^[\dA-Za-z]{1,3}$/.test(word))].map(plain).filter(Boolean)
  // What is taken out leaves a space, which could complete a word: of one with a space its longest part has to be there.
  const signs = words.map((word) => word.split(' ').reduce((best, part) => (part.length > best.length ? part : best)))
  return { urgency, signs, words: any(words), not: any(not.map(plain).filter(Boolean)) }
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

const ruleOfSign = rules.flatMap(({ signs }, rule) => signs.map(() => rule))
const automaton = automatonOf(rules.flatMap(({ signs }) => signs))

/** What the words of a text decide alone. @param folded the text as models read it */
export const hardRules = (folded: Folded, speaker: Speaker): RuleHit[] => {
  // Few posts hold any of the words: which rules to ask, one pass over the characters tells.
  let held = 0
  search(automaton, folded.units, folded.length, (sign) => {
    held |= 1 << (ruleOfSign[sign] as number)
  })
  if (held === 0) return []
  const said = plainOf(folded)
  return rules.flatMap(({ urgency, words, not }, rule) => {
    if ((held & (1 << rule)) === 0 || (urgency === 'regulator-report' && !complaining.has(speaker))) return []
    const [word] = said.replaceAll(not, ' ').match(words) ?? []
    return word === undefined ? [] : [{ urgency, word }]
  })
}
