import { loanCost } from '#compliance'
import type { ApplicantFacts, CostPoint, OfferContent, Quote } from './offer-contract.ts'

/** Attributes that may decide a price unless compliance says otherwise. */
const attributesOfLoan = ['amountFen', 'instalments'] as const

/** What is known of the loan and the person by attribute name; only what price rules name is ever looked up. */
const factOf = (
  attribute: string,
  asked: { amountFen: number; instalments: number },
  facts: ApplicantFacts,
): string | number | boolean | undefined => {
  if (attribute === attributesOfLoan[0]) return asked.amountFen
  if (attribute === attributesOfLoan[1]) return asked.instalments
  if (attribute === 'tier') return facts.tier
  return facts.other?.[attribute]
}

const holds = (value: string | number | boolean | undefined, wanted: string | number): boolean =>
  typeof wanted === 'number' ? typeof value === 'number' && value >= wanted : String(value) === wanted

/**
 * The interest rate for a person and a loan: the last price rule that holds, else the offer's own. Pure; same input, same
 * bytes.
 */
export const rateFor = (
  { annualRate, prices }: OfferContent,
  asked: { amountFen: number; instalments: number },
  facts: ApplicantFacts = {},
): number =>
  prices.findLast(({ attribute, value }) => holds(factOf(attribute, asked, facts), value))?.annualRate ?? annualRate

const loanOf = (content: OfferContent, asked: { amountFen: number; instalments: number }, annualRate: number) => ({
  ...asked,
  repayment: content.repayment,
  annualRate,
  fees: content.fees,
})

/**
 * Annual cost at every corner of an offer: least, most and example amount, every term, every price. Fixed fees make small
 * loans dear, so the cap is held against all of them.
 * @throws compliance.noSingleRate
 */
export const costPoints = (content: OfferContent): CostPoint[] => {
  const { amount, terms, prices, annualRate, example } = content
  const amounts = [...new Set([amount.minFen, example.amountFen, amount.maxFen])].toSorted((a, b) => a - b)
  const spans = [...new Set([...terms, example.instalments])].toSorted((a, b) => a - b)
  const rates = [
    { price: null, annualRate },
    ...prices.map((rule) => ({ price: `${rule.attribute}=${rule.value}`, annualRate: rule.annualRate })),
  ]
  return amounts.flatMap((amountFen) =>
    spans.flatMap((instalments) =>
      rates.map(({ price, annualRate }): CostPoint => {
        const { simple, compound, schedule } = loanCost(loanOf(content, { amountFen, instalments }, annualRate))
        const instalmentFen = Math.max(...schedule.map(({ paymentFen }) => paymentFen))
        return { amountFen, instalments, annualRate, price, simple, compound, instalmentFen }
      }),
    ),
  )
}

/** Cost of the example loan at the offer's own rate, by payee. @throws compliance.noSingleRate */
export const exampleCost = (content: OfferContent) =>
  loanCost(loanOf(content, content.example, rateFor(content, content.example)), content.lender.name)

/** What the smallest loan of an offer adds to a person's burden, for the send gate. */
export const burdenOf = (content: OfferContent): { amountFen: number; instalmentFen: number; unsecured: boolean } => {
  const amountFen = content.amount.minFen
  const instalments = Math.max(...content.terms)
  const { schedule } = loanCost(loanOf(content, { amountFen, instalments }, content.annualRate))
  const later = content.repayment === 'bullet' || content.repayment === 'interestFirst'
  // What falls due at once at the end is carried a month's share at a time.
  const instalmentFen = later
    ? Math.ceil(schedule.reduce((sum, { paymentFen }) => sum + paymentFen, 0) / instalments)
    : (schedule[0]?.paymentFen ?? 0)
  return { amountFen, instalmentFen, unsecured: !content.secured }
}

/** Bounds of the workspace that hold beside an offer's own; the stricter wins. */
export interface CreditLimits {
  maxDebtBurden: number
  maxExposure: number
  maxLenders: number
  maxEnquiries: number
  maxCreditFen: number
}

type Reason = Extract<Quote, { created: false }>['reasons'][number]

