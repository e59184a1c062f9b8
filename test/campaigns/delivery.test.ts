import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { sql } from 'kysely'
import { aCtx } from '#test'
import { startSmsSandbox } from '../../src/campaigns/channels/sms/sandbox.ts'
import { claimSends, newBatch } from '../../src/campaigns/delivery/claim.ts'
import { openCourier } from '../../src/campaigns/delivery/courier.ts'
import { dispatch } from '../../src/campaigns/delivery/dispatch.ts'
import { openProvider, providerRows } from '../../src/campaigns/delivery/provider-world.ts'
import { changeProvider } from '../../src/campaigns/delivery/providers.ts'
import { applyWaitingReceipts, takeReceipts } from '../../src/campaigns/delivery/receipts.ts'
import { reconcileUnknown } from '../../src/campaigns/delivery/reconcile.ts'
import {
  aCampaign,
  anAccount,
  everyoneMay,
  people,
  phoneOf,
  planned,
  sameText,
  secret,
  states,
} from './delivery-world.ts'

let clock = Date.now()
const ctx = await aCtx({ now: () => new Date(clock) })
const sandbox = await startSmsSandbox({ secret, now: () => clock })
after(() => sandbox.stop())
const nos = await people(ctx, 250)
const courier = openCourier(ctx, { recheck: everyoneMay, compose: sameText })
const aliyun = await anAccount(ctx, 'sms.aliyun', sandbox.url, { settings: { absentAfterSeconds: 1 } })
const only = async (...ids: number[]) => {
  for (const { id } of await providerRows(ctx))
    await changeProvider(ctx, { id, state: ids.includes(id) ? 'on' : 'off' })
}
const openAccount = async (id: number) => {
  const row = (await providerRows(ctx)).find((one) => one.id === id)
  const open = row && (await openProvider(ctx, row))
  assert.ok(open)
  return open
}
const older = (campaign: number, seconds: number) =>
  sql`update campaigns.send set lease_until = lease_until - make_interval(secs => ${seconds}), asked_at = ${ctx.now()} where campaign_id = ${campaign} and state = 'unknown'`.execute(
    ctx.pg,
  )

test('due sends leave in batches, each once, with parts and cost', async () => {
  const campaign = await aCampaign(ctx)
  await planned(ctx, campaign, nos)
  assert.equal(await courier.round(), 250)
  assert.equal(await courier.round(), 0)
  assert.deepEqual(await states(ctx, campaign), { sent: 250 })
  const { messages, repeatedTexts, requests } = sandbox.counts()
  assert.deepEqual({ messages, repeatedTexts, requests }, { messages: 250, repeatedTexts: 0, requests: 3 })
  const { rows } = await sql<{ cost: number; parts: number }>`
    select sum(cost_millifen)::int as cost, max(parts)::int as parts from campaigns.send where campaign_id = ${campaign}`.execute(
    ctx.pg,
  )
  assert.deepEqual(rows[0], { cost: 250 * 4_500, parts: 1 })
})

test('receipts before the answer is recorded, twice and out of order', async () => {
  sandbox.ledger.clear()
  const campaign = await aCampaign(ctx)
  const [id] = await planned(ctx, campaign, nos.slice(0, 1))
  const provider = await openAccount(aliyun)
  await courier.round()
  const { rows } = await sql<{
    provider_key: string
  }>`select provider_key from campaigns.send where id = ${id}::bigint`.execute(ctx.pg)
  const batch = rows[0]?.provider_key ?? ''
  const told = (state: 'delivered' | 'failed') => ({ batch, address: phoneOf(1), state, at: ctx.now(), code: 'X' })
  // As if the answer were still on its way.
  await sql`update campaigns.send set state = 'queued', sent_at = null where id = ${id}::bigint`.execute(ctx.pg)
  await takeReceipts(ctx, provider, [told('delivered')])
  assert.deepEqual(await states(ctx, campaign), { delivered: 1 })
  await takeReceipts(ctx, provider, [told('failed'), told('delivered'), told('failed')])
  await takeReceipts(ctx, provider, [told('failed')])
  assert.deepEqual(await states(ctx, campaign), { delivered: 1 })
  // And one whose send is not stored at all yet.
  await takeReceipts(ctx, provider, [{ key: 'later', state: 'failed', at: ctx.now(), code: 'MK:0005' }])
  const [second] = await planned(ctx, campaign, nos.slice(1, 2))
  await sql`update campaigns.send set state = 'sent', key = 'later', sent_at = now() where id = ${second}::bigint`.execute(
    ctx.pg,
  )
  clock += 2_000
  assert.equal(await applyWaitingReceipts(ctx), 1)
  assert.deepEqual(await states(ctx, campaign), { delivered: 1, failed: 1 })
  assert.equal(await applyWaitingReceipts(ctx), 0)
})

