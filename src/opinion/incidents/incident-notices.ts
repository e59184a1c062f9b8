import { z } from 'zod'
import { event } from '#platform'
import { Level } from '../contract.ts'

/** What incidents tell the others. */

export const incidentOpened = event(
  'opinion.incidentOpened',
  z.object({ incidentId: z.int(), drillId: z.int(), level: Level, eventIds: z.array(z.int()) }),
)

/** A deadline of an incident is over (`due`), or has been for so long that somebody above must know (`escalate`). */
export const incidentLate = event(
  'opinion.incidentLate',
  z.object({
    incidentId: z.int(),
    drillId: z.int(),
    what: z.enum(['due', 'escalate']),
    clock: z.string(),
    /** Users who have the case; empty when nobody has. */
    people: z.array(z.string()),
  }),
)
