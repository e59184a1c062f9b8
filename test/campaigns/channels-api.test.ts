import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { sql } from 'kysely'
import { startTestApp } from '#test'
import { startSmsSandbox } from '../../src/campaigns/channels/sms/sandbox.ts'
import type { Channels, Provider, ProviderDetail, TestSend } from '../../src/campaigns/delivery/delivery-contract.ts'
import { people, phoneOf, secret } from './delivery-world.ts'

const app = await startTestApp({ listen: true })
const sandbox = await startSmsSandbox({ secret, templates: { SMS_1234: ['name'] }, signs: ['明月'] })
after(() => sandbox.stop())
const { ctx } = app

const account = {
  name: '阿里云营销',
  kind: 'sms.aliyun',
  settings: { endpoint: sandbox.url, accessKeyId: 'sandbox' },
  secrets: { accessKeySecret: secret },
  unitCostMillifen: 4_500,
}

test('an account is made switched off, checked, tried and switched on; its secret never comes back', async () => {
  const made = await app.ok<Provider>('POST', '/api/channels/providers', account)
  assert.equal(made.state, 'off')
  assert.deepEqual(made.secrets, ['accessKeySecret'])
  assert.equal(made.settings.absentAfterSeconds, 180)
  const { body } = await app.call('GET', '/api/channels')
  assert.ok(!JSON.stringify(body).includes(secret))
  const check = await app.ok<{ detail: string }>('POST', `/api/channels/providers/${made.id}/check`)
  assert.equal(check.detail, 'QuerySendDetails OK')
  const tried = await app.ok<TestSend>('POST', `/api/channels/providers/${made.id}/test`, {
    address: '13911112222',
    text: '测试',
    signature: '明月',
    template: 'SMS_1234',
    variables: [{ name: 'name', value: '小明' }],
  })
  assert.equal(tried.outcome, 'accepted')
  assert.ok(!tried.address.includes('1111222'), 'kept masked')
  assert.equal(sandbox.ledger.ofNumber('13911112222').length, 1)
  const on = await app.ok<Provider>('PATCH', `/api/channels/providers/${made.id}`, {
    state: 'on',
    basedOn: made.version,
  })
  assert.equal(on.state, 'on')
  assert.equal(
    (await app.call('PATCH', `/api/channels/providers/${made.id}`, { name: 'x', basedOn: made.version })).status,
    409,
  )

  // The receipt of the test comes to the account's own address.
  const { receiptsPath } = await app.ok<ProviderDetail>('GET', `/api/channels/providers/${made.id}`)
  assert.ok(receiptsPath)
  sandbox.pushTo('aliyun', `${app.url}${receiptsPath}`)
  await sandbox.report()
  const { tests } = await app.ok<ProviderDetail>('GET', `/api/channels/providers/${made.id}`)
  assert.ok(tests[0]?.deliveredAt)
  assert.equal((await fetch(`${app.url}/receipts/${made.id}/wrong`, { method: 'POST', body: '[]' })).status, 404)
})

test('wrong settings are named; a wrong secret shows when it is checked', async () => {
  const lacking = await app.call<{ detail: { fields: { field: string }[] } }>('POST', '/api/channels/providers', {
    ...account,
    name: 'b',
    settings: { endpoint: 'http://open.example.com' },
    secrets: {},
  })
  assert.equal(lacking.status, 400)
  assert.deepEqual(new Set(lacking.body.detail.fields.map(({ field }) => field)), new Set(['endpoint', 'accessKeyId']))
  const wrong = await app.ok<Provider>('POST', '/api/channels/providers', {
    ...account,
    name: 'c',
    secrets: { accessKeySecret: 'no' },
  })
  const checked = await app.call<{ detail: { reason: string } }>('POST', `/api/channels/providers/${wrong.id}/check`)
  assert.equal(checked.status, 409)
  assert.match(checked.body.detail.reason, /SignatureDoesNotMatch/)
  await app.ok('DELETE', `/api/channels/providers/${wrong.id}`)
  const { providers } = await app.ok<Channels>('GET', '/api/channels')
  assert.deepEqual(
    providers.map(({ name }) => name),
    ['阿里云营销'],
  )
})

test('who may read does not see the address for receipts, and may change nothing', async () => {
  const marketer = { roles: ['marketer'] as const }
  const { providers } = await app.ok<Channels>('GET', '/api/channels', undefined, marketer)
  const id = providers[0]?.id ?? 0
  const detail = await app.ok<ProviderDetail>('GET', `/api/channels/providers/${id}`, undefined, marketer)
  assert.equal(detail.receiptsPath, null)
  assert.equal((await app.call('POST', `/api/channels/providers/${id}/check`, undefined, marketer)).status, 403)
  assert.equal((await app.call('GET', '/api/channels', undefined, { roles: ['risk'] })).status, 403)
})

test('reply-R-suppresses-60s: a reply pushed by the provider bars the number at once, whatever its width', async () => {
  const [no] = await people(ctx, 1, 500)
  const { providers } = await app.ok<Channels>('GET', '/api/channels')
  const { receiptsPath } = await app.ok<ProviderDetail>('GET', `/api/channels/providers/${providers[0]?.id}`)
  sandbox.pushTo('aliyun', `${app.url}${receiptsPath}`)
  await sandbox.reply('aliyun', phoneOf(500), 'Ｔｄ')
  const { rows } = await sql<{ origin: string }>`
    select d.origin from compliance.do_not_contact d join customers.identifier i on i.hash = d.hash where i.no = ${no}`.execute(
    ctx.pg,
  )
  assert.deepEqual(rows, [{ origin: 'reply' }])
})

test('fail-over order is kept', async () => {
  const other = await app.ok<Provider>('POST', '/api/channels/providers', {
    name: '自有网关',
    kind: 'sms.http',
    settings: { url: `${sandbox.url}/send` },
    secrets: { secret },
  })
  const before = await app.ok<Channels>('GET', '/api/channels')
  const [first] = before.providers
  await app.ok('POST', '/api/channels/providers/order', { channel: 'sms', ids: [other.id, first?.id] })
  const after = await app.ok<Channels>('GET', '/api/channels')
  assert.deepEqual(
    after.providers.map(({ name }) => name),
    ['自有网关', '阿里云营销'],
  )
  assert.ok(
    after.adapters.some(
      ({ kind, fields }) =>
        kind === 'sms.http' && fields.some(({ name, type }) => name === 'dropsRepeated' && type === 'boolean'),
    ),
  )
})