test('no answer after the provider took it: unknown, asked about, never sent again', async () => {
  sandbox.ledger.clear()
  const campaign = await aCampaign(ctx)
  await planned(ctx, campaign, nos.slice(0, 60))
  sandbox.fault({ kind: 'resetAfterAccept', times: 1 })
  await courier.round()
  assert.deepEqual(await states(ctx, campaign), { unknown: 60 })
  assert.equal(await courier.round(), 0, 'nothing leaves again by itself')
  await courier.tidy()
  assert.deepEqual(await states(ctx, campaign), { sent: 60 })
  assert.equal(sandbox.counts().messages, 60)
})

test('no answer and the provider never had it: sent again once its silence is believed', async () => {
  sandbox.ledger.clear()
  const campaign = await aCampaign(ctx)
  await planned(ctx, campaign, nos.slice(0, 60))
  sandbox.fault({ kind: 'resetBefore', times: 1 })
  await courier.round()
  await courier.tidy()
  assert.deepEqual(await states(ctx, campaign), { unknown: 60 }, 'too early to believe it')
  await older(campaign, 2)
  await courier.tidy()
  assert.deepEqual(await states(ctx, campaign), { planned: 60 })
  await courier.round()
  assert.deepEqual(await states(ctx, campaign), { sent: 60 })
  assert.equal(sandbox.counts().messages, 60)
  assert.equal(sandbox.counts().repeatedTexts, 0)
})

test('a definite refusal goes to the next account, within the same round', async () => {
  sandbox.ledger.clear()
  const second = await anAccount(ctx, 'sms.tencent', sandbox.url)
  const campaign = await aCampaign(ctx)
  const ids = await planned(ctx, campaign, nos.slice(0, 10))
  sandbox.fault({ kind: 'refuse', code: 'isv.AMOUNT_NOT_ENOUGH', times: 1 })
  await courier.round()
  assert.deepEqual(await states(ctx, campaign), { sent: 10 })
  const { rows } = await sql<{ provider_id: number; attempt: number }>`
    select distinct provider_id, attempt::int as attempt from campaigns.send where campaign_id = ${campaign}`.execute(
    ctx.pg,
  )
  assert.deepEqual(rows, [{ provider_id: second, attempt: 2 }])
  const { rows: attempts } = await sql<{ n: number; code: string }>`
    select count(*)::int as n, min(code) as code from campaigns.attempt where send_id = any(${ids}::bigint[])`.execute(
    ctx.pg,
  )
  assert.deepEqual(attempts[0], { n: 10, code: 'isv.AMOUNT_NOT_ENOUGH' })
  await only(aliyun)
})

test('throttled: planned again for a moment later, on the same account when there is no other', async () => {
  sandbox.ledger.clear()
  await only(aliyun)
  const campaign = await aCampaign(ctx)
  await planned(ctx, campaign, nos.slice(0, 10))
  sandbox.fault({ kind: 'throttle', times: 1 })
  await courier.round()
  assert.deepEqual(await states(ctx, campaign), { planned: 10 })
  assert.equal(await courier.round(), 0)
  clock += 1_100
  await courier.round()
  assert.deepEqual(await states(ctx, campaign), { sent: 10 })
})

