import { z } from 'zod'
import { event } from '#platform'

/** Two customers turned out to be one: `from` counts for `into` from now on. Told in the transaction of the merge. */
export const customersMerged = event('customers.merged', z.object({ from: z.int(), into: z.int() }))
