import { type Selectable, sql } from 'kysely'
import type { Ctx, Tables } from '#platform'
import type { Labelled } from './routing.ts'
import './tables.ts'

/** Alerts as they are stored, and what everybody needs of them. */

export type AlertRow = Selectable<Tables['opinion.alert']>

export const labelled = (row: AlertRow): Labelled => ({
  eventId: row.event_id,
  drillId: row.drill_id,
  level: row.level,
  ...row.labels,
})

/** What a message says of an event besides its title. */
export interface AlertDetailFacts {
  posts: number
  authors: number
  z: number
  hotListRank: number | null
  negative: number
  why: string
}

/** Groups are looked at again now: an alert elsewhere changed what they may say. */
export const lookAgain = async (ctx: Ctx, states: readonly string[] = ['inhibited']): Promise<void> => {
  await sql`update opinion.alert_group set next_at = ${ctx.now()} where state = any(${[...states]}::text[])`.execute(
    ctx.pg,
  )
}
