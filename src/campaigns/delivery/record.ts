import { sql } from 'kysely'
import { type Ctx, scanText } from '#platform'
import '../tables.ts'
import type { Outcome } from './adapter.ts'
import type { HeldSend } from './claim.ts'

/** What became of one attempt. */
export interface Result {
  send: HeldSend
  providerId: number
  outcome: Outcome
  /** For `accepted`. */
  parts: number
  costMillifen: number
  /** A definite rejection: what comes next. `retry` is planned again, at `at`. */
  after?: { is: 'failed' } | { is: 'retry'; at: Date }
}

/** As a provider said it, without what it says of people. */
export const cleanDetail = (text: string): string => scanText(text).text.slice(0, 200)

/** At most so many attempts; then it has failed. */
export const mostAttempts = 6

const stateOf = ({ outcome, after }: Result): 'sent' | 'delivered' | 'unknown' | 'planned' | 'failed' => {
  if (outcome.is === 'accepted') return outcome.delivered ? 'delivered' : 'sent'
  if (outcome.is === 'unknown') return 'unknown'
  return after?.is === 'retry' ? 'planned' : 'failed'
}

/**
 * Stores what became of attempts. Only of sends that are still in this process's hands at this attempt: whoever took them for lost
 * meanwhile decides. A receipt that was faster than the answer keeps its word.
 */
export const recordResults = (ctx: Ctx, owner: string, results: readonly Result[]): Promise<void> =>
  ctx.tx(async (ctx) => {
    const now = ctx.now()
    const rows = results.map((result) => {
      const { send, outcome } = result
      const state = stateOf(result)
      return {
        id: send.id,
        attempt: send.attempt,
        state,
        ref: outcome.is === 'accepted' ? (outcome.ref ?? null) : null,
        error: outcome.is === 'accepted' ? null : outcome.code.slice(0, 100),
        not_before: state === 'planned' && result.after?.is === 'retry' ? result.after.at : null,
        parts: outcome.is === 'accepted' ? result.parts : null,
        cost: outcome.is === 'accepted' ? result.costMillifen : null,
        bound: state === 'planned' && send.bound,
      }
    })
    await sql`
      update campaigns.send s set
        state = case when s.state = 'queued' then o.state else s.state end,
        provider_key = case when o.state = 'planned' then null else coalesce(o.ref, s.provider_key) end,
        provider_id = case when o.state = 'planned' and not o.bound then null else s.provider_id end,
        error = case when s.state = 'queued' then o.error else s.error end,
        not_before = coalesce(o.not_before, s.not_before),
        parts = coalesce(s.parts, o.parts), cost_millifen = coalesce(o.cost, s.cost_millifen),
        sent_at = case when o.state in ('sent', 'delivered') then coalesce(s.sent_at, ${now}) else s.sent_at end,
        delivered_at = case when o.state = 'delivered' then coalesce(s.delivered_at, ${now}) else s.delivered_at end,
        failed_at = case when o.state = 'failed' and s.state = 'queued' then ${now} else s.failed_at end,
        lease = null, lease_until = case when o.state = 'unknown' then now() else null end,
        asked_at = case when o.state = 'unknown' then ${now}::timestamptz end
      from unnest(${rows.map(({ id }) => id)}::bigint[], ${rows.map(({ attempt }) => attempt)}::int[],
        ${rows.map(({ state }) => state)}::text[], ${rows.map(({ ref }) => ref)}::text[], ${rows.map(({ error }) => error)}::text[],
        ${rows.map(({ not_before }) => not_before)}::timestamptz[], ${rows.map(({ parts }) => parts)}::int[],
        ${rows.map(({ cost }) => cost)}::int[], ${rows.map(({ bound }) => bound)}::boolean[])
        as o (id, attempt, state, ref, error, not_before, parts, cost, bound)
      where s.id = o.id and s.attempt = o.attempt and s.lease = ${owner}::uuid`.execute(ctx.pg)
    const failed = results.filter(({ outcome }) => outcome.is !== 'accepted')
    if (failed.length === 0) return
    await ctx.pg
      .insertInto('campaigns.attempt')
      .values(
        failed.map(({ send, providerId, outcome }) => ({
          send_id: send.id,
          attempt: send.attempt,
          provider_id: providerId,
          at: now,
          outcome: outcome.is === 'unknown' ? 'unknown' : 'rejected',
          code: outcome.is === 'accepted' ? '' : outcome.code.slice(0, 100),
          detail: outcome.is === 'accepted' ? '' : cleanDetail(outcome.detail),
        })),
      )
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  })

/** Results of requests that end at about the same time are stored together: one transaction at a time, all that wait in the next. */
export const openRecorder = (ctx: Ctx, owner: string): ((results: readonly Result[]) => Promise<void>) => {
  let waiting: { results: readonly Result[]; done: () => void; fail: (error: unknown) => void }[] = []
  let busy = false
  const run = async () => {
    while (waiting.length > 0) {
      const taken = waiting
      waiting = []
      try {
        await recordResults(
          ctx,
          owner,
          taken.flatMap(({ results }) => results),
        )
        for (const { done } of taken) done()
      } catch (error) {
        for (const { fail } of taken) fail(error)
      }
    }
    busy = false
  }
  return (results) =>
    new Promise((done, fail) => {
      if (results.length === 0) return done()
      waiting.push({ results, done, fail })
      if (busy) return
      busy = true
      // In the next turn, with what else ends in this one.
      setImmediate(() => void run())
    })
}
