import { sql } from 'kysely'
import type { Ctx } from '#platform'
import type { Level } from '../contract.ts'
import type { IncidentState, Outcome, Party } from './incident-contract.ts'
import { problem } from './problem.ts'

export interface Kept {
  id: number
  drill_id: number
  title: string
  summary: string
  level: Level
  state: IncidentState
  opened_how: 'grade' | 'hand'
  reason: string
  plan: { name: string; version: number } | null
  sign_offs: Party[]
  product_keys: string[]
  opened_at: Date
  opened_by: string
  acknowledged_at: Date | null
  acknowledged_by: string | null
  acted_at: Date | null
  closing_at: Date | null
  closed_at: Date | null
  closed_by: string | null
  outcome: Outcome | null
  conclusion: string
  reopened: number
}

/** The row of an incident, locked when in a transaction that changes it. @throws problem.unknown */
export const incidentRow = async (ctx: Ctx, id: number, { lock = false } = {}): Promise<Kept> => {
  const { rows } = await sql<Kept>`
    select * from opinion.incident where id = ${id} ${lock ? sql`for update` : sql``}`.execute(ctx.pg)
  const [row] = rows
  if (!row) throw problem.unknown({ incident: id })
  return row
}

/** As `incidentRow`, locked. @throws problem.closed */
export const openIncident = async (ctx: Ctx, id: number): Promise<Kept> => {
  const row = await incidentRow(ctx, id, { lock: true })
  if (row.state === 'closed') throw problem.closed({ incident: id })
  return row
}
