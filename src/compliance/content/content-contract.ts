import { z } from 'zod'
import { type ArticleCode, articles } from './law-contract.ts'

/** Schemas of content rules, shared with the console and with whoever writes creatives. No I/O. */

export const contentChannels = [
  'sms',
  'email',
  'wechat',
  'wecom',
  'push',
  'call',
  'branch',
  'inApp',
  'webhook',
  'ad',
] as const
export const ContentChannel = z.enum(contentChannels)
export type ContentChannel = z.infer<typeof ContentChannel>

/** B1 to B11 of the banned words; M1 promotion inside a service message; E a required element that is missing or wrong. */
export const findingCategories = [
  'B1',
  'B2',
  'B3',
  'B4',
  'B5',
  'B6',
  'B7',
  'B8',
  'B9',
  'B10',
  'B11',
  'M1',
  'E',
] as const
export const FindingCategory = z.enum(findingCategories)
export type FindingCategory = z.infer<typeof FindingCategory>

/** Why, as a code the console says in words. */
export const findingReasons = [
  'absoluteTerm',
  'guaranteedReturn',
  'inducingLoan',
  'misleadingCost',
  'interestFreeWithoutTerm',
  'interestFreeWithoutCondition',
  'zeroRateBesideFee',
  'rateWithoutAnnual',
  'feeWithoutAnnual',
  'stateEndorsement',
  'urgency',
  'overConsumption',
  'studentsOrMinors',
  'forbiddenUse',
  'collectionThreat',
  'unlicensedName',
  'promotionInService',
  'ownWord',
  'senderMissing',
  'senderFalse',
  'contactMissing',
  'optOutMissing',
  'unsubscribeMissing',
  'lenderMissing',
  'licenceMissing',
  'annualRateMissing',
  'annualRateMethodMissing',
  'annualRateLate',
  'annualRateSmaller',
  'annualRateWrong',
  'feeSmallerThanRate',
  'markMissing',
  'riskNoticeMissing',
  'giftUnclear',
  'sourceMissing',
  'foreignHost',
  'tooManyJumps',
  'unreachableLanding',
  'partnerUnknown',
  'rateAboveCap',
] as const
export const FindingReason = z.enum(findingReasons)
export type FindingReason = z.infer<typeof FindingReason>

/** plain: as written; disguised: found after separators, look-alikes, digits were undone; sound: by pinyin or homophones. */
export const FindingManner = z.enum(['plain', 'disguised', 'sound', 'missing'])
export type FindingManner = z.infer<typeof FindingManner>

const ArticleName = z.enum(Object.keys(articles) as [ArticleCode, ...ArticleCode[]])

export const Finding = z.object({
  /** `B3.低门槛`, `E.optOutMissing`: stable, so that a reviewer's justification can name it. */
  rule: z.string(),
  category: FindingCategory,
  /** block: cannot be published; flag: the reviewer must justify it. */
  action: z.enum(['block', 'flag']),
  /** A key of `articles` in law-contract.ts, which also says the fine. */
  article: ArticleName,
  reason: FindingReason,
  manner: FindingManner,
  /** Range in the original text, UTF-16 units, end excluded; null when something is missing from the whole. */
  start: z.int().nullable(),
  end: z.int().nullable(),
  /** The text of that range; empty when something is missing. */
  matched: z.string(),
  /** Figures for the explanation: `{ expected: '13.03', stated: '7.2' }`. */
  values: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
})
export type Finding = z.infer<typeof Finding>

/** What of an offer the checks of content need; `offerFacts` of the offers makes it. Rates are decimals per year. */
export const OfferFacts = z.object({
  name: z.string(),
  lender: z.string(),
  licence: z.string(),
  lenderType: z.string(),
  partner: z.string().nullable().default(null),
  /** Of the offer's example loan, all mandatory costs in. */
  aprSimple: z.number(),
  aprCompound: z.number(),
  /** When amounts and terms give different rates: the least and the most, simple. */
  aprSimpleRange: z.tuple([z.number(), z.number()]).optional(),
  aprCompoundRange: z.tuple([z.number(), z.number()]).optional(),
  /** Interest-free promises that the offer really makes. */
  interestFree: z.array(z.object({ days: z.int().nullable(), instalments: z.int().nullable(), condition: z.string() })),
  cap: z.number().nullable().default(null),
})
export type OfferFacts = z.infer<typeof OfferFacts>

export const ContentInput = z.strictObject({
  text: z.string().max(100_000),
  /** Without one only the words are checked, not what the channel requires. */
  channel: ContentChannel.optional(),
  category: z.enum(['marketing', 'service']).default('marketing'),
  product: z.enum(['loan', 'insurance', 'wealth', 'card', 'other']).default('loan'),
  /** accountName: the name of a shop or public account, where B11 applies. */
  place: z.enum(['body', 'accountName']).default('body'),
  /** Whether the account belongs to a licensed body (B11). */
  licensed: z.boolean().default(true),
  /** A template that asks for repayment: threats are blocked wherever they stand. */
  collection: z.boolean().default(false),
  /** paid: an advertisement on somebody else's surface. */
  placement: z.enum(['own', 'paid']).default('own'),
  offer: OfferFacts.optional(),
  /** Who says it; `contact` a telephone number, address or account. */
  sender: z.object({ name: z.string().max(100), contact: z.string().max(200).default('') }).optional(),
  /** The channel adds a working way to unsubscribe by itself (List-Unsubscribe, preference centre). */
  unsubscribe: z.boolean().default(false),
  gift: z.object({ quantity: z.int().nullable(), endsOn: z.string().nullable() }).optional(),
  /** Addresses that buttons and pictures lead to, beside those that stand in the text. */
  links: z.array(z.string().max(2_000)).max(50).default([]),
  /** Sizes of letters where they are known (`textOfHtml` reads them). */
  sizes: z
    .array(z.object({ start: z.int(), end: z.int(), px: z.number() }))
    .max(5_000)
    .default([]),
})
export type ContentInput = z.output<typeof ContentInput>
export type ContentRequest = z.input<typeof ContentInput>

export const ContentVerdict = z.object({
  /** True when nothing blocks; flags still need a reviewer's word. */
  publishable: z.boolean(),
  findings: z.array(Finding),
  /** Which rules were asked: the pack's date and the count of changes made by compliance. */
  rules: z.string(),
})
export type ContentVerdict = z.infer<typeof ContentVerdict>
