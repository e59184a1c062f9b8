import { sql } from 'kysely'
import type { Ctx } from '#platform'
import { rowsAsText } from '../rows-as-text.ts'
import '../tables.ts'

/** Somebody who is in a journey, as he was read. */
export interface Traveller {
  id: string
  campaignId: number
  version: number
  customerNo: number
  entryNo: number
  enteredAt: Date
  step: string
  pass: number
  passes: Readonly<Record<string, number>> | null
  hop: number
  arm: string | null
  heard: string | null
  arrivedAt: Date
}

/** A `Traveller` of `campaigns.entry e`. */
export const columns = sql`e.id::text as id, e.campaign_id as "campaignId", e.version, e.customer_no as "customerNo", e.entry_no as "entryNo",
  e.entered_at as "enteredAt", e.step, e.pass, e.passes, e.hop, e.arm, e.heard, e.arrived_at as "arrivedAt"`

/**
 * People something is due for, of campaigns that run or drain, the longest due first; of each campaign at most `each`, so that
 * a million in one do not keep the others waiting. Only looked at: nothing is held, and whoever moves them first has them.
 */
export const dueNow = async (ctx: Ctx, { each, most }: { each: number; most: number }): Promise<Traveller[]> => {
  const rows = await rowsAsText(
    ctx,
    sql<Omit<Traveller, 'enteredAt' | 'arrivedAt'> & { enteredAt: string; arrivedAt: string }>`
    select ${columns} from campaigns.campaign c cross join lateral (
      select * from campaigns.entry where campaign_id = c.id and state = 'active' and due_at <= ${ctx.now()}
      order by due_at limit ${each}) e
    where c.state in ('running', 'stopping') order by e.due_at limit ${most}`,
  )
  return rows.map((row) => ({ ...row, enteredAt: new Date(row.enteredAt), arrivedAt: new Date(row.arrivedAt) }))
}

/** When something falls due next; undefined when nothing waits for a time. */
export const nextDue = async (ctx: Ctx): Promise<Date | undefined> => {
  const { rows } = await sql<{ at: Date | null }>`
    select min(e.due_at) as at from campaigns.campaign c cross join lateral (
      select due_at from campaigns.entry where campaign_id = c.id and state = 'active' and due_at is not null
      order by due_at limit 1) e
    where c.state in ('running', 'stopping')`.execute(ctx.pg)
  return rows[0]?.at ?? undefined
}

/**
 * Holds those of a set who are still where they were read, until the transaction ends; whom another process holds is left to
 * it, so two that work at once never move the same person. Their campaigns cannot be paused or stopped meanwhile.
 * @returns ids
 */
export const holdUnmoved = async (ctx: Ctx, set: readonly Traveller[]): Promise<Set<string>> => {
  const campaigns = [...new Set(set.map(({ campaignId }) => campaignId))]
  const { rows: going } = await sql<{ id: number }>`
    select id from campaigns.campaign where id = any(${campaigns}::int[]) and state in ('running', 'stopping')
    order by id for key share`.execute(ctx.pg)
  // By the key alone, compared here: with more to compare the planner took the index by campaign and read every entry of it for
  // each of a thousand, 14 s.
  const rows = await rowsAsText(
    ctx,
    sql<Pick<Traveller, 'id' | 'hop' | 'customerNo' | 'heard' | 'campaignId'> & { state: string }>`
    select id::text as id, hop, customer_no as "customerNo", heard, campaign_id as "campaignId", state
    from campaigns.entry where id = any(${set.map(({ id }) => id)}::bigint[]) for update skip locked`,
  )
  const now = new Map(rows.map((row) => [row.id, row]))
  const runs = new Set(going.map(({ id }) => id))
  const isUnmoved = ({ id, hop, customerNo, heard, campaignId }: Traveller): boolean => {
    const row = now.get(id)
    return (
      row?.state === 'active' &&
      row.hop === hop &&
      row.customerNo === customerNo &&
      row.heard === heard &&
      runs.has(campaignId)
    )
  }
  return new Set(set.filter(isUnmoved).map(({ id }) => id))
}
