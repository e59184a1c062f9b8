import { sql } from 'kysely'
import { currentMembers } from '#audiences'
import { type Actor, type Ctx, ch } from '#platform'
import { inCampaignHoldout, inGlobalHoldout } from '../experiments/assign.ts'
import { rowOf } from '../plans/store.ts'
import { numbersOf, sendsOf } from './customer-sends.ts'
import { loadFacts } from './decide.ts'
import { gate, type Passage, walkGate } from './gate.ts'
import type { GatePassage, Why } from './gate-contract.ts'
import { stepName } from './report.ts'
import type { SendRequest } from './send-request.ts'
import { shownReason } from './shown.ts'
import { type VersionFacts, versionKey, versionsOf } from './versions.ts'

/** "Why did this customer not get it?": what happened, and what the gate would say now. Writes nothing. */

interface EntryRow {
  entry_no: number
  version: number
  state: string
  step: string
  entered_at: Date
  arrived_at: Date
  due_at: Date | null
  ended_at: Date | null
  goal_at: Date | null
}

const mostEntries = 50
const mostSends = 100

/** The audience or list that lets people in, and whether the person is in it now. */
const membership = async (
  ctx: Ctx,
  version: VersionFacts | undefined,
  nos: readonly number[],
): Promise<Why['audience']> => {
  const trigger = version?.definition.trigger
  const among = async (bitmap: ch.Sql) => {
    const found = await ctx.ch.one<{ member: number }>(
      ch.sql`select toUInt8(bitmapHasAny(bitmap, bitmapBuild(arrayMap(no -> toUInt32(no), ${ch.u32s(nos)})))) as member from ${bitmap}`,
    )
    return (found?.member ?? 0) > 0
  }
  if (trigger && 'audienceId' in trigger) {
    const id = trigger.audienceId
    const { rows } = await sql<{ name: string }>`select name from audiences.audience where id = ${id}`.execute(ctx.pg)
    if (!rows[0]) return null
    return { kind: 'audience', id, name: rows[0].name, member: await among(await currentMembers(ctx, id)) }
  }
  if (trigger?.kind === 'list') {
    const id = trigger.listId
    const { rows } = await sql<{ name: string }>`select name from audiences.list where id = ${id}`.execute(ctx.pg)
    if (!rows[0]) return null
    const bitmap = ch.sql`(select groupBitmapMergeState(members) as bitmap from audience_lists where list_id = ${ch.uuid(id)})`
    return { kind: 'list', id, name: rows[0].name, member: await among(bitmap) }
  }
  return null
}

const dayMs = 86_400_000

/** What each message and task of a version would ask for this person now. */
const wishes = (
  ctx: Ctx,
  campaignId: number,
  number: number,
  { category, priority, definition }: VersionFacts,
  customerNo: number,
) =>
  Object.entries(definition.journey.steps).flatMap(([step, drawn]) => {
    if (drawn.kind !== 'message' && drawn.kind !== 'task') return []
    const request: SendRequest = {
      campaignId,
      version: number,
      step,
      customerNo,
      entryNo: 0,
      pass: 0,
      entryId: '0',
      category,
      purpose: definition.purpose,
      product: definition.product,
      personalised: definition.personalised,
      priority,
      channels: drawn.kind === 'message' ? drawn.channels : [{ channel: drawn.channel, creativeId: drawn.creativeId }],
      ...(drawn.offerId !== undefined && { offerId: drawn.offerId }),
      budget: definition.budget,
      holdout: definition.holdout,
      notAfter: new Date(ctx.now().getTime() + 7 * dayMs),
    }
    return [request]
  })

const shownPassage = (actor: Actor, { step, passed, reason, channels = [], notBefore }: Passage): GatePassage => ({
  step,
  passed,
  reason: reason ? shownReason(actor, reason.refusal, reason.values) : null,
  channels: channels.map(({ channel, reason }) => ({
    channel,
    reason: reason ? shownReason(actor, reason.refusal, reason.values) : null,
  })),
  notBefore: notBefore?.toISOString() ?? null,
})

/** @throws campaigns.unknown, problem.customerUnknown */
export const whyNot = async (ctx: Ctx, { id, customerId }: { id: number; customerId: number }): Promise<Why> => {
  const campaign = await rowOf(ctx, id)
  const { root, nos, erased } = await numbersOf(ctx, customerId)
  const { rows: entries } = await sql<EntryRow>`
    select entry_no, version, state, step, entered_at, arrived_at, due_at, ended_at, goal_at from campaigns.entry
    where campaign_id = ${id} and customer_no = any(${nos}::int[]) order by entered_at desc, id desc limit ${mostEntries}`.execute(
    ctx.pg,
  )
  const { sends } = await sendsOf(ctx, erased ? [] : nos, { refused: false, limit: mostSends, campaignId: id })
  const live = campaign.live_version
  const versions = await versionsOf(ctx, [
    ...entries.map(({ version }) => ({ campaignId: id, version })),
    ...(live === null ? [] : [{ campaignId: id, version: live }]),
  ])
  const version = live === null ? undefined : versions.get(versionKey(id, live))
  const asked = version && live !== null && !erased ? wishes(ctx, id, live, version, root) : []
  const { rules, factsOf } = await loadFacts(ctx, asked, { hold: false })
  const used = await usedBudget(ctx, id)
  return {
    campaign: { id, name: campaign.name, state: campaign.state, version: live },
    customerId: String(root),
    erased,
    audience: await membership(ctx, version, nos),
    trigger: version?.definition.trigger.kind ?? null,
    heldOut: {
      global: campaign.category === 'marketing' && inGlobalHoldout(rules.limits.holdout, root),
      campaign: campaign.category === 'marketing' && inCampaignHoldout(id, version?.definition.holdout ?? 0, root),
    },
    entries: entries.map((row) => ({
      entryNo: row.entry_no,
      version: row.version,
      state: row.state,
      step: row.step,
      stepName: stepName(versions.get(versionKey(id, row.version)), row.step),
      enteredAt: row.entered_at.toISOString(),
      arrivedAt: row.arrived_at.toISOString(),
      dueAt: row.due_at?.toISOString() ?? null,
      endedAt: row.ended_at?.toISOString() ?? null,
      goalAt: row.goal_at?.toISOString() ?? null,
    })),
    sends,
    now: asked.map((request) => {
      const facts = { ...factsOf(request), used }
      const verdict = gate(request, facts, rules)
      const planned = verdict.decision === 'planned' ? verdict : undefined
      return {
        step: request.step,
        name: stepName(version, request.step),
        passes: planned !== undefined,
        channel: planned?.channel ?? null,
        notBefore: planned && planned.notBefore > rules.now ? planned.notBefore.toISOString() : null,
        passages: walkGate(request, facts, rules).map((passage) => shownPassage(ctx.actor, passage)),
      }
    }),
  }
}

/** Looked at, not held: a reader takes nothing. */
const usedBudget = async (ctx: Ctx, campaignId: number) => {
  const { rows } = await sql<{ sends: number; cost_millifen: string }>`
    select sends, cost_millifen::text from campaigns.budget_use where campaign_id = ${campaignId}`.execute(ctx.pg)
  return { sends: rows[0]?.sends ?? 0, costMillifen: Number(rows[0]?.cost_millifen ?? 0) }
}
