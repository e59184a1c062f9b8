import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { sql } from 'kysely'
import { consentsOf, recordConsents } from '#compliance'
import { ch, newWebhookSecret, signedHeaders } from '#platform'
import { aCtx } from '#test'
import { startCallSandbox } from '../../src/campaigns/channels/call/sandbox.ts'
import { CampaignDefinition } from '../../src/campaigns/contract.ts'
import { CallContent } from '../../src/campaigns/creatives/content-contract.ts'
import type { Compose } from '../../src/campaigns/delivery/compose.ts'
import { openCourier } from '../../src/campaigns/delivery/courier.ts'
import { openProvider, providerRows, worldFor } from '../../src/campaigns/delivery/provider-world.ts'
import { changeProvider, createProvider } from '../../src/campaigns/delivery/providers.ts'
import { reconcileUnknown } from '../../src/campaigns/delivery/reconcile.ts'
import { takeReported } from '../../src/campaigns/delivery/reported.ts'
import type { Frozen } from '../../src/campaigns/plans/frozen.ts'
import { checkCalls } from '../../src/campaigns/tasks/called.ts'
import { aNotice } from '../compliance/notices.ts'
import { aCampaign, everyoneMay, planned, sameText, states } from './delivery-world.ts'
import { people } from './gate-support.ts'

// A Monday, ten in the morning in Shanghai.
let clock = new Date('2026-03-02T02:00:00Z').getTime()
const ctx = await aCtx({ now: () => new Date(clock) })
await aNotice(ctx)
const secret = newWebhookSecret()
const centre = await startCallSandbox({ secret, now: () => clock })
after(() => centre.stop())
const { id: account } = await createProvider(ctx, {
  name: '外呼中心',
  kind: 'call.http',
  settings: { url: `${centre.url}/tasks`, queryUrl: `${centre.url}/query`, callFrom: '09:00', callUntil: '20:00' },
  secrets: { secret },
  carries: 'all',
  unitCostMillifen: 12_000,
  perSecond: null,
  perMinute: null,
  perDay: null,
})
await changeProvider(ctx, { id: account, state: 'on' })

const compose: Compose = async (ctx, provider, sends) => {
  const composed = await sameText(ctx, provider, sends)
  for (const message of composed.messages.values())
    message.content = CallContent.parse({ channel: 'call', opening: '您好，这里是明月消费金融' })
  return composed
}
const definition = CampaignDefinition.parse({
  trigger: { kind: 'api' },
  product: 'other',
  journey: {
    start: 'm',
    steps: {
      m: { kind: 'task', channel: 'call', creativeId: 1, name: '回访', dueIn: { amount: 2, unit: 'days' }, next: null },
    },
  },
})
const courier = openCourier(ctx, { recheck: everyoneMay, compose })
const opened = async () => {
  const row = (await providerRows(ctx)).find(({ id }) => id === account)
  const open = row && (await openProvider(ctx, row))
  assert.ok(open)
  return open
}
/** As the route of receipts does it. */
const pushed = async (payload: unknown, { signedWith = secret, atSeconds = Math.floor(clock / 1_000) } = {}) => {
  const open = await opened()
  const body = JSON.stringify(payload)
  const headers = signedHeaders([signedWith], { id: `p-${Math.random()}`, atSeconds, body })
  const told = await open.adapter.receive?.(worldFor(ctx, open, AbortSignal.timeout(5_000)), {
    method: 'POST',
    query: {},
    headers,
    body: Buffer.from(body),
  })
  assert.ok(told)
  await takeReported(ctx, open, told)
  return told.answer.status
}
const now = () => new Date(clock).toISOString()
const callers = (count: number) => people(ctx, count, { channels: ['call'], traits: { name: '王小明' } })

test('calls go to the centre with script, tries and times in which nobody is called', async () => {
  const campaign = await aCampaign(ctx)
  const nos = await callers(3)
  await planned(ctx, campaign, nos, { channel: 'call' })
  await courier.round()
  assert.deepEqual(await states(ctx, campaign), { sent: 3 })
  const [first] = [...centre.calls.values()]
  assert.match(first?.to ?? '', /^1\d{10}$/)
  assert.equal(first?.script.opening, '您好，这里是明月消费金融')
  assert.deepEqual(first?.forbiddenTimes, [
    { from: '00:00', until: '09:00' },
    { from: '20:00', until: '24:00' },
  ])
})

