import { sql } from 'kysely'
import type { z } from 'zod'
import type { Ctx } from '#platform'
import { columns, type Traveller } from './claim.ts'
import { openCounts } from './counts.ts'
import type { MoveEntry, RemoveEntry, RetryEntries } from './live-contract.ts'
import { problem } from './problem.ts'
import { goingFrom, openLedger } from './settle.ts'
import { versionOf } from './versions.ts'
import { wakeAfter } from './wake.ts'

type Held = Traveller & { state: string }

/** The entry, kept from the engine until the transaction ends. @throws problem.unknownEntry */
const entryKept = async (ctx: Ctx, id: number, entryId: string): Promise<Held> => {
  const { rows } = await sql<Held>`
    select ${columns}, e.state from campaigns.entry e where e.id = ${entryId}::bigint and e.campaign_id = ${id} for update`.execute(
    ctx.pg,
  )
  const [row] = rows
  if (!row) throw problem.unknownEntry({ campaign: id, entry: entryId })
  return row
}

type Named = { id: number; entryId: string }

/**
 * Puts one person at another step of his version, where he goes on at once; also one who failed. What was planned where he
 * stood and has not left is not sent.
 * @throws problem.unknownEntry, problem.unknownStep, problem.notInside
 */
export const moveEntry = (ctx: Ctx, { id, entryId, step, reason }: z.infer<typeof MoveEntry> & Named): Promise<void> =>
  ctx.tx(async (ctx) => {
    const { state, ...traveller } = await entryKept(ctx, id, entryId)
    if (state !== 'active' && state !== 'failed') throw problem.notInside({ entry: entryId, state })
    const version = await versionOf(ctx, id, traveller.version)
    if (!Object.hasOwn(version.definition.journey.steps, step)) throw problem.unknownStep({ step })
    if (state === 'failed') await unfail(ctx, [traveller])
    // Where he comes to by hand he was perhaps before: each coming is a visit of its own, so it counts like one in a loop.
    const all = new Set(Object.keys(version.definition.journey.steps))
    const ledger = openLedger(ctx.now(), () => all)
    const one = goingFrom({ ...traveller, passes: { ...(await visitsOf(ctx, traveller)), ...traveller.passes } })
    ledger.cancelPlanned(one, 'moved')
    ledger.leave(one, 'moved', step)
    ledger.rest(one, ctx.now())
    await ledger.write(ctx, [one])
    await ctx.audit.record(ctx, {
      action: 'campaign.moveEntry',
      subject: `campaign:${id}`,
      detail: {
        entry: entryId,
        customer: ctx.vault.pseudonym(traveller.customerNo),
        from: traveller.step,
        to: step,
        reason,
      },
    })
    wakeAfter(ctx)
  })

/** The highest passage of each step that something was decided for: so that a new one is not taken for it. */
const visitsOf = async (ctx: Ctx, { id, customerNo, step, pass }: Traveller): Promise<Record<string, number>> => {
  const { rows } = await sql<{ step: string; pass: number }>`
    select step, max(pass)::int as pass from campaigns.send
    where customer_no = ${customerNo} and entry_id = ${id}::bigint group by step`.execute(ctx.pg)
  return { ...Object.fromEntries(rows.map((row) => [row.step, row.pass])), [step]: pass }
}

/** Takes one person out of the journey. @throws problem.unknownEntry, problem.notInside */
export const removeEntry = (ctx: Ctx, { id, entryId, reason }: z.infer<typeof RemoveEntry> & Named): Promise<void> =>
  ctx.tx(async (ctx) => {
    const { state, ...traveller } = await entryKept(ctx, id, entryId)
    if (state !== 'active' && state !== 'failed') throw problem.notInside({ entry: entryId, state })
    if (state === 'failed') await unfail(ctx, [traveller])
    const ledger = openLedger(ctx.now(), () => new Set())
    const one = goingFrom(traveller)
    ledger.leave(one, 'removed', null, { state: 'stopped', reason: 'removed' })
    await ledger.write(ctx, [one])
    await ctx.audit.record(ctx, {
      action: 'campaign.removeEntry',
      subject: `campaign:${id}`,
      detail: { entry: entryId, customer: ctx.vault.pseudonym(traveller.customerNo), step: traveller.step, reason },
    })
  })

/** They count as being at their step again. */
const unfail = async (ctx: Ctx, people: readonly Traveller[]): Promise<void> => {
  const counts = openCounts()
  for (const { campaignId, version, step } of people) {
    counts.add(campaignId, version, step, 'failed', -1)
    counts.add(campaignId, version, '', 'failed', -1)
  }
  await counts.write(ctx)
}

/** Lets people who failed try their step again. @returns how many */
export const retryEntries = (
  ctx: Ctx,
  { id, entryIds, step }: z.infer<typeof RetryEntries> & { id: number },
): Promise<{ retried: number }> =>
  ctx.tx(async (ctx) => {
    const named = entryIds ? sql`and e.id = any(${entryIds}::bigint[])` : sql``
    const at = step === undefined ? sql`` : sql`and e.step = ${step}`
    const { rows } = await sql<Traveller>`
      update campaigns.entry e set state = 'active', due_at = ${ctx.now()}, ended_at = null, reason = null
      where e.campaign_id = ${id} and e.state = 'failed' ${named} ${at} returning ${columns}`.execute(ctx.pg)
    await unfail(ctx, rows)
    if (rows.length > 0) {
      await ctx.audit.record(ctx, {
        action: 'campaign.retryEntries',
        subject: `campaign:${id}`,
        detail: { people: rows.length, ...(step !== undefined && { step }) },
      })
      wakeAfter(ctx)
    }
    return { retried: rows.length }
  })
