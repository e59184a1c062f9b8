import { z } from 'zod'
import { CustomerId } from '../contract.ts'

/** Schemas of links between customers shared with the console. No I/O. */

export const linkKinds = ['household', 'employer', 'guarantor', 'referrer', 'emergencyContact'] as const
export const LinkKind = z.enum(linkKinds)
export type LinkKind = z.infer<typeof LinkKind>

/** Kinds that hold both ways: who shares a home or an employer. The others lead from the one who acts to the one he acts for. */
export const mutualKinds: ReadonlySet<LinkKind> = new Set(['household', 'employer'])

export const linkStates = ['confirmed', 'proposed', 'refused', 'ended'] as const
export const LinkState = z.enum(linkStates)

const Instant = z.iso.datetime()
const Day = z.iso.date()
export const LinkId = z.string().regex(/^\d{1,15}$/)

export const NewLink = z
  .object({
    kind: LinkKind,
    /** Who guarantees, referred or is to be called; either of two who share a home or an employer. */
    from: CustomerId,
    to: CustomerId,
    /** What shows it: a contract's number, a form. No names or phones. */
    evidence: z.string().trim().max(200).default(''),
    since: Day.optional(),
  })
  .strict()
export type NewLink = z.infer<typeof NewLink>

export const LinkView = z.object({
  id: z.string(),
  kind: LinkKind,
  from: z.string(),
  to: z.string(),
  state: LinkState,
  /** `person`, `api`, `file` or `rule`. */
  source: z.string(),
  evidence: z.string(),
  since: Day.nullable(),
  createdAt: Instant,
  createdBy: z.string(),
})
export type LinkView = z.infer<typeof LinkView>

const LinkedCustomer = z.object({
  id: z.string(),
  /** Masked: name, phone and so on, as far as known. */
  display: z.record(z.string(), z.string()),
  /** Links between him and the customer in the middle, at least. */
  distance: z.number().int(),
})
export const LinkGraph = z.object({
  customers: z.array(LinkedCustomer),
  links: z.array(LinkView),
  /** Somebody has more links than are shown. */
  cut: z.boolean(),
})
export type LinkGraph = z.infer<typeof LinkGraph>
export const GraphQuery = z.object({ depth: z.coerce.number().int().min(1).max(2).default(1) })

export const ProposedQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z.string().max(20).optional(),
})
export const ProposedPage = z.object({
  items: z.array(LinkView.extend({ displays: z.array(z.record(z.string(), z.string())).length(2) })),
  total: z.number().int(),
  next: z.string().nullable(),
})

export const LinkDecision = z.object({ decision: z.enum(['confirm', 'refuse', 'end']) }).strict()

/** A file of pairs: `kind,from,to,since,evidence`, with a heading. Customers as `#12`, `phone:…`, `idCard:…`, `accountId:…`. */
export const LinkFile = z.object({ text: z.string().min(1).max(8_000_000) }).strict()
export const LinkFileReport = z.object({
  read: z.number().int(),
  made: z.number().int(),
  /** Links that were there. */
  known: z.number().int(),
  rejected: z.array(z.object({ line: z.number().int(), code: z.string() })),
  rejectedTotal: z.number().int(),
})
export type LinkFileReport = z.infer<typeof LinkFileReport>