/** Monthly income that counts: the least of what he says, what a provider estimates, 1.3 times his social-insurance base. */
export const countedIncomeFen = (facts: ApplicantFacts): number | undefined => {
  const known = [facts.declaredIncomeFen, facts.estimatedIncomeFen, facts.socialBaseFen && facts.socialBaseFen * 1.3]
  const values = known.filter((value) => value !== undefined)
  return values.length === 0 ? undefined : Math.floor(Math.min(...values))
}

/** What he pays on debts a month: instalments in full, revolving at the minimum payment or 5 % of the balance, the larger. */
export const debtServiceFen = (facts: ApplicantFacts): number | undefined => {
  const { instalmentsFen, revolvingBalanceFen, revolvingMinimumFen } = facts
  if (instalmentsFen === undefined && revolvingBalanceFen === undefined) return undefined
  const revolving = Math.max(revolvingMinimumFen ?? 0, Math.round((revolvingBalanceFen ?? 0) * 0.05))
  return (instalmentsFen ?? 0) + revolving
}

const rounded = (value: number) => Math.round(value * 10_000) / 10_000
const strictest = (...bounds: (number | null | undefined)[]) =>
  Math.min(...bounds.map((bound) => bound ?? Number.POSITIVE_INFINITY))

/**
 * Whether an offer fits a person: age, tier, limit, debt burden, exposure, number of lenders (3.9). Pure.
 * @param asked the loan he would take; the smallest of the offer unless given
 * @returns every reason against it, in the order they are asked; empty when it fits
 */
export const suitable = (
  content: OfferContent,
  facts: ApplicantFacts,
  limits: Partial<CreditLimits> = {},
  asked?: { amountFen: number; instalmentFen: number },
): Reason[] => {
  const { eligibility } = content
  const { amountFen, instalmentFen } = asked ?? burdenOf(content)
  const reasons: Reason[] = []
  const say = (code: Reason['code'], fact: string, value: number | null = null, limit: number | null = null) =>
    void reasons.push({ code, fact, value, limit })
  const { age, tier } = facts
  if (age === undefined) say('FACTS_MISSING', 'age')
  else if (age < eligibility.minAge) say('NOT_ELIGIBLE', 'age', age, eligibility.minAge)
  else if (age > (eligibility.maxAge ?? Number.POSITIVE_INFINITY)) say('NOT_ELIGIBLE', 'age', age, eligibility.maxAge)
  if (eligibility.tiers.length > 0) {
    if (tier === undefined) say('FACTS_MISSING', 'tier')
    else if (!eligibility.tiers.includes(tier)) say('NOT_ELIGIBLE', 'tier')
  }
  const granted = (facts.grantedFen ?? 0) + amountFen
  const most = strictest(limits.maxCreditFen)
  if (granted > most) say('LIMIT_EXCEEDED', 'grantedFen', granted, most)

  const income = countedIncomeFen(facts)
  const service = debtServiceFen(facts)
  const burdenMost = strictest(eligibility.maxDebtBurden, limits.maxDebtBurden)
  const exposureMost = strictest(eligibility.maxExposure, limits.maxExposure)
  if (income === undefined) {
    if (burdenMost < Number.POSITIVE_INFINITY || exposureMost < Number.POSITIVE_INFINITY) say('FACTS_MISSING', 'income')
  } else {
    if (income < (eligibility.minIncomeFen ?? 0)) say('NOT_ELIGIBLE', 'income', income, eligibility.minIncomeFen)
    const burden = income > 0 ? rounded(((service ?? 0) + instalmentFen) / income) : null
    if (burden === null || burden > burdenMost) say('DEBT_BURDEN', 'debtBurden', burden, burdenMost)
    const held = (facts.unsecuredLimitsFen ?? 0) + (content.secured ? 0 : amountFen)
    const exposure = income > 0 ? rounded(held / income) : null
    if (exposure === null || exposure > exposureMost) say('EXPOSURE', 'exposure', exposure, exposureMost)
  }
  const lendersMost = strictest(eligibility.maxLenders, limits.maxLenders)
  if (facts.lenders !== undefined && facts.lenders > lendersMost)
    say('TOO_MANY_LENDERS', 'lenders', facts.lenders, lendersMost)
  const enquiriesMost = strictest(eligibility.maxEnquiries, limits.maxEnquiries)
  if (facts.enquiries6m !== undefined && facts.enquiries6m > enquiriesMost)
    say('TOO_MANY_LENDERS', 'enquiries6m', facts.enquiries6m, enquiriesMost)
  return reasons
}