test('an account that fails five times in a row rests, and is then tried again', async () => {
  sandbox.ledger.clear()
  await only(aliyun)
  const campaign = await aCampaign(ctx)
  sandbox.fault({ kind: 'error500Before', times: 5 })
  for (let i = 0; i < 5; i++) {
    await planned(ctx, campaign, nos.slice(i, i + 1))
    await courier.round()
  }
  await planned(ctx, campaign, nos.slice(9, 10))
  assert.equal(await courier.round(), 0, 'it rests')
  clock += 31_000
  assert.equal(await courier.round(), 1)
  const [row] = (await providerRows(ctx)).filter(({ id }) => id === aliyun)
  assert.deepEqual([row?.failures, row?.opened, row?.open_until], [0, 0, null])
})

test('limits per second and per day hold over several couriers', async () => {
  sandbox.ledger.clear()
  const slow = await anAccount(ctx, 'sms.http', sandbox.url, { perSecond: 20 })
  await only(slow)
  const campaign = await aCampaign(ctx)
  await planned(ctx, campaign, nos)
  const others = [1, 2, 3].map(() => openCourier(ctx, { recheck: everyoneMay, compose: sameText }))
  const sent: { at: number; n: number }[] = []
  for (let step = 0; step < 40; step++) {
    const before = sandbox.counts().messages
    await Promise.all(others.map((one) => one.round()))
    sent.push({ at: clock, n: sandbox.counts().messages - before })
    clock += 50
  }
  for (const { at } of sent) {
    const within = sent.filter((one) => one.at >= at && one.at < at + 1_000).reduce((sum, { n }) => sum + n, 0)
    assert.ok(within <= 20, `${within} in a second`)
  }
  assert.ok(sandbox.counts().messages >= 34, `${sandbox.counts().messages} in two seconds`)
  const few = await anAccount(ctx, 'sms.http', sandbox.url, { perDay: 7 })
  await only(few)
  sandbox.ledger.clear()
  await Promise.all(others.map((one) => one.round()))
  await Promise.all(others.map((one) => one.round()))
  assert.equal(sandbox.counts().messages, 7)
  await only(aliyun)
})

test('disarmed since a restore: nothing leaves before a person arms it again', async () => {
  sandbox.ledger.clear()
  const campaign = await aCampaign(ctx)
  await planned(ctx, campaign, nos.slice(0, 3))
  await sql`insert into platform.setting (name, value, changed_at, changed_by) values ('sendsArmed', 'false', now(), 'restore')`.execute(
    ctx.pg,
  )
  assert.equal(await courier.round(), 0)
  assert.equal(sandbox.counts().messages, 0)
  await sql`update platform.setting set value = 'true' where name = 'sendsArmed'`.execute(ctx.pg)
  clock += 60_000
  await courier.round()
  assert.deepEqual(await states(ctx, campaign), { sent: 3 })
})

test('withdraw-stops-queued: the gate is asked once more; paused campaigns wait', async () => {
  sandbox.ledger.clear()
  const campaign = await aCampaign(ctx)
  const ids = await planned(ctx, campaign, nos.slice(0, 3))
  const [refused, deferred] = ids
  const strict = openCourier(ctx, {
    recheck: async () =>
      new Map([
        [refused ?? '', { is: 'refused', refusal: 'CONSENT_WITHDRAWN' }],
        [deferred ?? '', { is: 'deferred', until: new Date(clock + 3_600_000) }],
      ] as const),
    compose: sameText,
  })
  await strict.round()
  assert.deepEqual(await states(ctx, campaign), { planned: 1, refused: 1, sent: 1 })
  await sql`update campaigns.campaign set state = 'paused' where id = ${campaign}`.execute(ctx.pg)
  clock += 3_700_000
  await courier.round()
  assert.deepEqual(await states(ctx, campaign), { planned: 1, refused: 1, sent: 1 })
})

