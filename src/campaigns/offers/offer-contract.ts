import { z } from 'zod'
import { CapInForce, Fee, LenderType, LoanCost, RepaymentMode } from '../../compliance/cost/cost-contract.ts'
import { DisclosureSheet } from './disclosure-contract.ts'

/** Schemas of offers, shared with the console. Money in whole fen, rates in decimals per year. No I/O. */

const Instant = z.iso.datetime()
const Day = z.iso.date()
const Rate = z.number().min(0).max(10)
const Words = (most: number) => z.string().trim().max(most)

/**
 * A price that differs from the offer's own: for whom or for what. Which attributes may decide a price is a parameter of
 * compliance; anything else is refused when the offer is published.
 */
export const PriceRule = z.strictObject({
  /** `tier`, `amountFen`, `instalments`, or any other trait. */
  attribute: Words(60).min(1),
  /** Equal to it; for numbers at least that much. */
  value: z.union([z.string().max(100), z.number()]),
  annualRate: Rate,
})
export type PriceRule = z.infer<typeof PriceRule>

export const Promotion = z.strictObject({
  name: Words(60).min(1),
  kind: z.enum(['interestFree', 'reducedRate']),
  /** Interest-free: one of the two. */
  days: z.int().min(1).max(365).nullable().default(null),
  instalments: z.int().min(1).max(60).nullable().default(null),
  /** Reduced rate: what applies instead. */
  annualRate: Rate.nullable().default(null),
  /** Who gets it and what has to be done; shown wherever the promotion is. */
  condition: Words(500),
  startsOn: Day.nullable().default(null),
  endsOn: Day.nullable().default(null),
  /** The price it is compared with ("原利率"); held against the prices of the seven days before it starts. */
  referenceRate: Rate.nullable().default(null),
})
export type Promotion = z.output<typeof Promotion>

/** A cost that arises only if something happens: in words, and who takes it. */
const Contingent = z.strictObject({ text: Words(500), collector: Words(100) })

/** Whom the offer is for. Null: no bound of its own beyond the limits of the workspace. */
export const Eligibility = z.strictObject({
  minAge: z.int().min(18).max(100).default(18),
  maxAge: z.int().min(18).max(120).nullable().default(60),
  /** Tiers that may have it; empty: all. */
  tiers: z.array(Words(60).min(1)).max(20).default([]),
  maxDebtBurden: z.number().min(0).max(5).nullable().default(null),
  maxExposure: z.number().min(0).max(100).nullable().default(null),
  maxLenders: z.int().min(0).max(100).nullable().default(null),
  maxEnquiries: z.int().min(0).max(1_000).nullable().default(null),
  minIncomeFen: z.int().min(0).nullable().default(null),
})
export type Eligibility = z.output<typeof Eligibility>

export const offerProducts = ['loan', 'card'] as const

/** Everything a customer is told and everything he pays. Frozen under its hash when it is published. */
export const OfferContent = z.strictObject({
  product: z.enum(offerProducts).default('loan'),
  description: Words(500).default(''),
  lender: z.strictObject({
    name: Words(100).default(''),
    type: LenderType.default('consumerFinance'),
    /** Number of the financial licence. */
    licence: Words(100).default(''),
    address: Words(200).default(''),
    contact: Words(200).default(''),
  }),
  /** The platform that brings the customer (助贷); it has to be on the list of partners. */
  partner: z
    .strictObject({ name: Words(100).min(1), role: Words(200).default('') })
    .nullable()
    .default(null),
  amount: z.strictObject({ minFen: z.int().min(100), maxFen: z.int().min(100).max(1_000_000_000_00) }),
  /** Numbers of monthly instalments to choose from. */
  terms: z.array(z.int().min(1).max(360)).min(1).max(20),
  repayment: RepaymentMode,
  /** Simple annual rate of the interest alone. */
  annualRate: Rate,
  prices: z.array(PriceRule).max(50).default([]),
  fees: z.array(Fee).max(20).default([]),
  secured: z.boolean().default(false),
  /** The loan that the stated annual cost is of. */
  example: z.strictObject({ amountFen: z.int().min(100), instalments: z.int().min(1).max(360) }),
  /** The annual cost as it is printed; null where it is not printed by that method. */
  stated: z.strictObject({ simple: Rate.nullable().default(null), compound: Rate.nullable().default(null) }),
  promotions: z.array(Promotion).max(10).default([]),
  eligibility: Eligibility.prefault({}),
  overdue: Contingent.prefault({ text: '', collector: '' }),
  misuse: Contingent.prefault({ text: '', collector: '' }),
  prepayment: Contingent.prefault({ text: '', collector: '' }),
  other: z.array(Contingent).max(10).default([]),
  /** Warnings and duties of both sides (消保法 28). */
  risk: Words(2_000).default(''),
  afterSales: Words(1_000).default(''),
})
export type OfferContent = z.output<typeof OfferContent>
export type OfferContentInput = z.input<typeof OfferContent>

/** Why an offer cannot be published (block), or what needs a word (flag). */
export const offerFindingCodes = [
  'lenderMissing',
  'licenceMissing',
  'addressMissing',
  'contactMissing',
  'riskMissing',
  'afterSalesMissing',
  'amountRange',
  'exampleOutside',
  'statedMissing',
  'statedWrong',
  'aboveCap',
  'capMissing',
  'limitExceeded',
  'noSingleRate',
  'partnerUnknown',
  'priceByAttribute',
  'feePayeeMissing',
  'promotionWithoutTerm',
  'promotionWithoutCondition',
  'promotionPeriod',
  'referenceUntrue',
  'referenceUnknown',
  'contingentMissing',
  'collectorMissing',
  'forbiddenWord',
  'bulletTooLong',
  'nearCap',
] as const
export const OfferFinding = z.object({
  rule: z.enum(offerFindingCodes),
  action: z.enum(['block', 'flag']),
  article: z.string(),
  /** Path of the field it is about: `lender.licence`. */
  where: z.string(),
  values: z.record(z.string(), z.union([z.string(), z.number()])),
})
export type OfferFinding = z.infer<typeof OfferFinding>

