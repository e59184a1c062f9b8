import {
  type CapInForce,
  type CompiledRules,
  capFor,
  checkContent,
  contentRules,
  dayOf,
  isAbove,
  type LoanCost,
  parametersOn,
  partnersOf,
} from '#compliance'
import { type Ctx, Problem } from '#platform'
import { disclosureOf } from './disclosure.ts'
import type { CostPoint, OfferCheck, OfferContent, OfferCost, OfferFinding } from './offer-contract.ts'
import { costPoints, exampleCost, pricedByOthers } from './quote.ts'
import './tables.ts'

/** What the law and the company say about offers on a day. */
export interface OfferRules {
  day: string
  cap: CapInForce | undefined
  partners: readonly string[]
  /** Most that one person may be granted by this kind of lender, fen. */
  creditMaxFen: number | undefined
  priceAttributes: readonly string[]
  words: CompiledRules
  /** Lowest rate at which the offer was to be had in the seven days before a day; undefined: it was not to be had. */
  lowestBefore: (day: string) => number | undefined
}

/** Percentage points by which a printed rate may differ from the engine's (R1). */
const tolerance = 0.0001 + 1e-9
/** Within this of the cap a small change of the loan crosses it. */
const nearCap = 0.002

type Add = (
  rule: OfferFinding['rule'],
  where: string,
  article: string,
  values?: OfferFinding['values'],
  action?: OfferFinding['action'],
) => void

const percent = (rate: number) => (rate * 100).toFixed(2)

/** Rules in force for one offer. Few small reads. */
export const offerRules = async (ctx: Ctx, content: OfferContent, offerId: number | undefined): Promise<OfferRules> => {
  const day = dayOf(ctx.now())
  const parameters = await parametersOn(ctx, day)
  const partners = await partnersOf(ctx)
  const records =
    offerId === undefined
      ? []
      : await ctx.pg.selectFrom('campaigns.price_record').selectAll().where('offer_id', '=', offerId).execute()
  return {
    day,
    cap: await capFor(ctx, content.lender.type, day, content.partner !== null),
    partners: partners.filter(({ inForce }) => inForce).map(({ name }) => name),
    creditMaxFen: parameters.consumerCreditMaxFen[content.lender.type],
    priceAttributes: parameters.priceAttributes,
    words: await contentRules(ctx),
    lowestBefore: (day) => {
      const end = new Date(`${day}T00:00:00+08:00`)
      const start = new Date(end.getTime() - 7 * 86_400_000)
      const live = records.filter(({ since, until }) => since < end && (until === null || until > start))
      return live.length === 0 ? undefined : Math.min(...live.map(({ lowest_rate }) => lowest_rate))
    },
  }
}

/** Everything that keeps an offer from being published, its true cost, and the sheet it would have. Pure. */
export const examineOffer = (name: string, content: OfferContent, rules: OfferRules): OfferCheck => {
  const findings: OfferFinding[] = []
  const add: Add = (rule, where, article, values = {}, action = 'block') =>
    void findings.push({ rule, where, article, values, action })
  lenderFields(content, add)
  terms(content, rules, add)
  const cost = costs(content, rules, add)
  prices(content, rules, add)
  promotions(content, rules, add)
  texts(name, content, rules, add)
  const sheet =
    cost.example && disclosureOf(name, content, cost.example, cost.cap !== null && !above(cost.points, cost.cap))
  if (sheet && 'gaps' in sheet)
    for (const gap of sheet.gaps) {
      const missing = gap.toLowerCase().includes('collector')
      const named = findings.some(({ where }) => where !== '' && (gap.startsWith(where) || where.startsWith(gap)))
      if (!named) add(missing ? 'collectorMissing' : 'contingentMissing', gap, 'disclosure.2026')
    }
  const disclosure = sheet && 'sheet' in sheet ? sheet.sheet : null
  return { publishable: findings.every(({ action }) => action === 'flag'), findings, cost, disclosure }
}

/** D4, R9, G12: who lends, under which licence, where he is found, what may go wrong. */
const lenderFields = ({ lender, risk, afterSales, fees }: OfferContent, add: Add): void => {
  if (lender.name === '') add('lenderMissing', 'lender.name', 'fin.lender')
  if (lender.licence === '') add('licenceMissing', 'lender.licence', 'ad.11')
  if (lender.address === '') add('addressMissing', 'lender.address', 'fin.lender')
  if (lender.contact === '') add('contactMissing', 'lender.contact', 'fin.lender')
  if (risk === '') add('riskMissing', 'risk', 'fin.lender')
  if (afterSales === '') add('afterSalesMissing', 'afterSales', 'fin.lender')
  for (const [i, fee] of fees.entries())
    if (fee.payee === '') add('feePayeeMissing', `fees.${i}.payee`, 'disclosure.2026', { name: fee.name })
}

