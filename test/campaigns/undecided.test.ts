import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { sql } from 'kysely'
import { startTestApp } from '#test'
import { startEmailSandbox } from '../../src/campaigns/channels/email/sandbox.ts'
import { openCourier } from '../../src/campaigns/delivery/courier.ts'
import type { Provider, ProviderDetail, Undecided } from '../../src/campaigns/delivery/delivery-contract.ts'
import { deliveryHealth } from '../../src/campaigns/delivery/delivery-health.ts'
import { refuseOverdue } from '../../src/campaigns/delivery/unserved.ts'
import { aCampaign, everyoneMay, people, planned, sameText, states } from './delivery-world.ts'

let clock = Date.now()
const app = await startTestApp({ now: () => new Date(clock) })
const { ctx } = app
const nos = await people(ctx, 10)
const hour = 3_600_000
const finding = async (name: string) => (await deliveryHealth(ctx)).find((one) => one.name === name)
const refusals = async (campaign: number) => {
  const { rows } = await sql<{ refusal: string; n: number }>`
    select refusal, count(*)::int as n from campaigns.send where campaign_id = ${campaign} and state = 'refused' group by 1`.execute(
    ctx.pg,
  )
  return Object.fromEntries(rows.map(({ refusal, n }) => [refusal, n]))
}

test('messages of a channel without an account wait, are told of, and are refused when their time is over', async () => {
  const campaign = await aCampaign(ctx)
  await planned(ctx, campaign, nos.slice(0, 3), { channel: 'sms' })
  clock += 1_000
  assert.equal((await finding('channels'))?.ok, false)
  assert.deepEqual((await finding('channels'))?.values, { due: 3, channels: 'sms' })
  assert.equal(await refuseOverdue(ctx), 0, 'they may still leave')
  clock += 25 * hour
  await sql`update campaigns.campaign set state = 'paused' where id = ${campaign}`.execute(ctx.pg)
  assert.equal(await refuseOverdue(ctx), 0, 'a paused campaign is asked when it goes on')
  await sql`update campaigns.campaign set state = 'running' where id = ${campaign}`.execute(ctx.pg)
  assert.equal(await refuseOverdue(ctx), 3)
  assert.deepEqual(await refusals(campaign), { CHANNEL_OFF: 3 })
  assert.equal((await finding('channels'))?.ok, true)
  const { rows } = await sql<{ n: number }>`
    select sum(count)::int as n from campaigns.verdict_day where campaign_id = ${campaign} and reason = 'CHANNEL_OFF'`.execute(
    ctx.pg,
  )
  assert.equal(rows[0]?.n, 3, 'reports count them')
})

const mail = await startEmailSandbox()
after(() => mail.stop())
const account = await app.ok<Provider>('POST', '/api/channels/providers', {
  name: '企业邮箱',
  kind: 'email.smtp',
  settings: { host: '127.0.0.1', port: mail.port, security: 'none', fromAddress: 'hi@mail.example.cn' },
  unitCostMillifen: 200,
})
await app.ok('PATCH', `/api/channels/providers/${account.id}`, { state: 'on' })

test('where an account is on that does not answer, they are too late', async () => {
  await sql`update campaigns.provider set open_until = ${new Date(clock + 99 * hour)} where id = ${account.id}`.execute(
    ctx.pg,
  )
  const campaign = await aCampaign(ctx)
  await planned(ctx, campaign, nos.slice(0, 2), { channel: 'email' })
  clock += 25 * hour
  assert.equal(await refuseOverdue(ctx), 2)
  assert.deepEqual(await refusals(campaign), { TOO_LATE: 2 })
  await sql`update campaigns.provider set open_until = null where id = ${account.id}`.execute(ctx.pg)
})

test('mails whose outcome nobody can be asked about are settled by a person, with a reason, and never sent again', async () => {
  const courier = openCourier(ctx, {
    recheck: everyoneMay,
    compose: async (ctx, provider, sends) => {
      const composed = await sameText(ctx, provider, sends)
      for (const message of composed.messages.values())
        message.content = {
          channel: 'email',
          fromName: '明月',
          subject: '提醒',
          preheader: '',
          html: '<p>x</p>',
          text: 'x',
        }
      return composed
    },
  })
  const campaign = await aCampaign(ctx, '还款提醒')
  await planned(ctx, campaign, nos.slice(0, 4), { channel: 'email' })
  mail.silentAfterAccept(4)
  await courier.round()
  assert.deepEqual(await states(ctx, campaign), { unknown: 4 })
  await courier.tidy()
  const detail = () => app.ok<ProviderDetail>('GET', `/api/channels/providers/${account.id}`)
  assert.deepEqual((await detail()).undecided, [], 'a bounce may still come')
  clock += 7 * hour
  const [one] = (await detail()).undecided
  assert.deepEqual([one?.campaign, one?.step, one?.sends], ['还款提醒', 'm', 4])
  const { items } = await app.ok<{ items: Undecided[] }>('GET', `/api/campaigns/${campaign}/undecided`)
  assert.equal(items[0]?.providerId, account.id)
  assert.equal((await finding('unknown sends'))?.ok, false)

  const path = `/api/channels/providers/${account.id}/undecided`
  const said = { campaignId: campaign, version: 1, step: 'm', outcome: 'sent', reason: '服务器日志显示已投递' }
  assert.equal((await app.call('POST', path, { ...said, reason: '' })).status, 400)
  assert.deepEqual(await app.ok('POST', path, said), { decided: 4 })
  assert.equal((await app.call('POST', path, said)).status, 409)
  const { rows } = await sql<{ cost: number; sent: number }>`
    select sum(cost_millifen)::int as cost, count(sent_at)::int as sent from campaigns.send where campaign_id = ${campaign}`.execute(
    ctx.pg,
  )
  assert.deepEqual(rows[0], { cost: 800, sent: 4 })
  const { rows: audited } = await sql<{ record: string }>`
    select record from platform.audit where action = 'send.decideSent'`.execute(ctx.pg)
  assert.match(audited[0]?.record ?? '', /服务器日志显示已投递/)
  assert.equal((await finding('unknown sends'))?.ok, true)

  await planned(ctx, campaign, nos.slice(0, 1), { channel: 'email', pass: 2 })
  mail.silentAfterAccept(1)
  await courier.round()
  await courier.tidy()
  clock += 7 * hour
  await app.ok('POST', path, { ...said, outcome: 'failed', reason: '日志中没有记录' })
  assert.deepEqual(await states(ctx, campaign), { failed: 1, sent: 4 })
  const before = mail.mails.length
  await courier.tidy()
  await courier.round()
  assert.equal(mail.mails.length, before)
})
