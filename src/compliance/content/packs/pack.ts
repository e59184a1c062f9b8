import type { FindingCategory, FindingReason } from '../content-contract.ts'
import type { ArticleCode } from '../law-contract.ts'

/** Words that are judged alike. */
export interface WordRule {
  category: Extract<FindingCategory, `B${number}` | 'M1'>
  action: 'block' | 'flag'
  article: ArticleCode
  reason: FindingReason
  /** Separated by white space. */
  words: string
  /** Only in texts for which this holds. `loanTalk`: the text speaks of debts or repayment. */
  only?: 'accountName' | 'loanTalk' | 'service'
  /**
   * Where the same word is a promise and where it is not: read by `context.ts`.
   * interestFree, zeroRate: by term, condition and fees in the text.
   */
  judged?: 'interestFree' | 'zeroRate'
}

/** Phrases in which a listed word means something else: `第一` in `第一步`. */
export interface ExceptionRule {
  word: string
  /** Separated by white space; each contains the word. */
  phrases: string
}

/** Rules in force from a day on. Later packs add to earlier ones. */
export interface RulePack {
  /** The day it comes into force, Shanghai. */
  from: string
  source: string
  /** Compliance looks at it again by then. */
  reviewBy: string
  rules: readonly WordRule[]
  exceptions: readonly ExceptionRule[]
}
