import assert from 'node:assert/strict'
import test from 'node:test'
import { sql } from 'kysely'
import type { Ctx } from '#platform'
import { aCtx } from '#test'
import { CampaignDefinition, NewCampaign } from '../contract.ts'
import { createCampaign } from '../plans/store.ts'
import { copySends } from './copy-sends.ts'
import { effectsOf } from './effects.ts'

const start = new Date('2026-03-02T02:00:00Z')
const hours = (n: number) => new Date(start.getTime() + n * 3_600_000)

const definition = CampaignDefinition.parse({
  trigger: { kind: 'api' },
  journey: {
    start: 'ab',
    steps: {
      ab: {
        kind: 'experiment',
        key: 'words',
        arms: [
          { name: 'A', share: 0.5, next: null },
          { name: 'B', share: 0.5, next: null },
        ],
      },
    },
  },
  goal: { event: 'Application Submitted', withinDays: 3 },
  holdout: 0.2,
  conversionValueFen: 5_000,
})

interface Made {
  no: number
  state: string
  refusal?: string
  arm?: string
  sent?: Date
  delivered?: Date
  cost?: number
}

const insertSends = async (ctx: Ctx, campaignId: number, sends: readonly Made[]) => {
  for (const { no, state, refusal = null, arm = null, sent = null, delivered = null, cost = null } of sends)
    await sql`insert into campaigns.send (campaign_id, version, step, customer_no, entry_no, pass, entry_id, category,
        channel, state, refusal, arm, decided_at, sent_at, delivered_at, cost_millifen, key)
      values (${campaignId}, 1, 'hello', ${no}, 1, 1, ${no}, 'marketing', 'sms', ${state}, ${refusal}, ${arm},
        ${start}, ${sent}, ${delivered}, ${cost}, ${`${campaignId}-${no}`})`.execute(ctx.pg)
}

const insertEvents = async (ctx: Ctx, event: string, rows: readonly { no: number; at: Date }[]) => {
  const instant = (at: Date) => at.toISOString().replace('T', ' ').replace('Z', '')
  await ctx.ch.insert(
    'events',
    rows.map(({ no, at }, i) => ({
      event,
      customer_no: no,
      ts: instant(at),
      message_hash: String(no * 1_000 + i),
      message_id: `${event}-${no}-${i}`,
      type: 'track',
      source_id: 1,
      import_id: 0,
      received_at: instant(at),
      sent_at: null,
      properties: '{}',
      context: '{}',
    })),
  )
}

const nos = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

