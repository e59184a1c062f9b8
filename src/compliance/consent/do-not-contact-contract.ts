import { z } from 'zod'

/** Schemas of the list of addresses nobody contacts, shared with the console. No I/O. */

const Instant = z.iso.datetime()
export const EntryId = z.string().regex(/^\d{1,18}$/)

/** Why an address is barred. `reply`: its owner answered STOP. */
export const dncOrigins = ['reply', 'complaint', 'regulator', 'wrongPerson', 'bounce', 'manual', 'import'] as const
export type DncOrigin = (typeof dncOrigins)[number]
/** What a person may say; replies and imports say it themselves. */
export const statedOrigins = ['manual', 'complaint', 'regulator', 'wrongPerson', 'bounce'] as const

export const DncEntry = z.object({
  id: z.string(),
  kind: z.enum(['phone', 'email']),
  masked: z.string(),
  origin: z.enum(dncOrigins),
  note: z.string(),
  at: Instant,
  by: z.string(),
  /** Somebody asked to remove it; a second person decides. */
  removal: z
    .object({ at: Instant, by: z.string(), reason: z.string(), own: z.boolean().describe('The reader asked') })
    .nullable(),
  removedAt: Instant.nullable(),
  removedBy: z.string().nullable(),
})
export type DncEntry = z.infer<typeof DncEntry>

export const DncQuery = z.strictObject({
  /** In full: an address is found by its blind index. */
  address: z.string().max(254).optional(),
  origin: z.enum(dncOrigins).optional(),
  removal: z.boolean().optional().describe('Only those whose removal was asked'),
  limit: z.int().min(1).max(2_000).default(50),
  after: EntryId.optional(),
})
export type DncQuery = z.output<typeof DncQuery>
export const DncPage = z.object({ items: z.array(DncEntry), total: z.int(), next: z.string().nullable() })

export const NewDncEntry = z.strictObject({
  address: z.string().trim().min(3).max(254),
  origin: z.enum(statedOrigins),
  note: z.string().trim().max(500).default(''),
})

export const Removal = z.strictObject({ reason: z.string().trim().min(2).max(500) })
export const RemovalDecision = z.strictObject({
  decision: z.enum(['approve', 'refuse']),
  note: z.string().trim().max(500).default(''),
})
