import { z } from 'zod'

/** Hot lists and where their entries stood, shared with the console. No I/O. */

const Instant = z.iso.datetime()

export const HotEntry = z.object({
  id: z.string(),
  sourceId: z.int(),
  list: z.string(),
  title: z.string(),
  url: z.string(),
  postId: z.string(),
  rank: z.int().nullable(),
  bestRank: z.int(),
  heat: z.number().nullable(),
  bestHeat: z.number().nullable(),
  firstAt: Instant,
  lastAt: Instant,
  points: z.array(z.object({ at: Instant, rank: z.int(), heat: z.number().nullable() })),
})
export type HotEntry = z.infer<typeof HotEntry>
export const HotLists = z.object({
  lists: z.array(z.object({ sourceId: z.int(), list: z.string(), entries: z.int(), seenAt: Instant.nullable() })),
})
export const HotEntries = z.object({ items: z.array(HotEntry) })