test('withdraw-stops-queued: who withdraws between the claim and the call is not written to', async () => {
  sandbox.ledger.clear()
  const campaign = await aCampaign(ctx)
  const [withdrawn = '', held = '', other = ''] = await planned(ctx, campaign, nos.slice(0, 3))
  const asked: number[] = []
  const slow = openCourier(
    ctx,
    {
      recheck: async (_ctx, sends) => {
        asked.push(sends.length)
        if (asked.length !== 2) return new Map()
        return new Map([
          [withdrawn, { is: 'refused', refusal: 'CONSENT_WITHDRAWN' }],
          [held, { is: 'held' }],
        ] as const)
      },
      compose: sameText,
    },
    { holdsMs: 0 },
  )
  await slow.round()
  assert.deepEqual(asked, [3, 3], 'in the claim, and before the request')
  assert.deepEqual(await states(ctx, campaign), { planned: 1, refused: 1, sent: 1 })
  assert.equal(sandbox.counts().messages, 1)
  await slow.round()
  assert.deepEqual(await states(ctx, campaign), { refused: 1, sent: 2 })
  const { rows } = await sql<{ id: string }>`
    select id::text as id from campaigns.send where campaign_id = ${campaign} and state = 'sent' order by id`.execute(
    ctx.pg,
  )
  assert.deepEqual(
    rows.map(({ id }) => id),
    [held, other],
  )
})

test('sends in the hands of a dead process are unknown, not lost and not doubled', async () => {
  sandbox.ledger.clear()
  await sql`update campaigns.campaign set state = 'paused'`.execute(ctx.pg)
  const campaign = await aCampaign(ctx)
  const ids = await planned(ctx, campaign, nos.slice(0, 4))
  // Two left before the process died, two did not.
  const dead = crypto.randomUUID()
  await sql`
    update campaigns.send set state = 'queued', lease = ${dead}::uuid, lease_until = now(), attempt = 1, provider_id = ${aliyun},
      provider_key = 'zdead', queued_at = ${ctx.now()} where id = any(${ids}::bigint[])`.execute(ctx.pg)
  for (const n of [1, 2])
    sandbox.ledger.take({ key: `zdead/${phoneOf(n)}`, number: phoneOf(n), content: 'x', at: clock })
  await courier.tidy()
  assert.deepEqual(await states(ctx, campaign), { sent: 2, unknown: 2 })
  await older(campaign, 2)
  await courier.tidy()
  await courier.round()
  assert.deepEqual(await states(ctx, campaign), { sent: 4 })
  assert.deepEqual(
    [1, 2, 3, 4].map((n) => sandbox.ledger.ofNumber(phoneOf(n)).length),
    [1, 1, 1, 1],
  )
})

test('where the provider drops repeats, an unknown send goes again by the same account, though another comes first', async () => {
  sandbox.ledger.clear()
  await sql`update campaigns.campaign set state = 'paused'`.execute(ctx.pg)
  const own = await anAccount(ctx, 'sms.http', sandbox.url, { settings: { dropsRepeated: true, queryUrl: '' } })
  await only(own)
  const campaign = await aCampaign(ctx)
  await planned(ctx, campaign, nos.slice(0, 5))
  sandbox.fault({ kind: 'resetAfterAccept', times: 1 })
  await courier.round()
  assert.deepEqual(await states(ctx, campaign), { unknown: 5 })
  await only(own, aliyun)
  await courier.tidy()
  await courier.round()
  assert.deepEqual(await states(ctx, campaign), { sent: 5 })
  const { rows } = await sql<{ provider_id: number }>`
    select distinct provider_id from campaigns.send where campaign_id = ${campaign}`.execute(ctx.pg)
  assert.deepEqual(rows, [{ provider_id: own }])
  assert.equal(sandbox.counts().messages, 5)
})

