import assert from 'node:assert/strict'
import test from 'node:test'
import { sql } from 'kysely'
import { recordConsents } from '#compliance'
import { aCtx, aCustomer } from '#test'
import { decideSlot, endStaleSlots, tellSlot } from '../../src/campaigns/channels/in-app/slots.ts'
import { CampaignDefinition } from '../../src/campaigns/contract.ts'
import { InAppContent } from '../../src/campaigns/creatives/content-contract.ts'
import type { Frozen } from '../../src/campaigns/plans/frozen.ts'
import { aNotice } from '../compliance/notices.ts'

let clock = new Date('2026-03-02T02:00:00Z')
const ctx = await aCtx({ now: () => clock })
await aNotice(ctx)

const definition = CampaignDefinition.parse({
  trigger: { kind: 'api' },
  journey: {
    start: 'show',
    steps: { show: { kind: 'message', channels: [{ channel: 'inApp', creativeId: 1 }], next: null } },
  },
})

const aCampaign = async (slot: string, title: string, priority = 50): Promise<number> => {
  const content = InAppContent.parse({ channel: 'inApp', slot, title })
  const frozen: Frozen = {
    category: 'marketing',
    priority,
    definition,
    audiences: {},
    creatives: { 1: { hash: 'h', version: 1, channel: 'inApp', content } },
    offers: {},
  }
  const { rows } = await sql<{ id: number }>`
    insert into campaigns.campaign (name, category, priority, state, definition, live_version, created_at, created_by, changed_at,
      changed_by, edited_by)
    values (${title}, 'marketing', ${priority}, 'running', ${JSON.stringify(definition)}, 1, now(), 't', now(), 't', 't')
    returning id`.execute(ctx.pg)
  const id = rows[0]?.id ?? 0
  await sql`insert into campaigns.version (campaign_id, version, frozen, content_hash, published_at, published_by)
    values (${id}, 1, ${JSON.stringify(frozen)}, 'h', now(), 't')`.execute(ctx.pg)
  return id
}

const planned = (campaignId: number, no: number) =>
  sql`insert into campaigns.send (campaign_id, version, step, customer_no, entry_no, pass, entry_id, category, channel, creative_id, state,
      decided_at, not_before, not_after, key)
    values (${campaignId}, 1, 'show', ${no}, 1, 1, 0, 'marketing', 'inApp', 1, 'planned', ${clock}, ${clock},
      ${new Date(clock.getTime() + 86_400_000)}, ${`in-app-${campaignId}-${no}`})`.execute(ctx.pg)

const say = (customerNo: number, status: 'granted' | 'withdrawn') =>
  recordConsents(ctx, [
    {
      customerNo,
      purpose: 'marketing',
      channel: '',
      status,
      at: clock,
      noticeVersion: 'v1',
      source: 'api',
      evidence: {},
    },
  ])

test('a place in the app shows the most urgent message for this person there, until it is closed', async () => {
  const { no, userId } = await aCustomer(ctx, { traits: { birthday: '1990-01-01' } })
  await say(no, 'granted')
  const [usual, urgent, elsewhere] = [
    await aCampaign('home.banner', '普通活动'),
    await aCampaign('home.banner', '重要活动', 10),
    await aCampaign('loan.popup', '别处', 1),
  ]
  for (const id of [usual, urgent, elsewhere]) await planned(id, no)
  const ask = () => decideSlot(ctx, { slot: 'home.banner', kind: 'accountId', value: userId })
  const first = await ask()
  assert.equal(first.message?.content.title, '重要活动')
  assert.equal(first.message.content.closePx, 44)
  assert.deepEqual((await ask()).message?.key, first.message.key, 'not answered: the same again')
  await tellSlot(ctx, { key: first.message.key, what: 'shown' })
  await tellSlot(ctx, { key: first.message.key, what: 'closed' })
  assert.equal((await ask()).message?.content.title, '普通活动')
  assert.equal((await decideSlot(ctx, { slot: 'nowhere', kind: 'accountId', value: userId })).message, null)
  assert.equal((await decideSlot(ctx, { slot: 'home.banner', kind: 'accountId', value: 'nobody' })).message, null)
  await assert.rejects(tellSlot(ctx, { key: 'none', what: 'clicked' }), { code: 'slots.unknownKey' })
})

test('who withdrew since is shown nothing, and what nobody came to see ends', async () => {
  const { no, userId } = await aCustomer(ctx, { traits: { birthday: '1990-01-01' } })
  await say(no, 'granted')
  const id = await aCampaign('home.banner', '已撤回')
  await planned(id, no)
  clock = new Date(clock.getTime() + 60_000)
  await say(no, 'withdrawn')
  assert.equal((await decideSlot(ctx, { slot: 'home.banner', kind: 'accountId', value: userId })).message, null)
  const state = async (campaignId: number) =>
    (
      await sql<{ refusal: string }>`select refusal from campaigns.send where campaign_id = ${campaignId}`.execute(
        ctx.pg,
      )
    ).rows[0]?.refusal
  assert.equal(await state(id), 'CONSENT_WITHDRAWN')
  const other = await aCampaign('home.banner', '过期')
  await planned(other, no)
  clock = new Date(clock.getTime() + 2 * 86_400_000)
  await endStaleSlots(ctx)
  assert.equal(await state(other), 'TOO_LATE')
})
