import { deriveRules, type Rule, type RuleOptions } from './derive-rules.ts'
import { type Baskets, mineItemSets } from './item-sets.ts'

export interface FindRules {
  baskets: Baskets
  minCount: number
  maxLength: number
  mostSets: number
  /** Rules kept, those of the highest lift. */
  mostRules: number
  rules: RuleOptions
}

export interface FoundRules {
  itemSets: number
  /** All there are; `rules` may be fewer. */
  total: number
  redundant: number
  rules: Rule[]
}

/** Frequent sets, then rules; the sets are nearly all of the work. */
export const findRules = (input: FindRules, onProgress: (share: number) => void): FoundRules => {
  const { baskets, minCount, maxLength, mostSets, mostRules } = input
  const sets = mineItemSets(baskets, { minCount, maxLength, mostSets, onProgress: (share) => onProgress(share * 0.9) })
  const rules = deriveRules(sets, input.rules)
  return {
    itemSets: sets.size,
    total: rules.length,
    redundant: rules.filter(({ redundant }) => redundant).length,
    rules: rules.slice(0, mostRules),
  }
}