test('a send that was in hand whenever the process died is sent all the same, however often that was', async () => {
  sandbox.ledger.clear()
  await sql`update campaigns.campaign set state = 'paused'`.execute(ctx.pg)
  await only(aliyun)
  const campaign = await aCampaign(ctx)
  const [id] = await planned(ctx, campaign, nos.slice(0, 1))
  for (let death = 1; death <= 9; death++) {
    await sql`
      update campaigns.send set state = 'queued', lease = ${crypto.randomUUID()}::uuid, lease_until = now(), attempt = attempt + 1,
        provider_id = ${aliyun}, provider_key = ${`zdead${death}`}, queued_at = ${ctx.now()} where id = ${id}::bigint`.execute(
      ctx.pg,
    )
    await courier.tidy()
    await older(campaign, 2)
    await courier.tidy()
    assert.deepEqual(await states(ctx, campaign), { planned: 1 }, `after ${death} deaths`)
  }
  // The attempts it has are those that left: a rejection does not end it either.
  sandbox.fault({ kind: 'throttle', times: 1 })
  await courier.round()
  assert.deepEqual(await states(ctx, campaign), { planned: 1 })
  clock += 1_100
  await courier.round()
  assert.deepEqual(await states(ctx, campaign), { sent: 1 })
  assert.equal(sandbox.counts().messages, 1)
})

test('hundreds of unknown outcomes are asked about in one go', async () => {
  sandbox.ledger.clear()
  const campaign = await aCampaign(ctx)
  const ids = await planned(ctx, campaign, nos)
  await sql`
    update campaigns.send set state = 'unknown', lease_until = now(), asked_at = ${ctx.now()}, attempt = 1, provider_id = ${aliyun},
      provider_key = 'zmany', queued_at = ${ctx.now()} where id = any(${ids}::bigint[])`.execute(ctx.pg)
  for (const [i] of nos.entries())
    sandbox.ledger.take({ key: `zmany/${phoneOf(i + 1)}`, number: phoneOf(i + 1), content: 'x', at: clock })
  await reconcileUnknown(ctx, AbortSignal.timeout(60_000))
  assert.deepEqual(await states(ctx, campaign), { sent: 250 })
})

test('an answer about one attempt says nothing of the next, which another process made meanwhile', async () => {
  sandbox.ledger.clear()
  const campaign = await aCampaign(ctx)
  const [id] = await planned(ctx, campaign, nos.slice(0, 1))
  await sql`
    update campaigns.send set state = 'unknown', lease_until = now(), asked_at = ${ctx.now()}, attempt = 1, provider_id = ${aliyun},
      provider_key = 'zfirst', queued_at = ${ctx.now()} where id = ${id}::bigint`.execute(ctx.pg)
  await older(campaign, 2)
  const again = { ...ctx }
  again.tx = async (run) => {
    await sql`update campaigns.send set attempt = 2, provider_key = 'znext', lease_until = now() where id = ${id}::bigint`.execute(
      ctx.pg,
    )
    return ctx.tx(run)
  }
  await reconcileUnknown(again, AbortSignal.timeout(60_000))
  assert.deepEqual(await states(ctx, campaign), { unknown: 1 })
  await older(campaign, 2)
  await courier.tidy()
  assert.deepEqual(await states(ctx, campaign), { planned: 1 })
  await sql`delete from campaigns.send where id = ${id}::bigint`.execute(ctx.pg)
})

test('a gateway that drops repeats keeps what it may have had, also when it refuses the repeat', async () => {
  sandbox.ledger.clear()
  const own = await anAccount(ctx, 'sms.http', sandbox.url, { settings: { dropsRepeated: true, queryUrl: '' } })
  await only(own)
  const campaign = await aCampaign(ctx)
  await planned(ctx, campaign, nos.slice(0, 5))
  sandbox.fault({ kind: 'resetAfterAccept', times: 1 })
  await courier.round()
  // Another account stands first in the order from now on.
  await only(own, aliyun)
  await courier.tidy()
  sandbox.fault({ kind: 'throttle', times: 1 })
  await courier.round()
  assert.deepEqual(await states(ctx, campaign), { planned: 5 }, 'not passed on: nobody knows whether it has them')
  await courier.round()
  clock += 120_000
  await courier.round()
  assert.deepEqual(await states(ctx, campaign), { sent: 5 })
  const { rows } = await sql<{ provider_id: number }>`
    select distinct provider_id from campaigns.send where campaign_id = ${campaign}`.execute(ctx.pg)
  assert.deepEqual(rows, [{ provider_id: own }])
  assert.equal(sandbox.counts().messages, 5)
})

