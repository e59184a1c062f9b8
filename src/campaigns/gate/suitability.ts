import type { Product, Refusal } from '../channels-contract.ts'
import type { Limits } from '../limits/limits-contract.ts'

/** Whether an offer fits a person: pure. Rules and figures 3.9; limit per person R7 (消费金融公司管理办法). */

/** What an offer would add to a person's burden. */
export interface OfferBurden {
  /** The smallest amount he could take, fen: who cannot carry even that is not addressed. */
  amountFen: number
  /** Its instalment a month, fen. */
  instalmentFen: number | undefined
  /** Whether it is a limit or loan without security. */
  unsecured: boolean
}

/** What is known of a person; undefined: not known. */
export type CreditFacts = { readonly [Name in keyof Limits['suitability']['traits']]?: number | undefined }

export interface Unsuitable {
  refusal: Extract<Refusal, 'LIMIT_EXCEEDED' | 'DEBT_BURDEN' | 'EXPOSURE' | 'TOO_MANY_LENDERS' | 'FACTS_MISSING'>
  detail: { fact?: string; value?: number; limit?: number }
}

/** Rounded as it is shown: a burden of 0.55000001 is 0.55. */
const rounded = (value: number): number => Math.round(value * 10_000) / 10_000

/**
 * The first rule an offer breaks for a person, in the order limit, burden, exposure, lenders. A rule whose facts are unknown is passed over or
 * refuses (`missing`), after all rules whose facts are known. A rule whose trait is not configured is not asked.
 */
export const unsuitable = (
  rules: Limits['suitability'],
  { product, burden, facts }: { product: Product; burden: OfferBurden | undefined; facts: CreditFacts },
): Unsuitable | undefined => {
  if (!rules.products.includes(product)) return undefined
  let missing: string | undefined
  /** Numbers of all facts named, or undefined where one is not known; a fact nobody configured skips the rule. */
  const known = (...names: (keyof CreditFacts)[]): number[] | undefined => {
    if (names.some((name) => rules.traits[name] === '')) return undefined
    const values = names.map((name) => facts[name])
    const absent = names.find((_, i) => values[i] === undefined)
    if (absent !== undefined) missing ??= rules.traits[absent]
    return absent === undefined ? values.map(Number) : undefined
  }
  const offered = burden?.amountFen ?? 0

  const granted = known('grantedFen')
  if (granted) {
    const value = (granted[0] ?? 0) + offered
    if (value > rules.maxCreditFen) return { refusal: 'LIMIT_EXCEEDED', detail: { value, limit: rules.maxCreditFen } }
  } else if (offered > rules.maxCreditFen) {
    return { refusal: 'LIMIT_EXCEEDED', detail: { value: offered, limit: rules.maxCreditFen } }
  }
  const service = known('incomeFen', 'debtServiceFen')
  if (service) {
    const [income = 0, debt = 0] = service
    const value = income > 0 ? rounded((debt + (burden?.instalmentFen ?? 0)) / income) : Number.POSITIVE_INFINITY
    if (value > rules.maxDebtBurden)
      return { refusal: 'DEBT_BURDEN', detail: { ...(income > 0 && { value }), limit: rules.maxDebtBurden } }
  }
  const limits = known('incomeFen', 'unsecuredLimitsFen')
  if (limits) {
    const [income = 0, held = 0] = limits
    const value = income > 0 ? rounded((held + (burden?.unsecured ? offered : 0)) / income) : Number.POSITIVE_INFINITY
    if (value > rules.maxExposure)
      return { refusal: 'EXPOSURE', detail: { ...(income > 0 && { value }), limit: rules.maxExposure } }
  }
  for (const [name, limit] of [
    ['lenders', rules.maxLenders],
    ['enquiries', rules.maxEnquiries],
  ] as const) {
    const value = known(name)?.[0]
    if (value !== undefined && value > limit)
      return { refusal: 'TOO_MANY_LENDERS', detail: { fact: name, value, limit } }
  }
  if (missing !== undefined && rules.missing === 'refuse')
    return { refusal: 'FACTS_MISSING', detail: { fact: missing } }
  return undefined
}
