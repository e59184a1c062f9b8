import { sql } from 'kysely'
import type { Ctx } from '#platform'
import type { Arrival } from '../triggers/calls.ts'
import { endBy } from './advance.ts'
import { columns, type Traveller } from './claim.ts'
import { goingFrom, openLedger } from './settle.ts'
import { versionOf } from './versions.ts'
import { wakeAfter } from './wake.ts'

/**
 * Events that versions listen to have come, of people who may be inside; in the transaction of `ctx`. A wait ends for who stood
 * at it when the event happened; the goal is noted and, where the campaign wants it, ends the journey; an exit event ends it.
 * Told twice it changes nothing. What comes before whoever listens knows that somebody waits is found by the engine itself
 * (`lookBackMs`), so none is lost between the two.
 */
export const arrived = async (ctx: Ctx, arrivals: readonly Arrival[]): Promise<void> => {
  const waits = arrivals.filter(({ role }) => role === 'wait')
  if (waits.length > 0) await endWaits(ctx, waits)
  const ends = arrivals.filter(({ role }) => role !== 'wait')
  if (ends.length > 0) await endJourneys(ctx, ends)
}

const endWaits = async (ctx: Ctx, waits: readonly Arrival[]): Promise<void> => {
  const { rows } = await sql`
    update campaigns.entry e set heard = 'event', due_at = ${ctx.now()}
    from (select distinct on (e.id) e.id from unnest(${waits.map(({ campaignId }) => campaignId)}::int[],
        ${waits.map(({ version }) => version)}::int[], ${waits.map(({ customerNo }) => customerNo)}::int[],
        ${waits.map(({ step }) => step ?? '')}::text[], ${waits.map(({ at }) => at.toISOString())}::timestamptz[])
        as g (campaign_id, version, no, step, at)
      -- Offset: the planner is not to take the index of those who are active in a campaign, all of whom it would read.
      cross join lateral (select * from campaigns.entry where customer_no = g.no and campaign_id = g.campaign_id offset 0) e
      where e.version = g.version and e.step = g.step and e.state = 'active' and e.heard is null and e.arrived_at <= g.at) f
    where e.id = f.id returning e.id`.execute(ctx.pg)
  if (rows.length > 0) wakeAfter(ctx)
}

const endJourneys = async (ctx: Ctx, ends: readonly Arrival[]): Promise<void> => {
  const { rows } = await sql<Traveller & { i: number; state: string; goalAt: Date | null }>`
    select (g.i - 1)::int as i, e.state, e.goal_at as "goalAt", ${columns}
    from unnest(${ends.map(({ campaignId }) => campaignId)}::int[], ${ends.map(({ version }) => version)}::int[],
      ${ends.map(({ customerNo }) => customerNo)}::int[], ${ends.map(({ at }) => at.toISOString())}::timestamptz[])
      with ordinality as g (campaign_id, version, no, at, i)
    cross join lateral (select * from campaigns.entry where customer_no = g.no and campaign_id = g.campaign_id
      and version = g.version and entered_at <= g.at for update) e
    order by g.at`.execute(ctx.pg)
  const ledger = openLedger(ctx.now(), () => new Set())
  const going = new Map<string, ReturnType<typeof goingFrom>>()
  const reached = new Map<string, Date>()
  for (const { i, state, goalAt, ...traveller } of rows) {
    const arrival = ends[i]
    if (!arrival) continue
    const { at, role } = arrival
    const { goal, exitOnGoal } = (await versionOf(ctx, traveller.campaignId, traveller.version)).definition
    if (role === 'goal') {
      const withinMs = (goal?.withinDays ?? 0) * 86_400_000
      if (at.getTime() - traveller.enteredAt.getTime() > withinMs) continue
      // Counts after the journey too: most people do what a message is for when the journey is over.
      if (goalAt === null && !reached.has(traveller.id)) reached.set(traveller.id, at)
      if (!exitOnGoal) continue
    }
    if (state !== 'active' || going.has(traveller.id)) continue
    const one = goingFrom(traveller)
    going.set(traveller.id, one)
    endBy(one, { role: role === 'goal' ? 'goal' : 'exit', at }, ledger)
  }
  await ledger.write(ctx, [...going.values()])
  if (reached.size > 0)
    await sql`update campaigns.entry e set goal_at = u.at
      from unnest(${[...reached.keys()]}::bigint[], ${[...reached.values()].map((at) => at.toISOString())}::timestamptz[])
        as u (id, at) where e.id = u.id and e.goal_at is null`.execute(ctx.pg)
}

/**
 * The outcome of a task was written back: who waits for it goes the way that is drawn for it. In the transaction of `ctx`.
 * @param outcome as the step names it; one that is not drawn leads on
 * @returns whether somebody waited for it; false too when it was told before
 */
export const taskOutcome = async (ctx: Ctx, sendId: string, outcome: string): Promise<boolean> => {
  const { rows } = await sql`
    update campaigns.entry e set heard = ${outcome}, due_at = ${ctx.now()} from campaigns.send s
    where s.id = ${sendId}::bigint and e.id = s.entry_id and e.step = s.step and e.pass = s.pass and e.state = 'active'
      and e.heard is null returning e.id`.execute(ctx.pg)
  if (rows.length > 0) wakeAfter(ctx)
  return rows.length > 0
}
