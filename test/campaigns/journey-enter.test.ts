import assert from 'node:assert/strict'
import test from 'node:test'
import { aCtx, someCustomers } from '#test'
import { type Entered, enter } from '../../src/campaigns/journeys/enter.ts'
import { mergeCustomers, unmergeCustomers } from '../../src/customers/identity/merge.ts'
import { aRunningCampaign, comers } from './journey-support.ts'

let now = new Date('2026-11-02T02:00:00Z')
const ctx = await aCtx({ now: () => now })
const people = await someCustomers(
  ctx,
  Array.from({ length: 8 }, () => ({})),
)
const nos = people.map(({ no }) => no)
const [a = 0, b = 0, c = 0, d = 0] = nos
const journey = { start: 'end', steps: { end: { kind: 'exit' } } }

const letIn = (campaign: { campaignId: number; version: number }, who: readonly number[], key?: string) =>
  ctx.tx((ctx) => enter(ctx, { ...campaign, people: comers(who, key) }))
const none: Entered = { entered: 0, again: 0, inside: 0, limit: 0, tooSoon: 0, closed: 0, unknown: 0 }
const end = (campaign: { campaignId: number }) =>
  ctx.pg
    .updateTable('campaigns.entry')
    .set({ state: 'finished', due_at: null })
    .where('campaign_id', '=', campaign.campaignId)
    .execute()

test('one occurrence lets a person in once, whoever tells it how often', async () => {
  const campaign = await aRunningCampaign(ctx, { journey, reEntry: { times: null, afterDays: 0 } })
  assert.deepEqual(await letIn(campaign, [a, b, a]), { ...none, entered: 2, again: 1 })
  assert.deepEqual(await letIn(campaign, [a, b, c]), { ...none, entered: 1, again: 2 })
  assert.deepEqual(await letIn(campaign, [a], 'another'), { ...none, inside: 1 })
  await end(campaign)
  assert.deepEqual(await letIn(campaign, [a], 'k'), { ...none, again: 1 })
  assert.deepEqual(await letIn(campaign, [a], 'another'), { ...none, entered: 1 })
  const rows = await ctx.pg
    .selectFrom('campaigns.entry')
    .select(['entry_no', 'trigger_key'])
    .where('campaign_id', '=', campaign.campaignId)
    .where('customer_no', '=', a)
    .orderBy('id')
    .execute()
  assert.deepEqual(rows, [
    { entry_no: 1, trigger_key: 'k' },
    { entry_no: 2, trigger_key: 'another' },
  ])
})

test('re-entry: as often as allowed, and not before the days are over, to the millisecond', async () => {
  const campaign = await aRunningCampaign(ctx, { journey, reEntry: { times: 2, afterDays: 7 } })
  assert.deepEqual(await letIn(campaign, [a], '1'), { ...none, entered: 1 })
  await end(campaign)
  const entered = now
  now = new Date(entered.getTime() + 7 * 86_400_000 - 1)
  assert.deepEqual(await letIn(campaign, [a], '2'), { ...none, tooSoon: 1 })
  now = new Date(entered.getTime() + 7 * 86_400_000)
  assert.deepEqual(await letIn(campaign, [a], '2'), { ...none, entered: 1 })
  await end(campaign)
  now = new Date(entered.getTime() + 30 * 86_400_000)
  assert.deepEqual(await letIn(campaign, [a], '3'), { ...none, limit: 1 })
})

test('nobody enters what does not run, has not begun or is over', async () => {
  const campaign = await aRunningCampaign(ctx, {
    journey,
    startsAt: new Date(now.getTime() + 1_000).toISOString(),
    endsAt: new Date(now.getTime() + 2_000).toISOString(),
  })
  assert.deepEqual(await letIn(campaign, [a]), { ...none, closed: 1 })
  now = new Date(now.getTime() + 1_000)
  assert.deepEqual(await letIn(campaign, [a]), { ...none, entered: 1 })
  now = new Date(now.getTime() + 1_000)
  assert.deepEqual(await letIn(campaign, [b]), { ...none, closed: 1 })
  const paused = await aRunningCampaign(ctx, { journey })
  await ctx.pg.updateTable('campaigns.campaign').set({ state: 'paused' }).where('id', '=', paused.campaignId).execute()
  assert.deepEqual(await letIn(paused, [a, b]), { ...none, closed: 2 })
})

test('who was merged enters as who he is now, with the runs of both', async () => {
  const campaign = await aRunningCampaign(ctx, { journey })
  assert.deepEqual(await letIn(campaign, [d]), { ...none, entered: 1 })
  await end(campaign)
  const before = now
  now = new Date(now.getTime() + 60_000)
  await mergeCustomers(ctx, { into: String(c), from: String(d), reason: 'test' })
  assert.deepEqual(await letIn(campaign, [c, d], 'later'), { ...none, limit: 1, again: 1 })
  const other = await aRunningCampaign(ctx, { journey })
  assert.deepEqual(await letIn(other, [d, 999_999]), { ...none, entered: 1, unknown: 1 })
  const row = await ctx.pg
    .selectFrom('campaigns.entry')
    .select('customer_no')
    .where('campaign_id', '=', other.campaignId)
    .executeTakeFirst()
  assert.equal(row?.customer_no, c)
  // Taken apart again, the run that both had together was his too.
  now = new Date(now.getTime() + 60_000)
  await unmergeCustomers(ctx, { id: String(c), from: String(d), reason: 'test' })
  assert.deepEqual(await letIn(other, [d], 'later'), { ...none, limit: 1 })
  assert.deepEqual(await letIn(other, [d]), { ...none, again: 1 })
  assert.deepEqual(await letIn(campaign, [c], 'later'), { ...none, entered: 1 }, 'before the merge it was his alone')
  now = before
})

test('counts say how many came in, with the move itself', async () => {
  const campaign = await aRunningCampaign(ctx, { journey })
  await letIn(campaign, nos.slice(4))
  await assert.rejects(
    ctx.tx(async (ctx) => {
      await enter(ctx, { ...campaign, people: comers([a, b]) })
      throw new Error('something else failed')
    }),
  )
  const rows = await ctx.pg
    .selectFrom('campaigns.step_count')
    .select(['step', 'edge', 'n'])
    .where('campaign_id', '=', campaign.campaignId)
    .orderBy('edge')
    .execute()
  assert.deepEqual(
    rows.map(({ step, edge, n }) => [step, edge, Number(n)]),
    [
      ['', 'entered', 4],
      ['end', 'in', 4],
    ],
  )
})
