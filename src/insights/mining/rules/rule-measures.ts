/** How often a rule's parts occur: baskets in all, with the left side, with the right side, with both. */
export interface RuleCounts {
  baskets: number
  left: number
  right: number
  both: number
}

export interface RuleMeasures {
  support: number
  confidence: number
  lift: number
  leverage: number
  /** Infinity for a rule without exception. */
  conviction: number
  /** From −1 (never together) over 0 (independent) to 1 (always together). */
  zhang: number
  jaccard: number
}

/**
 * Interest of a rule A → B from its counts. Rates are fractions of 1.
 * support s(AB); confidence s(AB)/s(A); lift confidence/s(B); leverage s(AB) − s(A)s(B);
 * conviction (1 − s(B))/(1 − confidence); Zhang leverage/max(s(AB)(1 − s(A)), s(A)(s(B) − s(AB))); Jaccard |AB|/|A or B|.
 * Definitions: mlxtend, `association_rules`; vector in rule-measures.test.ts.
 */
export const measuresOf = ({ baskets, left, right, both }: RuleCounts): RuleMeasures => {
  const [support, supportLeft, supportRight] = [both / baskets, left / baskets, right / baskets]
  const confidence = both / left
  const leverage = support - supportLeft * supportRight
  const widest = Math.max(support * (1 - supportLeft), supportLeft * (supportRight - support))
  return {
    support,
    confidence,
    lift: confidence / supportRight,
    leverage,
    conviction: both === left ? Number.POSITIVE_INFINITY : (1 - supportRight) / (1 - confidence),
    // Both sides in every basket: nothing to tell apart.
    zhang: widest === 0 ? 0 : leverage / widest,
    jaccard: both / (left + right - both),
  }
}
