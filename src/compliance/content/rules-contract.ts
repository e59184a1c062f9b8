import { z } from 'zod'
import { Finding } from './content-contract.ts'

/** Schemas of rule packs, the company's own words and dated parameters, shared with the console. No I/O. */

const Instant = z.iso.datetime()
const Day = z.iso.date()

export const wordCategories = ['B1', 'B2', 'B3', 'B4', 'B5', 'B6', 'B7', 'B8', 'B9', 'B10', 'B11', 'M1'] as const
export const WordCategory = z.enum(wordCategories)
export type WordCategory = z.infer<typeof WordCategory>

export const RuleGroup = z.object({
  category: WordCategory,
  action: z.enum(['block', 'flag']),
  article: z.string(),
  words: z.array(z.string()),
})
export type RuleGroup = z.infer<typeof RuleGroup>

export const Pack = z.object({
  from: Day,
  source: z.string(),
  reviewBy: Day,
  inForce: z.boolean(),
  rules: z.array(RuleGroup),
  exceptions: z.array(z.object({ word: z.string(), phrases: z.array(z.string()) })),
})
export type Pack = z.infer<typeof Pack>

export const OwnWord = z.object({
  id: z.int(),
  kind: z.enum(['word', 'exception']),
  text: z.string(),
  word: z.string().nullable(),
  category: WordCategory.nullable(),
  action: z.enum(['block', 'flag']).nullable(),
  reason: z.string(),
  addedAt: Instant,
  addedBy: z.string(),
})
export type OwnWord = z.infer<typeof OwnWord>

const Text = z
  .string()
  .trim()
  .min(1)
  .max(40)
  .regex(/[\p{L}\p{N}]/u, 'needs a letter or a digit')
const Reason = z.string().trim().min(2).max(300)
export const NewOwnWord = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('word'),
    text: Text,
    category: WordCategory.exclude(['B11', 'M1']),
    action: z.enum(['block', 'flag']),
    reason: Reason,
  }),
  /** `text` is the phrase in which `word` means something else. */
  z.strictObject({ kind: z.literal('exception'), text: Text, word: Text, reason: Reason }),
])
export type NewOwnWord = z.output<typeof NewOwnWord>

const host = /^(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$|^localhost$|^127\.0\.0\.1$/
/** Every parameter with its form. */
export const parameterForms = {
  /** Hosts that links may lead to; `*.example.com` stands for every host below. */
  ownHosts: z.array(z.string().trim().toLowerCase().max(200).regex(host)).max(200),
  /** Hops between a link and the page it ends on. */
  maxRedirects: z.int().min(0).max(10),
  /** Seconds a disclosure sheet has to be on display. */
  disclosureSeconds: z.int().min(3).max(600),
  /** Consumer credit a person may be granted, fen, by kind of lender. */
  consumerCreditMaxFen: z.record(z.string(), z.int().min(0)),
  /** What a price may depend on. */
  priceAttributes: z.array(z.string().min(1).max(60)).max(50),
} as const
export type ParameterName = keyof typeof parameterForms
export type Parameters = { [Name in ParameterName]: z.output<(typeof parameterForms)[Name]> }
export const parameterNames = Object.keys(parameterForms) as ParameterName[]
export const ParameterNameSchema = z.enum(parameterNames as [ParameterName, ...ParameterName[]])

export const ParameterVersion = z.object({
  name: ParameterNameSchema,
  validFrom: Day,
  value: z.unknown(),
  source: z.string(),
  inForce: z.boolean(),
  addedAt: Instant,
  addedBy: z.string(),
})
export type ParameterVersion = z.infer<typeof ParameterVersion>

export const NewParameter = z.strictObject({
  name: ParameterNameSchema,
  validFrom: Day,
  value: z.unknown(),
  source: z.string().trim().min(2).max(300),
})

export const Partner = z.object({
  id: z.int(),
  name: z.string(),
  licence: z.string(),
  contract: z.string(),
  validFrom: Day,
  validUntil: Day.nullable(),
  inForce: z.boolean(),
  addedAt: Instant,
  addedBy: z.string(),
})
export type Partner = z.infer<typeof Partner>

export const NewPartner = z.strictObject({
  name: z.string().trim().min(2).max(100),
  licence: z.string().trim().max(100).default(''),
  /** Number of the contract of entrustment. */
  contract: z.string().trim().min(2).max(100),
  validFrom: Day,
  validUntil: Day.nullable().default(null),
})

export const RulePage = z.object({
  name: z.string(),
  packs: z.array(Pack),
  own: z.array(OwnWord),
  parameters: z.array(ParameterVersion),
  partners: z.array(Partner),
})
export type RulePage = z.infer<typeof RulePage>

export const LinkRequest = z.strictObject({ urls: z.array(z.string().max(2_000)).min(1).max(20) })
export const LinkAnswer = z.object({
  items: z.array(z.object({ url: z.string(), hops: z.array(z.string()), finding: Finding.nullable() })),
})
export type LinkAnswer = z.infer<typeof LinkAnswer>