test('what left and could not be recorded is asked about, while the process lives', async () => {
  sandbox.ledger.clear()
  await only(aliyun)
  const campaign = await aCampaign(ctx)
  await planned(ctx, campaign, nos.slice(0, 5))
  await ctx.store.script(`
    create function campaigns.broken() returns trigger language plpgsql as $$ begin raise exception 'disk full'; end $$;
    create trigger broken before update on campaigns.send for each row when (new.state = 'sent') execute function campaigns.broken()`)
  await courier.round()
  assert.deepEqual(await states(ctx, campaign), { queued: 5 })
  await ctx.store.script('drop trigger broken on campaigns.send; drop function campaigns.broken()')
  await courier.tidy()
  assert.deepEqual(await states(ctx, campaign), { sent: 5 })
  assert.equal(sandbox.counts().messages, 5)
})

test('what was certainly refused is planned again, though another request could not be recorded', async () => {
  sandbox.ledger.clear()
  await only(aliyun)
  const campaign = await aCampaign(ctx)
  await planned(ctx, campaign, nos.slice(0, 200))
  await ctx.store.script(`
    create function campaigns.broken() returns trigger language plpgsql as $$ begin raise exception 'disk full'; end $$;
    create trigger broken before update on campaigns.send for each row when (new.state = 'sent') execute function campaigns.broken()`)
  // One of two requests.
  sandbox.fault({ kind: 'throttle', times: 1 })
  await courier.round()
  assert.deepEqual(await states(ctx, campaign), { planned: 100, queued: 100 })
  await ctx.store.script('drop trigger broken on campaigns.send; drop function campaigns.broken()')
  await courier.tidy()
  assert.deepEqual(await states(ctx, campaign), { planned: 100, sent: 100 })
  await sql`update campaigns.campaign set state = 'paused' where id = ${campaign}`.execute(ctx.pg)
})

test('what could not be made into messages, and what the lease no longer covers, is planned again and was no attempt', async () => {
  sandbox.ledger.clear()
  const campaign = await aCampaign(ctx)
  await planned(ctx, campaign, nos.slice(0, 5))
  const broken = openCourier(ctx, { recheck: everyoneMay, compose: () => Promise.reject(new Error('no creative')) })
  await broken.round()
  assert.deepEqual(await states(ctx, campaign), { planned: 5 })
  assert.equal(await courier.round(), 0, 'not at once')
  clock += 61_000

  const provider = await openAccount(aliyun)
  const { row } = provider
  const owner = crypto.randomUUID()
  const batch = newBatch()
  const claim = await claimSends(ctx, {
    batch,
    provider: row,
    categories: ['marketing'],
    owner,
    most: 10,
    recheck: everyoneMay,
  })
  assert.equal(claim.sends.length, 5)
  const late = {
    owner,
    newBatch,
    mayCall: () => false,
    lastWord: () => ({ leave: async <One>(request: readonly One[]) => [...request] }),
    signal: AbortSignal.timeout(60_000),
    record: async () => undefined,
    note: () => undefined,
    usable: async () => [],
    turn: <T>(_: unknown, run: () => Promise<T>) => run(),
  }
  await dispatch(ctx, late, claim, provider, await sameText(ctx, provider, claim.sends))
  assert.equal(sandbox.counts().messages, 0)
  const { rows } = await sql<{ state: string; attempt: number; interrupted: number }>`
    select distinct state, attempt, interrupted from campaigns.send where campaign_id = ${campaign}`.execute(ctx.pg)
  assert.deepEqual(rows, [{ state: 'planned', attempt: 2, interrupted: 2 }])
  await courier.round()
  assert.deepEqual(await states(ctx, campaign), { sent: 5 })
})