test('how calls went: sends follow, a wish and a complaint take effect once, what is told again changes nothing', async () => {
  const campaign = await aCampaign(ctx)
  const [interested = 0, silent = 0, wish = 0, complaint = 0] = await callers(4)
  const nos = [interested, silent, wish, complaint]
  await planned(ctx, campaign, nos, { channel: 'call' })
  await courier.round()
  const key = (no: number) => `k${campaign}-${no}-1`
  const news = {
    calls: [
      { key: key(interested), outcome: 'interested', at: now(), seconds: 45, note: '回拨 13912345678' },
      { key: key(silent), outcome: 'noAnswer', at: now() },
      { id: centre.calls.get(key(wish))?.id, outcome: 'doNotCall', at: now() },
      { key: key(complaint), outcome: 'complaint', at: now() },
      { key: 'nobody', outcome: 'busy', at: now() },
    ],
  }
  assert.equal(await pushed(news), 200)
  assert.equal(await pushed(news), 200)
  assert.deepEqual(await states(ctx, campaign), { delivered: 3, failed: 1 })
  assert.match(JSON.stringify([...(await consentsOf(ctx, [wish]))]), /withdrawn/)
  const { rows } = await sql<{ kind: string }>`
    select kind from compliance.exclusion where customer_no = ${complaint}`.execute(ctx.pg)
  assert.deepEqual(rows, [{ kind: 'complaint' }])
  const told = await ctx.ch.rows<{ event: string; n: string }>(
    ch.sql`select event, count() as n from events where customer_no in ${ch.u32s(nos)} and event in ('Call Finished', 'Complaint Filed')
      group by event order by event`,
  )
  assert.deepEqual(
    told.map(({ event, n }) => [event, Number(n)]),
    [
      ['Call Finished', 4],
      ['Complaint Filed', 1],
    ],
  )
  const { items } = await ctx.audit.list(ctx.pg, { limit: 50 })
  const reported = items.filter(({ action }) => action === 'task.reported')
  assert.equal(reported.length, 4)
  assert.ok(!JSON.stringify(reported).includes('13912345678'), 'numbers in notes are masked')
})

test('reached after no answer counts as reached; news without the right signature or too old are not taken', async () => {
  const campaign = await aCampaign(ctx)
  const [no = 0] = await callers(1)
  await planned(ctx, campaign, [no], { channel: 'call' })
  await courier.round()
  const call = (outcome: string) => ({ calls: [{ key: `k${campaign}-${no}-1`, outcome, at: now() }] })
  assert.equal(await pushed(call('applied'), { signedWith: newWebhookSecret() }), 401)
  assert.equal(await pushed(call('applied'), { atSeconds: Math.floor(clock / 1_000) - 600 }), 401)
  assert.equal(await pushed({ calls: [{ outcome: 'applied', at: now() }] }), 400)
  assert.deepEqual(await states(ctx, campaign), { sent: 1 })
  await pushed(call('noAnswer'))
  assert.deepEqual(await states(ctx, campaign), { failed: 1 })
  await pushed(call('applied'))
  assert.deepEqual(await states(ctx, campaign), { delivered: 1 })
})

test('taken without an answer: asked about under the same key, never called twice', async () => {
  const campaign = await aCampaign(ctx)
  const [no = 0] = await callers(1)
  await planned(ctx, campaign, [no], { channel: 'call' })
  centre.fault('silentAfter')
  await courier.round()
  assert.deepEqual(await states(ctx, campaign), { unknown: 1 })
  clock += 60_000
  await reconcileUnknown(ctx, AbortSignal.timeout(5_000))
  assert.deepEqual(await states(ctx, campaign), { sent: 1 })
  assert.equal(centre.repeated(), 0)
})

test('the centre asks before it calls: who withdrew since is not called, and the send tells why', async () => {
  const campaign = await aCampaign(ctx)
  const frozen: Frozen = { category: 'marketing', priority: 50, definition, audiences: {}, creatives: {}, offers: {} }
  await sql`insert into campaigns.version (campaign_id, version, frozen, content_hash, published_at, published_by)
    values (${campaign}, 1, ${JSON.stringify(frozen)}, 'h', now(), 't')`.execute(ctx.pg)
  const [free = 0, withdrawn = 0] = await callers(2)
  await planned(ctx, campaign, [free, withdrawn], { channel: 'call' })
  await courier.round()
  await recordConsents(ctx, [
    {
      customerNo: withdrawn,
      purpose: 'marketing',
      channel: 'call',
      status: 'withdrawn',
      at: new Date(clock),
      noticeVersion: null,
      source: 'staff',
      evidence: {},
    },
  ])
  const keys = [`k${campaign}-${free}-1`, `k${campaign}-${withdrawn}-1`, 'nobody']
  const { items } = await checkCalls(ctx, { keys })
  assert.deepEqual(
    items.map(({ allowed, refusal }) => [allowed, refusal]),
    [
      [true, null],
      [false, 'CONSENT_WITHDRAWN'],
      [false, null],
    ],
  )
  assert.deepEqual(await states(ctx, campaign), { refused: 1, sent: 1 })
})
