import { disguisesOf, isOnByDefault } from './disguises.ts'
import { parseExpression, wordsIn } from './grammar.ts'
import { problem } from './problem.ts'
import type { CheckedExpression, RuleDefinition } from './subject-contract.ts'

/**
 * Whether a rule can be read and says what it may say.
 * @throws problem.ruleWrong with the place, problem.contextNeeded, problem.exceptionWrong
 */
export const checkDefinition = ({ expression, exceptions, variants, context }: RuleDefinition): void => {
  for (const text of [expression, ...exceptions.flatMap(({ expression }) => expression ?? [])]) {
    const parsed = parseExpression(text)
    if (!parsed.ok) throw problem.ruleWrong({ expression: text, ...parsed.error })
  }
  if (exceptions.some(({ platforms, sources }) => platforms.length + sources.length === 0))
    throw problem.exceptionWrong()
  if (!context && variants.some(({ kind }) => kind === 'initials')) throw problem.contextNeeded()
}

/** What is wrong with an expression, or which names it holds and how they may be disguised. */
export const checkExpression = ({ expression }: { expression: string }): CheckedExpression => {
  const parsed = parseExpression(expression)
  if (!parsed.ok) return { error: parsed.error, words: [], disguises: [] }
  const words = wordsIn(parsed.branches)
  return {
    error: null,
    words,
    // A rule of very many words shows the disguises of the first: each word makes about fifty.
    disguises: words
      .slice(0, 30)
      .flatMap(disguisesOf)
      .map((one) => ({ ...one, on: isOnByDefault(one) })),
  }
}