/**
 * A person's own offer, or the reasons why none is made. Nothing of the person but the documented price attributes changes
 * price or limit (3.17): the same loan for the same tier is the same to the byte.
 */
export const quoteFor = (
  content: OfferContent,
  asked: { amountFen: number; instalments: number },
  facts: ApplicantFacts,
  limits: Partial<CreditLimits> = {},
): Quote => {
  const outside: Reason[] = []
  const { amount, terms } = content
  if (asked.amountFen < amount.minFen || asked.amountFen > amount.maxFen)
    outside.push({ code: 'NOT_ELIGIBLE', fact: 'amountFen', value: asked.amountFen, limit: amount.maxFen })
  if (!terms.includes(asked.instalments))
    outside.push({ code: 'NOT_ELIGIBLE', fact: 'instalments', value: asked.instalments, limit: null })
  if (outside.length > 0) return { created: false, reasons: outside }
  const annualRate = rateFor(content, asked, facts)
  const cost = loanCost(loanOf(content, asked, annualRate), content.lender.name)
  const instalmentFen = cost.schedule[0]?.paymentFen ?? 0
  const reasons = suitable(content, facts, limits, { amountFen: asked.amountFen, instalmentFen })
  if (reasons.length > 0) return { created: false, reasons }
  const income = countedIncomeFen(facts)
  const of = (fen: number) => (income ? rounded(fen / income) : null)
  return {
    created: true,
    annualRate,
    cost,
    debtBurden: of((debtServiceFen(facts) ?? 0) + instalmentFen),
    exposure: of((facts.unsecuredLimitsFen ?? 0) + (content.secured ? 0 : asked.amountFen)),
  }
}

/** Values that a person's other facts are changed to when prices are compared. */
const probes: Readonly<Record<string, readonly (string | number)[]>> = {
  deviceBrand: ['Apple', 'HUAWEI', 'Xiaomi'],
  appVersion: ['1.0.0', '9.9.9'],
  channel: ['wechat', 'app', 'branch'],
  tenureDays: [0, 4_000],
  purchases: [0, 100],
  couponSensitivity: ['high', 'low'],
  city: ['上海', '铜仁'],
  cityTier: [1, 5],
  gender: ['女', '男'],
}

/**
 * The counterfactual price test (3.17 b): the same application priced again with each attribute changed that may not decide a
 * price. Byte-equal, or the attribute is named.
 * @param allowed attributes that may decide a price; `tier`, `amountFen`, `instalments` unless compliance says otherwise
 * @returns the attributes that change the price and may not, each once
 */
export const pricedByOthers = (content: OfferContent, allowed: readonly string[]): string[] => {
  const asked = content.example
  const rules = content.prices.filter(({ attribute }) => !allowed.includes(attribute))
  const named = Object.fromEntries(rules.map(({ attribute, value }) => [attribute, [value]]))
  const byName: Record<string, readonly (string | number)[]> = { ...probes }
  for (const [attribute, values] of Object.entries(named)) byName[attribute] = [...(probes[attribute] ?? []), ...values]
  const priced = (facts: ApplicantFacts) => JSON.stringify(rateFor(content, asked, facts))
  return Object.entries(byName).flatMap(([attribute, values]) => {
    if (allowed.includes(attribute)) return []
    const seen = new Set([priced({}), ...values.map((value) => priced({ other: { [attribute]: value } }))])
    // A rule that happens to give the same rate today is still a rule by that attribute.
    return seen.size > 1 || rules.some((rule) => rule.attribute === attribute) ? [attribute] : []
  })
}
