import { sql } from 'kysely'
import type { Ctx } from '#platform'
import type { Traveller } from './claim.ts'
import { type Counts, openCounts } from './counts.ts'
import { keepPassages, type Passage } from './passages.ts'

export type EndState = 'finished' | 'exited' | 'converted' | 'stopped' | 'failed'

/** A traveller on his way in this transaction. */
export interface Going extends Traveller {
  state: 'active' | EndState
  dueAt: Date | null
  goalAt: Date | null
  reason: string | null
  changed: boolean
}

export const goingFrom = (traveller: Traveller): Going => ({
  ...traveller,
  state: 'active',
  dueAt: null,
  goalAt: null,
  reason: null,
  changed: false,
})

/** What a transaction does to people, noted as it goes and written once. */
export interface Ledger {
  /** Leaves the step by a way out, for another step or (null) the journey. */
  leave(one: Going, edge: string, to: string | null, end?: { state: EndState; reason: string | null }): void
  rest(one: Going, until: Date | null): void
  /** What was planned where he stands and has not left is not sent. */
  cancelPlanned(one: Going, why: string): void
  write(ctx: Ctx, people: readonly Going[]): Promise<void>
}

export const openLedger = (now: Date, looping: (one: Going) => ReadonlySet<string>): Ledger => {
  const passages: Passage[] = []
  const cancelled: (Pick<Going, 'campaignId' | 'version' | 'step' | 'customerNo' | 'entryNo' | 'pass'> & {
    why: string
  })[] = []
  const cancelPlanned: Ledger['cancelPlanned'] = ({ campaignId, version, step, customerNo, entryNo, pass }, why) =>
    void cancelled.push({ campaignId, version, step, customerNo, entryNo, pass, why })
  const counts: Counts = openCounts()
  return {
    leave: (one, edge, to, end) => {
      const { campaignId, version, customerNo, step, pass, hop, arrivedAt } = one
      const reason = end?.reason ?? ''
      passages.push({
        campaignId,
        version,
        customerNo,
        entryId: one.id,
        hop,
        step,
        pass,
        edge,
        to: to ?? '',
        reason,
        arrivedAt,
        leftAt: now,
      })
      counts.add(campaignId, version, step, edge)
      // Who left before the hours opened is not to hear of it any more.
      if (end && end.state !== 'finished' && end.state !== 'failed') cancelPlanned(one, end.reason ?? end.state)
      one.changed = true
      one.hop += 1
      one.heard = null
      if (to === null) {
        one.state = end?.state ?? 'finished'
        one.reason = end?.reason ?? null
        one.dueAt = null
        counts.add(campaignId, version, '', one.state)
        return
      }
      counts.add(campaignId, version, to, 'in')
      if (looping(one).has(to)) {
        const passed = (one.passes?.[to] ?? (to === step ? pass : 0)) + 1
        // Where he starts in the loop he is for the first time without having been counted.
        one.passes = { ...one.passes, ...(one.passes?.[step] === undefined && { [step]: pass }), [to]: passed }
        one.pass = one.passes[to] ?? passed
      } else one.pass = 1
      one.step = to
      one.arrivedAt = now
    },
    rest: (one, until) => {
      one.changed = true
      one.dueAt = until
    },
    cancelPlanned,
    write: async (ctx, people) => {
      const moved = people.filter(({ changed }) => changed)
      if (moved.length > 0) await update(ctx, moved, now)
      if (cancelled.length > 0)
        await sql`
          update campaigns.send s set state = 'refused', refusal = 'CAMPAIGN_STOPPED',
            refusal_detail = jsonb_build_object('left', g.why)
          from unnest(${cancelled.map(({ campaignId }) => campaignId)}::int[], ${cancelled.map(({ version }) => version)}::int[],
            ${cancelled.map(({ step }) => step)}::text[], ${cancelled.map(({ customerNo }) => customerNo)}::int[],
            ${cancelled.map(({ entryNo }) => entryNo)}::int[], ${cancelled.map(({ pass }) => pass)}::int[],
            ${cancelled.map(({ why }) => why)}::text[]) as g (campaign_id, version, step, no, entry_no, pass, why)
          where s.campaign_id = g.campaign_id and s.version = g.version and s.step = g.step and s.customer_no = g.no
            and s.entry_no = g.entry_no and s.pass = g.pass and s.state = 'planned'`.execute(ctx.pg)
      await keepPassages(ctx, passages)
      await counts.write(ctx)
    },
  }
}

const update = (ctx: Ctx, people: readonly Going[], now: Date) =>
  sql`
    update campaigns.entry e set step = u.step, pass = u.pass, hop = u.hop, passes = u.passes::jsonb, arm = u.arm,
      heard = u.heard, arrived_at = u.arrived_at, due_at = u.due_at, state = u.state, reason = u.reason,
      ended_at = case when u.state <> 'active' then ${now}::timestamptz end, goal_at = coalesce(e.goal_at, u.goal_at)
    from unnest(${people.map(({ id }) => id)}::bigint[], ${people.map(({ step }) => step)}::text[],
      ${people.map(({ pass }) => pass)}::int[], ${people.map(({ hop }) => hop)}::int[],
      ${people.map(({ passes }) => passes && JSON.stringify(passes))}::text[], ${people.map(({ arm }) => arm)}::text[],
      ${people.map(({ heard }) => heard)}::text[], ${people.map(({ arrivedAt }) => arrivedAt.toISOString())}::timestamptz[],
      ${people.map(({ dueAt }) => dueAt?.toISOString() ?? null)}::timestamptz[], ${people.map(({ state }) => state)}::text[],
      ${people.map(({ reason }) => reason)}::text[], ${people.map(({ goalAt }) => goalAt?.toISOString() ?? null)}::timestamptz[])
      as u (id, step, pass, hop, passes, arm, heard, arrived_at, due_at, state, reason, goal_at)
    where e.id = u.id`.execute(ctx.pg)
