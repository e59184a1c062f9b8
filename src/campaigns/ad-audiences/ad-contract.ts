import { z } from 'zod'
import { Product, Refusal } from '../channels-contract.ts'

/** Schemas of ad audiences, shared with the console. No I/O. */

export const adPlatforms = ['tencent', 'oceanEngine', 'other'] as const
export const AdPlatform = z.enum(adPlatforms)
export type AdPlatform = z.infer<typeof AdPlatform>

/** Forms of identifiers, named as the platforms name them; `form` of a target is one of its platform's. */
export const adForms = {
  tencent: ['HASH_MOBILE_PHONE', 'SHA256_MOBILE_PHONE', 'HASH_IMEI', 'HASH_OAID', 'OAID', 'IDFA', 'WECHAT_OPENID'],
  oceanEngine: ['14', '17', '15', '16'],
  other: ['SHA256_MOBILE_PHONE', 'MD5_MOBILE_PHONE'],
} as const satisfies Record<AdPlatform, readonly string[]>

/** Fewer people than this no target may ask for: small audiences tell who is in them. */
export const leastPeople = 100

const Line = z.string().trim().min(2).max(200)

const Fields = {
  name: z.string().trim().min(1).max(80),
  platform: AdPlatform,
  /** As the purpose of the separate consent names it. */
  recipient: Line,
  contact: Line,
  contract: Line,
  purpose: z.string().trim().min(4).max(500),
  form: z.string().min(1).max(40),
  set: z.strictObject({ kind: z.enum(['audience', 'list']), id: z.uuid() }),
  /** What is advertised: students, say, are kept from loans only. */
  product: Product,
  minPeople: z.int().min(leastPeople).max(10_000_000).default(1_000),
  daily: z.boolean().default(false),
} as const
const isOfPlatform = ({ platform, form }: { platform: AdPlatform; form: string }) =>
  (adForms[platform] as readonly string[]).includes(form)

export const NewAdTarget = z
  .strictObject(Fields)
  .refine(isOfPlatform, { path: ['form'], error: 'not a form that this platform takes' })
export type NewAdTarget = z.output<typeof NewAdTarget>
export const AdTargetChange = z
  .strictObject({ ...Fields, /** `changedAt` as it was read. */ basedOn: z.iso.datetime() })
  .refine(isOfPlatform, { path: ['form'], error: 'not a form that this platform takes' })

export const adModes = ['difference', 'full', 'clear'] as const
/** difference: those who came and those who left since; full: everybody anew; clear: all taken back. */
export const AdMode = z.enum(adModes)
export type AdMode = z.infer<typeof AdMode>

const Instant = z.iso.datetime()

export const AdFile = z.object({
  id: z.int(),
  operation: z.enum(['APPEND', 'REDUCE']),
  part: z.int(),
  rows: z.int(),
  bytes: z.int(),
  sha256: z.string(),
  downloads: z.int(),
  downloadedAt: Instant.nullable(),
  downloadedBy: z.string().nullable(),
  /** False: deleted after its time, or on another machine. */
  available: z.boolean(),
})
export type AdFile = z.infer<typeof AdFile>

export const AdExport = z.object({
  id: z.int(),
  targetId: z.int(),
  /** `erased`: by itself, to take back who was erased. */
  mode: z.enum([...adModes, 'erased']),
  state: z.enum(['queued', 'running', 'done', 'failed', 'cancelled']),
  people: z.int(),
  /** People left out, by the first reason found; `NO_ADDRESS`: no identifier of this form. */
  leftOut: z.partialRecord(Refusal, z.int()),
  members: z.int().nullable(),
  added: z.int().nullable(),
  removed: z.int().nullable(),
  tooFew: z.boolean(),
  error: z.string().nullable(),
  createdAt: Instant,
  createdBy: z.string(),
  finishedAt: Instant.nullable(),
  /** The register's entry as it was then. */
  target: z.object({ recipient: z.string(), contact: z.string(), contract: z.string(), purpose: z.string() }),
  files: z.array(AdFile),
})
export type AdExport = z.infer<typeof AdExport>
export const AdExports = z.object({ items: z.array(AdExport) })

/** draft: never submitted, or changed since; review: waits for a second person. */
export const adApprovals = ['draft', 'review', 'approved', 'returned'] as const

export const AdTarget = z.object({
  id: z.int(),
  name: z.string(),
  platform: AdPlatform,
  recipient: z.string(),
  contact: z.string(),
  contract: z.string(),
  purpose: z.string(),
  form: z.string(),
  /** `name` null: deleted since. */
  set: z.object({ kind: z.enum(['audience', 'list']), id: z.string(), name: z.string().nullable() }),
  product: Product,
  minPeople: z.int(),
  daily: z.boolean(),
  approval: z.enum(adApprovals),
  reviewId: z.int().nullable(),
  /** Whether customers are asked for a separate consent that names this recipient. */
  consentAsked: z.boolean(),
  /** Identifiers at the platform now. */
  members: z.int(),
  changedAt: Instant,
  changedBy: z.string(),
  retiredAt: Instant.nullable(),
  last: AdExport.nullable(),
})
export type AdTarget = z.infer<typeof AdTarget>
export const AdTargets = z.object({
  items: z.array(AdTarget),
  /** Names of recipients for which a separate consent is asked. */
  recipients: z.array(z.string()),
})
export type AdTargets = z.infer<typeof AdTargets>