/** Cost of one corner of the offer: an amount, a term, a price. */
export const CostPoint = z.object({
  amountFen: z.int(),
  instalments: z.int(),
  annualRate: z.number(),
  /** The price rule it follows, in words of its attribute and value; null: the offer's own rate. */
  price: z.string().nullable(),
  simple: z.number(),
  compound: z.number(),
  instalmentFen: z.int(),
})
export type CostPoint = z.infer<typeof CostPoint>

export const OfferCost = z.object({
  example: LoanCost.nullable(),
  points: z.array(CostPoint),
  simpleRange: z.tuple([z.number(), z.number()]).nullable(),
  compoundRange: z.tuple([z.number(), z.number()]).nullable(),
  cap: CapInForce.nullable(),
})
export type OfferCost = z.infer<typeof OfferCost>

export const OfferCheck = z.object({
  publishable: z.boolean(),
  findings: z.array(OfferFinding),
  cost: OfferCost,
  /** Null while something it has to say is missing. */
  disclosure: DisclosureSheet.nullable(),
})
export type OfferCheck = z.infer<typeof OfferCheck>

export const offerStates = ['draft', 'published', 'retired'] as const
export const OfferState = z.enum(offerStates)
export type OfferState = z.infer<typeof OfferState>

const Id = z.int()
const Name = Words(100).min(1)

export const Offer = z.object({
  id: Id,
  name: z.string(),
  state: OfferState,
  content: OfferContent,
  draftVersion: z.int(),
  liveVersion: z.int().nullable(),
  /** The draft differs from what is published. */
  edited: z.boolean(),
  liveHash: z.string().nullable(),
  /** Of what is published; of the draft where nothing is. */
  simple: z.number().nullable(),
  createdAt: Instant,
  createdBy: z.string(),
  changedAt: Instant,
  changedBy: z.string(),
})
export type Offer = z.infer<typeof Offer>

export const OfferQuery = z.object({
  search: z.string().max(100).optional(),
  state: OfferState.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z.coerce.number().int().min(1).optional(),
})
export const OfferPage = z.object({ items: z.array(Offer), total: z.int(), next: z.int().nullable() })
export type OfferPage = z.infer<typeof OfferPage>

export const NewOffer = z.strictObject({ name: Name, content: OfferContent })
export const OfferChange = z.strictObject({
  name: Name.optional(),
  content: OfferContent.optional(),
  /** The `draftVersion` that was read: another's edit meanwhile is told, not overwritten. */
  basedOn: z.int().optional(),
})

export const OfferVersion = z.object({
  version: z.int(),
  content: OfferContent,
  contentHash: z.string(),
  cost: OfferCost,
  disclosure: DisclosureSheet,
  disclosureHash: z.string(),
  findings: z.array(OfferFinding),
  publishedAt: Instant,
  publishedBy: z.string(),
})
export type OfferVersion = z.infer<typeof OfferVersion>
export const OfferVersions = z.object({ items: z.array(OfferVersion) })

/** What a person is like, as far as an offer may ask. Money in fen. Left out: not known. */
export const ApplicantFacts = z.strictObject({
  age: z.int().min(0).max(150).optional(),
  tier: z.string().max(60).optional(),
  declaredIncomeFen: z.int().min(0).optional(),
  estimatedIncomeFen: z.int().min(0).optional(),
  /** Base of social insurance: income counts up to 1.3 times it. */
  socialBaseFen: z.int().min(0).optional(),
  /** Instalments of loans and of buy-now-pay-later, a month. */
  instalmentsFen: z.int().min(0).optional(),
  revolvingBalanceFen: z.int().min(0).optional(),
  revolvingMinimumFen: z.int().min(0).optional(),
  /** Unsecured limits, own and others'. */
  unsecuredLimitsFen: z.int().min(0).optional(),
  lenders: z.int().min(0).optional(),
  enquiries6m: z.int().min(0).optional(),
  /** Granted to him by us already. */
  grantedFen: z.int().min(0).optional(),
  /** Whatever else is known of him. None of it changes a price. */
  other: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
})
export type ApplicantFacts = z.input<typeof ApplicantFacts>

export const QuoteRequest = z.strictObject({
  amountFen: z.int().min(100),
  instalments: z.int().min(1).max(360),
  facts: ApplicantFacts.prefault({}),
})

/** Not created is an outcome of its own: there is then nothing that could be sent. */
export const Quote = z.discriminatedUnion('created', [
  z.object({
    created: z.literal(true),
    annualRate: z.number(),
    cost: LoanCost,
    debtBurden: z.number().nullable(),
    exposure: z.number().nullable(),
  }),
  z.object({
    created: z.literal(false),
    reasons: z.array(
      z.object({
        code: z.enum([
          'NOT_ELIGIBLE',
          'LIMIT_EXCEEDED',
          'DEBT_BURDEN',
          'EXPOSURE',
          'TOO_MANY_LENDERS',
          'FACTS_MISSING',
        ]),
        fact: z.string(),
        value: z.number().nullable(),
        limit: z.number().nullable(),
      }),
    ),
  }),
])
export type Quote = z.infer<typeof Quote>