const terms = (content: OfferContent, rules: OfferRules, add: Add): void => {
  const { amount, example, terms, partner, repayment } = content
  if (amount.minFen > amount.maxFen) add('amountRange', 'amount', 'practice')
  const inside = example.amountFen >= amount.minFen && example.amountFen <= amount.maxFen
  if (!inside || !terms.includes(example.instalments)) add('exampleOutside', 'example', 'pboc.2021.3')
  const { creditMaxFen } = rules
  if (creditMaxFen !== undefined && amount.maxFen > creditMaxFen)
    add('limitExceeded', 'amount.maxFen', 'credit.limit', { limitFen: creditMaxFen, amountFen: amount.maxFen })
  if (partner && !rules.partners.includes(partner.name))
    add('partnerUnknown', 'partner.name', 'facilitated.2025', { name: partner.name })
  // R8: a loan repaid at once may run a year at most.
  if (repayment === 'bullet' && Math.max(...terms) > 12) add('bulletTooLong', 'terms', 'credit.limit', { most: 12 })
}

const above = (points: readonly CostPoint[], cap: CapInForce): boolean => points.some((point) => isAbove(point, cap))

const noRate = (error: unknown): boolean => error instanceof Problem && error.code === 'compliance.noSingleRate'

/** R1, R4, R5: the engine's numbers, what is printed, and the cap at every corner of the offer. */
const costs = (content: OfferContent, rules: OfferRules, add: Add): OfferCost => {
  const cap = rules.cap ?? null
  let example: LoanCost
  let points: CostPoint[]
  try {
    example = exampleCost(content)
    points = costPoints(content)
  } catch (error) {
    if (!noRate(error)) throw error
    add('noSingleRate', 'fees', 'pboc.2021.3')
    return { example: null, points: [], simpleRange: null, compoundRange: null, cap }
  }
  const { stated } = content
  if (stated.simple === null && stated.compound === null) add('statedMissing', 'stated', 'pboc.2021.3')
  for (const method of ['simple', 'compound'] as const) {
    const said = stated[method]
    if (said !== null && Math.abs(said - example[method]) > tolerance)
      add('statedWrong', `stated.${method}`, 'pboc.2021.3', { stated: percent(said), true: percent(example[method]) })
  }
  if (!cap) add('capMissing', 'lender.type', 'cap', {}, 'flag')
  else {
    const worst = points.toSorted((a, b) => b[cap.compare] - a[cap.compare])[0]
    const values = worst && {
      cost: percent(worst[cap.compare]),
      cap: percent(cap.limit),
      compare: cap.compare,
      amountFen: worst.amountFen,
      instalments: worst.instalments,
      price: worst.price ?? '',
    }
    if (values && above(points, cap)) add('aboveCap', 'annualRate', 'cap', values)
    else if (values && worst[cap.compare] > cap.limit - nearCap) add('nearCap', 'annualRate', 'cap', values, 'flag')
  }
  const range = (method: 'simple' | 'compound'): [number, number] => [
    Math.min(...points.map((point) => point[method])),
    Math.max(...points.map((point) => point[method])),
  ]
  return { example, points, simpleRange: range('simple'), compoundRange: range('compound'), cap }
}

/** G5, 3.17: who somebody is beyond his risk does not change what he pays. */
const prices = (content: OfferContent, rules: OfferRules, add: Add): void => {
  for (const attribute of pricedByOthers(content, rules.priceAttributes))
    add('priceByAttribute', 'prices', 'price.parity', { attribute })
}

/** B4, G14: what is free for how long and for whom; a price struck through was a real one. */
const promotions = ({ promotions }: OfferContent, rules: OfferRules, add: Add): void => {
  for (const [i, promotion] of promotions.entries()) {
    const { kind, days, instalments, annualRate, condition, startsOn, endsOn, referenceRate } = promotion
    const where = `promotions.${i}`
    const values = { name: promotion.name }
    const termless = kind === 'interestFree' ? days === null && instalments === null : annualRate === null
    if (termless) add('promotionWithoutTerm', where, 'price.19.6', values)
    if (condition === '') add('promotionWithoutCondition', where, 'price.19.6', values)
    if (endsOn === null || (startsOn !== null && startsOn > endsOn)) add('promotionPeriod', where, 'ad.8', values)
    if (referenceRate === null) continue
    const lowest = rules.lowestBefore(startsOn ?? rules.day)
    const said = percent(referenceRate)
    if (lowest === undefined) add('referenceUnknown', where, 'price.16', { ...values, stated: said })
    else if (referenceRate > lowest + 1e-9)
      add('referenceUntrue', where, 'price.16', { ...values, stated: said, lowest: percent(lowest) })
  }
}

/** The words of an offer stand in creatives and on the sheet: they obey the rules of content. */
const texts = (name: string, content: OfferContent, rules: OfferRules, add: Add): void => {
  const fields: Readonly<Record<string, string>> = {
    name,
    description: content.description,
    ...Object.fromEntries(
      content.promotions.map((one, i) => [`promotions.${i}.name`, `${one.name}：${promised(one)}`]),
    ),
  }
  for (const [where, text] of Object.entries(fields))
    for (const { rule, action, article, matched } of checkContent({ text, product: content.product }, rules.words))
      add('forbiddenWord', where, article, { rule, matched }, action)
}

/** A promotion as it would be told: `免息` beside its own term and condition is not a bare promise. */
const promised = ({ days, instalments, condition }: OfferContent['promotions'][number]): string =>
  `${days === null ? '' : `${days}天`}${instalments === null ? '' : `${instalments}期`}，适用条件：${condition}`
