import type { Product, Refusal } from '../channels-contract.ts'
import type { Limits } from '../limits/limits-contract.ts'
import type { ApplicantFacts, OfferContent } from '../offers/offer-contract.ts'
import { burdenOf, countedIncomeFen, debtServiceFen, suitable } from '../offers/quote.ts'

/** Whether an offer fits a person: pure. Rules and figures 3.9; limit per person R7 (消费金融公司管理办法). */

/** What is known of a person; left out: not known. */
export type Credit = Omit<ApplicantFacts, 'other'>

export interface Unsuitable {
  refusal: Refusal
  values: Readonly<Record<string, string | number>>
}

/** Finding the rates of a loan takes longer than all the rest of the gate, so it is done once per offer. */
const burdens = new WeakMap<OfferContent, ReturnType<typeof burdenOf>>()
const burdenOnce = (offer: OfferContent): ReturnType<typeof burdenOf> => {
  const known = burdens.get(offer) ?? burdenOf(offer)
  burdens.set(offer, known)
  return known
}

const rounded = (value: number): number => Math.round(value * 10_000) / 10_000

/** A campaign for a product without one offer: what he carries already may be too much by itself. */
const standing = (rules: Limits['suitability'], credit: Credit): Unsuitable | undefined => {
  const income = countedIncomeFen(credit)
  const above = (refusal: Refusal, fact: string, value: number | undefined, limit: number): Unsuitable | undefined =>
    value !== undefined && value > limit ? { refusal, values: { fact, value, limit } } : undefined
  const perIncome = (fen: number | undefined) =>
    fen === undefined || income === undefined || income === 0 ? undefined : rounded(fen / income)
  return (
    above('LIMIT_EXCEEDED', 'grantedFen', credit.grantedFen, rules.maxCreditFen) ??
    above('DEBT_BURDEN', 'debtBurden', perIncome(debtServiceFen(credit)), rules.maxDebtBurden) ??
    above('EXPOSURE', 'exposure', perIncome(credit.unsecuredLimitsFen), rules.maxExposure) ??
    above('TOO_MANY_LENDERS', 'lenders', credit.lenders, rules.maxLenders) ??
    above('TOO_MANY_LENDERS', 'enquiries6m', credit.enquiries6m, rules.maxEnquiries)
  )
}

/**
 * The first rule that a person's facts break, by the offer and the limits of the workspace, the stricter of the two. Facts
 * that are not known refuse only where the setting says so, and only when nothing that is known refuses.
 */
export const unsuitable = (
  rules: Limits['suitability'],
  { product, offer, credit }: { product: Product; offer: OfferContent | undefined; credit: Credit },
): Unsuitable | undefined => {
  if (!rules.products.includes(product)) return undefined
  if (!offer) {
    const broken = standing(rules, credit)
    if (broken || rules.missing === 'pass') return broken
    return countedIncomeFen(credit) === undefined ? { refusal: 'FACTS_MISSING', values: { fact: 'income' } } : undefined
  }
  const reasons = suitable(offer, credit, rules, burdenOnce(offer))
  const reason =
    reasons.find(({ code }) => code !== 'FACTS_MISSING') ?? (rules.missing === 'refuse' ? reasons[0] : undefined)
  if (!reason) return undefined
  const { code, fact, value, limit } = reason
  return {
    refusal: code,
    values: { fact, ...(value !== null && { value }), ...(limit !== null && { limit }) },
  }
}
