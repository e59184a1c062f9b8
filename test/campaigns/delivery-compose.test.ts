import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { sql } from 'kysely'
import { barAddresses } from '#compliance'
import { addressesOf, recipientsOf } from '#customers'
import { aCtx, aCustomer } from '#test'
import { startSmsSandbox } from '../../src/campaigns/channels/sms/sandbox.ts'
import { composeFrozen } from '../../src/campaigns/delivery/compose.ts'
import { openCourier } from '../../src/campaigns/delivery/courier.ts'
import { aCampaign, anAccount, everyoneMay, planned, secret, states } from './delivery-world.ts'

const ctx = await aCtx()
const sandbox = await startSmsSandbox({ secret })
after(() => sandbox.stop())

test('what leaves is the frozen creative for the person as he is now; who lacks an address or a value is refused', async () => {
  await anAccount(ctx, 'sms.http', sandbox.url)
  const [named, nameless, unreachable] = await Promise.all([
    aCustomer(ctx, { traits: { phone: '13900001111', name: '张三', city: '上海' } }),
    aCustomer(ctx, { traits: { phone: '13900002222', name: '李四' } }),
    aCustomer(ctx, { traits: { email: 'a@example.cn', city: '北京' } }),
  ])
  const campaign = await aCampaign(ctx)
  const content = {
    channel: 'sms',
    signature: '明月',
    text: '{{ customer.name }}您好，{{ customer.city }}有新网点。{{ links.unsubscribe }}',
    optOut: '拒收请回复R',
  }
  const frozen = {
    category: 'marketing',
    priority: 50,
    definition: {},
    audiences: {},
    offers: {},
    creatives: { 1: { hash: 'h', version: 1, channel: 'sms', content } },
  }
  await sql`
    insert into campaigns.version (campaign_id, version, frozen, content_hash, published_at, published_by)
    values (${campaign}, 1, ${JSON.stringify(frozen)}::jsonb, 'h', now(), 'test')`.execute(ctx.pg)
  await planned(ctx, campaign, [named.no, nameless.no, unreachable.no])
  await openCourier(ctx, { recheck: everyoneMay, compose: composeFrozen }).round()
  assert.deepEqual(await states(ctx, campaign), { refused: 2, sent: 1 })
  const { rows } = await sql<{ refusal: string }>`
    select refusal from campaigns.send where campaign_id = ${campaign} and state = 'refused' order by 1`.execute(ctx.pg)
  assert.deepEqual(
    rows.map(({ refusal }) => refusal),
    ['NO_ADDRESS', 'VALUE_MISSING'],
  )
  const [message] = sandbox.ledger.ofNumber('13900001111')
  assert.match(message?.content ?? '', /^【明月】张三您好，上海有新网点。https?:\/\/.+\/p\/[\w-]+.*拒收请回复R$/)
})

test('addressesOf follows merges and takes the address verified last', async () => {
  const one = await aCustomer(ctx, { traits: { phone: '13900003333' } })
  await aCustomer(ctx, { userId: one.userId, traits: { phone: '13900004444' } })
  assert.equal((await addressesOf(ctx, [one.no], 'phone')).get(one.no), '13900004444')
  await sql`
    update customers.identifier set verified_at = now() where no = ${one.no} and hash = ${ctx.vault.blindIndex('phone', '13900003333')}::uuid`.execute(
    ctx.pg,
  )
  assert.equal((await addressesOf(ctx, [one.no], 'phone')).get(one.no), '13900003333')
  assert.equal((await addressesOf(ctx, [one.no], 'email')).size, 0)
})

test('a number that is a stranger, or a dead one, is not written to while another of his is there', async () => {
  const one = await aCustomer(ctx, { traits: { phone: '13900005555' } })
  await aCustomer(ctx, { userId: one.userId, traits: { phone: '13900006666' } })
  await barAddresses(ctx, [{ kind: 'phone', value: '13900006666' }], { origin: 'wrongPerson' })
  const at = async (contactable: boolean) =>
    (await recipientsOf(ctx, [one.no], ['phone'], { contactable })).get(one.no)?.addresses.phone
  assert.equal(await at(false), '13900006666')
  assert.equal(await at(true), '13900005555')
  sandbox.ledger.clear()
  const campaign = await aCampaign(ctx)
  const content = { channel: 'sms', signature: '明月', text: '您的账单已出。', optOut: '' }
  const frozen = {
    category: 'service',
    priority: 50,
    definition: {},
    audiences: {},
    offers: {},
    creatives: { 1: { hash: 'h', version: 1, channel: 'sms', content } },
  }
  await sql`
    insert into campaigns.version (campaign_id, version, frozen, content_hash, published_at, published_by)
    values (${campaign}, 1, ${JSON.stringify(frozen)}::jsonb, 'h', now(), 'test')`.execute(ctx.pg)
  await planned(ctx, campaign, [one.no])
  await openCourier(ctx, { recheck: everyoneMay, compose: composeFrozen }).round()
  assert.equal(sandbox.ledger.ofNumber('13900006666').length, 0)
  assert.equal(sandbox.ledger.ofNumber('13900005555').length, 1)
})
