import { z } from 'zod'
import { event } from '#platform'
import { Level } from './contract.ts'

/** Posts of one batch are stored: `posts` and `mentions` where `batch` is this. Told at least once. */
export const postsStored = event('opinion.postsStored', z.object({ batch: z.int(), drillId: z.int(), posts: z.int() }))

/** An event is new or has grown, burst, merged, closed. */
export const eventChanged = event('opinion.eventChanged', z.object({ eventId: z.int(), drillId: z.int() }))

/** An event has another level than before; `before` is null for the first. */
export const eventGraded = event(
  'opinion.graded',
  z.object({ eventId: z.int(), drillId: z.int(), level: Level, before: Level.nullable() }),
)

/** A crisis about a product: whoever advertises it may want to stop. `productKey` as offers name their product. */
export const productInCrisis = event(
  'opinion.productInCrisis',
  z.object({ productKey: z.string(), incidentId: z.int(), by: z.string() }),
)