test('the effect is measured between those the draw let through and those it left alone, whatever became of the send', async () => {
  const ctx = await aCtx()
  const { id } = await createCampaign(ctx, NewCampaign.parse({ name: '效果', definition }))
  const sent = (no: number): Made => ({
    no,
    state: 'delivered',
    arm: no % 2 ? 'words:A' : 'words:B',
    sent: hours(1),
    delivered: hours(2),
    cost: 4_500,
  })
  await insertSends(ctx, id, [
    ...nos(1, 300).map(sent),
    // Refused after the draw: still of the treated.
    ...nos(301, 320).map((no) => ({ no, state: 'refused', refusal: 'FREQUENCY_GLOBAL', arm: 'words:A' })),
    ...nos(321, 400).map((no) => ({ no, state: 'refused', refusal: 'HOLDOUT_CAMPAIGN', arm: 'words:A' })),
    // Refused before the draw: tell nothing.
    ...nos(401, 450).map((no) => ({ no, state: 'refused', refusal: 'NO_CONSENT' })),
  ])
  await insertEvents(ctx, 'Application Submitted', [
    ...nos(1, 64).map((no) => ({ no, at: hours(5) })),
    // Four days later, and before the decision: neither counts.
    { no: 100, at: hours(96) },
    { no: 101, at: hours(-1) },
    ...nos(321, 328).map((no) => ({ no, at: hours(30) })),
    ...nos(401, 450).map((no) => ({ no, at: hours(30) })),
  ])
  await insertEvents(ctx, 'Complaint Filed', [
    { no: 7, at: hours(20) },
    { no: 330, at: hours(20) },
  ])
  assert.equal(await copySends(ctx), 450)
  assert.equal(await copySends(ctx), 0, 'what did not change is not copied again')

  const effects = await effectsOf(ctx, { id, version: undefined })
  assert.equal(effects.total.asked, 450)
  assert.equal(effects.total.refused, 150)
  assert.equal(effects.total.delivered, 300)
  assert.equal(effects.total.costFen, 300 * 4.5)
  assert.deepEqual(
    effects.refusals.map(({ code, group, people }) => [code, group, people]),
    [
      ['HOLDOUT_CAMPAIGN', 'holdout', 80],
      ['NO_CONSENT', 'consent', 50],
      ['FREQUENCY_GLOBAL', 'frequency', 20],
    ],
  )
  const { holdout } = effects
  assert.ok(holdout)
  assert.deepEqual([holdout.treated.people, holdout.treated.did], [320, 64])
  assert.deepEqual([holdout.control.people, holdout.control.did], [80, 8])
  assert.ok(Math.abs((holdout.comparison?.difference.value ?? 0) - 0.1) < 1e-9)
  assert.ok(Math.abs((holdout.incremental?.value ?? 0) - 32) < 1e-9)
  assert.equal(holdout.ratio?.alarm, false)
  assert.ok(Math.abs((effects.cost.perIncrementalFen?.value ?? 0) - 1_350 / 32) < 1e-9)
  assert.ok(Math.abs((effects.cost.gainFen?.value ?? 0) - (32 * 5_000 - 1_350)) < 1e-6)
  assert.deepEqual([effects.guardrails.complaints.people, effects.guardrails.complaints.did], [300, 1])
  const [experiment] = effects.experiments
  assert.deepEqual(
    experiment?.arms.map(({ name, people, did }) => [name, people, did]),
    [
      ['A', 170, 32],
      ['B', 150, 32],
    ],
  )
  assert.equal(experiment?.mixed, 0)
  assert.deepEqual(effects.days, [
    { day: '2026-03-02', sent: 300, delivered: 300, treatedDid: 64, controlDid: 0 },
    { day: '2026-03-03', sent: 0, delivered: 0, treatedDid: 0, controlDid: 8 },
  ])
})

test('groups that are not as large as planned raise an alarm', async () => {
  const ctx = await aCtx()
  const { id } = await createCampaign(ctx, NewCampaign.parse({ name: '比例', definition }))
  await insertSends(ctx, id, [
    ...nos(1, 350).map((no) => ({ no, state: 'sent', sent: hours(1) })),
    ...nos(351, 390).map((no) => ({ no, state: 'refused', refusal: 'HOLDOUT_CAMPAIGN' })),
  ])
  await copySends(ctx)
  const { holdout } = await effectsOf(ctx, { id, version: undefined })
  assert.equal(holdout?.ratio?.alarm, true)
})

test('a send that changes is copied anew and counts once', async () => {
  const ctx = await aCtx()
  const { id } = await createCampaign(ctx, NewCampaign.parse({ name: '复制', definition }))
  await insertSends(ctx, id, [{ no: 1, state: 'planned' }])
  await copySends(ctx)
  await sql`update campaigns.send set state = 'sent', sent_at = ${hours(1)}, cost_millifen = 4500 where campaign_id = ${id}`.execute(
    ctx.pg,
  )
  assert.equal(await copySends(ctx), 1)
  const { total } = await effectsOf(ctx, { id, version: undefined })
  assert.deepEqual([total.asked, total.waiting, total.sent], [1, 0, 1])
  // What is held of an erased customer is not copied again when a receipt comes late.
  await sql`insert into campaigns.erasure (customer_no, begun_at) values (1, now())`.execute(ctx.pg)
  await sql`update campaigns.send set state = 'delivered', delivered_at = now() where campaign_id = ${id}`.execute(
    ctx.pg,
  )
  assert.equal(await copySends(ctx), 0)
  assert.equal(await copySends(ctx), 0)
})
