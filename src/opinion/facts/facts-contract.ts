import { z } from 'zod'
import { Platform, PostId } from '../contract.ts'

/** The fact file: shapes shared with the console. No I/O. */

const Instant = z.iso.datetime()
const GivenInstant = z.iso.datetime({ offset: true })
export const FactId = z.coerce.number().int().min(1)

export const factStates = ['draft', 'submitted', 'approved', 'refused', 'withdrawn', 'replaced'] as const
export type FactState = (typeof factStates)[number]
export const linkStates = ['suggested', 'confirmed', 'rejected'] as const
export type LinkState = (typeof linkStates)[number]

/** Where a fact stands as a whole; `expired` and `coming` are approved, but not valid now. */
export const factStandings = ['valid', 'coming', 'expired', 'waiting', 'draft', 'ended'] as const
export type FactStanding = (typeof factStandings)[number]

export const FactText = z.strictObject({
  /** What is said in public. */
  claim: z.string().trim().min(4).max(300),
  /** What is so. */
  fact: z.string().trim().min(4).max(2_000),
  /** From what we know it: a document, a figure of a system and its date. */
  evidence: z.string().trim().min(2).max(1_000),
  evidenceUrl: z.union([z.literal(''), z.url({ protocol: /^https?$/ }).max(1_000)]).default(''),
  validFrom: GivenInstant,
  validUntil: GivenInstant.nullable().default(null),
})
export type FactText = z.output<typeof FactText>

export const FactVersion = z.object({
  version: z.int(),
  claim: z.string(),
  fact: z.string(),
  evidence: z.string(),
  evidenceUrl: z.string(),
  validFrom: Instant,
  validUntil: Instant.nullable(),
  state: z.enum(factStates),
  writtenBy: z.string(),
  writtenAt: Instant,
  mine: z.boolean(),
  decidedBy: z.string().nullable(),
  decidedAt: Instant.nullable(),
  note: z.string(),
})
export type FactVersion = z.infer<typeof FactVersion>

export const Fact = z.object({
  id: z.int(),
  claim: z.string(),
  fact: z.string(),
  standing: z.enum(factStandings),
  validFrom: Instant,
  validUntil: Instant.nullable(),
  version: z.int(),
  /** Another version waits for its decision. */
  waiting: z.boolean(),
  links: z.object({ suggested: z.int(), confirmed: z.int() }),
  uses: z.int(),
  changedAt: Instant,
  writtenBy: z.string(),
})
export type Fact = z.infer<typeof Fact>

export const FactQuery = z.object({
  standing: z.enum(factStandings).optional(),
  search: z.string().trim().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  offset: z.coerce.number().int().min(0).max(100_000).default(0),
})
export type FactQuery = z.output<typeof FactQuery>

export const FactPage = z.object({
  items: z.array(Fact),
  total: z.int(),
  counts: z.record(z.enum(factStandings), z.int()),
})
export type FactPage = z.infer<typeof FactPage>

export const FactLink = z.object({
  clusterId: PostId,
  postId: PostId,
  likeness: z.number(),
  state: z.enum(linkStates),
  by: z.string().nullable(),
  at: Instant,
  platform: Platform.nullable(),
  title: z.string(),
  text: z.string(),
  url: z.string(),
  author: z.string(),
  publishedAt: Instant.nullable(),
  /** Posts with this text, copies too. */
  posts: z.int(),
  eventId: z.int().nullable(),
  event: z.string().nullable(),
})
export type FactLink = z.infer<typeof FactLink>

export const FactDetail = Fact.extend({
  versions: z.array(FactVersion),
  linked: z.array(FactLink),
  used: z.array(z.object({ usedIn: z.string(), version: z.int(), by: z.string(), at: Instant })),
  /** Posts that make the claim and were confirmed to. */
  posts: z.int(),
})
export type FactDetail = z.infer<typeof FactDetail>

export const FactDecision = z.strictObject({
  approve: z.boolean(),
  note: z.string().trim().max(500).default(''),
})
export const FactReason = z.strictObject({ reason: z.string().trim().min(2).max(500) })
export const LinkDecision = z.strictObject({ state: z.enum(linkStates) })

/** Facts that posts of an event, or a text, are about. */
export const FactsAbout = z.object({ items: z.array(Fact.extend({ likeness: z.number(), link: z.enum(linkStates) })) })
export type FactsAbout = z.infer<typeof FactsAbout>
