import { z } from 'zod'
import { Finding } from '../../compliance/content/content-contract.ts'
import { reviewStates } from '../../compliance/review/review-contract.ts'
import { Category, Channel, Product } from '../channels-contract.ts'
import { CreativeContent } from './content-contract.ts'
import { Missing, Rendered } from './rendered-contract.ts'

export * from './content-contract.ts'
export * from './rendered-contract.ts'
export * from './segments-contract.ts'

/** Schemas of the HTTP interface of creatives, shared with the console. No I/O. */

const Instant = z.iso.datetime()
const Name = z.string().trim().min(1).max(100)
const Description = z.string().trim().max(500)
/** Why personal values stand in the text. */
const Purpose = z.string().trim().max(200)
const OfferId = z.int().min(1).nullable()

/** What is reviewed and hashed: everything that decides what the recipient reads. */
export const CreativeWords = z.strictObject({
  category: Category,
  product: Product.default('other'),
  purpose: Purpose.default(''),
  /** The offer whose figures the text speaks of. */
  offerId: OfferId.default(null),
  content: CreativeContent,
})
export type CreativeWords = z.output<typeof CreativeWords>

export const NewCreative = CreativeWords.extend({
  name: Name,
  description: Description.default(''),
  variantOf: z.int().min(1).nullable().default(null),
})
export type NewCreative = z.output<typeof NewCreative>

/** What is left out stays. A change of what is read is a new version; the old ones stay for ever. */
export const CreativeChange = z.strictObject({
  name: Name.optional(),
  description: Description.optional(),
  category: Category.optional(),
  product: Product.optional(),
  purpose: Purpose.optional(),
  offerId: OfferId.optional(),
  content: CreativeContent.optional(),
  /** What changed and why, for the list of versions. */
  note: z.string().trim().max(300).default(''),
  /** The version that was read: another's change meanwhile is told, not overwritten. */
  basedOn: z.int().min(1),
})
export type CreativeChange = z.output<typeof CreativeChange>

const ReviewMark = z.object({ id: z.int(), state: z.enum(reviewStates) })

export const CreativeRow = z.object({
  id: z.int(),
  name: z.string(),
  description: z.string(),
  channel: Channel,
  category: Category,
  product: Product,
  version: z.int(),
  contentHash: z.string(),
  /** The first words a reader sees. */
  excerpt: z.string(),
  variantOf: z.int().nullable(),
  /** The newest review of exactly this version; null: never submitted. */
  review: ReviewMark.nullable(),
  /** Campaigns that name it. */
  usedBy: z.array(z.object({ id: z.int(), name: z.string(), state: z.string() })),
  archivedAt: Instant.nullable(),
  createdAt: Instant,
  createdBy: z.string(),
  changedAt: Instant,
  changedBy: z.string(),
})
export type CreativeRow = z.infer<typeof CreativeRow>

export const Creative = CreativeRow.extend({
  purpose: z.string(),
  offerId: z.int().nullable(),
  content: CreativeContent,
  variants: z.array(z.object({ id: z.int(), name: z.string() })),
})
export type Creative = z.output<typeof Creative>

export const CreativeQuery = z.object({
  search: z.string().max(100).optional(),
  channel: Channel.optional(),
  category: Category.optional(),
  product: Product.optional(),
  /** `none`: never submitted as it stands. */
  review: z.enum([...reviewStates, 'none']).optional(),
  archived: z.stringbool().default(false),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z.coerce.number().int().optional(),
})
export type CreativeQuery = z.output<typeof CreativeQuery>
export const CreativePage = z.object({ items: z.array(CreativeRow), total: z.int(), next: z.int().nullable() })

export const CreativeVersion = z.object({
  version: z.int(),
  category: Category,
  product: Product,
  purpose: z.string(),
  offerId: z.int().nullable(),
  content: CreativeContent,
  contentHash: z.string(),
  note: z.string(),
  createdAt: Instant,
  createdBy: z.string(),
  review: ReviewMark.nullable(),
})
export type CreativeVersion = z.output<typeof CreativeVersion>
export const CreativeVersions = z.object({ items: z.array(CreativeVersion) })

/** Why a variable may not stand where it stands. */
export const variableFaults = [
  /** Its first name is none of customer, offer, trigger, links, campaign, sender. */
  'unknownRoot',
  'unknownTrait',
  'unknownField',
  /** Identity cards, bank cards and the like never stand in a message. */
  'never',
  /** Personal, and the creative does not say what for. */
  'purpose',
] as const

/** A template that cannot be filled, or a variable that may not stand in it; `start` and `end` in the field's own text. */
export const TextFault = z.object({
  field: z.string(),
  line: z.int(),
  start: z.int().nullable(),
  end: z.int().nullable(),
  /** `offer`: the offer whose figures it speaks of is not published. */
  code: z.enum([...variableFaults, 'template', 'layout', 'offer']),
  /** The variable, or what the engine says. */
  about: z.string(),
})
export type TextFault = z.infer<typeof TextFault>

/** A finding with the text it stands in. Its place counts in that text as it was written; null: in the whole, or after filling. */
export const CreativeFinding = Finding.extend({ field: z.string() })
export type CreativeFinding = z.output<typeof CreativeFinding>

export const CreativeCheck = z.object({
  /** Nothing blocks and every template can be filled. */
  ready: z.boolean(),
  faults: z.array(TextFault),
  findings: z.array(CreativeFinding),
  /** Which rules of content were asked. */
  rules: z.string(),
  /** Variables that the texts ask for, by their whole name. */
  variables: z.array(z.object({ name: z.string(), title: z.string(), personal: z.boolean() })),
})
export type CreativeCheck = z.output<typeof CreativeCheck>

export const samplePersons = ['full', 'bare', 'long'] as const
export type SamplePerson = (typeof samplePersons)[number]

export const PreviewRequest = CreativeWords.extend({
  /** A sample person, or a customer by number: his personal values are masked. */
  person: z.union([z.enum(samplePersons), z.strictObject({ customerNo: z.int().min(1) })]).default('full'),
})
export type PreviewRequest = z.output<typeof PreviewRequest>
export const Preview = z.object({
  rendered: Rendered,
  missing: z.array(Missing),
  /** SMS only. */
  length: z.object({ units: z.int(), parts: z.int(), left: z.int(), wide: z.array(z.string()) }).nullable(),
  /** 1/1000 fen for one recipient; null where no price is known. */
  costMillifen: z.int().nullable(),
})
export type Preview = z.output<typeof Preview>

/** What may stand in a text, for the editor's list. */
export const VariableEntry = z.object({
  name: z.string(),
  title: z.string(),
  /** How to write it, with the filter that suits it. */
  insert: z.string(),
  group: z.enum(['customer', 'offer', 'trigger', 'links', 'campaign', 'sender']),
  personal: z.boolean(),
})
export type VariableEntry = z.infer<typeof VariableEntry>
export const VariableList = z.object({ items: z.array(VariableEntry) })

export const SubmitCreative = z.strictObject({ note: z.string().trim().max(500).default('') })
export const Submitted = z.object({ reviewId: z.int() })

export const Price = z.object({
  channel: Channel,
  priceMillifen: z.int().min(0).max(100_000_000),
  validFrom: z.iso.date(),
})
export const PriceList = z.object({ items: z.array(Price) })
export const NewPrice = z.strictObject({ channel: Channel, priceMillifen: z.int().min(0).max(100_000_000) })
